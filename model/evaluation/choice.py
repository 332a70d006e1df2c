"""Which of some runs is the best: by validation, and among those as good, by single sentences.

What lies within `NEAR` of the best on validation is as good, as far as so few reviews can tell. Of those the one is
taken that judges the most sentences rightly, of the half that is for choosing. To prefer another than the very best
where the difference is within its error: Breiman et al., *Classification and Regression Trees* (1984).
"""

from __future__ import annotations

from collections.abc import Sequence

from model.network.checkpoint import Candidate

NEAR = 0.005  # of validation accuracy: the standard error of 93.5 % on 2,457 reviews


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """Of those near the best on validation, the one that judges the most sentences rightly; then by validation."""
    least = max(each.validation_accuracy for each in candidates) - NEAR
    near = [each for each in candidates if each.validation_accuracy >= least]
    return max(near, key=lambda each: (each.sentences or 0.0, each.validation_accuracy))
