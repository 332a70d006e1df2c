"""Two checkpoints on one file: what the second one fixes, what it breaks, where both err; over all rows and by slice.

Both read the same rows, so they are compared row by row: see `model.workbench.mcnemar`. In each slice McNemar's exact
test asks whether the two do differ there; since dozens are compared, those that stand out are chosen at a false
discovery rate of 5 % (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.network.checkpoint import Checkpoint
from model.tables.table import ReviewTable
from model.workbench.mcnemar import TURNED, Change, Paired, changes, paired
from model.workbench.partitions import dimensions, partition
from model.workbench.scoring import Scores, fingerprint, score_chunks
from model.workbench.slices import LEVEL, corrected


@dataclass(frozen=True, slots=True)
class VersusSlice:
    """How two checkpoints compare on the `rows` that are alike in one respect, `dimension`, by `name`.

    `differ` counts verdicts that are not the same, with a label or without. `q` is the p of `paired`, adjusted for all
    slices that were compared; None without a labelled row.
    """

    dimension: str
    name: str
    rows: int
    differ: int
    paired: Paired
    q: float | None = None

    @property
    def stands_out(self) -> bool:
        """Whether one of the two is right more often than the other here, beyond what chance explains."""
        return self.q is not None and self.q < LEVEL


@dataclass(frozen=True, slots=True)
class Versus:
    """How the checkpoint `second` compares with `first`, which scored the file.

    `changes` (rows,) int8 has the `Change` of each row, and `logits` (rows,) float32 are the second one's. `counts`
    says how many rows have each `Change`, `paired` compares them over all rows with a label. `slices` stand as in
    `find_versus_slices`.
    """

    first: str
    second: str
    changes: np.ndarray
    logits: np.ndarray
    counts: tuple[int, ...]
    paired: Paired
    slices: tuple[VersusSlice, ...]

    @property
    def differ(self) -> int:
        """How many rows have two verdicts."""
        return sum(self.counts[each] for each in TURNED)


def check_second(first: Checkpoint, second: Checkpoint) -> None:
    """Raise `ReviewError` where both are the same network, by whatever name."""
    if first.name == second.name:
        sentence = gettext("'{name}' has scored this file already: choose another checkpoint to compare it with.")
        raise ReviewError(sentence.format(name=first.name))
    if fingerprint(first) == fingerprint(second):
        sentence = gettext("'{second}' is the same network as '{first}', weight for weight: choose another one.")
        raise ReviewError(sentence.format(first=first.name, second=second.name))


def second_logits(checkpoint: Checkpoint, table: ReviewTable) -> Generator[np.ndarray]:
    """Read all rows by another checkpoint: the logits (n,) float32 of the next rows, part for part, until all are read.

    Nothing else is kept. A consumer that has enough closes the generator. Raises `ReviewError` as `score_chunks` does.
    """
    with closing(score_chunks(checkpoint, table.texts)) as parts:
        for part in parts:
            yield part.logits


def compare(table: ReviewTable, scores: Scores, second: str, logits: np.ndarray) -> Versus:
    """`scores` of the first checkpoint against the `logits` (rows,) of the one by the name `second`."""
    found = changes(table.labels, scores.predicted, logits > 0)
    counts = tuple(np.bincount(found, minlength=len(Change)).tolist())
    slices = find_versus_slices(table, scores, found)
    return Versus(scores.checkpoint, second, found, logits, counts, paired(found), slices)


def find_versus_slices(table: ReviewTable, scores: Scores, found: np.ndarray) -> tuple[VersusSlice, ...]:
    """All slices that have rows, of the changes (rows,) that were found; by the same dimensions as `find_slices`.

    Those that stand out come first, the one that lost most of all before the others; the rest follows by how much was
    lost, and without labels by the share of verdicts that differ. What was counted of tokens and gates is that of the
    first checkpoint.
    """
    slices: list[VersusSlice] = []
    for dimension in dimensions(table):
        if sorted_ := partition(table, scores, dimension):
            inside = [_counted(dimension, name, found[sorted_.places == n]) for n, name in enumerate(sorted_.names)]
            filled = [each for each in inside if each.rows]
            slices += filled if len(filled) > 1 else []
    q = corrected([each.paired.p for each in slices])
    return tuple(sorted((replace(each, q=value) for each, value in zip(slices, q, strict=True)), key=_worst_first))


def _counted(dimension: str, name: str, found: np.ndarray) -> VersusSlice:
    return VersusSlice(dimension, name, len(found), int(np.isin(found, TURNED).sum()), paired(found))


def _worst_first(each: VersusSlice) -> tuple[bool, float, float]:
    net = each.paired.net.difference if each.paired.net else 0.0
    return not each.stands_out, net, -each.differ / each.rows
