"""Two readings side by side: two reviews, one before and after an edit, or one review under two checkpoints.

Their tokens are paired by `model.reading.alignment`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.reading.alignment import Pair, align
from model.reading.explanation import Explanation


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
        """Symbols of the quantities that both networks have; in the order of the left one's page."""
        left, right = (side.gates.cell.symbols for side in (self.left, self.right))
        return tuple(symbol for symbol in left if symbol in right)

    @property
    def same(self) -> np.ndarray:
        """Whether both sides have the token, and it is the same one but for its case: (pairs,) boolean."""
        left, right = ([token.text.lower() for token in side.review.tokens] for side in (self.left, self.right))
        return np.array(
            [
                pair.left is not None and pair.right is not None and left[pair.left] == right[pair.right]
                for pair in self.pairs
            ],
            dtype=bool,
        )

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
        ours, theirs = (
            np.array([getattr(self.pairs[place], side) for place in both], int) for side in ("left", "right")
        )
        before, after = left[ours].astype(np.float64), right[theirs].astype(np.float64)  # (both, units)
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
            gettext("The scores come from two methods, {left} and {right}: choose one method for both.").format(
                left=gettext(ours.method.name), right=gettext(theirs.method.name)
            )
        )
    if ours.baseline != theirs.baseline and ours.method.uses_baseline:
        raise ReviewError(
            gettext("The scores come from two baselines, {left} and {right}: choose one baseline for both.").format(
                left=gettext(ours.baseline), right=gettext(theirs.baseline)
            )
        )
    return Comparison(left, right, align(*([token.text for token in side.review.tokens] for side in (left, right))))


def _both(pair: Pair) -> bool:
    return pair.left is not None and pair.right is not None


def _placed(values: Sequence[float] | np.ndarray, places: Sequence[int | None]) -> np.ndarray:
    """The values at places, (places,) float64, NaN where the place is None."""
    return np.array([np.nan if place is None else values[place] for place in places], dtype=np.float64)
