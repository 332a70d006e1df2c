"""What a person asks about one review, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.attribution.attribution import Attribution
from model.attribution.baselines import DEFAULT_BASELINE
from model.attribution.methods import DEFAULT_METHOD
from model.network.classify import Prediction
from model.recurrence.arriving import ArrivingGradients, chain_alone
from model.recurrence.jacobians import GradientFlow
from model.recurrence.preactivations import Preactivations
from model.recurrence.replay import CheckedTraces
from model.text import EncodedReview

WEIGHTS = ("trained", "untrained")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: which review, read by which checkpoint, explained how."""

    text: str
    checkpoint: str
    method: str = DEFAULT_METHOD.name
    baseline: str = DEFAULT_BASELINE


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a review as soon as it was read once. `gates` are parallel to `prediction.review.tokens`."""

    question: Question
    prediction: Prediction
    gates: CheckedTraces

    @property
    def review(self) -> EncodedReview:
        """The review as the network read it."""
        return self.prediction.review

    @property
    def scored(self) -> Attribution | None:
        """What each token did to the verdict; None while it is not computed, which takes longer than to read."""
        return None

    def explained(self, attribution: Attribution) -> Explanation:
        """The same with its scores."""
        return Explanation(self.question, self.prediction, self.gates, attribution)


@dataclass(frozen=True, slots=True)
class Explanation(Reading):
    """The whole answer. `attribution` is parallel to the tokens as well."""

    attribution: Attribution

    @property
    def scored(self) -> Attribution | None:
        """The attribution."""
        return self.attribution


@dataclass(frozen=True, slots=True)
class Flow:
    """The gradient flow through one layer and direction of the network of a checkpoint.

    `accuracy` is that on the test split, a fraction; None where it was not measured, or the weights are not those.
    """

    checkpoint: str
    flow: GradientFlow
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Gradients:
    """Gradients on one review. `weights` is one of `WEIGHTS`; `flows` has that of the checkpoint asked for, then that
    of one with another kind of cell, if there is one; `pooling`, `arriving` and `preactivations` are those of the
    first.
    """

    weights: str
    pooling: str
    flows: tuple[Flow, ...]
    arriving: ArrivingGradients
    preactivations: Preactivations

    @property
    def chain_alone(self) -> np.ndarray:
        """log10 of what the chain of the first flow's steps alone would bring to each token, (tokens,)."""
        return chain_alone(self.flows[0].flow, self.arriving)
