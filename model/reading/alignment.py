"""Two texts' tokens side by side, so that what stayed the same stands together.

The alignment is the one of highest value among all that keep the order of both sides (Needleman & Wunsch 1970), where a
run of one-sided tokens costs less than the same tokens scattered (Gotoh 1982). Unlike the longest-block search of
`difflib` it takes the same time for any text, and it pairs a replaced word with the one that looks most like it
("liked" with "like").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# What a pair of tokens is worth. One-sided tokens cost OPEN for each run of them and EXTEND for each token.
SAME_WORD, SAME_MARK = 20, 8  # a mark has neither letter nor digit: a shared comma says little
ALIKE = 14  # times the likeness in [0, 1], from LIKE_ENOUGH on
SAME_KIND = 1  # two words, or two marks, that are not alike
OPEN, EXTEND = 6, 2
LIKE_ENOUGH = 0.5
SEEN = 16  # characters of a token that likeness looks at, from either end


@dataclass(frozen=True, slots=True)
class Pair:
    """A column of the alignment: the places of a left and a right token; None where a side has no token for it."""

    left: int | None
    right: int | None


def align(left: Sequence[str], right: Sequence[str]) -> tuple[Pair, ...]:
    """Pair up two texts' tokens: every place of either side once, in order; upper and lower case count as the same.

    Same tokens stand together; between them replaced tokens are paired, the more alike the rather, and those that are
    too many on one side stand alone. Time and memory grow with len(left) × len(right), for any text.
    """
    values = _pair_values([token.lower() for token in left], [token.lower() for token in right])
    return tuple(_trace(values, _fill(values)))


def _pair_values(left: Sequence[str], right: Sequence[str]) -> np.ndarray:
    """What pairing each left with each right token is worth: (left, right) int64, at least 0."""
    numbers = {token: number for number, token in enumerate(dict.fromkeys([*left, *right]))}
    left_words, right_words = (np.array([_is_word(token) for token in side], dtype=bool) for side in (left, right))
    same = np.array([numbers[token] for token in left])[:, None] == np.array([numbers[token] for token in right])
    likeness = _likeness(left, right)
    unlike = SAME_KIND * (left_words[:, None] == right_words)
    values = np.where(likeness >= LIKE_ENOUGH, np.rint(ALIKE * likeness), unlike)
    return np.where(same, np.where(left_words, SAME_WORD, SAME_MARK)[:, None], values).astype(np.int64)


def _is_word(token: str) -> bool:
    return any(character.isalnum() for character in token)


def _likeness(left: Sequence[str], right: Sequence[str]) -> np.ndarray:
    """Shared beginning and end of each left and right token, as a share of the longer one: (left, right) in [0, 1]."""
    lengths = [np.minimum([len(token) for token in side], SEEN).astype(int) for side in (left, right)]
    shorter = np.minimum(lengths[0][:, None], lengths[1])
    longer = np.maximum(lengths[0][:, None], lengths[1])
    beginnings = _shared_beginning(left, right)
    ends = _shared_beginning([token[::-1] for token in left], [token[::-1] for token in right])
    return np.minimum(beginnings + ends, shorter) / np.maximum(longer, 1)


def _shared_beginning(left: Sequence[str], right: Sequence[str]) -> np.ndarray:
    """How many characters, at most SEEN, each left and right token begin with in common: (left, right)."""
    ours, theirs = _codes(left, -1), _codes(right, -2)  # fillers that differ: no match beyond an end
    alive = np.ones((len(left), len(right)), dtype=bool)
    shared = np.zeros(alive.shape, dtype=int)
    for place in range(SEEN):
        alive &= ours[:, place, None] == theirs[:, place]
        if not alive.any():
            break
        shared += alive
    return shared


def _codes(tokens: Sequence[str], filler: int) -> np.ndarray:
    """The first SEEN characters of tokens as numbers, (tokens, SEEN), filled up with `filler`."""
    codes = np.full((len(tokens), SEEN), filler)
    for row, token in zip(codes, tokens, strict=True):
        row[: min(len(token), SEEN)] = [ord(character) for character in token[:SEEN]]
    return codes


@dataclass(frozen=True, slots=True)
class _Table:
    """The highest value of aligning the first i left with the first j right tokens, each (left + 1, right + 1).

    `best` whatever comes last, `down` if the last column has a left token alone, `across` a right token alone.
    """

    best: np.ndarray
    down: np.ndarray
    across: np.ndarray


def _fill(values: np.ndarray) -> _Table:
    """The table of pair values (left, right), row by row; a row's one-sided runs come from a running maximum."""
    rows, columns = values.shape
    impossible = np.iinfo(np.int64).min // 4
    best = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    down, across = np.full_like(best, impossible), np.full_like(best, impossible)
    cost = EXTEND * np.arange(columns + 1)
    across[0, 1:] = best[0, 1:] = -OPEN - cost[1:]
    for row in range(1, rows + 1):
        down[row] = np.maximum(best[row - 1] - OPEN, down[row - 1]) - EXTEND
        best[row] = down[row]
        best[row, 1:] = np.maximum(best[row, 1:], best[row - 1, :-1] + values[row - 1])
        # a run up to column j that opened after column k: best[k] - OPEN - EXTEND (j - k), for the best k < j
        across[row, 1:] = np.maximum.accumulate(best[row] + cost)[:-1] - OPEN - cost[1:]
        best[row] = np.maximum(best[row], across[row])
    return _Table(best, down, across)


def _trace(values: np.ndarray, table: _Table) -> list[Pair]:
    """The alignment of highest value, from its end; of equal ones that whose one-sided tokens stand last."""
    left, right = values.shape
    best, pairs = table.best, []
    while left or right:
        value = best[left, right]
        if value == table.across[left, right]:
            opened = False
            while not opened:
                opened = table.across[left, right] == best[left, right - 1] - OPEN - EXTEND
                right -= 1
                pairs.append(Pair(None, right))
        elif value == table.down[left, right]:
            opened = False
            while not opened:
                opened = table.down[left, right] == best[left - 1, right] - OPEN - EXTEND
                left -= 1
                pairs.append(Pair(left, None))
        else:
            left, right = left - 1, right - 1
            pairs.append(Pair(left, right))
    return pairs[::-1]
