"""A printable report on one file and one checkpoint: one HTML file that needs nothing else, made for A4.

No scripts, no requests, light only. Everything that comes from a person is escaped here; every picture has its numbers
as text beside it. Blue is right, orange is wrong, and wrong is hatched too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from model.metrics import CalibrationBin, Metrics
from model.tables.labels import NO_LABEL
from model.text import normalize
from model.workbench.overview import ConfidenceBin, KnownMetrics
from model.workbench.slices import LEVEL, SliceFinding
from views.drawing.colours import NEGATIVE, POSITIVE, as_hex
from views.drawing.numbers import minus, signed

MAX_ROWS = 500  # that are shown one by one; more belong in a table
MAX_SHOWN = 4_000  # characters of one review; longer ones are cut in the middle
LABELS = {1: "positive", 0: "negative", NO_LABEL: "none"}

_BLUE, _ORANGE = as_hex(np.array(NEGATIVE)), as_hex(np.array(POSITIVE))
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
    be None where it is not defined; `missing` is the sentence on what it needs. `categories` are names ("" for none)
    with their counts. `slices` and `named` are shown in the order given. `made` says when, in words.
    """

    file: str
    digest: str
    checkpoint: str
    rows: int
    skipped: int
    labelled: int
    metrics: Metrics | KnownMetrics | None = None
    missing: str = ""
    confusion: ReportConfusion | None = None
    reliability: tuple[CalibrationBin, ...] = ()
    histogram: tuple[ConfidenceBin, ...] = ()
    slices: tuple[SliceFinding, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    named: tuple[ReportRow, ...] = ()
    made: str = ""


def report_html(content: ReportContent) -> str:
    """The whole file."""
    parts = (_metrics(content), _figures(content), _slices(content), _categories(content), _named(content))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(content.file)} · Gatescope</title>
<style>{_STYLE}</style>
</head>
<body>
{_HATCH}
<main>
{_title(content)}
{"".join(parts)}
</main>
</body>
</html>
"""


def _text(words: str) -> str:
    """Words of a person, as text and nothing else."""
    return escape(_CONTROL.sub("\ufffd", words))


def _title(content: ReportContent) -> str:
    facts = [
        ("Checkpoint", _text(content.checkpoint)),
        ("Rows", f"{content.rows:,}"),
        ("With a label", f"{content.labelled:,}"),
        ("Skipped", f"{content.skipped:,}"),
    ]
    if content.made:
        facts.append(("Made", _text(content.made)))
    listed = "".join(f"<div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div>" for name, value in facts)
    return f"""<header><p class="kind">Gatescope: where a network errs</p>
<h1><bdi>{_text(content.file)}</bdi></h1>
<dl>{listed}</dl>
<p class="digest">SHA-256 of the file: {_text(content.digest)}</p></header>
"""


def _metrics(content: ReportContent) -> str:
    measures = content.metrics
    tiles = [
        ("accuracy", _percent(measures and measures.accuracy)),
        ("F1", _number(measures and measures.f1)),
        ("ROC AUC", _number(measures and measures.roc_auc)),
        ("log loss", _number(measures and measures.log_loss)),
        ("calibration error", _percent(measures and measures.ece, 2)),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles)
    missing = f'<p class="missing">{_text(content.missing)}</p>' if content.missing else ""
    confusion = _confusion(content.confusion) if content.confusion else ""
    return f"""<section><h2>How well it does</h2><dl class="tiles">{shown}</dl>{missing}{confusion}</section>
