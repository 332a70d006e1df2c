"""Gradient flow in float64: against autograd, against finite differences, and by hand where the answer is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd.functional import jacobian

from model.network.network import DIRECTIONS, RecurrentLayer, RecurrentNetwork
from model.recurrence.arriving import ArrivingGradients, arriving_gradients
from model.recurrence.jacobians import BOUNDS, GradientFlow, flow_of_trace, gradient_flow, untrained
from model.recurrence.replay import Nudge, replay, trace_gates
from tests.conftest import make_network

IDS = [2, 9, 4, 11, 3, 7, 18, 5]
EVERY_PART = [(layer, direction) for layer in (1, 2) for direction in DIRECTIONS]
parts = pytest.mark.parametrize(("layer", "direction"), EVERY_PART)


def make(**settings: object) -> tuple[RecurrentNetwork, Tensor]:
    """A small network in float64, and a review's word vectors."""
    network = make_network(**settings).double()
    return network, network.embed(torch.tensor([IDS]))


def average_factor(matrix: Tensor) -> float:
    return math.sqrt(float((matrix**2).sum()) / len(matrix))


@dataclass
class Unrolled:
    """A direction's reading, computed by the test's own loop: inputs, cell states and output gates, in that order."""

    module: nn.LSTM
    x: list[Tensor]
    c: list[Tensor]
    o: list[Tensor]

    def gates(self, place: int, h: Tensor) -> list[Tensor]:
        """i, f, g, o at a place after a hidden state h (units,)."""
        module = self.module
        sums = module.weight_ih_l0 @ self.x[place] + module.bias_ih_l0 + module.weight_hh_l0 @ h + module.bias_hh_l0
        i, f, g, o = sums.chunk(4)
        return [i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()]

    def next_cell(self, place: int, c: Tensor, free: str = "cfig") -> Tensor:
        """c at a place from the one before, with the output gate before held; what is not in `free` is held too."""
        i, f, g, _ = self.gates(place, self.o[place - 1] * c.tanh())
        i, f, g, kept = (
            values if symbol in free else values.detach() for symbol, values in zip("ifgc", (i, f, g, c), strict=True)
        )
        return f * kept + i * g

    def later_cell(self, start: int, c: Tensor) -> Tensor:
        """The last c from that at `start`, all output gates held."""
        for place in range(start + 1, len(self.x)):
            c = self.next_cell(place, c)
        return c


def inputs_of(network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str) -> list[Tensor]:
    """What a layer reads, in the order of its direction."""
    lower = [embedded, *network.states(embedded, torch.tensor([embedded.shape[1]]))][layer - 1][0]
    return list(lower if direction == "forward" else lower.flip(0))


def unroll(network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str) -> Unrolled:
    x = inputs_of(network, embedded, layer, direction)
    unrolled = Unrolled(network.layers[layer - 1].recurrence(direction), x, [], [])
    h = c = torch.zeros(network.config.hidden_size, dtype=torch.float64)
    for place in range(len(x)):
        i, f, g, o = unrolled.gates(place, h)
        c = f * c + i * g
        h = o * c.tanh()
        unrolled.c.append(c)
        unrolled.o.append(o)
    return unrolled


def by_reading(values: np.ndarray, direction: str) -> list[float]:
    """Values at the tokens, in the order in which the direction reads."""
    return (values if direction == "forward" else values[::-1]).tolist()


def term(flow: GradientFlow, name: str) -> np.ndarray:
    return {each.name: each.norms for each in flow.terms}[name]


@parts
def test_each_step_of_the_lstm_equals_autograd_with_the_output_gate_held(layer, direction):
    network, embedded = make()
    flow = gradient_flow(network, embedded, layer, direction)
    unrolled = unroll(network, embedded, layer, direction)
    found = by_reading(flow.step_norms, direction)
    assert (flow.layer, flow.direction, flow.cell.key) == (layer, direction, "lstm")
    assert math.isnan(found[0])
    for place in range(1, len(IDS)):
        expected = jacobian(lambda c, place=place: unrolled.next_cell(place, c), unrolled.c[place - 1])
        assert found[place] == pytest.approx(average_factor(expected), rel=1e-12)


