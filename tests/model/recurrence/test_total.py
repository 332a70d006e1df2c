"""The true derivative of the memory over a distance: against autograd of every cell, and of PyTorch's own LSTM."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd.functional import jacobian

from model.network import checkpoint
from model.network.cells.cell import EXACT, Recurrent
from model.network.cells.packing import weights_of
from model.network.cells.registry import CELLS
from model.network.network import DIRECTIONS, RecurrentNetwork
from model.recurrence.jacobians import flow_of_trace, gradient_flow
from model.recurrence.replay import trace_gates
from tests.conftest import make_network

IDS = [2, 9, 4, 11, 3, 7, 18, 5]
cells = pytest.mark.parametrize("cell", list(CELLS))
parts = pytest.mark.parametrize(
    ("layer", "direction"), [(layer, direction) for layer in (1, 2) for direction in DIRECTIONS]
)


def make(**settings: object) -> tuple[RecurrentNetwork, Tensor]:
    """A small network in float64, and a review's word vectors."""
    network = make_network(**settings).double()
    return network, network.embed(torch.tensor([IDS]))


def inputs_of(network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str) -> Tensor:
    """What a layer reads (tokens, features), in the order of its direction."""
    lower = [embedded, *network.states(embedded, torch.tensor([embedded.shape[1]]))][layer - 1][0]
    return lower if direction == "forward" else lower.flip(0)


def memory_of(network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str) -> np.ndarray:
    """The memory (tokens, units) of a layer, in the order of its direction."""
    memory = trace_gates(network, embedded).of(layer, direction).memory
    return memory if direction == "forward" else memory[::-1].copy()


def last_memory(module: torch.nn.RNNBase, key: str, x: Tensor, start: int, memory: Tensor) -> Tensor:
    """The memory after the last input, by the cell's own step, where that at `start` is put in its place."""
    cell = CELLS[key]
    weights = cell.weights(module)
    states = dict.fromkeys(cell.states, torch.zeros_like(memory))
    for place, word in enumerate(x):

        def settle(symbol: str, values: Tensor, place: int = place) -> Tensor:
            return memory if (symbol, place) == (cell.memory, start) else values

        states = cell.step(weights.inputs @ word + weights.states @ states["h"] + weights.bias, states, settle, EXACT)
    return states[cell.memory]


def average_factor(matrix: Tensor) -> float:
    return math.sqrt(float((matrix**2).sum()) / len(matrix))


@cells
@parts
def test_total_of_every_cell_equals_autograd_over_any_distance(cell, layer, direction):
    network, embedded = make(cell=cell)
    flow = gradient_flow(network, embedded, layer, direction)
    module = network.layers[layer - 1].recurrence(direction)
    x = inputs_of(network, embedded, layer, direction)
    memory = torch.tensor(memory_of(network, embedded, layer, direction)).double()
    assert flow.total.distances.tolist() == list(range(1, len(IDS)))
    for distance, gain in zip(flow.total.distances, flow.total.log10_gain, strict=True):
        start = len(IDS) - 1 - distance
        expected = jacobian(lambda state, start=start: last_memory(module, cell, x, start, state), memory[start])
        assert 10**gain == pytest.approx(average_factor(expected), rel=1e-6)  # the trace is float32


@parts
def test_total_of_the_lstm_equals_autograd_of_pytorch(layer, direction):
    network, embedded = make(seed=2)
    total = gradient_flow(network, embedded, layer, direction).total
    module = network.layers[layer - 1].recurrence(direction)
    x = inputs_of(network, embedded, layer, direction)
    for distance in range(1, len(IDS)):
        h, c = (state[0] for state in module(x[:-distance])[1])
        shown = h / c.tanh()  # the output gate, which the cell state at this token does not move

        def last(state: Tensor, distance: int = distance, shown: Tensor = shown) -> Tensor:
            return module(x[-distance:], ((shown * state.tanh())[None], state[None]))[1][1][0]

        assert total.at(distance) == pytest.approx(average_factor(jacobian(last, c)), rel=1e-10)


@parts
def test_product_of_a_plain_rnn_is_the_derivative(layer, direction):
    flow = gradient_flow(*make(cell="rnn"), layer, direction)
    assert flow.whole
    assert flow.total is flow.gain


@parts
def test_product_of_an_lstm_is_the_derivative_of_one_step_only(layer, direction):
    flow = gradient_flow(*make(), layer, direction)
    assert not flow.whole
    ratios = 10 ** (flow.total.log10_gain - flow.gain.log10_gain)
    assert ratios[0] == pytest.approx(1, rel=1e-12)
    assert (abs(ratios[1:] - 1) > 1e-4).all()


@cells
def test_a_cell_says_what_its_chain_leaves_out_where_it_does(cell):
    network, embedded = make(cell=cell)
    values = {
        symbol: torch.tensor(array).double()
        for symbol, array in trace_gates(network, embedded).of(1, "forward").arrays.items()
    }
    module = network.layers[0].forward_rnn
    steps = CELLS[cell].jacobians(values, Recurrent(*(weights_of(module, name) for name in ("weight_hh", "bias_hh"))))
    assert bool(steps.aside) == bool(CELLS[cell].left_out)


def test_total_of_a_shipped_checkpoint_equals_autograd_over_a_distance():
    loaded = checkpoint.load("bilstm")
    network, distance = loaded.network.double(), 6
    embedded = network.embed(torch.tensor([[40, 7, 310, 2, 95, 1200, 18, 6, 77]]))
    flow = gradient_flow(network, embedded, 1, "forward")
    module, x = network.layers[0].forward_rnn, embedded[0]
    h, c = (state[0] for state in module(x[:-distance])[1])

    def last(state: Tensor) -> Tensor:
        return module(x[-distance:], ((h / c.tanh() * state.tanh())[None], state[None]))[1][1][0]

    expected = average_factor(jacobian(last, c))
    assert flow.total.at(distance) == pytest.approx(expected, rel=1e-8)
    assert abs(flow.gain.at(distance) / expected - 1) > 1e-3


def at_rest(forget: float, tokens: int) -> tuple[RecurrentNetwork, Tensor]:
    """An LSTM without recurrent weights and inputs, whose forget gates all stand at sigmoid(forget)."""
    network = make_network(layers=1).double()
    module = network.layers[0].forward_rnn
    for weights in module.parameters():
        weights.zero_()
    module.bias_ih_l0[5:10] = forget
    return network, torch.zeros(1, tokens, 6, dtype=torch.float64)


def test_total_over_a_thousand_tokens_does_not_underflow():
    total = gradient_flow(*at_rest(math.log(1 / 999), 1000), 1, "forward").total
    np.testing.assert_allclose(total.log10_gain, -3 * np.arange(1, 1000), rtol=1e-6)


def test_total_of_a_memory_that_is_lost_is_minus_infinity():
    total = gradient_flow(*at_rest(-1000, 4), 1, "forward").total
    assert total.log10_gain.tolist() == [-math.inf] * 3


@cells
def test_total_of_a_single_token_has_no_distance(cell):
    network, _ = make(cell=cell)
    total = gradient_flow(network, network.embed(torch.tensor([[4]])), 1, "forward").total
    assert (len(total.distances), len(total.log10_gain)) == (0, 0)


@parts
def test_total_of_a_trace_equals_the_total_of_the_review(layer, direction):
    network = make_network()
    embedded = network.embed(torch.tensor([IDS]))
    found = flow_of_trace(network, trace_gates(network, embedded).of(layer, direction)).total
    expected = gradient_flow(network, embedded, layer, direction).total
    np.testing.assert_allclose(found.log10_gain, expected.log10_gain, atol=1e-6)
