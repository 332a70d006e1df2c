"""What the cards of the Errors tab share: marks and names of outcomes and labels, the beginning of a review."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from model.language import gettext, marked
from model.tables.labels import LABEL_NAMES
from model.traits import DIMENSIONS
from model.workbench.filters import DOWNWARDS
from model.workbench.overview import HITS, MISTAKES, Outcome
from model.workbench.partitions import EMPTY, OTHERS, OWN
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


def sorted_by(name: str) -> str:
    """What reviews are sorted by, a dimension or an order, in words; a person's own column keeps its name."""
    for pattern in (DOWNWARDS, OWN):  # the longer one first
        before, after = pattern.split("{name}")
        if name.startswith(before) and name.endswith(after):
            return gettext(pattern).format(name=name[len(before) : -len(after)])
    return gettext(name)


def slice_name(dimension: str, name: str) -> str:
    """A slice of a dimension, in words; the values of a person's own column stay as they are."""
    return gettext(name) if dimension in DIMENSIONS or name in (EMPTY, OTHERS) else name


def slice_names(key: Sequence[str]) -> list[tuple[str, str]]:
    """Of each slice that a `SliceFinding.key` names, the dimension and the slice in words."""
    return [(sorted_by(each), slice_name(each, name)) for each, name in zip(key[::2], key[1::2], strict=True)]


def snippet(text: str, length: int = SNIPPET) -> str:
    """The beginning of a review on one line, as text."""
    line = " ".join(text[: 4 * length].replace("<br />", " ").split())
    return line if len(line) <= length and len(text) <= 4 * length else line[: length - 1] + "…"


def note_line(sentence: str, live: bool = False) -> Markup:
    """A short remark below what it is about; `live` ones are read out when they change."""
    return render("errors/note.html", sentence=sentence, live=live)
