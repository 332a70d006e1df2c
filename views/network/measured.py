"""What was measured of a checkpoint, beyond its accuracy: slices, behaviour, faithfulness.

Each is plain tables that open on demand, after a sentence on how to read them; the sentences are those of the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from model.attribution.faithfulness import Erasure, FaithfulnessReport, aopc
from model.evaluation.card import SLICES_NOTE, behaviour_note, faithfulness_note, winner_note
from model.language import gettext
from model.metrics import Capability, Report, Slice
from views.drawing.numbers import minus
from views.drawing.template import render


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text; the first column names the rows."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What opens on demand: how to read it, its tables, and what follows from them, "" where nothing does."""

    title: str
    note: str
    tables: tuple[Table, ...]
    verdict: str = ""


def measured(report: Report | None, faithfulness: FaithfulnessReport | None) -> Markup:
    """All that is stored of it, as disclosures; "" where nothing is."""
    parts = []
    if report and report.slices:
        parts.append(_slices(report.slices))
    if report and report.behaviour:
        parts.append(_behaviour(report.behaviour))
    if faithfulness:
        parts.append(_faithfulness(faithfulness))
    return render("network/measured.html", disclosures=parts)


def _slices(slices: Sequence[Slice]) -> Disclosure:
    head = (
        gettext("reviews"),
        gettext("accuracy"),
        gettext("calibration error"),
        gettext("before the temperature"),
        gettext("by chance alone"),
    )
    tables = []
    for kind, members in groupby(slices, key=lambda each: each.kind):
        rows = tuple(
            (
                gettext(each.name),
                f"{each.reviews:,}",
                _percent(each.accuracy),
                _percent(each.ece),
                _percent(each.uncalibrated_ece),
                "–" if each.chance_ece is None else _percent(each.chance_ece),
            )
            for each in members
        )
        caption = gettext("Test reviews by {kind}").format(kind=gettext(kind))
        tables.append(Table(caption, (gettext(kind), *head), rows))
    title = gettext("More than accuracy: length, negation, unknown words")
    return Disclosure(title, gettext(SLICES_NOTE), tuple(tables))


def _behaviour(behaviour: Sequence[Capability]) -> Disclosure:
    rows = tuple((gettext(each.name), str(each.passed), str(each.cases), _percent(each.rate, 0)) for each in behaviour)
    head = (gettext("capability"), gettext("passed"), gettext("cases"), gettext("rate"))
    table = Table(gettext("Behavioural cases by capability"), head, rows)
    return Disclosure(gettext("Behaviour: what it can and cannot read"), behaviour_note(behaviour), (table,))


def _faithfulness(found: FaithfulnessReport) -> Disclosure:
    random = gettext("random order")
    head = (
        gettext("method"),
        gettext("AOPC"),
        gettext("tau"),
        gettext("seconds a review"),
        gettext("delta, median"),
        gettext("delta, 95th percentile"),
    )
    methods = [
        (
            gettext(each.method),
            _number(each.aopc),
            _number(each.tau),
            f"{each.seconds:.2f}",
            _share(each.median_delta),
            _share(each.p95_delta),
        )
        for each in found.ranking
    ]
    methods.append((random, _number(aopc(found.random)), "–", "–", "–", "–"))
    curves = [_Curve(gettext(each.method), each.erasures) for each in found.ranking]
    curves.append(_Curve(random, found.random))
    tables = (
        Table(gettext("Attribution methods, the most faithful first"), head, tuple(methods)),
        _comprehensiveness(curves),
        _sufficiency(curves),
    )
    title = gettext("Faithfulness: which attribution method to trust")
    return Disclosure(title, faithfulness_note(found), tables, winner_note(found))


@dataclass(frozen=True, slots=True)
class _Curve:
    """What a method's order does to the verdict, share by share."""

    name: str
    erasures: Sequence[Erasure]


def _comprehensiveness(curves: Sequence[_Curve]) -> Table:
    rows = tuple((each.name, *(_number(point.comprehensiveness) for point in each.erasures)) for each in curves)
    return Table(gettext("Comprehensiveness, by the share of tokens removed"), _shares(curves[0]), rows)


def _sufficiency(curves: Sequence[_Curve]) -> Table:
    rows = tuple((each.name, *(_number(point.sufficiency) for point in each.erasures)) for each in curves)
    return Table(gettext("Sufficiency, by the share of tokens that are left"), _shares(curves[0]), rows)


def _shares(curve: _Curve) -> tuple[str, ...]:
    return (gettext("method"), *(f"{point.share} %" for point in curve.erasures))


def _percent(fraction: float, digits: int = 1) -> str:
    return f"{100 * fraction:.{digits}f} %"


def _share(fraction: float | None) -> str:
    return "–" if fraction is None else _percent(fraction, 2)


def _number(value: float) -> str:
    return minus(f"{value:.3f}")
