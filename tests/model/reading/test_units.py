"""Which units are worth a look: by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.errors import ReviewError
from model.network.cells.lstm import LSTM
from model.network.cells.rnn import RNN
from model.network.network import DIRECTIONS
from model.reading.units import UNIT_PICKS, rank_units
from model.recurrence.replay import GateTrace
from tests.conftest import make_network
from tests.model.recurrence.test_step import REVIEW, taken_apart


@pytest.mark.parametrize(("cell", "symbol"), [("lstm", "c"), ("rnn", "h")])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_largest_change_is_the_largest_step_of_the_state(cell, symbol, direction):
    network = make_network(cell=cell)
    _, trace = taken_apart(network, 2, direction)
    for place in range(len(REVIEW)):
        before = place - 1 if direction == "forward" else place + 1
        changes = {}
        for unit in range(network.config.hidden_size):
            old = float(trace.values(symbol)[before, unit]) if 0 <= before < len(REVIEW) else 0.0
            changes[unit] = abs(float(trace.values(symbol)[place, unit]) - old)
        expected = sorted(changes, key=changes.get, reverse=True)
        assert rank_units(network, trace, place, "largest change").tolist() == expected


def test_most_saturated_counts_tokens_and_gates_near_their_ends(network):
    middle, ends = np.full(3, 0.5, np.float32), np.array([0.05, 0.5, 0.95], np.float32)
    gates = {
        "i": np.stack([middle, ends, ends, middle], axis=1),
        "f": np.stack([middle, middle, ends, middle], axis=1),
        "o": np.stack([middle, middle, middle, np.full(3, 0.1001, np.float32)], axis=1),
        "g": np.full((3, 4), 0.99, np.float32),  # the candidate is no gate
    }
    states = np.zeros((3, 4), np.float32)
    trace = GateTrace(1, "forward", LSTM, {"h": states, "c": states, **gates})
    assert rank_units(network, trace, 0, "most saturated").tolist() == [2, 1, 0, 3]


def test_most_saturated_of_a_plain_rnn_is_near_minus_one_or_one():
    states = np.array([[0.5, -0.95, 0.91], [0.5, -0.95, 0.5]], np.float32)
    trace = GateTrace(1, "forward", RNN, {"h": states})
    assert rank_units(make_network(cell="rnn"), trace, 1, "most saturated").tolist() == [1, 2, 0]


@pytest.mark.parametrize("pooling", ["last", "max_mean"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_largest_weight_of_the_last_layer_is_that_on_the_output(pooling, direction):
    network = make_network(pooling=pooling)
    _, trace = taken_apart(network, 2, direction)
    hidden = network.config.hidden_size
    blocks = 1 if pooling == "last" else 2  # weights on the last states; or on the maximum, then on the mean
    weights = network.output.weight[0].tolist()
    sums = [
        sum(abs(weights[block * 2 * hidden + DIRECTIONS.index(direction) * hidden + unit]) for block in range(blocks))
        for unit in range(hidden)
    ]
    expected = sorted(range(hidden), key=lambda unit: sums[unit], reverse=True)
    assert rank_units(network, trace, 0, "largest weight").tolist() == expected


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_largest_weight_of_a_lower_layer_is_what_the_next_layer_reads(network, direction):
    _, trace = taken_apart(network, 1, direction)
    hidden = network.config.hidden_size
    lengths = []
    for unit in range(hidden):
        column = DIRECTIONS.index(direction) * hidden + unit
        squares = (
            float(row[column]) ** 2 for each in DIRECTIONS for row in network.layers[1].recurrence(each).weight_ih_l0
        )
        lengths.append(math.sqrt(sum(squares)))
    expected = sorted(range(hidden), key=lambda unit: lengths[unit], reverse=True)
    assert rank_units(network, trace, 0, "largest weight").tolist() == expected


@pytest.mark.parametrize("how", UNIT_PICKS)
def test_every_unit_is_listed_once(network, how):
    _, trace = taken_apart(network, 1, "backward")
    units = rank_units(network, trace, 2, how)
    assert sorted(units.tolist()) == list(range(network.config.hidden_size))


def test_unknown_pick_and_lost_token_are_said(network):
    _, trace = taken_apart(network, 1, "forward")
    with pytest.raises(ReviewError, match="largest change, most saturated, largest weight"):
        rank_units(network, trace, 0, "prettiest")
    with pytest.raises(ReviewError, match="no token 8"):
        rank_units(network, trace, 7, "largest change")
