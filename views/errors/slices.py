"""Slices of a file: where the network errs more, or less, than elsewhere; a slice shows its reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.workbench.slices import LEVEL, SliceFinding
from views.drawing.template import render
from views.errors.parts import sentence_card
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


def slices_card(findings: Sequence[SliceFinding]) -> Markup:
    """Each slice with its error rate, interval and how it compares with the rest; those that stand out first."""
    if not findings:
        return sentence_card(gettext("There are no slices to compare: all reviews are alike in what is looked at."))
    ends = [each.high for each in findings if each.high is not None]
    end = max(ends, default=1.0) or 1.0
    return render(
        "errors/slices.html",
        rows=[_row(each, end) for each in findings],
        labelled=bool(ends),
        notable=sum(each.stands_out for each in findings),
        level=LEVEL,
        end=end,
    )


def _row(each: SliceFinding, end: float) -> SliceRow:
    pick = SlicePick(slice=(each.dimension, each.name))
    return SliceRow(each, gettext(each.dimension), gettext(each.name), _whisker(each, end), pick)


def _whisker(each: SliceFinding, end: float) -> Whisker | None:
    if each.rate is None or each.low is None or each.high is None:
        return None
    return Whisker(100 * each.low / end, 100 * (each.high - each.low) / end, 100 * each.rate / end)
