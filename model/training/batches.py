"""Which reviews a run trains on, in which order, and which of them side by side."""

from __future__ import annotations

import random

import numpy as np
from torchtext.data import BucketIterator, Dataset, Example, Field

from model.training.data import PreparedData, Split
from model.training.presets import Preset


def trained_rows(data: PreparedData, preset: Preset) -> np.ndarray:
    """Numbers of the reviews that a run trains on."""
    times = {
        Split.TRAIN: 1,
        Split.UNLABELLED: preset.unlabelled,
        Split.EXCERPT: preset.excerpts,
        Split.PRACTICE: preset.practice,
    }
    return np.concatenate([data.rows(split) for split, count in times.items() for _ in range(count)])


def epoch_batches(data: PreparedData, preset: Preset, seed: int, number: int) -> list[np.ndarray]:
    """The batches of an epoch, as numbers of reviews of like length, by torchtext's `BucketIterator`.

    An epoch of `preset.epoch_reviews` goes on in a random order of all reviews where the last one stopped.
    """
    rows = trained_rows(data, preset)
    size = preset.epoch_reviews or len(rows)
    first, last = (number - 1) * size, number * size
    passes = range(first // len(rows), (last - 1) // len(rows) + 1)
    order = np.concatenate([np.random.default_rng([seed, each]).permutation(rows) for each in passes])
    chosen = order[first - passes[0] * len(rows) :][:size]
    field = Field(sequential=False, use_vocab=False)
    fields = [("row", field), ("length", field)]
    lengths = np.minimum(data.offsets[chosen + 1] - data.offsets[chosen], preset.max_tokens)
    pairs = zip(chosen.tolist(), lengths.tolist(), strict=True)
    reviews = Dataset([Example.fromlist(pair, fields) for pair in pairs], fields)
    random.seed(seed * 1000 + number)  # BucketIterator's shuffling follows it
    batches = BucketIterator(reviews, preset.batch, sort_key=lambda review: review.length, sort_within_batch=True)
    return [batch.row.numpy() for batch in batches]
