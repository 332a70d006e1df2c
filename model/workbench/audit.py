"""An audit: a random sample of labelled rows, hits among them, gone through by a person, and the accuracy that follows.

Who corrects labels of mistakes alone can only raise the accuracy. In a random sample hits come up as well, and a hit
whose label is changed becomes a mistake. The accuracy is estimated by verdict (post-stratified; Cochran 1977, chapter
5): what share of the hits keep their label and what share of the mistakes do not, each weighted by how many there are
in the whole file, with the interval of `model.workbench.intervals`. Of a simple sample the plain share with Wilson's
interval is given as well. Rows whose label is unclear count nowhere.

The beginning of a sample in the order drawn is a random sample itself; so what follows counts only once it is reached.
Otherwise those labels that were corrected before the sample was drawn would count, and those that were right not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext, ngettext
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.audit_plan import MAX_SAMPLE, MAX_SEED, SIMPLE, STRATIFIED, AuditPlan
from model.workbench.intervals import Part, Share, share, weighted
from model.workbench.note import Note
from model.workbench.overview import HITS, MISTAKES, outcomes
from model.workbench.scoring import Scores
from model.workbench.verdicts import Verdict, verdicts

ONE_IN = 4  # rows of a stratified sample that are mistakes, as far as there are: about what serves the accuracy best


@dataclass(frozen=True, slots=True)
class Stratum:
    """The hits, or the mistakes, by the labels of the file: how many `rows` there are, how many were `drawn`, and what
    was said of their labels, up to the first in the order drawn of which nothing was said yet. Where something was said
    of each of all its rows, all of them count as drawn.
    """

    rows: int
    drawn: int
    kept: int
    changed: int
    unclear: int

    @property
    def judged(self) -> int:
        """How many labels were kept or changed."""
        return self.kept + self.changed


@dataclass(frozen=True, slots=True)
class Audit:
    """How far an audit has come and what follows from it.

    `gone` of the sample's rows were gone through; `first` is the next one, None where none is left. `uncorrected`: the
    accuracy by the file's labels, with the interval that it has as a sample of reviews of its kind. `accuracy` and
    `wrong_labels` are estimates for all labelled rows of the file; None before a hit and a mistake, as far as there are
    any, were judged. `plain`: of a simple sample, the share that is right among the judged rows alone. `fits`: whether
    the sample is one of this table's labelled rows, as it was read; if not, nothing else is counted.
    """

    plan: AuditPlan
    fits: bool
    gone: int
    first: int | None
    hits: Stratum
    mistakes: Stratum
    uncorrected: Share | None
    accuracy: Share | None
    wrong_labels: Share | None
    plain: Share | None


def draw(table: ReviewTable, scores: Scores, design: str, size: int, seed: int) -> AuditPlan:
    """Draw a sample of labelled rows: all alike ("simple"), or one mistake to three hits ("stratified").

    With the same seed a larger sample begins with the smaller one. Raises `ReviewError` for what cannot be drawn.
    """
    labelled = np.flatnonzero(table.labels != NO_LABEL)
    if not len(labelled):
        raise ReviewError(gettext("No row has a label, so there is nothing to audit: choose a column of labels."))
    if not 1 <= size <= MAX_SAMPLE or not 0 <= seed <= MAX_SEED:
        sentence = gettext("A sample has 1 to {most:,} reviews, and its seed is a whole number from 0 to {seed:,}.")
        raise ReviewError(sentence.format(most=MAX_SAMPLE, seed=MAX_SEED))
    if size > len(labelled):
        sentence = ngettext(
            "The file has {count:,} labelled review: a sample cannot have more.",
            "The file has {count:,} labelled reviews: a sample cannot have more.",
            len(labelled),
        )
        raise ReviewError(sentence.format(count=len(labelled)))
    generator = np.random.default_rng(seed)
    if design == SIMPLE:
        rows = generator.permutation(labelled)
    elif design == STRATIFIED:
        found = outcomes(table, scores)
        mistakes, hits = (generator.permutation(np.flatnonzero(np.isin(found, kind))) for kind in (MISTAKES, HITS))
        rows = _mixed(mistakes, hits)
    else:
        raise ReviewError(gettext("A sample is simple or stratified."))
    return AuditPlan("simple" if design == SIMPLE else "stratified", seed, len(labelled), tuple(rows[:size].tolist()))


def _mixed(mistakes: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Each `ONE_IN`-th a mistake, as long as there are both; what is left over follows."""
    keys = np.concatenate([np.arange(len(mistakes)) * ONE_IN, _between(len(hits))])
    return np.concatenate([mistakes, hits])[np.argsort(keys, kind="stable")]


