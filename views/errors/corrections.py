"""What a person can say of a review's label: its choices, their keys, and what of it is kept in a note."""

from __future__ import annotations

from model.language import gettext, marked
from model.tables.labels import LABEL_NAMES, NO_LABEL
from model.workbench.note import UNCLEAR

UNSAID, RIGHT, NOT_CLEAR = marked("nothing said"), marked("right"), marked("unclear")
CORRECTIONS = {
    UNSAID: NO_LABEL,
    **{name: label for label, name in LABEL_NAMES.items()},
    NOT_CLEAR: UNCLEAR,
}  # beside these `RIGHT`, which is the file's own label
CHOICES = (UNSAID, RIGHT, *LABEL_NAMES.values(), NOT_CLEAR)
CORRECTING_KEYS = {"+": LABEL_NAMES[1], "-": LABEL_NAMES[0], "=": UNSAID, "r": RIGHT, "u": NOT_CLEAR}


def label_said(choice: str, label: int) -> int:
    """What a note keeps of a choice about a row that the file labels so: 1, 0, `UNCLEAR` or `NO_LABEL`."""
    return label if choice == RIGHT else CORRECTIONS[choice]


def choice_of(said: int, label: int) -> str:
    """The choice that a note's label stands for, about a row that the file labels so."""
    if said == label != NO_LABEL:
        return RIGHT
    return next(name for name, kept in CORRECTIONS.items() if kept == said)


def correction_words(said: int, label: int) -> str:
    """A note's label in words; empty where it says nothing."""
    return "" if said == NO_LABEL else gettext(choice_of(said, label))
