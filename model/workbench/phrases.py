"""Words and phrases at which a network errs, that nobody thought of: found on half of the rows, tested on the rest.

What is found by looking at thousands of phrases is partly chance; so the labelled rows are split at random, the phrases
that stand out most in the first half are counted once more in the second, which had no say in choosing them, by
Fisher's exact test that the network errs more often on the rows that hold them, at a false discovery rate of 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.text import PADDING_ID, UNKNOWN_ID
from model.workbench.scoring import Scores
from model.workbench.slices import LEVEL, chances_of_more, wilson

LONGEST = 3  # words
SUPPORT = 10  # rows of the first half that must hold a phrase
FOUND = 20  # phrases that are tested on the second half
SEED = 1


@dataclass(frozen=True, slots=True)
class PhraseFinding:
    """A phrase, its `ids` in the vocabulary and its `words`, and how often the network errs on rows that hold it.

    `found` and `found_errors` count the rows of the half in which it was found, `rows` and `errors` those of the other,
    on which it was tested. `rate` = errors / rows there, with its 95 % Wilson interval; `rest_rate` is that of the rows
    without it, all fractions; None without rows. `p` is one-sided, `q` adjusted for all phrases that were tested.
    """

    ids: tuple[int, ...]
    words: tuple[str, ...]
    found: int
    found_errors: int
    rows: int
    errors: int
    rate: float | None
    low: float | None
    high: float | None
    rest_rate: float | None
    p: float
    q: float

    @property
    def stands_out(self) -> bool:
        """Whether the network errs more often on rows that hold it, beyond chance, where it was not looked for."""
        return self.q < LEVEL


@dataclass(frozen=True, slots=True)
class _Half:
    """Half of the labelled rows: how many, how many of them wrong, and both for rows that hold each of the phrases."""

    rows: int
    wrong: int
    holding: np.ndarray
    errors: np.ndarray


def find_phrases(vocabulary: Sequence[str], table: ReviewTable, scores: Scores) -> tuple[PhraseFinding, ...]:
    """The phrases of one to `LONGEST` words that stand out most in one half, as the other half has them, by `p`.

    `vocabulary` has the word of each id. Unknown words are in none. Empty without labels, or where no phrase is held by
    `SUPPORT` rows on which the network errs more often than on the rest.
    """
    labelled = np.flatnonzero(table.labels != NO_LABEL)
    wrong = (scores.logits > 0) != (table.labels == 1)
    drawn = np.random.default_rng(SEED).permutation(labelled)
    first, second = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    phrases = [each for length in range(1, LONGEST + 1) for each in _strongest(scores, first, wrong, length)]
    phrases.sort(key=lambda each: each.p)
    return _tested([each.ids for each in phrases[:FOUND]], vocabulary, scores, wrong, (first, second))


@dataclass(frozen=True, slots=True)
class _Candidate:
    ids: tuple[int, ...]
    p: float


def _strongest(scores: Scores, half: np.ndarray, wrong: np.ndarray, length: int) -> list[_Candidate]:
    """The `FOUND` phrases of so many words on which the network errs most beyond chance, among the rows of a half."""
    inside = np.zeros(len(wrong), dtype=bool)
    inside[half] = True
    keys, rows = _phrases(scores, length, inside)
    found, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    often = counts[places] >= SUPPORT
    once = np.unique(places[often] * len(wrong) + rows[often])  # a phrase counts once in a row
    places, rows = np.divmod(once, len(wrong))
    holding = np.bincount(places, minlength=len(found))
    errors = np.bincount(places[wrong[rows]], minlength=len(found))
    total, missed = len(half), int(wrong[half].sum())
    worse = (holding >= SUPPORT) & (errors * total > holding * missed)
    p = chances_of_more(errors[worse], holding[worse], missed, total)
    order = np.argsort(p, kind="stable")[:FOUND]
    keys_found = found[worse][order].tolist()
    return [_Candidate(_ids(key, length), value) for key, value in zip(keys_found, p[order].tolist(), strict=True)]


def _phrases(scores: Scores, length: int, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each phrase of so many known words and its row, of the rows `inside` (rows,) bool: keys and rows, int64 both."""
    ids = scores.ids.astype(np.int64)
    rows = np.repeat(np.arange(len(scores.offsets) - 1), np.diff(scores.offsets))
    count = max(0, len(ids) - length + 1)
    keys, whole = np.zeros(count, dtype=np.int64), inside[rows[:count]]
    for place in range(length):
        here = ids[place : place + count]
        keys = keys * _BASE + here
        whole &= (here != UNKNOWN_ID) & (here != PADDING_ID) & (rows[place : place + count] == rows[:count])
    return keys[whole], rows[:count][whole]


_BASE = 1 << 16  # ids are of 16 bits


def _ids(key: int, length: int) -> tuple[int, ...]:
    return tuple(key // _BASE**place % _BASE for place in reversed(range(length)))


def rows_with(scores: Scores, ids: Sequence[int]) -> np.ndarray:
    """The rows (n,) int64, ascending, that hold these words, at least one, one after the other."""
    starts = np.flatnonzero(scores.ids == ids[0])
    starts = starts[starts + len(ids) <= len(scores.ids)]
    for place, id_ in enumerate(ids):
        starts = starts[scores.ids[starts + place] == id_]
    rows = np.searchsorted(scores.offsets, starts, side="right") - 1
    return np.unique(rows[starts + len(ids) <= scores.offsets[rows + 1]])


def _tested(
    phrases: Sequence[tuple[int, ...]],
    vocabulary: Sequence[str],
    scores: Scores,
    wrong: np.ndarray,
    halves: tuple[np.ndarray, np.ndarray],
) -> tuple[PhraseFinding, ...]:
    from scipy.stats import false_discovery_control  # not at the top: it takes most of a second

    if not phrases:
        return ()
    holding = [rows_with(scores, ids) for ids in phrases]
    first, second = (_counted(half, holding, wrong) for half in halves)
    p = chances_of_more(second.errors, second.holding, second.wrong, second.rows)
    q = false_discovery_control(p)
    found = []
    for number, ids in enumerate(phrases):
        rows, errors = int(second.holding[number]), int(second.errors[number])
        low, high = wilson(errors, rows) if rows else (None, None)
        outside = second.rows - rows
        found.append(
            PhraseFinding(
                ids,
                tuple(vocabulary[each] for each in ids),
                int(first.holding[number]),
                int(first.errors[number]),
                rows,
                errors,
                errors / rows if rows else None,
                low,
                high,
                (second.wrong - errors) / outside if outside else None,
                float(p[number]),
                float(q[number]),
            )
        )
    return tuple(sorted(found, key=lambda each: each.p))


def _counted(half: np.ndarray, holding: Sequence[np.ndarray], wrong: np.ndarray) -> _Half:
    inside = np.zeros(len(wrong), dtype=bool)
    inside[half] = True
    held = [rows[inside[rows]] for rows in holding]
    return _Half(
        len(half),
        int(wrong[half].sum()),
        np.array([len(rows) for rows in held]),
        np.array([int(wrong[rows].sum()) for rows in held]),
    )
