"""What can be said of a file while it is still being scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.tables.labels import NO_LABEL
from model.workbench.slices import wilson

LISTED = 5  # rows that are shown meanwhile


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that is shown: its place in the file, from 0, and its logit."""

    row: int
    logit: float


@dataclass(frozen=True, slots=True)
class SoFar:
    """The rows that were scored, from the first on.

    `rows` and those taken for `positive`; of those that have a label (`labelled`) how many are judged `right`; `listed`
    are the mistakes of which the network was surest, the surest first, or the first rows where none has a label.
    """

    rows: int = 0
    positive: int = 0
    labelled: int = 0
    right: int = 0
    listed: tuple[Listed, ...] = ()

    def and_then(self, logits: np.ndarray, labels: np.ndarray) -> SoFar:
        """With the next rows: `logits` (rows,) float and `labels` (rows,) int, `NO_LABEL` where there is none."""
        labelled, taken = labels != NO_LABEL, logits > 0
        wrong = labelled & (taken != (labels == 1))
        has_labels = bool(self.labelled or labelled.any())
        kept = self.listed if bool(self.labelled) == has_labels else ()  # no first rows beside mistakes
        rows = np.flatnonzero(wrong if has_labels else np.full(len(logits), True)).tolist()
        listed = [*kept, *(Listed(self.rows + row, float(logits[row])) for row in rows)]
        if has_labels:
            listed.sort(key=lambda each: -abs(each.logit))
        return SoFar(
            self.rows + len(logits),
            self.positive + int(np.count_nonzero(taken)),
            self.labelled + int(np.count_nonzero(labelled)),
            self.right + int(np.count_nonzero(labelled & ~wrong)),
            tuple(listed[:LISTED]),
        )

    @property
    def accuracy(self) -> float | None:
        """The share that is judged right, in [0, 1]; None without labels."""
        return self.right / self.labelled if self.labelled else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of `accuracy`, as if the rows so far were drawn at random; None without labels."""
        return wilson(self.right, self.labelled) if self.labelled else None
