"""Rows that are gone through as a list made elsewhere, in its own order: an audit's sample, suspected labels."""

from __future__ import annotations

from dataclasses import dataclass

from model.language import gettext, marked
from model.workbench.workbench import Workbench
from views.errors.picks import ListPick

_NAMES = {"audit": marked("the sample of the audit"), "suspects": marked("labels suspected wrong")}


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list, in its order; `name` is that of `ListPick`."""

    name: str
    rows: tuple[int, ...]


def listed(bench: Workbench, pick: ListPick) -> Listed:
    """The list that was pressed, as it is now; empty where there is none."""
    if pick.list == "suspects":
        return Listed(pick.list, tuple(each.row for each in bench.suspects.rows))
    found = bench.audit
    return Listed(pick.list, found.plan.rows if found and found.fits else ())


def list_name(found: Listed) -> str:
    """The list in words."""
    return gettext(_NAMES[found.name])


def first_of(bench: Workbench, pick: ListPick) -> int | None:
    """The row with which to go on: the first of the sample of which nothing was said; None where it is not known."""
    found = bench.audit
    return found.first if pick.list == "audit" and found and found.fits else None