@parts
def test_each_step_of_the_lstm_equals_finite_differences(layer, direction):
    network, embedded = make(seed=3)
    found = by_reading(gradient_flow(network, embedded, layer, direction).step_norms, direction)
    unrolled = unroll(network, embedded, layer, direction)
    for place in range(1, len(IDS)):
        before, eps = unrolled.c[place - 1], 1e-6
        columns = [
            (unrolled.next_cell(place, before + eps * unit) - unrolled.next_cell(place, before - eps * unit))
            / (2 * eps)
            for unit in torch.eye(len(before), dtype=torch.float64)
        ]
        assert found[place] == pytest.approx(average_factor(torch.stack(columns, dim=1)), rel=1e-7)


@pytest.mark.parametrize(
    ("name", "free"), [("keeps (f)", "c"), ("through f", "f"), ("through i", "i"), ("through g", "g")]
)
@parts
def test_each_term_equals_autograd_with_the_other_paths_held(layer, direction, name, free):
    network, embedded = make()
    flow = gradient_flow(network, embedded, layer, direction)
    unrolled = unroll(network, embedded, layer, direction)
    found = by_reading(term(flow, name), direction)
    assert math.isnan(found[0])
    for place in range(1, len(IDS)):
        expected = jacobian(lambda c, place=place: unrolled.next_cell(place, c, free), unrolled.c[place - 1])
        assert found[place] == pytest.approx(average_factor(expected), rel=1e-12)


def test_terms_are_named_in_one_order():
    assert [each.name for each in gradient_flow(*make(), 1, "forward").terms] == [
        "keeps (f)", "through f", "through i", "through g",
    ]  # fmt: skip
    assert [each.name for each in gradient_flow(*make(cell="rnn"), 1, "forward").terms] == ["through h"]


@parts
def test_product_of_the_lstm_equals_autograd_over_any_distance_with_output_gates_held(layer, direction):
    network, embedded = make()
    flow = gradient_flow(network, embedded, layer, direction)
    unrolled = unroll(network, embedded, layer, direction)
    assert flow.gain.distances.tolist() == flow.bound.distances.tolist() == list(range(1, len(IDS)))
    for distance, gain, bound in zip(flow.gain.distances, flow.gain.log10_gain, flow.bound.log10_gain, strict=True):
        start = len(IDS) - 1 - distance
        expected = jacobian(lambda c, start=start: unrolled.later_cell(start, c), unrolled.c[start])
        assert 10**gain == pytest.approx(average_factor(expected), rel=1e-10)
        assert 10**bound == pytest.approx(float(torch.linalg.svdvals(expected)[0]), rel=1e-10)


def test_product_of_the_lstm_leaves_out_the_path_through_the_output_gate():
    network, embedded = make()
    flow = gradient_flow(network, embedded, 1, "forward")
    unrolled = unroll(network, embedded, 1, "forward")

    def last_cell(c: Tensor, start: int) -> Tensor:
        h = unrolled.o[start] * c.tanh()
        for place in range(start + 1, len(IDS)):
            i, f, g, o = unrolled.gates(place, h)
            c = f * c + i * g
            h = o * c.tanh()
        return c

    for distance in (1, 2, 3):
        start = len(IDS) - 1 - distance
        total = jacobian(lambda c, start=start: last_cell(c, start), unrolled.c[start])
        difference = abs(flow.gain.at(distance) / average_factor(total) - 1)
        assert difference < 1e-10 if distance == 1 else difference > 1e-3


