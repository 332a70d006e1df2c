"""Logits of many reviews: batches change nothing, and are as large as they may be."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
import torch

from model.network import logits
from model.network.logits import batches, logits_of
from tests.conftest import make_network

REVIEWS = [(3, 4), (5,), (6, 7, 8, 9), (3, 3, 4), (2, 2, 2, 2)]


def test_reading_in_batches_changes_nothing():
    network = make_network()
    together = logits_of(network, REVIEWS)
    np.testing.assert_allclose(logits_of(network, REVIEWS, most_tokens=5), together, atol=1e-6)
    np.testing.assert_allclose(logits_of(network, REVIEWS, most_reviews=2), together, atol=1e-6)
    np.testing.assert_allclose([logits_of(network, [review])[0] for review in REVIEWS], together, atol=1e-6)
    alone = [float(network(torch.tensor([review]), torch.tensor([len(review)]))) for review in REVIEWS]
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("half", [True, False])
def test_half_reads_in_bfloat16(network, monkeypatch, half):
    asked = []
    monkeypatch.setattr(logits, "autocast", lambda device, half: asked.append((device, half)) or nullcontext())
    logits_of(network, REVIEWS, most_reviews=3, half=half)
    assert asked == [("cpu", half)] * 2


def test_no_reviews_have_no_logits(network):
    assert logits_of(network, []).shape == (0,)


@pytest.mark.parametrize(
    ("most_tokens", "most_reviews", "expected"),
    [
        (100, None, [[1, 0, 3, 2, 4]]),
        (100, 2, [[1, 0], [3, 2], [4]]),
        (6, None, [[1, 0], [3], [2], [4]]),
        (1, None, [[1], [0], [3], [2], [4]]),
        (8, 1, [[1], [0], [3], [2], [4]]),
    ],
)
def test_batches_are_of_like_length_and_within_both_limits(most_tokens, most_reviews, expected):
    assert list(batches([len(review) for review in REVIEWS], most_tokens, most_reviews)) == expected
