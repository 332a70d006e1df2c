"""What a person said of the labels of a file: that one is right, that it is the other one, or that nobody can tell.

A note's label says it: the file's own label, the other one, or `UNCLEAR`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np

from model.tables.labels import NO_LABEL
from model.workbench.note import UNCLEAR, Note


class Verdict(IntEnum):
    """What was said of a row's label; `GIVEN` is a label where the file has none."""

    UNSAID = 0
    KEPT = 1
    CHANGED = 2
    NOT_CLEAR = 3
    GIVEN = 4


def verdicts(labels: np.ndarray, notes: Mapping[int, Note]) -> np.ndarray:
    """The `Verdict` on each row, (rows,) int8. `labels` (rows,) are the file's; notes on other rows count nowhere."""
    said = _said(labels, notes)
    changed = np.where(labels == NO_LABEL, Verdict.GIVEN, Verdict.CHANGED)
    found = np.where(said == labels, Verdict.KEPT, changed)
    found = np.where(said == UNCLEAR, Verdict.NOT_CLEAR, found)
    return np.where(said == NO_LABEL, Verdict.UNSAID, found).astype(np.int8)


def corrected_labels(labels: np.ndarray, notes: Mapping[int, Note]) -> np.ndarray:
    """The labels as they were corrected, (rows,) int8: 1, 0, or -1 for none; one that is unclear is none."""
    said = _said(labels, notes)
    return np.where(said == NO_LABEL, labels, np.where(said == UNCLEAR, NO_LABEL, said)).astype(np.int8)


def _said(labels: np.ndarray, notes: Mapping[int, Note]) -> np.ndarray:
    """The label of each row's note, (rows,) int8, -1 where there is none."""
    said = np.full(len(labels), NO_LABEL, dtype=np.int8)
    for row, note in notes.items():
        if row < len(said):
            said[row] = note.label
    return said
