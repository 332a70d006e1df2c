"""The verdict as it reads: against each prefix read as a review of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.errors import ReviewError
from model.network.classify import classify_encoded
from model.network.network import RecurrentNetwork
from model.recurrence import prefixes
from model.recurrence.clamps import Clamp, switch_off
from model.recurrence.interventions import intervene
from model.recurrence.prefixes import MAX_PREFIX_TOKENS, PrefixCurve, prefix_lengths, read_prefixes
from model.text import MAX_TOKENS, encode
from tests.conftest import make_network
from tests.model.recurrence.test_replay import HELD

REVIEW = [3, 4, 5, 6, 7, 8, 2, 9, 10, 0, 11, 12, 3, 3]
KINDS = [
    (cell, pooling, layers) for cell in ("lstm", "rnn") for pooling in ("last", "max_mean") for layers in (1, 2, 3)
]


def one_by_one(network: RecurrentNetwork, ids: Sequence[int]) -> list[float]:
    """The logit of each prefix, read alone by PyTorch's modules."""
    return [float(network(torch.tensor([ids[:length]]), torch.tensor([length]))) for length in range(1, len(ids) + 1)]


def one_by_one_with(network: RecurrentNetwork, ids: Sequence[int], clamps: Sequence[Clamp]) -> list[float]:
    """The logit of each prefix, read alone with the part of each clamp that lies within it."""
    logits = []
    for length in range(1, len(ids) + 1):
        within = [
            replace(clamp, end=length if clamp.end is None else min(clamp.end, length))
            for clamp in clamps
            if clamp.start < length
        ]
        logits.append(intervene(network, network.embed(torch.tensor([ids[:length]])), within).logit)
    return logits


@pytest.mark.parametrize(("cell", "pooling", "layers"), KINDS)
def test_each_prefix_is_judged_as_if_it_were_the_whole_review(cell, pooling, layers):
    network = make_network(cell=cell, pooling=pooling, layers=layers, temperature=0.8)
    curve = read_prefixes(network, REVIEW)
    assert curve.lengths.tolist() == list(range(1, len(REVIEW) + 1))
    np.testing.assert_allclose(curve.logits, one_by_one(network, REVIEW), atol=1e-5)
    assert np.ptp(curve.logits) > 1e-2


@pytest.mark.parametrize(("cell", "pooling", "layers"), KINDS)
def test_with_clamps_each_prefix_equals_intervening_on_it_alone(cell, pooling, layers):
    network = make_network(cell=cell, pooling=pooling, layers=layers)
    clamps = [each for each in HELD if (cell == "lstm" or each.symbol == "h") and (each.layer or 1) <= layers]
    found = read_prefixes(network, REVIEW, clamps).logits
    np.testing.assert_allclose(found, one_by_one_with(network, REVIEW, clamps), atol=1e-5)
    assert np.abs(found - read_prefixes(network, REVIEW).logits).max() > 1e-3


@pytest.mark.parametrize("clamp", HELD)
def test_each_clamp_alone_equals_intervening_on_each_prefix(network, clamp):
    found = read_prefixes(network, REVIEW, [clamp]).logits
    np.testing.assert_allclose(found, one_by_one_with(network, REVIEW, [clamp]), atol=1e-5)


def test_clamp_does_not_reach_prefixes_that_end_before_it(network):
    held = read_prefixes(network, REVIEW, [Clamp("f", 0.0, start=5, end=8)]).logits
    plain = read_prefixes(network, REVIEW).logits
    np.testing.assert_allclose(held[:5], plain[:5], atol=1e-7)
    assert (np.abs(held[5:] - plain[5:]) > 1e-5).all()


def test_all_switched_off_leaves_a_flat_line(network):
    curve = read_prefixes(network, REVIEW, [switch_off()])
    np.testing.assert_allclose(curve.logits, float(network.output.bias), atol=1e-6)


def test_curve_ends_with_the_verdict_on_the_review(tiny):
    review = encode("The film is not good, but it is not dull!", tiny.field)
    curve, verdict = read_prefixes(tiny.network, review.ids), classify_encoded(tiny, review)
    assert curve.logits[-1] == pytest.approx(verdict.logit, abs=1e-5)
    assert curve.probabilities[-1] == pytest.approx(verdict.probability, abs=1e-5)
    assert curve.lengths[-1] == len(review.tokens)


def test_probabilities_are_those_of_the_logits():
    network = make_network()
    network.output.weight.mul_(1_000)
    curve = read_prefixes(network, REVIEW)
    assert np.abs(curve.logits).max() > 100  # where exp(-z) of a float32 overflows
    for logit, probability in zip(curve.logits, curve.probabilities, strict=True):
        expected = 0.5 * (1 + math.tanh(logit / 2))
        assert probability == pytest.approx(expected, abs=1e-9)


def test_review_of_one_token_is_its_own_only_prefix(network):
    curve = read_prefixes(network, [4])
    assert curve.lengths.tolist() == [1]
    assert curve.logits.tolist() == pytest.approx(one_by_one(network, [4]), abs=1e-5)


def test_review_without_tokens_is_refused(network):
    with pytest.raises(ReviewError, match="nothing to read"):
        read_prefixes(network, [])


def test_clamp_that_cannot_be_is_refused(network):
    with pytest.raises(ReviewError, match="has 14 tokens"):
        read_prefixes(network, REVIEW, [Clamp("f", 0.5, start=len(REVIEW))])


def test_of_a_long_review_the_prefixes_that_are_read_are_right(monkeypatch):
    monkeypatch.setattr(prefixes, "MAX_PREFIX_TOKENS", 40)
    for layers in (1, 2, 3):
        network = make_network(layers=layers)
        curve = read_prefixes(network, REVIEW)
        assert curve.lengths.tolist() == [1, 4, 7, 10, 14]
        expected = np.array(one_by_one(network, REVIEW))[curve.lengths - 1]
        np.testing.assert_allclose(curve.logits, expected, atol=1e-5)


@pytest.mark.parametrize("tokens", [*range(1, 5), 250, 260, 261, 262, 400, 999, MAX_TOKENS])
def test_prefixes_are_spread_evenly_and_their_sum_is_bounded(tokens):
    lengths = prefix_lengths(tokens)
    assert lengths[0] == 1
    assert lengths[-1] == tokens
    assert lengths.sum() <= MAX_PREFIX_TOKENS
    steps = np.diff(lengths)
    assert steps.size == 0 or 1 <= steps.min() <= steps.max() <= steps.min() + 1
    longer_would_fit = (len(lengths) + 1) * (tokens + 1) / 2 <= MAX_PREFIX_TOKENS
    assert len(lengths) == tokens or not longer_would_fit


def test_of_reviews_up_to_250_tokens_all_prefixes_are_read():
    assert prefix_lengths(250).tolist() == list(range(1, 251))
    assert len(prefix_lengths(1_000)) >= 60


def test_of_a_review_beyond_all_bounds_first_and_last_prefix_are_left():
    assert prefix_lengths(10**6).tolist() == [1, 10**6]


def test_between_the_prefixes_that_were_read_the_line_is_straight():
    curve = PrefixCurve(np.array([1, 2, 5]), np.zeros(3), np.array([0.5, 0.2, 0.8]))
    filled = curve.at_tokens(5)
    assert filled.probabilities.tolist() == pytest.approx([0.5, 0.2, 0.4, 0.6, 0.8])
    assert filled.read.tolist() == [True, True, False, False, True]