@parts
def test_steps_and_product_of_the_rnn_equal_autograd_of_pytorch(layer, direction):
    network, embedded = make(cell="rnn")
    flow = gradient_flow(network, embedded, layer, direction)
    module = network.layers[layer - 1].recurrence(direction)
    x = torch.stack(inputs_of(network, embedded, layer, direction))
    h, _ = module(x)

    def jacobian_from(start: int, end: int) -> Tensor:
        return jacobian(lambda state: module(x[start + 1 : end + 1], state[None])[0][-1], h[start])

    steps = [math.nan, *(average_factor(jacobian_from(place - 1, place)) for place in range(1, len(IDS)))]
    assert by_reading(flow.step_norms, direction) == pytest.approx(steps, rel=1e-10, nan_ok=True)
    assert by_reading(term(flow, "through h"), direction) == pytest.approx(steps, rel=1e-10, nan_ok=True)
    for distance, gain, bound in zip(flow.gain.distances, flow.gain.log10_gain, flow.bound.log10_gain, strict=True):
        expected = jacobian_from(len(IDS) - 1 - distance, len(IDS) - 1)
        assert 10**gain == pytest.approx(average_factor(expected), rel=1e-10)
        assert 10**bound == pytest.approx(float(torch.linalg.svdvals(expected)[0]), rel=1e-10)


def rnn_that_multiplies_by(factor: float, tokens: int) -> GradientFlow:
    """The flow of an RNN at rest (h = 0), whose Jacobian is the recurrent matrix: a multiple of the identity."""
    network = make_network(cell="rnn", layers=1).double()
    for weights in network.layers.parameters():
        weights.zero_()
    network.layers[0].forward_rnn.weight_hh_l0.copy_(factor * torch.eye(5))
    return gradient_flow(network, torch.zeros(1, tokens, 6, dtype=torch.float64), 1, "forward")


@pytest.mark.parametrize("factor", [0.01, 3.0])
def test_a_thousand_tokens_neither_underflow_nor_overflow(factor):
    flow = rnn_that_multiplies_by(factor, 1000)
    factor = float(torch.tensor(factor, dtype=torch.float32))
    expected = math.log10(factor) * np.arange(1, 1000)
    np.testing.assert_allclose(flow.gain.log10_gain, expected, rtol=1e-6)
    np.testing.assert_allclose(flow.bound.log10_gain, expected[flow.bound.distances - 1], rtol=1e-6)
    assert flow.gain.rate == pytest.approx(factor, rel=1e-6)
    assert flow.gain.log10_at(999) == pytest.approx(999 * math.log10(factor), rel=1e-6)
    assert flow.gain.at(999) == (0 if factor < 1 else math.inf)


def test_bound_is_computed_at_few_distances_the_first_and_the_last_among_them():
    flow = rnn_that_multiplies_by(0.5, 300)
    assert len(flow.bound.distances) == BOUNDS <= 40
    assert (flow.bound.distances[0], flow.bound.distances[-1]) == (1, 299)


def test_product_of_exactly_zero_is_minus_infinity():
    flow = rnn_that_multiplies_by(0, 5)
    assert flow.step_norms[1:].tolist() == [0] * 4
    assert flow.gain.log10_gain.tolist() == flow.bound.log10_gain.tolist() == [-math.inf] * 4
    assert flow.gain.rate is None
    assert flow.gain.at(2) == 0


def test_lstm_without_recurrent_weights_loses_as_much_as_its_forget_gate_shuts():
    network = make_network(layers=1).double()
    module = network.layers[0].backward_rnn
    module.weight_ih_l0.zero_(), module.weight_hh_l0.zero_(), module.bias_hh_l0.zero_()
    module.bias_ih_l0.copy_(torch.full((20,), math.log(9)))  # sigmoid(ln 9) = 0.9
    flow = gradient_flow(network, torch.zeros(1, 50, 6, dtype=torch.float64), 1, "backward")
    assert flow.gain.rate == pytest.approx(0.9, rel=1e-6)
    assert flow.gain.at(40) == pytest.approx(0.9**40, rel=1e-5)
    assert term(flow, "keeps (f)")[:-1].tolist() == pytest.approx([0.9] * 49, rel=1e-6)
    for name in ("through f", "through i", "through g"):
        assert term(flow, name)[:-1].tolist() == [0] * 49
    np.testing.assert_allclose(flow.forget.log10_gain, flow.gain.log10_gain, rtol=1e-6)
    assert flow.in_one_direction(49) == pytest.approx(1 / 5, rel=1e-6)
    assert math.isnan(flow.in_one_direction(0))


