"""The replay of the recurrence: by hand, against `nn.LSTM`, and against its cell state at every token."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from model.gates import replay, trace_gates
from model.network import DIRECTIONS
from model.text import pad
from tests.conftest import make_network
from tests.model.test_network import REVIEWS


def test_one_step_equals_the_equations_by_hand():
    network = make_network(embedding_size=1, hidden_size=1, layers=1)
    module = network.layers[0].forward_rnn
    module.weight_ih_l0.copy_(torch.tensor([[0.5], [-1.0], [2.0], [0.25]]))
    module.weight_hh_l0.copy_(torch.tensor([[0.1], [0.2], [0.3], [0.4]]))
    module.bias_ih_l0.copy_(torch.tensor([0.1, 0.2, -0.3, 0.4]))
    module.bias_hh_l0.zero_()
    trace = trace_gates(network, torch.tensor([[[2.0], [-1.0]]])).of(1, "forward")

    def sigma(value):
        return 1 / (1 + math.exp(-value))

    h = c = 0.0
    for step, x in enumerate((2.0, -1.0)):
        i, f, o = sigma(0.5 * x + 0.1 * h + 0.1), sigma(-x + 0.2 * h + 0.2), sigma(0.25 * x + 0.4 * h + 0.4)
        g = math.tanh(2 * x + 0.3 * h - 0.3)
        c = f * c + i * g
        h = o * math.tanh(c)
        found = [trace.values(symbol)[step, 0] for symbol in ("i", "f", "o", "g", "c", "h")]
        assert found == pytest.approx([i, f, o, g, c, h], abs=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_replayed_states_equal_the_network_on_a_padded_batch(cell):
    network = make_network(cell=cell)
    ids, lengths = pad(REVIEWS)
    embedded = network.embed(ids)
    expected = network.states(embedded, lengths)
    for layer, states in zip(replay(network, embedded, lengths), expected, strict=True):
        found = torch.cat([layer.h[0], layer.h[1]], dim=-1)
        for row, length in enumerate(lengths):
            torch.testing.assert_close(found[row, :length], states[row, :length], atol=1e-5, rtol=0)


def test_replayed_cell_state_equals_that_of_pytorch_after_every_token():
    network = make_network()
    ids, lengths = pad([REVIEWS[0]])
    embedded = network.embed(ids)
    inputs = [embedded, network.states(embedded, lengths)[0]]
    for layer, replayed, read in zip(network.layers, replay(network, embedded, lengths), inputs, strict=True):
        for index, direction in enumerate(DIRECTIONS):
            ordered = read if direction == "forward" else read.flip(1)
            for prefix in range(1, len(REVIEWS[0]) + 1):
                _, (_, c) = layer.recurrence(direction)(ordered[:, :prefix])
                place = prefix - 1 if direction == "forward" else len(REVIEWS[0]) - prefix
                torch.testing.assert_close(c[0, 0], replayed.c[index, 0, place], atol=1e-5, rtol=0)


def test_parity_of_a_large_state_is_relative():
    network = make_network(layers=1)
    module = network.layers[0].forward_rnn
    for weights in module.parameters():
        weights.zero_()
    module.bias_ih_l0.fill_(20)  # all gates open: each cell counts the tokens
    gates = trace_gates(network, network.embed(torch.full((1, 300), 4)))
    assert gates.of(1, "forward").c[-1].tolist() == pytest.approx([300] * 5)
    assert gates.parity < 1e-5


def test_gates_stay_in_their_ranges_and_shapes():
    network = make_network()
    gates = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]])))
    assert [(trace.layer, trace.direction) for trace in gates.traces] == [
        (1, "forward"), (1, "backward"), (2, "forward"), (2, "backward"),
    ]  # fmt: skip
    for trace in gates.traces:
        for symbol in trace.quantities:
            values = trace.values(symbol)
            assert values.shape == (len(REVIEWS[0]), 5)
            assert values.dtype == np.float32
            low = 0 if symbol in "ifo" else -np.inf if symbol == "c" else -1
            assert (values >= low).all()
            assert symbol == "c" or (values <= 1).all()


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_parity_is_small_and_tells_when_the_replay_is_wrong(cell, monkeypatch):
    network = make_network(cell=cell)
    embedded = network.embed(torch.tensor([REVIEWS[0]]))
    assert trace_gates(network, embedded).parity < 1e-5
    monkeypatch.setattr("model.gates._drive", lambda modules, inputs: 0.9 * _drive(modules, inputs))
    assert trace_gates(network, embedded).parity > 1e-3


def _drive(modules, inputs):
    weight = torch.stack([module.weight_ih_l0 for module in modules])
    bias = torch.stack([module.bias_ih_l0 + module.bias_hh_l0 for module in modules])
    return torch.einsum("dbti,dgi->tdbg", inputs, weight) + bias[:, None]


def test_plain_rnn_has_no_gates():
    network = make_network(cell="rnn")
    trace = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]]))).of(2, "backward")
    assert trace.quantities == ("h",)
    with pytest.raises(KeyError):
        trace.values("f")


def test_unknown_layer_or_direction_is_a_key_error(network):
    gates = trace_gates(network, network.embed(torch.tensor([[3]])))
    with pytest.raises(KeyError):
        gates.of(3, "forward")
