"""A review in, a verdict out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from model.network.checkpoint import Checkpoint
from model.text import EncodedReview, encode, pad

DOUBT = 0.1  # a probability nearer to 0.5 than this is worded as a doubt


@dataclass(frozen=True, slots=True)
class Prediction:
    """The verdict on one review. `logit` is unbounded; `probability` = sigmoid(logit) = P(positive), in [0, 1]."""

    review: EncodedReview
    logit: float
    probability: float

    @property
    def label(self) -> str:
        """The likelier class: "positive" or "negative"."""
        return "positive" if self.logit > 0 else "negative"

    @property
    def doubtful(self) -> bool:
        """Whether the probability is so near to 0.5 that the label says little."""
        return abs(self.probability - 0.5) < DOUBT


def classify(checkpoint: Checkpoint, text: object) -> Prediction:
    """Read one raw review. Raises `ReviewError` if it cannot be read."""
    return classify_encoded(checkpoint, encode(text, checkpoint.field))


@torch.inference_mode()
def classify_encoded(checkpoint: Checkpoint, review: EncodedReview) -> Prediction:
    """The verdict on a review that is encoded already."""
    device = checkpoint.network.output.weight.device
    ids, lengths = pad([review.ids])
    logit = float(checkpoint.network(ids.to(device), lengths.to(device)))
    return Prediction(review, logit, sigmoid(logit))


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
