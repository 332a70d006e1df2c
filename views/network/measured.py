"""HTML for what was measured of a checkpoint, beyond its accuracy: slices, behaviour, faithfulness.

Each is a plain table that opens on demand, after a sentence on how to read it. Names come from files: all is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from model.attribution.faithfulness import Erasure, FaithfulnessReport, aopc
from model.evaluation.card import SLICES_NOTE, behaviour_note, faithfulness_note, winner_note
from model.metrics import Capability, Report, Slice
from views.drawing.numbers import minus


def measured(report: Report | None, faithfulness: FaithfulnessReport | None) -> str:
    """All that is stored of it, as disclosures; "" where nothing is."""
    parts = []
    if report and report.slices:
        parts.append(_disclosure("More than accuracy: length, negation, unknown words", _slices(report.slices)))
    if report and report.behaviour:
        parts.append(_disclosure("Behaviour: what it can and cannot read", _behaviour(report.behaviour)))
    if faithfulness:
        parts.append(_disclosure("Faithfulness: which attribution method to trust", _faithfulness(faithfulness)))
    return "".join(parts)


def _disclosure(title: str, content: str) -> str:
    return f'<details class="gs-card gs-measured"><summary>{escape(title)}</summary>{content}</details>'


def _slices(slices: Sequence[Slice]) -> str:
    head = ("reviews", "accuracy", "calibration error", "before the temperature")
    tables = []
    for kind, members in groupby(slices, key=lambda each: each.kind):
        rows = [
            (each.name, f"{each.reviews:,}", *map(_percent, (each.accuracy, each.ece, each.uncalibrated_ece)))
            for each in members
        ]
        tables.append(_table(f"Test reviews by {kind}", (kind, *head), rows))
    return _note(SLICES_NOTE) + "".join(tables)


def _behaviour(behaviour: Sequence[Capability]) -> str:
    rows = [(each.name, str(each.passed), str(each.cases), _percent(each.rate, 0)) for each in behaviour]
    table = _table("Behavioural cases by capability", ("capability", "passed", "cases", "rate"), rows)
    return _note(behaviour_note(behaviour)) + table


def _faithfulness(found: FaithfulnessReport) -> str:
    head = ("method", "AOPC", "tau", "seconds a review", "delta, median", "delta, 95th percentile")
    methods = [
        (
            each.method,
            _number(each.aopc),
            _number(each.tau),
            f"{each.seconds:.2f}",
            _share(each.median_delta),
            _share(each.p95_delta),
        )
        for each in found.ranking
    ]
    methods.append(("random order", _number(aopc(found.random)), *["–"] * 4))
    curves = [*((each.method, each.erasures) for each in found.ranking), ("random order", found.random)]
    return (
        _note(faithfulness_note(found))
        + _table("Attribution methods, the most faithful first", head, methods)
        + _erasures("Comprehensiveness, by the share of tokens removed", "comprehensiveness", curves)
        + _erasures("Sufficiency, by the share of tokens that are left", "sufficiency", curves)
        + _note(winner_note(found))
    )


def _erasures(caption: str, measure: str, curves: Sequence[tuple[str, Sequence[Erasure]]]) -> str:
    shares = [f"{erasure.share} %" for erasure in curves[0][1]]
    rows = [(name, *(_number(getattr(erasure, measure)) for erasure in erasures)) for name, erasures in curves]
    return _table(caption, ("method", *shares), rows)


def _table(caption: str, head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names the rows. All cells are text, escaped here."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    return (
        f'<div role="group" tabindex="0" aria-label="{escape(caption)}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _note(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _percent(fraction: float, digits: int = 1) -> str:
    return f"{100 * fraction:.{digits}f} %"


def _share(fraction: float | None) -> str:
    return "–" if fraction is None else _percent(fraction, 2)


def _number(value: float) -> str:
    return minus(f"{value:.3f}")
