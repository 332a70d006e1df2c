"""Slices of a file: where the network errs more, or less, than elsewhere; a slice shows its reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.workbench.crossings import SUPPORT
from model.workbench.slices import LEVEL, SliceFinding
from views.drawing.cards import sentence_card
from views.drawing.template import render
from views.errors.parts import slice_names
from views.errors.picks import SlicePick


@dataclass(frozen=True, slots=True)
class Whisker:
    """An error rate on its interval, each in percent of the width."""

    low: float
    width: float
    rate: float


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A slice, its names in words, the picture of its rate, and what its button sends."""

    found: SliceFinding
    dimension: str
    name: str
    whisker: Whisker | None
    pick: SlicePick


def slices_card(
    findings: Sequence[SliceFinding], crossings: Sequence[SliceFinding] = (), idle: Sequence[str] = ()
) -> Markup:
    """Each slice with its error rate, interval and how it compares with the rest, those that stand out first; below
    them the crossings of two that stand out. `idle` are columns by which none is made.
    """
    if not findings:
        return sentence_card(gettext("There are no slices to compare: all reviews are alike in what is looked at."))
    ends = [each.high for each in (*findings, *crossings) if each.high is not None]
    end = max(ends, default=1.0) or 1.0
    return render(
        "errors/slices.html",
        rows=[_row(each, end) for each in findings],
        crossings=[_row(each, end) for each in crossings],
        labelled=bool(ends),
        notable=sum(each.stands_out for each in findings),
        level=LEVEL,
        support=SUPPORT,
        idle=idle,
        end=end,
    )


def _row(each: SliceFinding, end: float) -> SliceRow:
    dimensions, names = zip(*slice_names(each.key), strict=True)
    return SliceRow(
        each,
        " × ".join(dimensions),
        " × ".join(names),
        _whisker(each, end),
        SlicePick.model_validate({"slice": each.key}),
    )


def _whisker(each: SliceFinding, end: float) -> Whisker | None:
    if each.rate is None or each.low is None or each.high is None:
        return None
    return Whisker(100 * each.low / end, 100 * (each.high - each.low) / end, 100 * each.rate / end)
