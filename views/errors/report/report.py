"""A printable report on one file and one checkpoint: one HTML file that needs nothing else, made for A4.

No scripts, no requests, light only. The style is read in from report.css; every picture has its numbers as text beside
it. All is in ink, what is wrong hatched; only the tokens wear the verdict's blue and orange.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from markupsafe import Markup

from model.language import gettext, marked
from model.metrics import CalibrationBin, Metrics
from model.normalization import normalize
from model.tables.labels import NO_LABEL, LabelReading
from model.workbench.note import UNCLEAR
from model.workbench.overview import ConfidenceBin, KnownMetrics
from model.workbench.slices import LEVEL, SliceFinding
from views.drawing.numbers import minus, signed
from views.drawing.template import render
from views.errors.parts import label_name, slice_name, sorted_by
from views.errors.report import charts
from views.errors.report.findings import Finding, Table, between, chance, percent

MAX_ROWS = 500  # that are shown one by one; more belong in a table
MAX_SHOWN = 4_000  # characters of one review; longer ones are cut in the middle

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ReportConfusion:
    """Labelled rows by what they are (the noun is the verdict) and whether the verdict is right."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row that was named. Labels are 1, 0 or `NO_LABEL`; `top_tokens` are tokens with their attribution in logits."""

    row: int
    line: int
    text: str
    label: int
    logit: float
    probability: float
    category: str = ""
    note: str = ""
    corrected: int = NO_LABEL
    top_tokens: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that a report says.

    `rows` counts those that could be read, `skipped` those that could not. A measure in `metrics`, or all of them, may
    be None where it is not defined; `missing` is the sentence on what it needs, `reading` what the labels were read as.
    `categories` are names ("" for none) with their counts. `slices`, `findings` and `named` are shown in the order
    given. `made` says when, in words.
    """

    file: str
    digest: str
    checkpoint: str
    rows: int
    skipped: int
    labelled: int
    metrics: Metrics | KnownMetrics | None = None
    missing: str = ""
    reading: LabelReading | None = None
    confusion: ReportConfusion | None = None
    reliability: tuple[CalibrationBin, ...] = ()
    histogram: tuple[ConfidenceBin, ...] = ()
    slices: tuple[SliceFinding, ...] = ()
    findings: tuple[Finding, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    named: tuple[ReportRow, ...] = ()
    made: str = ""


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """A cell of the confusion matrix; `share` is of the rows with its label, "" where there are none."""

    hit: bool
    count: int
    share: str


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A slice as text, and the picture of its rate."""

    dimension: str
    name: str
    notable: bool
    rows: int
    errors: int
    labelled: int
    rate: str
    interval: str
    whisker: charts.Whisker | None
    difference: str
    p: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category, "" for none, with its rows; `share` is of the commonest one's, in [0, 1]."""

    name: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token with what it did to the verdict."""

    text: str
    attribution: float


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is shown; of a long review the middle is left out, `left_out` characters, between head and tail."""

    row: int
    line: int
    category: str
    note: str
    verdict: tuple[str, ...]
    hit: bool | None
    corrected: str
    head: str
    left_out: int
    tail: str
    tokens: tuple[ShownToken, ...]


def report_html(content: ReportContent) -> Markup:
    """The whole file."""
    counted = [CategoryRow(_clean(name), count, 0.0) for name, count in content.categories if count]
    most = max((each.count for each in counted), default=1)
    ends = [each.high for each in content.slices if each.high is not None]
    end = max(ends, default=0) or 1
    return render(
        "errors/report/report.html",
        style=_style(),
        file=_clean(content.file),
        digest=_clean(content.digest),
        checkpoint=_clean(content.checkpoint),
        made=_clean(content.made),
        missing=_clean(content.missing),
        content=content,
        measures=_measures(content.metrics),
        confusion=_confusion(content.confusion),
        frame=charts,
        reliability=charts.reliability(content.reliability) if content.reliability else None,
        reliability_table=_reliability_table(content.reliability),
        histogram=charts.histogram(content.histogram) if content.histogram else None,
        histogram_table=_histogram_table(content.histogram),
        kinds=_kinds(content.histogram),
        slices=[_slice(each, end) for each in content.slices],
        level=f"{LEVEL:g}",
        end=percent(end),
        findings=[_cleaned(each) for each in content.findings],
        categories=[replace(each, share=each.count / most) for each in counted],
        categorised=sum(each.count for each in counted),
        rows=[_row(row) for row in content.named[:MAX_ROWS]],
        left=max(0, len(content.named) - MAX_ROWS),
    )


@cache
def _style() -> Markup:
    """The style sheet, which is the same in every report."""
    return Markup((Path(__file__).parent / "report.css").read_text(encoding="utf-8"))  # noqa: S704


def _clean(words: str) -> str:
    """Words of a person without what no text file should hold."""
    return _CONTROL.sub("\ufffd", words)