def test_what_one_unit_alone_keeps_lies_in_one_direction():
    network = make_network(layers=1).double()
    module = network.layers[0].forward_rnn
    module.weight_ih_l0.zero_(), module.weight_hh_l0.zero_(), module.bias_hh_l0.zero_()
    bias = torch.zeros(20)
    bias[5:10] = torch.tensor([9.0, -9.0, -9.0, -9.0, -9.0])  # the forget gates
    module.bias_ih_l0.copy_(bias)
    flow = gradient_flow(network, torch.zeros(1, 4, 6, dtype=torch.float64), 1, "forward")
    assert flow.in_one_direction(3) == pytest.approx(1)
    keeps = torch.sigmoid(torch.tensor(9.0, dtype=torch.float64)).item() ** 3
    assert flow.forget.at(3) == pytest.approx(keeps / math.sqrt(5), rel=1e-6)


def test_a_plain_rnn_has_no_forget_gate_to_keep_anything():
    flow = rnn_that_multiplies_by(0.5, 5)
    assert len(flow.forget.distances) == 0
    assert flow.in_one_direction(4) == pytest.approx(1 / flow.units)
    assert math.isnan(rnn_that_multiplies_by(0, 5).in_one_direction(4))


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@parts
def test_flow_of_a_trace_equals_the_flow_of_the_review(cell, layer, direction):
    network = make_network(cell=cell)
    embedded = network.embed(torch.tensor([IDS]))
    flow = gradient_flow(network, embedded, layer, direction)
    found = flow_of_trace(network, trace_gates(network, embedded).of(layer, direction))
    assert (found.layer, found.direction, found.cell.key) == (layer, direction, cell)
    np.testing.assert_allclose(found.step_norms, flow.step_norms, rtol=1e-6)
    np.testing.assert_allclose(found.gain.log10_gain, flow.gain.log10_gain, atol=1e-6)
    for left, right in zip(found.terms, flow.terms, strict=True):
        np.testing.assert_allclose(left.norms, right.norms, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@parts
def test_review_of_one_token_has_no_steps(cell, layer, direction):
    network, _ = make(cell=cell)
    embedded = network.embed(torch.tensor([[4]]))
    flow = gradient_flow(network, embedded, layer, direction)
    assert np.isnan(flow.step_norms).tolist() == [True]
    assert all(np.isnan(each.norms).tolist() == [True] for each in flow.terms)
    for curve in (flow.gain, flow.bound):
        assert (len(curve.distances), len(curve.log10_gain), curve.rate) == (0, 0, None)
        assert curve.at(10) == 1
    assert arriving_gradients(network, embedded).of(layer, direction).h.shape == (1,)


@pytest.mark.parametrize(("layer", "direction"), [(0, "forward"), (3, "forward"), (1, "sideways")])
def test_unknown_layer_or_direction_is_a_key_error(network, layer, direction):
    embedded = network.embed(torch.tensor([IDS]))
    with pytest.raises(KeyError):
        gradient_flow(network, embedded, layer, direction)
    with pytest.raises(KeyError):
        arriving_gradients(network, embedded).of(layer, direction)


def logit_of(network: RecurrentNetwork, embedded: Tensor, nudges: list[Nudge] | None = None) -> Tensor:
    """The logit of a replay in float64 throughout (`decide` ends in float32)."""
    lengths = torch.tensor([embedded.shape[1]])
    last = replay(network, embedded, lengths, nudges=nudges or ())[-1].h
    pooled = network.pool(torch.cat([last[0], last[1]], dim=-1), lengths)
    return (network.output(pooled) / network.config.temperature)[0, 0]


def slope(logit: Callable[[Tensor], Tensor], values: Tensor) -> Tensor:
    """Central differences of `logit` at `values`, in its shape."""
    found = torch.zeros_like(values)
    for place in range(values.numel()):
        step = torch.zeros_like(values)
        step.view(-1)[place] = 1e-6
        found.view(-1)[place] = (logit(values + step) - logit(values - step)) / 2e-6
    return found


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn", "temperature": 1.7}, {"pooling": "max_mean"}])
def test_what_arrives_at_states_and_words_equals_finite_differences(settings):
    network, embedded = make(**settings)
    embedded = embedded[:, :4]
    found = arriving_gradients(network, embedded)
    rest = torch.zeros(2, 1, 4, 5, dtype=torch.float64)
    with_c = network.config.cell == "lstm"

    def nudged(layer: int, symbol: str, values: Tensor) -> Tensor:
        nudges = [Nudge(dict.fromkeys(network.cell.states, rest)) for _ in network.layers]
        nudges[layer] = Nudge({**nudges[layer].states, symbol: values})
        return logit_of(network, embedded, nudges)

    for layer in range(2):
        for symbol in "hc" if with_c else "h":
            expected = slope(lambda values, layer=layer, symbol=symbol: nudged(layer, symbol, values), rest)
            for index, direction in enumerate(DIRECTIONS):
                norms = found.of(layer + 1, direction).values(symbol)
                np.testing.assert_allclose(norms, expected[index, 0].norm(dim=-1), rtol=1e-5, atol=1e-8)
    words = slope(lambda values: logit_of(network, values), embedded)
    np.testing.assert_allclose(found.embedding, words[0].norm(dim=-1), rtol=1e-5)
    assert all(("c" in gradients.norms) == with_c for gradients in found.states)


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}, {"pooling": "max_mean", "temperature": 0.6}])
def test_what_arrives_at_the_words_equals_autograd_of_the_network(settings):
    network, embedded = make(**settings)
    read = embedded.clone().requires_grad_()
    network.forward_embedded(read, torch.tensor([len(IDS)])).sum().backward()
    found = arriving_gradients(network, embedded).embedding
    np.testing.assert_allclose(found, read.grad[0].norm(dim=-1), rtol=1e-6)


