"""What corrected labels change: the measures of a file before and after, and the places of its slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.workbench.corrected import LEAST, Correction, Measured, MovedSlice
from model.workbench.intervals import Share
from views.drawing.cards import sentence_card
from views.drawing.numbers import signed
from views.drawing.template import render
from views.errors.picks import SlicePick

SHOWN = 20  # slices whose place, rate or mark has changed


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure before and after as text, with its interval where it has one, and the difference."""

    name: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A slice before and after, its names in words, and what its button sends."""

    moved: MovedSlice
    name: str
    pick: SlicePick


def corrected_card(found: Correction) -> Markup:
    """What was said of labels, and what it changes."""
    if not found.said.altering and not found.said.kept_mistakes + found.said.kept_hits:
        return sentence_card(
            gettext(
                "No label has been corrected yet. Say of a review's label that it is right, positive, negative or "
                "unclear, and what it changes is counted here."
            )
        )
    moved = [each for each in found.slices if each.moved]
    return render(
        "errors/corrected.html",
        said=found.said,
        measures=list(measure_rows(found.before, found.after)),
        missing=found.after.missing,
        slices=[_slice(each) for each in moved[:SHOWN]],
        moved=len(moved),
        all=len(found.slices),
        tau=found.tau,
        least=LEAST,
    )


def measure_rows(before: Measured, after: Measured) -> Iterator[MeasureRow]:
    """Each measure of a file before and after its labels were corrected."""
    yield MeasureRow(
        gettext("labelled reviews"),
        f"{before.labelled:,}",
        f"{after.labelled:,}",
        signed(after.labelled - before.labelled, 0),
    )
    for name, one, other in (
        (gettext("accuracy"), before.accuracy, after.accuracy),
        (gettext("right among the positive"), before.positive, after.positive),
        (gettext("right among the negative"), before.negative, after.negative),
    ):
        yield MeasureRow(name, _share(one), _share(other), _step(_value(one), _value(other), 100, 2))
    first, second = before.metrics, after.metrics
    for name, left, right in (
        (gettext("F1 (positive)"), first.f1, second.f1),
        (gettext("ROC AUC"), first.roc_auc, second.roc_auc),
        (gettext("log loss (nats)"), first.log_loss, second.log_loss),
    ):
        yield MeasureRow(name, _number(left), _number(right), _step(left, right, 1, 4))
    name = gettext("calibration error (ECE)")
    yield MeasureRow(name, _percent(first.ece), _percent(second.ece), _step(first.ece, second.ece, 100, 2))


def _value(share: Share | None) -> float | None:
    return None if share is None else share.value


def _share(share: Share | None) -> str:
    if share is None:
        return "–"
    interval = gettext("{low:.1f} to {high:.1f}").format(low=100 * share.low, high=100 * share.high)
    return f"{_percent(share.value)} ({interval})"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _step(before: float | None, after: float | None, scale: int, digits: int) -> str:
    if before is None or after is None:
        return "–"
    return signed(scale * (after - before), digits)


def _slice(each: MovedSlice) -> SliceRow:
    names = [gettext(part) for part in each.before.key]
    return SliceRow(each, ": ".join(names), SlicePick.model_validate({"slice": each.before.key}))