"""


def _confusion(counts: ReportConfusion) -> str:
    rows = (
        ("positive", (counts.true_positive, "hit"), (counts.false_negative, "mistake")),
        ("negative", (counts.false_positive, "mistake"), (counts.true_negative, "hit")),
    )
    body = "".join(
        f'<tr><th scope="row">labelled {label}</th>{"".join(_confusion_cell(*cell, cells) for cell in cells)}</tr>'
        for label, *cells in rows
    )
    return (
        '<table class="confusion"><caption>Verdicts by label; shares are of the rows with that label</caption>'
        '<thead><tr><td></td><th scope="col">read as positive</th><th scope="col">read as negative</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _confusion_cell(count: int, kind: str, row: Sequence[tuple[int, str]]) -> str:
    total = sum(each for each, _ in row)
    share = f" · {_percent(count / total)}" if total else ""
    return f'<td class="{kind}"><strong>{count:,}</strong> <span>{kind}s{share}</span></td>'


def _figures(content: ReportContent) -> str:
    figures = [_reliability(content.reliability)] if content.reliability else []
    if content.histogram:
        figures.append(_histogram(content.histogram))
    return f'<section class="figures">{"".join(figures)}</section>\n' if figures else ""


# Both figures share their frame: confidence from left to right, 50 to 100 %.
_WIDTH, _HEIGHT = 352, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 332, 14, 188


def _x(confidence: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (confidence - 0.5) / 0.5


def _y(share: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * share


def _reliability(bins: Sequence[CalibrationBin]) -> str:
    """Accuracy over confidence with a line from each point to the diagonal, where confidence is to be trusted."""
    floor = 0.5 if min(each.accuracy for each in bins) >= 0.5 else 0.0
    largest = max(each.count for each in bins)

    def y(accuracy: float) -> float:
        return _y((accuracy - floor) / (1 - floor))

    points = [(_x(each.confidence), y(each.accuracy), each) for each in bins]
    gaps = "".join(f'<path class="gap" d="M{x:.1f} {dot:.1f}V{y(each.confidence):.1f}"/>' for x, dot, each in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{dot:.1f}" r="{2.5 + 4.5 * (each.count / largest) ** 0.5:.1f}"/>'
        for x, dot, each in points
    )
    line = " ".join(f"{x:.1f},{dot:.1f}" for x, dot, _ in points)
    drawing = (
        _frame([(f"{100 * (floor + (1 - floor) * tick / 5):.0f} %", tick / 5) for tick in range(6)])
        + f'<path class="ideal" d="M{_x(0.5):.1f} {y(0.5):.1f}L{_x(1):.1f} {y(1):.1f}"/>'
        + f'{gaps}<polyline class="measured" points="{line}"/>{dots}'
    )
    rows = [(_percent(each.confidence), _percent(each.accuracy), f"{each.count:,}") for each in bins]
    note = "Above the dashed line it is right more often than it claims, below it less often. Larger dots: more rows."
    table = _table(("mean confidence", "accuracy", "rows"), rows)
    return _figure("Can its confidence be trusted?", drawing, note, table)


def _histogram(bars: Sequence[ConfidenceBin]) -> str:
    """Rows by confidence; mistakes are hatched, and stand below the hits where all bars have one floor."""
    step = _round_step(max(bar.hits + bar.mistakes + bar.unlabelled for bar in bars) / 4)
    highest = 4 * step
    pieces = []
    for bar in bars:
        left, width, floor = _x(bar.low) + 1, _x(bar.high) - _x(bar.low) - 2, 0
        for kind, count in (("mistake", bar.mistakes), ("hit", bar.hits), ("unlabelled", bar.unlabelled)):
            if count:
                height = _y(floor / highest) - _y((floor + count) / highest)
                place = f'x="{left:.1f}" y="{_y((floor + count) / highest):.1f}"'
                pieces.append(f'<rect class="{kind}" {place} width="{width:.1f}" height="{height:.1f}"/>')
            floor += count
    labelled = any(bar.hits or bar.mistakes for bar in bars)
    unlabelled = any(bar.unlabelled for bar in bars)
    kinds = [*(("mistakes", "hits") if labelled else ()), *(("unlabelled",) if unlabelled else ())]
    drawing = _frame([(f"{step * tick:,}", tick / 4) for tick in range(5)]) + "".join(pieces)
    legend = " ".join(f'<span class="key {kind.rstrip("s")}"></span> {kind}' for kind in kinds)
    rows = [
        (f"{100 * bar.low:.0f} to {100 * bar.high:.0f} %", *(f"{getattr(bar, kind):,}" for kind in kinds))
        for bar in bars
    ]
    table = _table(("confidence", *kinds), rows)
    return _figure("How sure it is", drawing, f"{'From the floor up: ' if len(kinds) > 1 else ''}{legend}", table)


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that is not below."""
    size = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    return next(size * times for times in (1, 2, 5, 10) if size * times >= least)


def _frame(ticks: Iterable[tuple[str, float]]) -> str:
    """Grid and axes; `ticks` are the numbers of the upright axis, each with its height as a share."""
    across = "".join(
        f'<path class="grid" d="M{_LEFT} {_y(share):.1f}H{_RIGHT}"/>'
        f'<text x="{_LEFT - 5}" y="{_y(share) + 3.5:.1f}" text-anchor="end">{number}</text>'
        for number, share in ticks
    )
    along = "".join(
        f'<text x="{_x(step / 10):.1f}" y="{_BOTTOM + 15}" text-anchor="middle">{10 * step} %</text>'
        for step in range(5, 11)
    )
    middle = (_LEFT + _RIGHT) / 2
    return f'{across}{along}<text class="axis" x="{middle}" y="{_BOTTOM + 33}" text-anchor="middle">confidence</text>'


