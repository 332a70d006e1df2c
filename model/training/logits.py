"""Logits of prepared reviews, beside their labels."""

from __future__ import annotations

import numpy as np

from model.network.logits import logits_of
from model.network.network import RecurrentNetwork
from model.text import MAX_TOKENS
from model.training.data import PreparedData


def logits_and_labels(
    network: RecurrentNetwork,
    data: PreparedData,
    rows: np.ndarray,
    max_tokens: int = MAX_TOKENS,
    half: bool = False,
    batch: int = 64,
    progress: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Logits (rows,) float64 and labels (rows,) of reviews, in the order of `rows`; sets evaluation mode."""
    reviews = [data.review(row, network.config.vocabulary_size, max_tokens) for row in rows]
    logits = logits_of(network.eval(), reviews, most_reviews=batch, half=half, progress=progress)
    return logits, data.labels[rows]
