"""A hypothesis as it was tested: what became of the slice and of its control, side by side, with a few reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext, joined
from model.tables.table import ReviewTable
from model.workbench.excerpts import Example, find_examples
from model.workbench.hypotheses import POOL, SEED, Group, Intervention, Trial
from model.workbench.matching import TOKENS, TOLERANCE
from model.workbench.mcnemar import Change
from model.workbench.rewrites import NAMES
from model.workbench.slices import corrected
from model.workbench.workbench import HYPOTHESIS
from views.drawing.template import render
from views.errors.picks import ChangePick, RowPick

FEW = 10  # reviews of a control that say something
COUNTED = (Change.FIXED, Change.BROKEN, Change.DIFFER)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many verdicts changed so; `pick` shows their reviews, None in the control."""

    name: str
    count: int
    pick: ChangePick | None


@dataclass(frozen=True, slots=True)
class Side:
    """The slice, or its control."""

    name: str
    group: Group
    counted: tuple[Counted, ...]
    examples: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A review before and after, what became of it, and what its button sends."""

    example: Example
    change: str
    pick: RowPick


@dataclass(frozen=True, slots=True)
class Tried:
    """One of the hypotheses that were tested on this file: its p of the slice, and q over all of them."""

    name: str
    trial: Trial
    q: float | None


def about(intervention: Intervention) -> str:
    """What an intervention does, in words."""
    if not intervention.about:
        return ""
    names = joined(" – ".join(pair) for pair in NAMES)
    return gettext(intervention.about).format(names=names)


def trial_card(table: ReviewTable, trials: Sequence[Trial]) -> Markup:
    """The last of the hypotheses that were tested, and below it all of them, where there are others."""
    trial = trials[-1]
    groups = [trial.group, *([trial.control] if trial.control else [])]
    seen = [each for each in COUNTED if each is not Change.DIFFER or any((one.changes == each).any() for one in groups)]
    names = (gettext("slice"), gettext("control"))
    sides = [_side(table, trial, group, seen, name) for group, name in zip(groups, names, strict=False)]
    card = render(
        "errors/hypotheses.html",
        trial=trial,
        name=gettext(trial.intervention.name),
        about=about(trial.intervention),
        sides=sides,
        changes=[gettext(each.words) for each in seen],
        labelled=trial.group.paired.rows > 0,
        chosen=_chosen_by_outcome(trial.group),
        tokens=TOKENS,
        tolerance=f"{100 * TOLERANCE:g}",
        pool=POOL,
        seed=SEED,
        few=FEW if trial.control and len(trial.control.rows) < FEW else 0,
    )
    return card + tried_card(trials) if len(trials) > 1 else card


def tried_card(trials: Sequence[Trial]) -> Markup:
    """All hypotheses that were tested, corrected for their number; nothing where there is none."""
    if not trials:
        return Markup()
    q = corrected([each.group.paired.p for each in trials])
    tried = [Tried(gettext(each.intervention.name), each, q) for each, q in zip(trials, q, strict=True)]
    return render("errors/tried.html", tried=tried)


def _side(table: ReviewTable, trial: Trial, group: Group, seen: Sequence[Change], name: str) -> Side:
    """A group, its counts of the changes that are `seen`, in their order, and its examples."""
    counted = tuple(_counted(group, each, pressed=group is trial.group) for each in seen)
    examples = find_examples(table, trial, group)
    return Side(name, group, counted, tuple(Shown(e, gettext(e.change.words), RowPick(row=e.row)) for e in examples))


def _chosen_by_outcome(group: Group) -> str:
    """What is to be said of a slice in which all verdicts are right, or all wrong: it can only change one way."""
    if group.paired.before == 0:
        return gettext(
            "But every verdict of the slice is wrong before, so that whatever is changed can only fix it: choose the "
            "slice by something else than its outcome to compare it with a control."
        )
    if group.paired.before == 1:
        return gettext(
            "But every verdict of the slice is right before, so that whatever is changed can only break it: choose the "
            "slice by something else than its outcome to compare it with a control."
        )
    return ""


def _counted(group: Group, change: Change, pressed: bool) -> Counted:
    count = int((group.changes == change).sum())
    pick = ChangePick(change=(HYPOTHESIS, change)) if pressed and count else None
    return Counted(gettext(change.words), count, pick)
