"""What the cards of the Errors tab share: marks and names of outcomes and labels, the beginning of a review."""

from __future__ import annotations

from markupsafe import Markup

from model.language import gettext, marked
from model.tables.labels import LABEL_NAMES
from model.workbench.overview import HITS, MISTAKES, Outcome
from views.drawing.template import render

SNIPPET = 90  # characters of a review in a list

MARKS = {**dict.fromkeys(HITS, "✓"), **dict.fromkeys(MISTAKES, "✗"), Outcome.UNLABELLED: "·"}
_OUTCOMES = {
    Outcome.TRUE_POSITIVE: marked("true positive"),
    Outcome.FALSE_POSITIVE: marked("false positive"),
    Outcome.TRUE_NEGATIVE: marked("true negative"),
    Outcome.FALSE_NEGATIVE: marked("false negative"),
    Outcome.UNLABELLED: marked("unlabelled"),
}


def outcome_name(outcome: Outcome) -> str:
    """An outcome in words."""
    return gettext(_OUTCOMES[outcome])


def label_name(label: int, none: str = "–") -> str:
    """A label in words; `none` where there is none."""
    return gettext(LABEL_NAMES[label]) if label in LABEL_NAMES else none


def snippet(text: str, length: int = SNIPPET) -> str:
    """The beginning of a review on one line, as text."""
    line = " ".join(text[: 4 * length].replace("<br />", " ").split())
    return line if len(line) <= length and len(text) <= 4 * length else line[: length - 1] + "…"


def note_line(sentence: str, live: bool = False) -> Markup:
    """A short remark below what it is about; `live` ones are read out when they change."""
    return render("errors/note.html", sentence=sentence, live=live)
