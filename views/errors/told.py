"""What the script of the Errors tab tells the server: what was said of rows, and what this browser keeps.

All of it comes from outside, in part from what somebody's browser keeps: it is parsed once, here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from model.errors import ReviewError
from model.language import gettext
from model.workbench.note import MAX_NOTE, MAX_NUMBER

MAX_SAID = 100_000  # rows in one message
_LONGEST = 300  # characters of a name

Name = Annotated[str, Field(max_length=_LONGEST)]
Text = Annotated[str, Field(max_length=2 * MAX_NOTE)]  # what a note may hold is checked when it is kept
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a row, from 0: its category, its note, the choice of a corrected label; None: nothing new."""

    row: Annotated[int, Field(ge=0, le=MAX_NUMBER)]
    category: Name | None = None
    text: Text | None = None
    choice: Name | None = None


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A note on another file: `mark` is that of its row's text."""

    mark: Name
    category: Name = ""
    text: Text = ""
    choice: Name = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Notes on another file that the browser keeps; `at` is when the last of them was written."""

    key: Key
    name: Name
    digest: Name
    checkpoint: Name
    at: datetime
    notes: Annotated[tuple[KeptNote, ...], Field(max_length=MAX_SAID)]


@dataclass(frozen=True, slots=True)
class Found:
    """How many notes on this file the browser kept, and when the last of them was written."""

    count: Annotated[int, Field(ge=1, le=MAX_SAID)]
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One message: its `number`, the `file` (key) that it is about, what was `said`, in which rows by another tab.

    `found` are notes on this file, `others` those on others; with `adopt` they are to be taken over.
    """

    number: int
    file: Key
    said: Annotated[tuple[Said, ...], Field(max_length=MAX_SAID)] = ()
    elsewhere: tuple[int, ...] = ()
    found: Found | None = None
    others: Annotated[tuple[Other, ...], Field(max_length=3)] = ()
    adopt: bool = False


_TOLD = TypeAdapter(Told)


def read_told(sent: object) -> Told:
    """One message. Raises `ReviewError` for what the script does not send."""
    try:
        return _TOLD.validate_python(sent)
    except ValidationError:
        raise ReviewError(
            gettext("What this browser keeps of its notes cannot be read; the page goes on without it.")
        ) from None