def _measures(metrics: Metrics | KnownMetrics | None) -> list[tuple[str, str]]:
    """Each measure's name, and it as text."""
    return [
        (gettext("accuracy"), percent(metrics.accuracy if metrics else None)),
        (gettext("F1"), _number(metrics.f1 if metrics else None)),
        (gettext("ROC AUC"), _number(metrics.roc_auc if metrics else None)),
        (gettext("log loss"), _number(metrics.log_loss if metrics else None)),
        (gettext("calibration error"), percent(metrics.ece if metrics else None, 2)),
    ]


def _confusion(counts: ReportConfusion | None) -> list[tuple[str, tuple[ConfusionCell, ConfusionCell]]]:
    """By label, the rows read as positive and those read as negative; nothing without labels."""
    if counts is None:
        return []
    return [
        (gettext("labelled positive"), _cells(counts.true_positive, counts.false_negative, first_hits=True)),
        (gettext("labelled negative"), _cells(counts.false_positive, counts.true_negative, first_hits=False)),
    ]


def _cells(first: int, second: int, first_hits: bool) -> tuple[ConfusionCell, ConfusionCell]:
    total = first + second

    def cell(count: int, hit: bool) -> ConfusionCell:
        return ConfusionCell(hit, count, percent(count / total) if total else "")

    return cell(first, first_hits), cell(second, not first_hits)


def _reliability_table(bins: Sequence[CalibrationBin]) -> Table:
    rows = tuple((percent(each.confidence), percent(each.accuracy), f"{each.count:,}") for each in bins)
    return Table((gettext("mean confidence"), gettext("accuracy"), gettext("rows")), rows)


def _kinds(bars: Sequence[ConfidenceBin]) -> tuple[str, ...]:
    """What the bars count: fields of `ConfidenceBin`."""
    labelled = any(bar.hits or bar.mistakes for bar in bars)
    unlabelled = any(bar.unlabelled for bar in bars)
    return (*(("mistakes", "hits") if labelled else ()), *(("unlabelled",) if unlabelled else ()))


def _histogram_table(bars: Sequence[ConfidenceBin]) -> Table:
    kinds = _kinds(bars)
    between = gettext("{low:.0f} to {high:.0f} %")
    rows = tuple(
        (
            between.format(low=100 * bar.low, high=100 * bar.high),
            *(f"{count:,}" for kind, count in _counts(bar) if kind in kinds),
        )
        for bar in bars
    )
    return Table((gettext("confidence"), *(gettext(kind) for kind in kinds)), rows)


def _counts(bar: ConfidenceBin) -> tuple[tuple[str, int], ...]:
    return (
        (marked("mistakes"), bar.mistakes),
        (marked("hits"), bar.hits),
        (marked("unlabelled"), bar.unlabelled),
    )


def _slice(each: SliceFinding, end: float) -> SliceRow:
    interval, whisker = "–", None
    if each.low is not None and each.high is not None:
        interval = between(each.low, each.high)
        whisker = None if each.rate is None else charts.whisker(each.low, each.rate, each.high, end)
    return SliceRow(
        dimension=_clean(sorted_by(each.dimension)),
        name=_clean(slice_name(each.dimension, each.name)),
        notable=each.q is not None and each.q < LEVEL,
        rows=each.rows,
        errors=each.errors,
        labelled=each.labelled,
        rate=percent(each.rate),
        interval=interval,
        whisker=whisker,
        difference="–" if each.difference is None else signed(100 * each.difference, 1),
        p=chance(each.q),
    )


def _cleaned(found: Finding) -> Finding:
    """Names of checkpoints, slices and patterns as they may stand in a file."""
    head, rows = (_clean(each) for each in found.table.head), (tuple(map(_clean, row)) for row in found.table.rows)
    return replace(found, title=_clean(found.title), table=Table(tuple(head), tuple(rows)))


def _row(row: ReportRow) -> ShownRow:
    text = normalize(row.text)
    left_out = max(0, len(text) - MAX_SHOWN)
    head = MAX_SHOWN // 2
    return ShownRow(
        row=row.row,
        line=row.line,
        category=_clean(row.category),
        note=_clean(row.note),
        verdict=_verdict(row),
        hit=None if row.label == NO_LABEL else (row.label == 1) == (row.logit > 0),
        corrected=_corrected(row),
        head=text[:head] if left_out else text,
        left_out=left_out,
        tail=text[head - MAX_SHOWN :] if left_out else "",
        tokens=tuple(ShownToken(_clean(token), score) for token, score in row.top_tokens),
    )


def _corrected(row: ReportRow) -> str:
    """What was said of the label, in a sentence; empty where nothing was."""
    if row.corrected == NO_LABEL:
        return ""
    if row.corrected == UNCLEAR:
        return gettext("label unclear")
    if row.corrected == row.label:
        return gettext("label looked at and right")
    return gettext("label corrected to {label}").format(label=label_name(row.corrected))


def _verdict(row: ReportRow) -> tuple[str, ...]:
    return (
        gettext("label {label}").format(label=label_name(row.label, gettext("none"))),
        gettext("read as {label}").format(label=label_name(int(row.logit > 0))),
        gettext("P(positive)") + f" = {row.probability:.3f}",
        gettext("logit {logit}").format(logit=signed(row.logit)),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else minus(f"{value:.4f}")
