"""A few reviews of a trial as they stood before and after: those whose verdict changed first, the farthest of all
first.

Of a text that was rewritten the part that differs is shown, with some words around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from model.normalization import normalize
from model.tables.table import ReviewTable
from model.workbench.hypotheses import Group, Trial, rewritten
from model.workbench.mcnemar import TURNED, Change
from model.workbench.scoring import probabilities

COUNT = 6
AROUND = 60  # characters that are shown beside what differs
LONGEST = 240  # characters of what differs


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of a text: `lead`, then what was `removed`, what was `added` in its place, and the `tail`."""

    lead: str
    removed: str
    added: str
    tail: str


@dataclass(frozen=True, slots=True)
class Example:
    """A row, its `Change`, P(positive) before and after, and where its text differs."""

    row: int
    change: Change
    before: float
    later: float
    excerpt: Excerpt


def find_examples(table: ReviewTable, trial: Trial, group: Group) -> tuple[Example, ...]:
    """Up to `COUNT` rows of a group of the trial."""
    moved = np.abs(group.later - group.logits)
    order = np.lexsort([-moved, ~np.isin(group.changes, TURNED)])[:COUNT]
    before, later = probabilities(group.logits), probabilities(group.later)
    return tuple(
        Example(
            int(group.rows[place]),
            Change(int(group.changes[place])),
            float(before[place]),
            float(later[place]),
            _of_row(table, trial, int(group.rows[place])),
        )
        for place in order.tolist()
    )


def _of_row(table: ReviewTable, trial: Trial, row: int) -> Excerpt:
    text = table.texts[row]
    return excerpt(normalize(text), rewritten(trial.intervention, text))


def excerpt(before: str, after: str) -> Excerpt:
    """From the first word that differs to the last; the beginning of the text where nothing does."""
    if before == after:
        return Excerpt(_cut(before, LONGEST), "", "", "")
    old, new = before.split(" "), after.split(" ")
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    lead, tail = " ".join(old[:start]), " ".join(old[len(old) - end :])
    return Excerpt(
        lead if len(lead) <= AROUND else "…" + lead[-AROUND:],
        _cut(" ".join(old[start : len(old) - end]), LONGEST),
        _cut(" ".join(new[start : len(new) - end]), LONGEST),
        _cut(tail, AROUND),
    )


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words are the same, from the first on."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