def _figure(title: str, drawing: str, note: str, table: str) -> str:
    return f"""<figure><figcaption>{title}</figcaption>
<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)} The table below has the numbers.">\
{drawing}</svg>
<p class="note">{note}</p>{table}</figure>"""


def _slices(content: ReportContent) -> str:
    if not content.slices:
        return ""
    end = max((each.high for each in content.slices if each.high is not None), default=0) or 1
    head = ("slice", "rows", "errors", "error rate", "95 % interval", "", "difference", "adjusted p")
    columns = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(_slice(each, end) for each in content.slices)
    return f"""<section><h2>Where it errs: slices</h2>
<p class="note">Error rates of the labelled rows that are alike in one respect, and the difference to all other rows
in percentage points. p is adjusted for the number of comparisons; ◆ marks those below {LEVEL:g}. The scale reaches from
0 to {_percent(end)}: a dot for the rate, a line for its interval.</p>
<table class="slices"><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></section>
"""


def _slice(each: SliceFinding, end: float) -> str:
    notable = each.q is not None and each.q < LEVEL
    interval = "–" if each.low is None or each.high is None else f"{_percent(each.low)[:-2]} to {_percent(each.high)}"
    cells = (
        f"{each.rows:,}",
        f"{each.errors:,} of {each.labelled:,}",
        _percent(each.rate),
        interval,
        _whisker(each, end),
        "–" if each.difference is None else signed(100 * each.difference, 1),
        f"{_p(each.q)}{' ◆' if notable else ''}",
    )
    shown = "".join(f"<td>{cell}</td>" for cell in cells)
    name = f"<small>{_text(each.dimension)}</small> {_text(each.name)}"
    return f'<tr{" class=notable" if notable else ""}><th scope="row">{name}</th>{shown}</tr>'


def _whisker(each: SliceFinding, end: float) -> str:
    """The rate as a dot on its interval; the numbers stand beside it."""
    if each.rate is None or each.low is None or each.high is None:
        return ""
    low, rate, high = (3 + 84 * value / end for value in (each.low, each.rate, each.high))
    return (
        '<svg class="whisker" viewBox="0 0 90 12" aria-hidden="true"><path class="grid" d="M3 6H87"/>'
        f'<path class="interval" d="M{low:.1f} 6H{high:.1f}"/><circle cx="{rate:.1f}" cy="6" r="3"/></svg>'
    )


def _categories(content: ReportContent) -> str:
    counted = [(name, count) for name, count in content.categories if count]
    if not counted:
        return ""
    most = max(count for _, count in counted)
    rows = "".join(
        f'<tr><th scope="row"><bdi>{_text(name) or "no category"}</bdi></th><td>{count:,}</td>'
        f'<td><i style="width:{100 * count / most:.1f}%"></i></td></tr>'
        for name, count in counted
    )
    total = sum(count for _, count in counted)
    return f"""<section class="whole"><h2>What the mistakes were named</h2>
<table class="categories"><caption>{_rows(total)} with a category, a note or a corrected label</caption>
<tbody>{rows}</tbody></table></section>
"""


def _named(content: ReportContent) -> str:
    if not content.named:
        return ""
    left = len(content.named) - MAX_ROWS
    more = f'<p class="missing">And {_rows(left)} more, which the saved table has.</p>' if left > 0 else ""
    return f"""<section><h2>The rows, one by one</h2>
{"".join(map(_row, content.named[:MAX_ROWS]))}{more}</section>
"""


def _row(row: ReportRow) -> str:
    category = f'<span class="tag"><bdi>{_text(row.category)}</bdi></span> ' if row.category else ""
    note = f'<p class="said" dir="auto">{_text(row.note)}</p>' if row.note else ""
    return f"""<article><h3>{category}Row {row.row:,} <span>line {row.line:,} of the file</span></h3>
<p class="verdict">{" · ".join(_verdict(row))}</p>
{note}<p class="review" dir="auto">{_shown(row.text)}</p>{_tokens(row.top_tokens)}</article>
"""


def _verdict(row: ReportRow) -> Iterator[str]:
    positive = row.logit > 0
    if row.label != NO_LABEL:
        right = (row.label == 1) == positive
        yield f'<b class="{"hit" if right else "mistake"}">{"hit" if right else "mistake"}</b>'
    yield f"label {LABELS[row.label]}"
    yield f"read as {LABELS[int(positive)]}"
    yield f"P(positive) = {row.probability:.3f}"
    yield f"logit {signed(row.logit)}"
    if row.corrected != NO_LABEL:
        yield f"<b>label corrected to {LABELS[row.corrected]}</b>"


