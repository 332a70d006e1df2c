"""What a valve does to the verdict: each opening equals holding it there, and its own changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.errors import ReviewError
from model.network.network import DIRECTIONS
from model.recurrence.clamps import Clamp
from model.recurrence.interventions import intervene
from model.recurrence.openings import GRID, Valve, read_openings
from model.recurrence.replay import trace_gates
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS

LENGTH = len(REVIEWS[0])
POOLINGS = ("last", "max_mean")


def read(network, review, valve):
    embedded = network.embed(torch.tensor([review]))
    return embedded, read_openings(network, embedded, trace_gates(network, embedded), valve)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("symbol", ["i", "f", "o"])
def test_each_opening_equals_holding_the_gate_there(pooling, layers, direction, symbol):
    network = make_network(pooling=pooling, layers=layers, temperature=0.7)
    for layer in range(1, layers + 1):
        for place in (0, 3, LENGTH - 1):
            valve = Valve(symbol, layer, direction, 2, place)
            embedded, found = read(network, REVIEWS[0], valve)
            expected = [intervene(network, embedded, [valve.held(float(each))]) for each in found.openings]
            np.testing.assert_allclose(found.logits, [each.logit for each in expected], atol=2e-6)
            np.testing.assert_allclose(found.probabilities, [each.probability for each in expected], atol=2e-6)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("layer", [1, 2])
def test_curve_passes_through_the_verdict_at_the_opening_that_the_gate_has_by_itself(network, layer, direction):
    for symbol in "ifo":
        valve = Valve(symbol, layer, direction, 4, 3)
        embedded, found = read(network, REVIEWS[0], valve)
        gates = trace_gates(network, embedded)
        assert found.own == gates.of(layer, direction).values(symbol)[3, 4]
        assert set(GRID) | {found.own} == set(found.openings)
        assert (np.diff(found.openings) > 0).all()
        assert found.logits[found.openings == found.own] == pytest.approx(gates.logit, abs=1e-6)
        assert np.ptp(found.logits) > 1e-5


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("symbol", ["i", "f", "o"])
def test_the_gates_of_all_units_are_held_together(network, direction, symbol):
    valve = Valve(symbol, 1, direction, None, 3)
    embedded, found = read(network, REVIEWS[0], valve)
    assert found.own is None
    assert found.openings.tolist() == GRID.tolist()
    expected = [intervene(network, embedded, [Clamp(symbol, each, 1, direction, None, 3, 4)]).logit for each in GRID]
    np.testing.assert_allclose(found.logits, expected, atol=2e-6)
    alone = read(network, REVIEWS[0], Valve(symbol, 1, direction, 2, 3))[1].logits
    assert np.abs(found.logits[[0, -1]] - alone[[0, -1]]).max() > 1e-3


def test_gate_that_is_wide_open_by_itself_adds_no_opening(network):
    network.layers[0].forward_rnn.bias_ih_l0[:] = 200
    _, found = read(network, REVIEWS[0], Valve("f", 1, "forward", 0, 2))
    assert found.own == 1
    assert found.openings.tolist() == GRID.tolist()


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_review_of_one_token_has_valves_that_move_its_verdict_where_anything_flows(network, direction):
    valve = Valve("i", 1, direction, 1, 0)
    embedded, found = read(network, [5], valve)
    expected = [intervene(network, embedded, [valve.held(float(each))]).logit for each in found.openings]
    np.testing.assert_allclose(found.logits, expected, atol=2e-6)
    assert np.ptp(found.logits) > 1e-4
    _, nothing_kept = read(network, [5], Valve("f", 1, direction, 1, 0))  # there was nothing before
    assert np.ptp(nothing_kept.logits) < 1e-6


def test_plain_rnn_has_no_valves():
    network = make_network(cell="rnn")
    with pytest.raises(ReviewError) as caught:
        read(network, REVIEWS[0], Valve("h", 1, "forward", 0, 0))
    assert str(caught.value) == "A plain RNN has no gates, so there are no valves to move."


@pytest.mark.parametrize(
    ("valve", "part"),
    [
        (Valve("g", 1, "forward", 0, 0), "choose one of i, f and o"),
        (Valve("c", 1, "forward", 0, 0), "no such valve"),
        (Valve("f", 3, "forward", 0, 0), "no such layer"),
        (Valve("f", 1, "sideways", 0, 0), "no such direction"),
        (Valve("f", 1, "forward", 5, 0), "no such unit"),
        (Valve("f", 1, "forward", 0, LENGTH), "has 7 tokens"),
        (Valve("f", 1, "forward", 0, -1), "has 7 tokens"),
    ],
)
def test_valve_that_there_is_not_is_refused_by_one_sentence(network, valve, part):
    with pytest.raises(ReviewError, match=part) as caught:
        read(network, REVIEWS[0], valve)
    assert str(caught.value).count(".") == 1