def test_what_arrives_at_the_last_states_read_are_the_weights_of_the_output():
    network, embedded = make(temperature=1.7)
    found = arriving_gradients(network, embedded)
    forward, backward = (weights.norm() / 1.7 for weights in network.output.weight[0].split(5))
    assert found.of(2, "forward").h[-1] == pytest.approx(float(forward), rel=1e-6)
    assert found.of(2, "backward").h[0] == pytest.approx(float(backward), rel=1e-6)


def test_states_arrive_layer_by_layer():
    found = arriving_gradients(*make())
    assert [(gradients.layer, gradients.direction) for gradients in found.states] == EVERY_PART


@pytest.mark.parametrize("trainable", [False, True])
def test_nothing_is_left_on_the_network_or_the_review(trainable):
    network, embedded = make()
    network.requires_grad_(trainable)
    embedded = embedded.detach()
    arriving_gradients(network, embedded)
    gradient_flow(network, embedded, 1, "forward")
    untrained(network)
    assert all(weights.grad is None and weights.requires_grad is trainable for weights in network.parameters())
    assert not embedded.requires_grad


def equal(left: ArrivingGradients, right: ArrivingGradients) -> bool:
    return np.array_equal(left.embedding, right.embedding) and all(
        np.array_equal(one.h, other.h) and np.array_equal(one.values("c"), other.values("c"))
        for one, other in zip(left.states, right.states, strict=True)
    )


