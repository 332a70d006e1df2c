"""One step of one unit: against plain loops, PyTorch's own cells, and the traced gates."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from model.errors import ReviewError
from model.network.cells.lstm import KEPT, WRITTEN
from model.network.cells.rnn import RNN
from model.network.network import DIRECTIONS
from model.reading.units import rank_units
from model.recurrence.preactivations import preactivations
from model.recurrence.replay import trace_gates
from model.recurrence.step import cell_step
from tests.conftest import make_network

REVIEW = [3, 4, 5, 6, 7, 8, 2]
SEATS = [(layer, direction) for layer in (1, 2) for direction in DIRECTIONS]


def read(network, review=REVIEW):
    """Word vectors and traces of a review."""
    embedded = network.embed(torch.tensor([review]))
    return embedded, trace_gates(network, embedded)


def taken_apart(network, layer, direction, review=REVIEW):
    """Sums and trace of one layer and direction."""
    embedded, traces = read(network, review)
    return preactivations(network, embedded, traces, layer, direction), traces.of(layer, direction)


def sigma(value):
    return 1 / (1 + np.exp(-value))


@pytest.mark.parametrize(("layer", "direction"), SEATS)
def test_sigmoid_or_tanh_of_the_sums_gives_the_traced_gates(network, layer, direction):
    sums, trace = taken_apart(network, layer, direction)
    assert sums.symbols == ("i", "f", "g", "o")
    for gate, symbol in enumerate(sums.symbols):
        function = np.tanh if symbol == "g" else sigma
        np.testing.assert_allclose(function(sums.of(symbol)), trace.values(symbol), atol=1e-5)
        np.testing.assert_array_equal(sums.total[:, gate], sums.of(symbol))


@pytest.mark.parametrize(("layer", "direction"), SEATS)
def test_tanh_of_the_sums_of_a_plain_rnn_gives_its_hidden_state(layer, direction):
    sums, trace = taken_apart(make_network(cell="rnn"), layer, direction)
    assert sums.symbols == ("h",)
    np.testing.assert_allclose(np.tanh(sums.of("h")), trace.h, atol=1e-5)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_term_equals_a_loop_over_its_weights(network, direction):
    sums, trace = taken_apart(network, 1, direction)
    embedded = network.embed(torch.tensor(REVIEW)).tolist()
    module = network.layers[0].recurrence(direction)
    w_x, w_h = module.weight_ih_l0.tolist(), module.weight_hh_l0.tolist()
    hidden = network.config.hidden_size
    for place in range(len(REVIEW)):
        before = place - 1 if direction == "forward" else place + 1
        state = trace.h[before].tolist() if 0 <= before < len(REVIEW) else [0.0] * hidden
        for gate in range(4):
            for unit in range(hidden):
                row = gate * hidden + unit
                from_input = sum(w * x for w, x in zip(w_x[row], embedded[place], strict=True))
                from_state = sum(w * h for w, h in zip(w_h[row], state, strict=True))
                assert sums.from_input[place, gate, unit] == pytest.approx(from_input, abs=1e-5)
                assert sums.from_state[place, gate, unit] == pytest.approx(from_state, abs=1e-5)
                bias = float(module.bias_ih_l0[row] + module.bias_hh_l0[row])
                assert sums.bias[gate, unit] == pytest.approx(bias, abs=1e-6)


def test_second_layer_reads_the_hidden_states_of_both_directions(network):
    embedded, traces = read(network)
    sums = preactivations(network, embedded, traces, 2, "backward")
    states = network.states(embedded, torch.tensor([len(REVIEW)]))[0][0]  # (T, 2H) by PyTorch's own modules
    expected = states @ network.layers[1].backward_rnn.weight_ih_l0.T
    np.testing.assert_allclose(sums.from_input.reshape(len(REVIEW), -1), expected.numpy(), atol=1e-5)


@pytest.mark.parametrize(("direction", "place"), [("forward", 3), ("backward", 3), ("forward", 0), ("backward", 6)])
def test_a_step_equals_one_step_of_pytorchs_lstm_cell(network, direction, place):
    sums, trace = taken_apart(network, 1, direction)
    module, hidden = network.layers[0].recurrence(direction), network.config.hidden_size
    cell = nn.LSTMCell(module.input_size, hidden)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        setattr(cell, name, nn.Parameter(getattr(module, f"{name}_l0"), requires_grad=False))
    order = list(range(place)) if direction == "forward" else list(range(len(REVIEW) - 1, place, -1))
    states = (torch.zeros(1, hidden), torch.zeros(1, hidden))
    for each in order:
        states = cell(network.embed(torch.tensor([REVIEW[each]])), states)
    after = cell(network.embed(torch.tensor([REVIEW[place]])), states)
    for unit in range(hidden):
        step = cell_step(sums, trace, place, unit)
        assert (step.h_before, step.state("c").before) == pytest.approx(
            [float(each[0, unit]) for each in states], abs=1e-5
        )
        assert (step.h, step.state("c").value) == pytest.approx([float(each[0, unit]) for each in after], abs=1e-5)
        assert step.first == (not order)
        assert step.place_before == (order[-1] if order else None)


@pytest.mark.parametrize(("layer", "direction"), SEATS)
def test_the_numbers_of_a_step_follow_from_one_another(network, layer, direction):
    sums, trace = taken_apart(network, layer, direction)
    for place in range(len(REVIEW)):
        for unit in range(network.config.hidden_size):
            step = cell_step(sums, trace, place, unit)
            assert [part.symbol for part in step.parts] == ["i", "f", "g", "o"]
            for part in step.parts:
                assert part.from_input + part.from_state + part.bias == pytest.approx(part.total, abs=1e-5)
                value = math.tanh(part.total) if part.symbol == "g" else 1 / (1 + math.exp(-part.total))
                assert part.value == pytest.approx(value, abs=1e-5)
            i, f, g, o = (part.value for part in step.parts)
            assert step.state("c").value == pytest.approx(f * step.state("c").before + i * g, abs=1e-5)
            assert step.state("c").squashed == pytest.approx(math.tanh(step.state("c").value), abs=1e-6)
            assert step.h == pytest.approx(o * step.state("c").squashed, abs=1e-5)
            assert step.state("c").largest == pytest.approx(max(abs(c) for c in trace.values("c")[:, unit].tolist()))


def test_first_and_last_are_told_in_the_order_of_reading(network):
    for direction, first, last in (("forward", 0, 6), ("backward", 6, 0)):
        sums, trace = taken_apart(network, 2, direction)
        steps = [cell_step(sums, trace, place, 0) for place in range(len(REVIEW))]
        assert [step.place for step in steps if step.first] == [first]
        assert [step.place for step in steps if step.last] == [last]
        assert steps[first].h_before == steps[first].state("c").before == 0


def test_a_single_token_is_first_and_last(network):
    step = cell_step(*taken_apart(network, 1, "backward", [4]), 0, 2)
    assert step.first
    assert step.last


def test_plain_rnn_has_one_part_and_no_cell_state():
    sums, trace = taken_apart(make_network(cell="rnn"), 2, "forward")
    step = cell_step(sums, trace, 4, 1)
    assert step.cell is RNN
    assert [state.symbol for state in step.states] == ["h"]
    with pytest.raises(KeyError):
        step.state("c")
    assert step.part("h").value == step.h == trace.h[4, 1]
    assert step.h_before == trace.h[3, 1]
    with pytest.raises(KeyError):
        step.part("f")


def test_unknown_symbol_is_a_key_error(network):
    with pytest.raises(KeyError):
        taken_apart(network, 1, "forward")[0].of("h")


def test_whole_floats_and_numpy_numbers_are_places_too(network):
    sums, trace = taken_apart(network, 1, "forward")
    assert cell_step(sums, trace, 3.0, np.int64(2)) == cell_step(sums, trace, 3, 2)


def test_what_is_not_there_is_said_with_what_there_is(network):
    sums, trace = taken_apart(network, 1, "forward")
    with pytest.raises(ReviewError, match=r"There is no token 40 in this review any more: it has 7\."):
        cell_step(sums, trace, 39, 0)
    with pytest.raises(ReviewError, match=r"There is no token 0 in"):
        cell_step(sums, trace, -1, 0)
    with pytest.raises(ReviewError, match=r"There is no unit 300: this layer has 5, numbered from 0\."):
        cell_step(sums, trace, 0, 300)
    with pytest.raises(ReviewError, match="no unit -1"):
        cell_step(sums, trace, 0, -1)


@pytest.mark.parametrize("wrong", [True, None, "3", 2.5, math.nan, math.inf, -math.inf, 1e300, 10**400, [3]])
def test_what_is_no_whole_number_is_refused(network, wrong):
    sums, trace = taken_apart(network, 1, "forward")
    for place, unit in ((wrong, 0), (0, wrong)):
        with pytest.raises(ReviewError, match="whole one"):
            cell_step(sums, trace, place, unit)
    with pytest.raises(ReviewError, match="whole one"):
        rank_units(network, trace, wrong, "largest change")


@pytest.mark.parametrize(
    ("layer", "direction", "message"),
    [(3, "forward", "no layer 3: this network has 2"), (0, "forward", "no layer 0"), (1, "sideways", "direction")],
)
def test_unknown_layer_or_direction_is_said(network, layer, direction, message):
    embedded, traces = read(network)
    with pytest.raises(ReviewError, match=message):
        preactivations(network, embedded, traces, layer, direction)


def test_sums_and_trace_of_two_seats_or_reviews_are_refused(network):
    sums, trace = taken_apart(network, 1, "forward")
    with pytest.raises(ValueError, match="not of one"):
        cell_step(sums, replace(trace, layer=2), 0, 0)
    with pytest.raises(ValueError, match="not of one"):
        cell_step(sums, taken_apart(network, 1, "forward", REVIEW[:4])[1], 0, 0)


@pytest.mark.parametrize(("layer", "direction"), SEATS)
def test_what_is_kept_and_what_is_written_make_the_cell_state(network, layer, direction):
    summed, trace = taken_apart(network, layer, direction)
    for place in range(len(REVIEW)):
        step = cell_step(summed, trace, place, 3)
        assert step.number(KEPT) + step.number(WRITTEN) == pytest.approx(step.state("c").value, abs=1e-6)


def test_plain_rnn_keeps_and_writes_no_cell_state():
    step = cell_step(*taken_apart(make_network(cell="rnn"), 1, "forward"), 2, 3)
    for part in (KEPT, WRITTEN):
        with pytest.raises(KeyError):
            step.number(part)


def test_value_of_a_step_is_that_of_the_trace():
    for settings in ({}, {"cell": "rnn"}):
        summed, trace = taken_apart(make_network(**settings), 2, "backward")
        step = cell_step(summed, trace, 4, 1)
        assert [step.value(symbol) for symbol in trace.quantities] == [
            float(trace.values(symbol)[4, 1]) for symbol in trace.quantities
        ]
