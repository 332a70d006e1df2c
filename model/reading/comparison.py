"""Two readings side by side: two reviews, one before and after an edit, or one review under two checkpoints.

Tokens are aligned so that what stayed the same stands together. The alignment is the one of highest value among all
that keep the order of both sides (Needleman & Wunsch 1970), where a run of one-sided tokens costs less than the same
tokens scattered (Gotoh 1982). Unlike the longest-block search of `difflib` it takes the same time for any text,
and it pairs a replaced word with the one that looks most like it ("liked" with "like").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.attribution.attribution import USES_BASELINE
from model.errors import ReviewError
from model.reading.explainer import Explanation
from model.recurrence.replay import QUANTITIES

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


@dataclass(frozen=True, slots=True)
class Means:
    """A quantity's mean over the units on each side, (pairs,) float64; NaN where that side has no token."""

    left: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two explanations and how their tokens pair up. All arrays are parallel to `pairs`; changes are right - left."""

    left: Explanation
    right: Explanation
    pairs: tuple[Pair, ...]

    @property
    def logit_change(self) -> float:
        """By how much the logit rises from left to right."""
        return self.right.prediction.logit - self.left.prediction.logit

    @property
    def baseline_change(self) -> float | None:
        """By how much the baseline's logit rises from left to right; None if the method has no baseline.

        It is not 0 where the reviews differ in length, and far from it where two checkpoints start from elsewhere.
        """
        left, right = self.left.attribution.baseline_logit, self.right.attribution.baseline_logit
        return None if left is None or right is None else right - left

    @property
    def same_checkpoint(self) -> bool:
        """Whether both sides were read by one network, so that its units can be compared one by one."""
        return self.left.question.checkpoint == self.right.question.checkpoint

    @property
    def common_quantities(self) -> tuple[str, ...]:
        """Symbols of the quantities that both networks have; h alone where one of them is a plain RNN."""
        left, right = (side.gates.traces[0].quantities for side in (self.left, self.right))
        return tuple(symbol for symbol in QUANTITIES if symbol in left and symbol in right)

    @property
    def same(self) -> np.ndarray:
        """Whether both sides have the token, and it is the same one but for its case: (pairs,) boolean."""
        left, right = ([token.text.lower() for token in side.review.tokens] for side in (self.left, self.right))
        return np.array([_both(pair) and left[pair.left] == right[pair.right] for pair in self.pairs], dtype=bool)

    @property
    def left_scores(self) -> np.ndarray:
        """Attribution of the left tokens, in logits: (pairs,) float64, NaN where there is none."""
        return _placed(self.left.attribution.scores, [pair.left for pair in self.pairs])

    @property
    def right_scores(self) -> np.ndarray:
        """Attribution of the right tokens, in logits: (pairs,) float64, NaN where there is none."""
        return _placed(self.right.attribution.scores, [pair.right for pair in self.pairs])

    @property
    def score_change(self) -> np.ndarray:
        """Right attribution less left attribution, in logits: (pairs,) float64, NaN where a side has no token."""
        return self.right_scores - self.left_scores

    @property
    def shift(self) -> np.ndarray:
        """What each pair does to the sum of the scores: (pairs,) float64, a token that a side lacks counting as 0.

        Where the scores add up, these add up to `logit_change` less `baseline_change`.
        """
        return np.nan_to_num(self.right_scores) - np.nan_to_num(self.left_scores)

    def means(self, symbol: str, layer: int, direction: str) -> Means:
        """Means over the units of a quantity (i, f, o, g, c, h) of a layer (from 1) and direction.

        Raises `KeyError` where a side has no such quantity, layer or direction.
        """
        left, right = self._values(symbol, layer, direction)
        return Means(
            _placed(left.mean(axis=1, dtype=np.float64), [pair.left for pair in self.pairs]),
            _placed(right.mean(axis=1, dtype=np.float64), [pair.right for pair in self.pairs]),
        )

    def change(self, symbol: str, layer: int, direction: str) -> np.ndarray:
        """By how much the mean over the units rises: (pairs,) float64, NaN where a side has no token.

        Raises `KeyError` where a side has no such quantity, layer or direction.
        """
        means = self.means(symbol, layer, direction)
        return means.right - means.left

    def distance(self, symbol: str, layer: int, direction: str) -> np.ndarray:
        """How far the units moved: the root of their mean squared difference, (pairs,) float64, at least 0.

        A mean can stand still while its units move; this cannot. NaN where a side has no token, and everywhere if the
        sides come from different checkpoints: unit 7 of one network has nothing to do with unit 7 of another.
        Raises `KeyError` where a side has no such quantity, layer or direction.
        """
        left, right = self._values(symbol, layer, direction)
        distances = np.full(len(self.pairs), np.nan)
        if not self.same_checkpoint or left.shape[1] != right.shape[1]:
            return distances
        both = [place for place, pair in enumerate(self.pairs) if _both(pair)]
        before = left[[self.pairs[place].left for place in both]].astype(np.float64)  # (both, units)
        after = right[[self.pairs[place].right for place in both]].astype(np.float64)
        distances[both] = np.sqrt(((after - before) ** 2).mean(axis=1))
        return distances

    def _values(self, symbol: str, layer: int, direction: str) -> tuple[np.ndarray, np.ndarray]:
        """A quantity on both sides, each (tokens, units)."""
        left, right = (side.gates.of(layer, direction).values(symbol) for side in (self.left, self.right))
        return left, right


def compare(left: Explanation, right: Explanation) -> Comparison:
    """Align two explanations. Raises `ReviewError` if their attributions are not of one kind."""
    ours, theirs = left.attribution, right.attribution
    if ours.method != theirs.method:
        raise ReviewError(
            f"The scores come from two methods, {ours.method} and {theirs.method}: choose one method for both."
        )
    if ours.baseline != theirs.baseline and ours.method in USES_BASELINE:
        raise ReviewError(
            f"The scores come from two baselines, {ours.baseline} and {theirs.baseline}: choose one baseline for both."
        )
    return Comparison(left, right, align(*([token.text for token in side.review.tokens] for side in (left, right))))


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


def _both(pair: Pair) -> bool:
    return pair.left is not None and pair.right is not None


def _placed(values: Sequence[float] | np.ndarray, places: Sequence[int | None]) -> np.ndarray:
    """The values at places, (places,) float64, NaN where the place is None."""
    return np.array([np.nan if place is None else values[place] for place in places], dtype=np.float64)