def _shown(text: str) -> str:
    """A review as the network reads it; a long one without its middle."""
    text = normalize(text)
    left_out = len(text) - MAX_SHOWN
    if left_out <= 0:
        return escape(text)
    head = MAX_SHOWN // 2
    return (
        f'{escape(text[:head])} <span class="cut">[… {left_out:,} characters left out …]</span> '
        f"{escape(text[head - MAX_SHOWN :])}"
    )


def _tokens(tokens: Sequence[tuple[str, float]]) -> str:
    if not tokens:
        return ""
    shown = " ".join(
        f'<span class="{"pos" if score > 0 else "neg"}"><bdi>{_text(token)}</bdi> {signed(score)}</span>'
        for token, score in tokens
    )
    return f'<p class="tokens">Strongest tokens, in logits: {shown}</p>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    columns = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="numbers"><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>'


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _percent(fraction: float | None, digits: int = 1) -> str:
    return "–" if fraction is None else f"{100 * fraction:.{digits}f}\u00a0%"


def _number(value: float | None) -> str:
    return "–" if value is None else minus(f"{value:.4f}")


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "&lt; 0.001" if value < 0.001 else f"{value:.3f}"


_HATCH = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><pattern id="hatch" width="5" '
    f'height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" '
    f'fill="{_ORANGE}"/><path d="M0 0V5" stroke="#fff" stroke-width="1.6"/></pattern></defs></svg>'
)
_STYLE = f"""
:root {{ color-scheme: light; --ink: #15191f; --muted: #565e69; --line: #d5dae1; --blue: {_BLUE}; --orange: {_ORANGE};
  --dark-orange: #8f4300; --dark-blue: #14507f; }}
@page {{ size: A4; margin: 14mm 13mm; }}
* {{ box-sizing: border-box; }}
html {{ background: #fff; }}
body {{ margin: 0; color: var(--ink); font: 10.5pt/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial,
  sans-serif; -webkit-print-color-adjust: exact; print-color-adjust: exact; }}
main {{ max-width: 186mm; margin: 0 auto; padding: 10mm 4mm; }}
h1 {{ font-size: 20pt; line-height: 1.2; margin: 0 0 4mm; overflow-wrap: anywhere; }}
h2 {{ font-size: 13pt; margin: 0 0 2.5mm; break-after: avoid; }}
h3 {{ font-size: 10.5pt; margin: 0; }}
h3 > span:last-child {{ font-weight: 400; color: var(--muted); margin-left: 2mm; }}
section {{ margin-top: 8mm; }}
section.whole, figure, tr {{ break-inside: avoid; }}
.kind {{ margin: 0 0 1mm; color: var(--muted); font-size: 9.5pt; }}
.digest {{ margin: 2.5mm 0 0; color: var(--muted); font-size: 8pt; overflow-wrap: anywhere; }}
header {{ border-bottom: 1.5pt solid var(--ink); padding-bottom: 4mm; }}
dl {{ display: flex; flex-wrap: wrap; gap: 2mm 8mm; margin: 0; }}
dt {{ color: var(--muted); font-size: 8.5pt; }}
dd {{ margin: 0; font-weight: 600; overflow-wrap: anywhere; }}
.tiles {{ display: grid; grid-template-columns: repeat(5, 1fr); gap: 1px; border: 1px solid var(--line);
  border-radius: 2mm; background: var(--line); overflow: hidden; }}
.tiles > div {{ padding: 2.5mm 3mm; background: #fff; }}
.tiles dd {{ font-size: 15pt; font-variant-numeric: tabular-nums; }}
.note, .missing {{ color: var(--muted); font-size: 9pt; margin: 0 0 2.5mm; }}
.missing {{ color: var(--ink); margin: 2.5mm 0 0; }}
table {{ border-collapse: collapse; width: 100%; font-size: 9pt; font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; color: var(--muted); font-size: 9pt; padding-bottom: 1.5mm; }}
th {{ text-align: left; font-weight: 600; }}
thead {{ display: table-header-group; }}
thead th {{ font-weight: 400; color: var(--muted); border-bottom: 1px solid var(--line); vertical-align: bottom; }}
th, td {{ padding: 1mm 2mm 1mm 0; }}
tbody tr + tr > * {{ border-top: 1px solid #eceff3; }}
.numbers th, .numbers td {{ text-align: right; padding: .5mm 2mm; }}
.numbers th:first-child, .numbers td:first-child {{ text-align: left; padding-left: 0; }}
.confusion {{ margin-top: 4mm; table-layout: fixed; }}
.confusion caption {{ padding-bottom: 1mm; }}
.confusion td:first-child, .confusion th[scope=row] {{ width: 34mm; }}
.confusion tbody td {{ padding: 2.5mm 3mm; border: 2px solid #fff; }}
.confusion strong {{ font-size: 14pt; margin-right: 2mm; }}
.confusion .hit {{ background: #dcebf7; }}
.confusion .mistake {{ background: #fdebd9; }}
.figures {{ display: grid; grid-template-columns: 1fr 1fr; gap: 8mm; align-items: start; }}
figure {{ margin: 0; min-width: 0; }}
figcaption {{ font-size: 11pt; font-weight: 600; margin-bottom: 1mm; }}
svg {{ display: block; width: 100%; height: auto; }}
svg text {{ font-size: 10px; fill: var(--muted); }}
.grid {{ stroke: #e1e5ea; fill: none; }}
.ideal {{ stroke: #6b7480; stroke-dasharray: 4 4; fill: none; }}
.gap {{ stroke: var(--orange); stroke-width: 2; fill: none; }}
.measured {{ stroke: var(--blue); stroke-width: 1.2; fill: none; }}
circle {{ fill: var(--blue); stroke: #fff; }}
rect.hit {{ fill: var(--blue); }}
rect.mistake {{ fill: url(#hatch); stroke: var(--orange); }}
rect.unlabelled {{ fill: #b4bcc8; }}
.key {{ display: inline-block; width: 3.2mm; height: 3.2mm; vertical-align: -.4mm; margin-left: 1mm; }}
.key.hit {{ background: var(--blue); }}
.key.mistake {{ background: repeating-linear-gradient(45deg, var(--orange) 0 2px, #fff 2px 3px);
  outline: 1px solid var(--orange); }}
.key.unlabelled {{ background: #b4bcc8; }}
.slices th[scope=row] {{ min-width: 44mm; }}
.slices td {{ text-align: right; white-space: nowrap; }}
.slices thead th:not(:first-child) {{ text-align: right; }}
.slices small {{ display: block; color: var(--muted); font-weight: 400; font-size: 8pt; }}
.slices .notable > * {{ background: #fdf3e7; }}
.whisker {{ width: 23mm; }}
.interval {{ stroke: var(--ink); stroke-width: 1.6; }}
.categories th {{ width: 50mm; overflow-wrap: anywhere; }}
.categories td:nth-child(2) {{ width: 16mm; text-align: right; padding-right: 4mm; }}
.categories i {{ display: block; height: 3mm; min-width: 1px; background: var(--blue); }}
article {{ border-top: 1px solid var(--line); padding: 3.5mm 0 4mm; }}
article p {{ margin: 1.2mm 0 0; orphans: 4; widows: 4; }}
h3, .verdict, .said {{ break-after: avoid; }}
.tag {{ display: inline-block; border: 1px solid var(--ink); border-radius: 3mm; padding: 0 2.5mm; margin-right: 1.5mm;
  font-weight: 600; font-size: 9pt; max-width: 100%; overflow-wrap: anywhere; }}
.verdict {{ font-size: 9pt; color: #39414c; font-variant-numeric: tabular-nums; }}
b.mistake {{ color: var(--dark-orange); }}
b.hit {{ color: var(--dark-blue); }}
.said {{ border-left: 2.5pt solid var(--blue); padding-left: 3mm; white-space: pre-wrap; overflow-wrap: anywhere; }}
.review {{ font-family: Georgia, "Times New Roman", serif; white-space: pre-wrap; overflow-wrap: anywhere; }}
.cut {{ color: var(--muted); font-style: italic; }}
.tokens {{ font-size: 9pt; color: var(--muted); }}
.tokens span {{ display: inline-block; border-radius: 1mm; padding: 0 1.5mm; margin: .5mm .5mm 0 0; color: var(--ink);
  max-width: 100%; overflow-wrap: anywhere; }}
.tokens .pos {{ background: #fdebd9; }}
.tokens .neg {{ background: #dcebf7; }}
@media print {{ main {{ max-width: none; padding: 0; }} }}
@media screen and (max-width: 640px) {{
  .figures {{ grid-template-columns: 1fr; }}
  .tiles {{ grid-template-columns: repeat(2, 1fr); }}
  .tiles > div:last-child {{ grid-column: span 2; }}
  section {{ overflow-x: auto; }}
}}
"""
