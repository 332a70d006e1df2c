"""An audit: how far it has come, and the accuracy that follows from it beside the one by the file's own labels."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext, marked
from model.workbench.audit import ONE_IN, Audit
from model.workbench.audit_plan import SIMPLE, STRATIFIED
from model.workbench.intervals import Share
from model.workbench.workbench import Workbench
from views.drawing.template import render
from views.errors.parts import note_line
from views.errors.picks import ListPick

DESIGN_NAMES = {
    STRATIFIED: marked("stratified: one mistake to three hits"),
    SIMPLE: marked("simple: all labelled reviews alike"),
}


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share with what it is of; `share` is None where nothing follows yet."""

    name: str
    share: Share | None


@dataclass(frozen=True, slots=True)
class StratumRow:
    """The hits or the mistakes: how many there are, how many are in the sample, and what was said of them."""

    name: str
    rows: int
    drawn: int
    kept: int
    changed: int
    unclear: int
    left: int


def audit_card(bench: Workbench) -> Markup:
    """What an audit is for, and what follows from the sample that was drawn, if one was."""
    found = bench.audit
    return render(
        "errors/audit.html",
        found=found,
        total=len(found.plan.rows) if found else 0,
        design=gettext(DESIGN_NAMES[found.plan.design]) if found else "",
        shares=share_rows(found) if found else (),
        strata=_strata(found) if found else (),
        line=int(bench.table.lines[found.first]) if found and found.first is not None else 0,
        difference=_difference(found) if found else None,
        one_in=ONE_IN,
        pick=ListPick(list="audit"),
    )


def audit_line(bench: Workbench) -> Markup:
    """How far the audit has come, in one sentence; empty where no sample was drawn."""
    found = bench.audit
    if found is None or not found.fits:
        return Markup("")
    sentence = gettext("{gone:,} of the {total:,} reviews of the audit have been gone through.")
    return note_line(sentence.format(gone=found.gone, total=len(found.plan.rows)), live=True)


def share_rows(found: Audit) -> tuple[ShareRow, ...]:
    """The accuracies and the share of wrong labels that follow from it."""
    rows = [
        ShareRow(gettext("accuracy by the labels of the file"), found.uncorrected),
        ShareRow(gettext("accuracy after the audit, for the whole file"), found.accuracy),
        ShareRow(gettext("labels that are wrong, in the whole file"), found.wrong_labels),
    ]
    if found.plan.design == SIMPLE:
        rows.append(ShareRow(gettext("accuracy in the sample alone"), found.plain))
    return tuple(rows)


def _strata(found: Audit) -> tuple[StratumRow, ...]:
    names = (gettext("✓ taken for right"), gettext("✗ taken for wrong"))
    return tuple(
        StratumRow(
            name,
            each.rows,
            each.drawn,
            each.kept,
            each.changed,
            each.unclear,
            each.drawn - each.judged - each.unclear,
        )
        for name, each in zip(names, (found.hits, found.mistakes), strict=True)
    )


def _difference(found: Audit) -> float | None:
    """By how much the accuracy after the audit is higher, a fraction."""
    if found.accuracy is None or found.uncorrected is None:
        return None
    return found.accuracy.value - found.uncorrected.value