def _between(count: int) -> np.ndarray:
    """The places that are not those of each `ONE_IN`-th, (count,)."""
    number = np.arange(count)
    return number + number // (ONE_IN - 1) + 1


def look(table: ReviewTable, scores: Scores, plan: AuditPlan, notes: Mapping[int, Note]) -> Audit:
    """What was said of a sample, and what follows from it. What was said before it was drawn counts in its place."""
    labelled = table.labels != NO_LABEL
    rows, found = np.array(plan.rows), outcomes(table, scores)
    hits, mistakes = np.isin(found, HITS), np.isin(found, MISTAKES)
    uncorrected = share(int(hits.sum()), int(labelled.sum()))
    if not _fits(plan, labelled):
        nothing = Stratum(0, 0, 0, 0, 0)
        return Audit(plan, False, 0, None, nothing, nothing, uncorrected, None, None, None)
    said = verdicts(table.labels, notes)
    left = rows[said[rows] == Verdict.UNSAID]
    strata = [_stratum(rows, kind, said) for kind in (hits, mistakes)]
    return Audit(
        plan,
        True,
        gone=len(rows) - len(left),
        first=int(left[0]) if len(left) else None,
        hits=strata[0],
        mistakes=strata[1],
        uncorrected=uncorrected,
        accuracy=_together([(each, right) for each, right in zip(strata, _right(strata), strict=True)]),
        wrong_labels=_together([(each, each.changed) for each in strata]),
        plain=_plain(rows, hits, said) if plan.design == SIMPLE else None,
    )


def _fits(plan: AuditPlan, labelled: np.ndarray) -> bool:
    if plan.labelled != np.count_nonzero(labelled) or max(plan.rows) >= len(labelled):
        return False
    return bool(labelled[np.array(plan.rows)].all())


def _stratum(rows: np.ndarray, kind: np.ndarray, said: np.ndarray) -> Stratum:
    """Of the rows (n,) drawn those of a kind, `kind` (all rows,) bool; all of that kind where all were judged."""
    everything = np.flatnonzero(kind)
    drawn = everything if (said[everything] != Verdict.UNSAID).all() else rows[kind[rows]]
    reached = _reached(drawn, said)
    kept, changed, unclear = (
        int(np.count_nonzero(said[reached] == verdict))
        for verdict in (Verdict.KEPT, Verdict.CHANGED, Verdict.NOT_CLEAR)
    )
    return Stratum(len(everything), len(drawn), kept, changed, unclear)


def _reached(rows: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Rows (n,) up to the first of which nothing was said."""
    open_ = np.flatnonzero(said[rows] == Verdict.UNSAID)
    return rows[: open_[0]] if len(open_) else rows


def _right(strata: Sequence[Stratum]) -> tuple[int, int]:
    """How many judged rows of the hits, and of the mistakes, are right by the label that they have now."""
    hits, mistakes = strata
    return hits.kept, mistakes.changed


def _together(counted: Sequence[tuple[Stratum, int]]) -> Share | None:
    """The share of all rows, from so many of the judged ones in each stratum; None where one that has rows has none."""
    filled = [(stratum, count) for stratum, count in counted if stratum.rows]
    if not filled or any(not stratum.judged for stratum, _ in filled):
        return None
    return weighted([Part(count, stratum.judged, stratum.rows) for stratum, count in filled])


def _plain(rows: np.ndarray, hits: np.ndarray, said: np.ndarray) -> Share | None:
    """Right ones among the judged rows of the sample alone, as far as it was reached."""
    rows = _reached(rows, said)
    kept, changed = (said[rows] == verdict for verdict in (Verdict.KEPT, Verdict.CHANGED))
    right = np.where(hits[rows], kept, changed)
    return share(int(np.count_nonzero(right)), int(np.count_nonzero(kept | changed)))
