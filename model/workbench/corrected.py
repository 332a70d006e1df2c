"""What corrected labels change: the measures of a file before and after, and the order of its slices.

All is counted anew from the notes; no review is read again. Labels that are said to be unclear are left out afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.metrics import kendall_tau
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.intervals import Share, share
from model.workbench.note import Note
from model.workbench.overview import HITS, MISTAKES, KnownMetrics, outcomes, overview
from model.workbench.scoring import Scores
from model.workbench.slices import SliceFinding, find_slices
from model.workbench.verdicts import Verdict, corrected_labels, verdicts

LEAST = 10  # labelled rows that a slice must have, before and after, to have a place among the others


@dataclass(frozen=True, slots=True)
class Said:
    """How many labels a person said what of: of those changed and kept, how many of mistakes and of hits."""

    changed_mistakes: int
    changed_hits: int
    kept_mistakes: int
    kept_hits: int
    unclear: int
    given: int

    @property
    def altering(self) -> int:
        """How many of them alter a measure."""
        return self.changed_mistakes + self.changed_hits + self.unclear + self.given

    @property
    def flattering(self) -> bool:
        """Whether labels of mistakes alone were looked at, which can only raise the accuracy."""
        return self.changed_mistakes > 0 and not self.changed_hits and not self.kept_hits


@dataclass(frozen=True, slots=True)
class Measured:
    """A file's measures: all that `overview` knows, with the accuracy over all labelled rows and over those of each
    class (`positive`, `negative`: recall and specificity). Shares are None where there are no such rows.
    """

    labelled: int
    metrics: KnownMetrics
    missing: str
    accuracy: Share | None
    positive: Share | None
    negative: Share | None


@dataclass(frozen=True, slots=True)
class MovedSlice:
    """A slice before and after. Places count from 1, the highest error rate; equal rates share the place; None where it
    has fewer than `LEAST` labelled rows, before or after.
    """

    before: SliceFinding
    after: SliceFinding
    place_before: int | None
    place_after: int | None

    @property
    def moved(self) -> bool:
        """Whether its place, its rate, or whether it stands out has changed."""
        return (
            self.place_before != self.place_after
            or self.before.rate != self.after.rate
            or self.before.stands_out != self.after.stands_out
        )


@dataclass(frozen=True, slots=True)
class Correction:
    """What notes change. `slices`: all, by their place afterwards, those without one last. `tau`: how alike the two
    orders of those that have places are, Kendall's tau-b in [-1, 1]; None with fewer than two.
    """

    said: Said
    before: Measured
    after: Measured
    slices: tuple[MovedSlice, ...]
    tau: float | None


def correct(
    table: ReviewTable, scores: Scores, notes: Mapping[int, Note], slices: Sequence[SliceFinding] | None = None
) -> Correction:
    """Measure a file with the labels that it has, and with those that were corrected.

    `slices` are those of the file as it is, where they are known already.
    """
    after, said = replace(table, labels=corrected_labels(table.labels, notes)), count_said(table, scores, notes)
    before = find_slices(table, scores) if slices is None else slices
    found = _moved(before, find_slices(after, scores) if said.altering else before)
    placed = [each for each in found if each.place_before is not None]
    tau = None
    if len(placed) > 1:
        rates = [[each.before.rate for each in placed], [each.after.rate for each in placed]]
        tau = kendall_tau(np.array(rates[0], dtype=np.float64), np.array(rates[1], dtype=np.float64))
    return Correction(said, measured(table, scores), measured(after, scores), found, tau)


def count_said(table: ReviewTable, scores: Scores, notes: Mapping[int, Note]) -> Said:
    """How many labels a person said what of."""
    said, outcome = verdicts(table.labels, notes), outcomes(table, scores)
    mistakes, hits = np.isin(outcome, MISTAKES), np.isin(outcome, HITS)

    def count(verdict: Verdict, among: np.ndarray | None = None) -> int:
        chosen = said == verdict
        return int(np.count_nonzero(chosen if among is None else chosen & among))

    return Said(
        changed_mistakes=count(Verdict.CHANGED, mistakes),
        changed_hits=count(Verdict.CHANGED, hits),
        kept_mistakes=count(Verdict.KEPT, mistakes),
        kept_hits=count(Verdict.KEPT, hits),
        unclear=count(Verdict.NOT_CLEAR, table.labels != NO_LABEL),
        given=count(Verdict.GIVEN),
    )


def measured(table: ReviewTable, scores: Scores) -> Measured:
    """A file's measures with intervals."""
    found = overview(table, scores)
    (true_negative, _), (_, true_positive) = found.confusion.tolist()
    return Measured(
        labelled=found.labelled,
        metrics=found.metrics,
        missing=found.missing,
        accuracy=share(true_negative + true_positive, found.labelled),
        positive=share(true_positive, found.positive),
        negative=share(true_negative, found.negative),
    )


def _moved(before: Sequence[SliceFinding], after: Sequence[SliceFinding]) -> tuple[MovedSlice, ...]:
    later = {each.key: each for each in after}
    pairs = [(each, later[each.key]) for each in before if each.key in later]
    placed = [one.labelled >= LEAST <= other.labelled for one, other in pairs]
    first, second = (
        _places([pair[side].rate if has else None for pair, has in zip(pairs, placed, strict=True)]) for side in (0, 1)
    )
    found = [MovedSlice(*pair, *places) for pair, *places in zip(pairs, first, second, strict=True)]
    return tuple(sorted(found, key=lambda each: (each.place_after is None, each.place_after or 0)))


def _places(rates: Sequence[float | None]) -> list[int | None]:
    """The place of each rate, from 1, the highest; equal ones share it."""
    known = [rate for rate in rates if rate is not None]
    return [None if rate is None else 1 + sum(other > rate for other in known) for rate in rates]
