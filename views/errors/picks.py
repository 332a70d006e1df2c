"""What is pressed in the Errors tab's HTML: a button carries its pick as JSON, and picks.js sends it."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from model.errors import ReviewError
from model.language import gettext
from model.workbench.mcnemar import Change
from model.workbench.overview import Outcome

PICKED = "pick"  # the event: something was chosen


class _Sendable(BaseModel):
    """One thing that a button says: its only field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def sent(self) -> str:
        """What the button carries."""
        return json.dumps(self.model_dump(mode="json"))


class RowPick(_Sendable):
    """A row to be explained, from 0."""

    row: int


class OutcomesPick(_Sendable):
    """The rows of these outcomes."""

    outcomes: tuple[Outcome, ...]


class SlicePick(_Sendable):
    """The rows of a slice: its dimension and its name; of a crossing those of the other slice, too."""

    slice: tuple[str, str] | tuple[str, str, str, str]


class WordPick(_Sendable):
    """The rows that hold a word of the vocabulary, or several, between which a space stands, in this order."""

    word: str


class ChangePick(_Sendable):
    """The rows that changed so from one reading to the other: in which comparison, a key of `Workbench.compared`."""

    change: tuple[str, Change]


class ListPick(_Sendable):
    """The rows of the sample that was drawn for an audit, or those whose label is suspected, in their order."""

    list: Literal["audit", "suspects"]


Pick = RowPick | OutcomesPick | SlicePick | WordPick | ChangePick | ListPick
Narrowing = SlicePick | WordPick | ChangePick  # what the list of reviews is narrowed to, beside its filters

_PICKS: TypeAdapter[Pick] = TypeAdapter(Pick)


def read_pick(sent: str | None) -> Pick | None:
    """What was pressed; None where nothing was. Raises `ReviewError` for what no button sends."""
    if not sent:
        return None
    try:
        return _PICKS.validate_json(sent)
    except ValidationError:
        raise ReviewError(gettext("There is nothing of that kind to show.")) from None
