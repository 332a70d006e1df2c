"""A hypothesis about mistakes, tested: what becomes of the verdicts when the reviews, or the network, are changed.

As in Errudite (Wu et al. 2019): a rewrite, or something that is held while the network reads, is applied to the rows of
a slice and to a control that is matched to them (`model.workbench.matching`). Both times the reviews are read before
and after in float32, in the same batches, so that what changes nothing gives the same logits, bit for bit.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext, marked
from model.network.checkpoint import Checkpoint
from model.normalization import normalize
from model.recurrence.clamps import Clamp, check_clamp, switch_off
from model.tables.table import ReviewTable
from model.text import check_review
from model.workbench.held import Run, read_held
from model.workbench.matching import match
from model.workbench.mcnemar import TURNED, Change, Interval, Paired, apart, changes, paired
from model.workbench.rewrites import (
    Rewriting,
    names_swapped,
    unchanged,
    without_after_but,
    without_before_but,
    written_out,
)
from model.workbench.scoring import Scores, score_pieces
from model.workbench.slices import wilson

MOST = 300  # rows of the slice that are read, unless more is asked for
PIECE = 64  # rows that are read before progress is told
POOL = 8  # times as many rows outside are looked at as are needed, or all
SEED = 1
SECONDS = 60.0  # of computing that rewriting may take in all


@dataclass(frozen=True, slots=True)
class Intervention:
    """What is done: the text is rewritten, or `clamps` are held while the network reads. `about` says how."""

    name: str
    about: str
    rewrite: Rewriting = unchanged
    clamps: tuple[Clamp, ...] = ()

    @property
    def concerns_all(self) -> bool:
        """Whether it is done to every review, also where the text stays."""
        return bool(self.clamps) or self.rewrite is unchanged


INTERVENTIONS = (
    Intervention(
        marked("without the clause after “but”"),
        marked(
            "Takes out “but” and what follows it in its sentence, up to . ! ? ; or the end of the line. “Nothing but”, "
            "“all but”, “but also”, “but for”, “not only … but” and “cannot help but” stay."
        ),
        without_after_but,
    ),
    Intervention(
        marked("without the clause before “but”"),
        marked(
            "Takes out what stands before “but” in its sentence, and the word. A sentence that begins with it stays, "
            "and so does what opposes nothing, as “nothing but”."
        ),
        without_before_but,
    ),
    Intervention(
        marked("contractions written out"),
        marked(
            "“Didn't” becomes “did not”, “can't” “can not”, “I'm” “I am”, “they're” “they are”, “we've” “we have”, "
            "“you'll” “you will”. “'s” and “'d” stand for more than one word, and stay."
        ),
        written_out,
    ),
    Intervention(
        marked("names swapped"),
        marked("Each of these given names is put in the place of the other one of its pair: {names}."),
        names_swapped,
    ),
    Intervention(
        marked("backward reader silenced"),
        marked("Holds the hidden states of the backward direction at 0 in all layers, at every token."),
        clamps=(switch_off(direction="backward"),),
    ),
    Intervention(
        marked("nothing changed"),
        marked("Changes nothing and reads again: no verdict may change, or the test itself were wrong."),
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """How far it has come: what is done, and the share of it in [0, 1]."""

    what: str
    share: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rows that could not be read once they were rewritten, and why."""

    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Group:
    """What became of a group of rows: their numbers `rows` (n,) int64, `logits` before and `later` after, (n,) float32,
    and the `Change` of each, (n,) int8.

    `paired` counts those with a label. `turned` verdicts changed, with a label or without; `share` is their share with
    Wilson's interval, None without a row. `moved` is by how much the logits changed on average, whatever the direction.
    """

    rows: np.ndarray
    logits: np.ndarray
    later: np.ndarray
    changes: np.ndarray
    paired: Paired
    turned: int
    share: Interval | None
    moved: float

    def among(self, change: Change, rows: int) -> np.ndarray:
        """Which rows of a file that has so many changed so, (rows,) bool."""
        found = np.zeros(rows, dtype=bool)
        found[self.rows[self.changes == change]] = True
        return found


@dataclass(frozen=True, slots=True)
class Trial:
    """A hypothesis as it was tested on `asked` rows, to `applies` of which the intervention does something.

    `group` are those that were read, at most as many as was asked for, drawn at random; `skipped` could not be read
    once rewritten, and count among neither. `control` are the matched rows, `unmatched` rows have none; it is None
    where none has. `apart` is the net change of the slice less that of the control, None without labels on both sides.
    """

    intervention: Intervention
    asked: int
    applies: int
    skipped: tuple[Skipped, ...]
    group: Group
    control: Group | None
    unmatched: int
    apart: Interval | None
    seconds: float


