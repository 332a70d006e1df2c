"""Two checkpoints on one file: what was fixed and what broke, whose reviews can be seen, and how it is by slice."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.workbench.mcnemar import Change
from model.workbench.slices import LEVEL
from model.workbench.versus import Versus, VersusSlice
from model.workbench.workbench import CHECKPOINTS
from views.drawing.template import render
from views.errors.parts import slice_name, sorted_by
from views.errors.picks import ChangePick, SlicePick


@dataclass(frozen=True, slots=True)
class ChangeCell:
    """How many rows changed so; `share` is of those that could have, in [0, 1]."""

    change: Change
    count: int
    share: float

    @property
    def wrong(self) -> bool:
        """Whether the second verdict is wrong."""
        return self.change in (Change.BROKEN, Change.BOTH_WRONG)

    @property
    def words(self) -> str:
        """The change in words."""
        return gettext(self.change.words)

    @property
    def pick(self) -> ChangePick:
        """What its button sends."""
        return ChangePick(change=(CHECKPOINTS, self.change))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """The rows on which the first checkpoint is right, or wrong: the second right, the second wrong."""

    name: str
    cells: tuple[ChangeCell, ...]


@dataclass(frozen=True, slots=True)
class VersusRow:
    """A slice, its names in words, and what its button sends."""

    found: VersusSlice
    dimension: str
    name: str
    pick: SlicePick


def versus_card(found: Versus) -> Markup:
    """The comparison over all rows, and by slice."""
    labelled, unlabelled = found.paired.rows, found.counts[Change.DIFFER] + found.counts[Change.ALIKE]
    right = gettext("{name} is right").format(name=found.first)
    wrong = gettext("{name} is wrong").format(name=found.first)
    return render(
        "errors/versus.html",
        first=found.first,
        second=found.second,
        found=found.paired,
        rows=(
            ChangeRow(right, _cells(found, labelled, Change.BOTH_RIGHT, Change.BROKEN)),
            ChangeRow(wrong, _cells(found, labelled, Change.FIXED, Change.BOTH_WRONG)),
        ),
        unlabelled=unlabelled,
        differ=_cell(found, unlabelled, Change.DIFFER),
        slices=[_row(each) for each in found.slices],
        notable=sum(each.stands_out for each in found.slices),
        level=LEVEL,
    )


def _cells(found: Versus, of: int, *changes: Change) -> tuple[ChangeCell, ...]:
    return tuple(_cell(found, of, each) for each in changes)


def _cell(found: Versus, of: int, change: Change) -> ChangeCell:
    return ChangeCell(change, found.counts[change], found.counts[change] / of if of else 0.0)


def _row(each: VersusSlice) -> VersusRow:
    pick = SlicePick(slice=(each.dimension, each.name))
    return VersusRow(each, sorted_by(each.dimension), slice_name(each.dimension, each.name), pick)
