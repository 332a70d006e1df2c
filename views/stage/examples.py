"""The example reviews: what a reader takes each to mean, and two that ask why a network is fooled by them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from model.assets import ASSETS
from model.language import gettext, marked

EXAMPLES = ASSETS / "examples.json"


@dataclass(frozen=True, slots=True)
class Turn:
    """A word that turns another one round for a reader: both as they stand in the review, and what a reader does with
    them.
    """

    turner: str
    turned: str
    why: str


@dataclass(frozen=True, slots=True)
class Example:
    """A review with its name; a reader takes it to be `meant`, "positive" or "negative". `turn` is what it asks about;
    None of one that is there to be read alone.
    """

    name: str
    meant: str
    text: str
    turn: Turn | None = None

    @property
    def label(self) -> str:
        """What it is called on the page."""
        return gettext(_LABELS.get(self.name, self.name))


_LABELS = {
    "mixed": marked("mixed"),
    "negated": marked("two negations"),
    "ironic": marked("irony"),
    "short": marked("short"),
    "unknown words": marked("unknown words"),
    "long": marked("long"),
}
_TURNS = {
    "ironic": Turn(
        "Oh",
        "great",
        marked(
            "“great” and “loved” are friendly words. What is hostile is what they are said of, and the “Oh” before: a "
            "reader turns “great” round."
        ),
    ),
    "negated": Turn(
        "not",
        "bad",
        marked("Two negations cancel: a film of which one would not say that it is bad is a good one."),
    ),
}


def read_examples(path: Path = EXAMPLES) -> tuple[Example, ...]:
    """The examples, in their order.

    Raises `OSError`, and `KeyError` or `TypeError` for fields that are missing or not an example's.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Example(**each, turn=_TURNS.get(each["name"])) for each in stored)