def run_trial(
    checkpoint: Checkpoint,
    table: ReviewTable,
    scores: Scores,
    intervention: Intervention,
    asked: np.ndarray,
    run: Run,
    most: int = MOST,
) -> Generator[Step | Trial]:
    """Apply an intervention to the rows `asked` (n,), int64, and to a matched control: steps, and at last the `Trial`.

    `scores` are the checkpoint's; `run` is who computes with torch what is held. A consumer that has enough closes the
    generator. Raises `ReviewError` where there is nothing to do it to, or it cannot be done.
    """
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    for clamp in intervention.clamps:
        check_clamp(clamp, checkpoint.network.config, tokens=1)
    if not len(asked):
        raise ReviewError(gettext("No review passes the filters: take one of them back, then test again."))
    tried = _Tried(table.texts, intervention)
    yield from tried.look(rng.permutation(asked), len(asked), gettext("Rewriting the slice"))
    applies, skipped = tried.applies.copy(), tried.skipped
    if not applies:
        raise ReviewError(_nowhere(skipped))
    rows = np.array(applies[:most], dtype=np.int64)
    outside = rng.permutation(np.setdiff1d(np.arange(len(table.texts)), asked))
    around = _Tried(table.texts, intervention)
    yield from around.look(outside, POOL * len(rows), gettext("Looking for a control"))
    pool = np.array(around.applies, dtype=np.int64)
    matched = match(rows, pool, table.labels, scores.tokens + scores.omitted, rng)
    both = np.concatenate([rows, matched.matches])
    read = _read_clamped if intervention.clamps else _read_rewritten
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    for part in read(checkpoint, table.texts, intervention, both, run):
        parts.append(part)
        yield Step(gettext("Reading before and after"), sum(len(each) for each, _ in parts) / len(both))
    before, later = (np.concatenate(each) for each in zip(*parts, strict=True))
    group = _group(table, rows, before[: len(rows)], later[: len(rows)])
    control = _group(table, matched.matches, before[len(rows) :], later[len(rows) :]) if len(matched.matches) else None
    yield Trial(
        intervention,
        len(asked),
        len(applies),
        skipped,
        group,
        control,
        matched.unmatched,
        _difference(group, control),
        time.monotonic() - started,
    )


def rewritten(intervention: Intervention, text: str) -> str:
    """A row's text as it is read after: normalized, and rewritten."""
    return normalize(intervention.rewrite(normalize(text)))


class _Tried:
    """Rows that were tried one after the other: those to which an intervention applies, and why others were skipped."""

    def __init__(self, texts: Sequence[str], intervention: Intervention) -> None:
        self._texts, self._intervention = texts, intervention
        self.applies: list[int] = []
        self._reasons: dict[str, int] = {}
        self._seconds = 0.0

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The reasons, the commonest first."""
        reasons = sorted(self._reasons.items(), key=lambda each: -each[1])
        return tuple(Skipped(reason, rows) for reason, rows in reasons)

    def look(self, rows: np.ndarray, enough: int, what: str) -> Iterator[Step]:
        """Try rows in turn until it applies to `enough` of them; told now and then."""
        for number, row in enumerate(rows.tolist()):
            if len(self.applies) >= enough:
                break
            if number % PIECE == 0:
                yield Step(what, number / len(rows))
            self._try(row)

    def _try(self, row: int) -> None:
        if self._intervention.concerns_all:
            self.applies.append(row)
            return
        text = normalize(self._texts[row])
        started = time.thread_time()
        after = self._intervention.rewrite(text)
        self._seconds += time.thread_time() - started
        if self._seconds > SECONDS:
            sentence = gettext("Rewriting takes more than {seconds:g} s: make the pattern simpler, or filter more.")
            raise ReviewError(sentence.format(seconds=SECONDS))
        if after == text:
            return
        try:
            if check_review(after) != text:
                self.applies.append(row)
        except ReviewError as error:
            reason = str(error) if after.strip() else gettext("Nothing is left of the review.")
            self._reasons[reason] = self._reasons.get(reason, 0) + 1


def _nowhere(skipped: Sequence[Skipped]) -> str:
    """What is said where an intervention changes no row that can be read."""
    if not skipped:
        return gettext("It changes none of these reviews: choose another one, or take a filter back.")
    sentence = gettext(
        "None of these reviews can be read after it: {reason} Choose another one, or take a filter back."
    )
    return sentence.format(reason=skipped[0].reason)


_Pair = tuple[np.ndarray, np.ndarray]  # logits before and after, (rows,) float32 both


def _read_rewritten(
    checkpoint: Checkpoint, texts: Sequence[str], intervention: Intervention, rows: np.ndarray, run: Run
) -> Iterator[_Pair]:
    """Piece by piece; what stands before and after is read in pieces of the same rows."""

    def pieces() -> Iterator[Sequence[str]]:
        for start in range(0, len(rows), PIECE):
            before = [texts[row] for row in rows[start : start + PIECE].tolist()]
            yield before
            yield [rewritten(intervention, text) for text in before]

    exact = len(checkpoint.network.layers)
    waiting: list[np.ndarray] = []
    for part in score_pieces(checkpoint, pieces(), exact):
        waiting.append(part.logits)
        if len(waiting) == 2:
            yield waiting[0], waiting[1]
            waiting.clear()


def _read_clamped(
    checkpoint: Checkpoint, texts: Sequence[str], intervention: Intervention, rows: np.ndarray, run: Run
) -> Iterator[_Pair]:
    """Piece by piece, with nothing held and with what is held."""
    for start in range(0, len(rows), PIECE):
        piece = [texts[row] for row in rows[start : start + PIECE].tolist()]
        yield read_held(checkpoint, piece, (), run), read_held(checkpoint, piece, intervention.clamps, run)


def _group(table: ReviewTable, rows: np.ndarray, before: np.ndarray, later: np.ndarray) -> Group:
    found = changes(table.labels[rows], before > 0, later > 0)
    turned = int(np.isin(found, TURNED).sum())
    share = Interval(turned / len(rows), *wilson(turned, len(rows)))
    return Group(rows, before, later, found, paired(found), turned, share, float(np.abs(later - before).mean()))


def _difference(group: Group, control: Group | None) -> Interval | None:
    if control is None or group.paired.net is None or control.paired.net is None:
        return None
    return apart(group.paired.net, control.paired.net)