def test_gradients_arrive_in_inference_mode_and_in_many_threads_as_well():
    network, embedded = make()
    expected = arriving_gradients(network, embedded)
    with torch.inference_mode():
        assert equal(arriving_gradients(network, network.embed(torch.tensor([IDS]))), expected)
        assert gradient_flow(network, network.embed(torch.tensor([IDS])), 1, "forward").gain.rate
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: equal(arriving_gradients(network, embedded), expected), range(12)))


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_untrained_weights_are_those_that_pytorch_draws(cell):
    network = make_network(cell=cell)
    fresh = untrained(network, seed=3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        modules = [RecurrentLayer(size, 5, cell) for size in (6, 10)] + [nn.Linear(10, 1)]
    expected = [weights for module in modules for weights in module.parameters()]
    found = [*fresh.layers.parameters(), *fresh.output.parameters()]
    for left, right in zip(found, expected, strict=True):
        torch.testing.assert_close(left, right.detach())


def test_untrained_network_keeps_sizes_and_word_vectors_and_is_ready_to_read():
    network = make_network(hidden_size=7, layers=3, pooling="max_mean")
    before = [weights.clone() for weights in network.parameters()]
    fresh = untrained(network)
    assert fresh.config == network.config
    assert torch.equal(fresh.embedding.weight, network.embedding.weight)
    assert not fresh.training
    assert not any(weights.requires_grad for weights in fresh.parameters())
    assert all(torch.equal(left, right) for left, right in zip(before, network.parameters(), strict=True))
    assert not torch.equal(fresh.layers[0].forward_rnn.weight_hh_l0, network.layers[0].forward_rnn.weight_hh_l0)


def test_untrained_weights_depend_on_the_seed_alone():
    network = make_network()
    weights = [untrained(each, seed).output.weight for each, seed in ((network, 1), (make_network(5), 1), (network, 2))]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_drawing_untrained_weights_leaves_the_global_generator_alone():
    network = make_network()
    before = torch.get_rng_state()
    untrained(network, seed=9)
    assert torch.equal(torch.get_rng_state(), before)


def test_untrained_lstm_keeps_about_half_at_each_token():
    network = untrained(make_network(hidden_size=32))
    embedded = network.embed(torch.tensor([IDS * 4]))
    flow = gradient_flow(network, embedded, 2, "backward")
    forget = trace_gates(network, embedded).of(2, "backward").values("f")
    keeps = term(flow, "keeps (f)")[:-1]
    np.testing.assert_allclose(keeps, np.sqrt((forget.astype(float) ** 2).mean(axis=1))[:-1], rtol=1e-6)
    assert keeps == pytest.approx(0.5, abs=0.05)
    assert flow.step_norms[:-1] == pytest.approx(0.5, abs=0.1)
    assert flow.gain.rate < 0.8


def test_untrained_rnn_loses_the_gradient():
    network = untrained(make_network(cell="rnn", hidden_size=32))
    flow = gradient_flow(network, network.embed(torch.tensor([IDS * 4])), 2, "forward")
    assert flow.cell.key == "rnn"
    assert flow.gain.rate < 0.8


def made_flow(*terms: list[float]) -> GradientFlow:
    """A flow of which only the terms count, and their sums as the norms of the steps; each begins with NaN."""
    network, embedded = make()
    flow = gradient_flow(network, embedded, 1, "forward")
    made = tuple(replace(flow.terms[0], norms=np.array([np.nan, *norms])) for norms in terms)
    return replace(flow, terms=made, step_norms=np.array([np.nan, *np.sum(terms, axis=0)]))


def test_steps_that_keep_least_and_most_and_the_term_that_is_largest_at_most_of_them():
    flow = made_flow([0.5, 0.1, 0.6, 0.4], [0.1, 0.3, 0.1, 0.1])
    assert (flow.least_step, flow.most_step) == (2, 3)
    assert flow.largest_term.term is flow.terms[0]
    assert flow.largest_term.count == 3
    backward = replace(flow, step_norms=flow.step_norms[::-1].copy())
    assert (backward.least_step, backward.most_step) == (2, 1)


def test_a_review_of_one_token_has_no_step_to_name():
    network = make_network().double()
    flow = gradient_flow(network, network.embed(torch.tensor([IDS[:1]])), 1, "forward")
    for ask in (lambda: flow.least_step, lambda: flow.most_step):
        with pytest.raises(ValueError, match="All-NaN"):
            ask()
