"""Slow points, on networks of which it is known where they stay: a line attractor, a fixed point, a turn, latches."""

from __future__ import annotations

import math

import pytest
import torch

from model.network.network import RecurrentNetwork
from model.recurrence.slow_points import slow_points, speeds, step_map
from tests.conftest import make_network

NOTHING = torch.zeros(6)  # a constant word vector that says nothing
SIZE = 5


def plain(weights: torch.Tensor, readout: torch.Tensor) -> RecurrentNetwork:
    """A plain RNN without biases, of these state weights (5, 5) and this readout (5,)."""
    network = make_network(cell="rnn", layers=1, bidirectional=False)
    module = network.layers[0].forward_rnn
    module.weight_hh_l0.copy_(weights)
    module.bias_ih_l0.zero_()
    module.bias_hh_l0.zero_()
    network.output.weight.copy_(readout[None])
    network.output.bias.zero_()
    return network


def starts(count: int = 30, size: float = 0.05, states: int = SIZE) -> torch.Tensor:
    return size * torch.randn(count, states, generator=torch.Generator().manual_seed(1)).double()


def basis() -> torch.Tensor:
    """Five orthogonal directions, as columns."""
    return torch.linalg.qr(torch.randn(SIZE, SIZE, generator=torch.Generator().manual_seed(2)))[0]


def keeping(*kept: float) -> torch.Tensor:
    """Symmetric weights that keep so much along each direction of `basis`."""
    directions = basis()
    return directions @ torch.diag(torch.tensor(kept)) @ directions.T


def test_one_direction_that_is_kept_and_read_is_a_line_attractor():
    network = plain(keeping(1.0, 0.3, 0.2, 0.1, 0.0), 3 * basis()[:, 0])
    found = slow_points(network, NOTHING, starts(), usual=0.1)
    assert len(found) > 5
    assert all(point.of_line_attractor for point in found)
    assert max(point.logit for point in found) - min(point.logit for point in found) > 0.1  # a line, no point
    assert all(point.along > 0.99 and point.next_kept < 0.35 for point in found)
    assert [point.logit for point in found] == sorted(point.logit for point in found)


def test_what_is_kept_across_the_readout_is_no_line_attractor():
    network = plain(keeping(1.0, 0.3, 0.2, 0.1, 0.0), 3 * basis()[:, 1])
    found = slow_points(network, NOTHING, starts(), usual=0.1)
    assert any(point.slow and point.off < 0.05 for point in found)
    assert not any(point.of_line_attractor for point in found)
    assert all(point.along < 0.1 for point in found)


def test_a_network_that_forgets_has_one_fixed_point_which_keeps_as_much_as_its_weights():
    network = plain(keeping(0.6, 0.3, 0.2, 0.1, 0.0), basis()[:, 0])
    (point,) = slow_points(network, NOTHING, starts(), usual=0.1)
    assert point.moved < 1e-3
    assert point.kept == pytest.approx(0.6, abs=1e-3)
    assert point.off == pytest.approx(0.4, abs=1e-3)
    assert point.next_kept == pytest.approx(0.3, abs=1e-3)
    assert point.logit == pytest.approx(0, abs=1e-3)
    assert not point.of_line_attractor


def test_what_turns_round_is_kept_but_does_not_stay():
    turn = torch.zeros(SIZE, SIZE)
    turn[:2, :2] = torch.tensor([[math.cos(1.0), -math.sin(1.0)], [math.sin(1.0), math.cos(1.0)]])
    (point,) = slow_points(plain(turn, torch.eye(SIZE)[0]), NOTHING, starts(), usual=0.1)
    assert point.kept == pytest.approx(1, abs=1e-2)
    assert point.next_kept == pytest.approx(1, abs=1e-2)  # a pair
    assert point.off == pytest.approx(2 * math.sin(0.5), abs=1e-2)
    assert not point.of_line_attractor


def test_a_latch_has_two_places_that_attract_and_one_between_that_repels():
    latch = torch.zeros(SIZE, SIZE)
    latch[0, 0] = 2.0
    network = plain(latch, torch.eye(SIZE)[0])
    wide = torch.cat([starts(20, 1.0), torch.zeros(1, SIZE).double()])
    low, middle, high = slow_points(network, NOTHING, wide, usual=0.5)
    assert low.logit == pytest.approx(-0.9575, abs=1e-3)  # tanh(2 h) = h
    assert middle.logit == pytest.approx(0, abs=1e-3)
    assert high.logit == pytest.approx(0.9575, abs=1e-3)
    assert max(low.kept, high.kept) < 1
    assert middle.kept == pytest.approx(2, abs=1e-3)
    assert not any(point.of_line_attractor for point in (low, middle, high))


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_step_is_that_of_the_network(cell):
    network = make_network(cell=cell, layers=1, bidirectional=False)
    words = torch.randn(1, 4, 6, generator=torch.Generator().manual_seed(3)) * 0 + network.embedding.weight[3]
    read, last = network.layers[0].forward_rnn(words)
    step, states = step_map(network, words[0, 0]), torch.zeros(1, SIZE * len(network.cell.states)).double()
    for place in range(4):
        states = step(states)
        torch.testing.assert_close(states[0, :SIZE].float(), read[0, place], atol=1e-6, rtol=0)
    if cell == "lstm":
        torch.testing.assert_close(states[0, SIZE:].float(), last[1][0, 0], atol=1e-6, rtol=0)


def test_the_search_goes_downhill_in_an_lstm():
    network = make_network(layers=1, bidirectional=False)
    begun = starts(8, 0.5, 2 * SIZE)
    found = slow_points(network, NOTHING, begun, usual=1.0)
    before = speeds(step_map(network, NOTHING), begun)
    assert max(point.moved**2 / 2 for point in found) < float(before.min())


@pytest.mark.parametrize("settings", [{"layers": 1}, {"layers": 2, "bidirectional": False}])
def test_other_networks_are_refused(settings):
    with pytest.raises(ValueError, match="single layer"):
        step_map(make_network(**settings), NOTHING)
