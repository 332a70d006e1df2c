"""The replay of the recurrence: by hand, against `nn.LSTM`, and against its cell state at every token.

What is held and what is added is compared with `read_by_hand`, a plain loop over one review in numpy's float64.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from model.network.network import DIRECTIONS, RecurrentNetwork
from model.recurrence import replay as replay_module
from model.recurrence.clamps import Clamp
from model.recurrence.replay import LayerReplay, Nudge, replay, trace_gates
from model.text import pad
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS

LENGTH = len(REVIEWS[0])


@dataclass(frozen=True, slots=True)
class Added:
    """An amount that is added to one state, h or c, as it arises: what a `Nudge` does, for one number of it."""

    symbol: str
    layer: int
    direction: str
    place: int
    unit: int
    amount: float


@dataclass(frozen=True, slots=True)
class ByHand:
    """What `read_by_hand` found: arrays (tokens, units) by (layer, direction, symbol), and the logit."""

    values: dict[tuple[int, str, str], np.ndarray]
    logit: float


def read_by_hand(
    network: RecurrentNetwork, words: np.ndarray, clamps: Sequence[Clamp] = (), added: Sequence[Added] = ()
) -> ByHand:
    """One review of word vectors (tokens, embedding), token by token in numpy's float64, as the equations say."""
    tokens, inputs, values = len(words), words.astype(np.float64), {}
    for number, layer in enumerate(network.layers, start=1):
        for direction in network.config.directions:
            order = range(tokens) if direction == "forward" else range(tokens - 1, -1, -1)
            weights = {
                name.removesuffix("_l0"): weight.double().numpy()
                for name, weight in layer.recurrence(direction).named_parameters()
            }
            read = _direction_by_hand(weights, inputs, order, (number, direction), clamps, added)
            values |= {(number, direction, symbol): array for symbol, array in read.items()}
        inputs = np.hstack([values[number, direction, "h"] for direction in network.config.directions])
    if network.config.pooling == "last":
        ends = {"forward": -1, "backward": 0}
        pooled = np.hstack([values[number, way, "h"][ends[way]] for way in network.config.directions])
    else:
        pooled = np.hstack([inputs.max(axis=0), inputs.mean(axis=0)])
    output = network.output.weight.double().numpy()[0] @ pooled + float(network.output.bias)
    return ByHand(values, output / network.config.temperature)


def _settled(values, place, symbol, tokens, where, clamps, added):
    for clamp in clamps:
        end = tokens if clamp.end is None else clamp.end
        here = clamp.layer in (None, where[0]) and clamp.direction in (None, where[1])
        if here and clamp.symbol == symbol and clamp.start <= place < end:
            values[slice(None) if clamp.unit is None else clamp.unit] = clamp.value
    for each in added:
        if (each.layer, each.direction, each.place, each.symbol) == (*where, place, symbol):
            values[each.unit] += each.amount
    return values


def _direction_by_hand(weights, inputs, order, where, clamps, added):
    def settle(symbol, values, place):
        return _settled(values, place, symbol, len(inputs), where, clamps, added)

    def sigma(value):
        return 1 / (1 + np.exp(-value))

    size = weights["weight_hh"].shape[1]
    gated = len(weights["weight_hh"]) == 4 * size
    found = {symbol: np.zeros((len(inputs), size)) for symbol in ("ifgoch" if gated else "h")}
    h, c = np.zeros(size), np.zeros(size)
    for place in order:
        z = weights["weight_ih"] @ inputs[place] + weights["bias_ih"] + weights["weight_hh"] @ h + weights["bias_hh"]
        step = {}
        if gated:
            for symbol, squash, first in (("i", sigma, 0), ("f", sigma, 1), ("g", np.tanh, 2), ("o", sigma, 3)):
                step[symbol] = settle(symbol, squash(z[first * size : (first + 1) * size]), place)
            step["c"] = settle("c", step["f"] * c + step["i"] * step["g"], place)
            step["h"] = settle("h", step["o"] * np.tanh(step["c"]), place)
            c = step["c"]
        else:
            step["h"] = settle("h", np.tanh(z), place)
        h = step["h"]
        for symbol, value in step.items():
            found[symbol][place] = value
    return found


def one_review(network: RecurrentNetwork) -> torch.Tensor:
    return network.embed(torch.tensor([REVIEWS[0]]))


def assert_equals_by_hand(replays: Sequence[LayerReplay], expected: ByHand):
    """A replay of one review in float64 has just the values that were found by hand."""
    for (layer, direction, symbol), values in expected.values.items():
        found = replays[layer - 1].values(symbol)[DIRECTIONS.index(direction), 0]
        np.testing.assert_allclose(found.numpy(), values, atol=1e-12, rtol=0)


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
                torch.testing.assert_close(c[0, 0], replayed.values("c")[index, 0, place], atol=1e-5, rtol=0)


def test_parity_of_a_large_state_is_relative():
    network = make_network(layers=1)
    module = network.layers[0].forward_rnn
    for weights in module.parameters():
        weights.zero_()
    module.bias_ih_l0.fill_(20)  # all gates open: each cell counts the tokens
    gates = trace_gates(network, network.embed(torch.full((1, 300), 4)))
    assert gates.of(1, "forward").values("c")[-1].tolist() == pytest.approx([300] * 5)
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
    monkeypatch.setattr("model.recurrence.replay._drive", lambda weights, inputs: 0.9 * _drive(weights, inputs))
    assert trace_gates(network, embedded).parity > 1e-3


def _drive(weights, inputs):
    return torch.einsum("dbti,dgi->tdbg", inputs, weights.inputs) + weights.bias[:, None]


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("pooling", ["last", "max_mean"])
def test_steps_repeated_from_the_networks_own_states_are_those_of_a_reading_of_its_own(cell, pooling):
    network = make_network(cell=cell, pooling=pooling)
    embedded = one_review(network)
    lengths = torch.tensor([LENGTH])
    gates = trace_gates(network, embedded)
    with torch.inference_mode():
        assert gates.logit == network.forward_embedded(embedded, lengths).item()
    for layer, replayed in enumerate(replay(network, embedded, lengths), start=1):
        for index, direction in enumerate(DIRECTIONS):
            for symbol in network.cell.symbols:
                expected = replayed.values(symbol)[index, 0].numpy()
                np.testing.assert_allclose(gates.of(layer, direction).values(symbol), expected, atol=1e-6, rtol=0)


def test_an_error_in_the_weights_of_the_states_tells_as_well(monkeypatch):
    network = make_network()
    weights_of = replay_module._weights

    def spoilt(layer):
        found = weights_of(layer)
        return replace(found, states=0.9 * found.states)

    monkeypatch.setattr(replay_module, "_weights", spoilt)
    assert trace_gates(network, one_review(network)).parity > 1e-3


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


HELD = [
    Clamp("f", 1.0),
    Clamp("i", 0.25, layer=1, unit=3, start=2, end=5),
    Clamp("f", 0.0, layer=1, direction="backward", start=1, end=4),
    Clamp("o", 0.75, layer=2, direction="forward", unit=0, start=6),
    Clamp("g", -0.5, direction="backward", end=1),
    Clamp("c", 3.0, layer=1, direction="forward", unit=4, start=3, end=4),
    Clamp("h", 0.0, layer=1, unit=2),
    Clamp("h", -1.0, layer=2, direction="backward", start=2, end=LENGTH),
]


@pytest.mark.parametrize("clamp", HELD)
def test_clamp_equals_a_loop_by_hand_in_all_that_follows(clamp):
    network = make_network().double()
    embedded = one_review(network)
    expected = read_by_hand(network, embedded[0].numpy(), [clamp])
    assert_equals_by_hand(replay(network, embedded, torch.tensor([LENGTH]), [clamp]), expected)
    assert abs(expected.logit - read_by_hand(network, embedded[0].numpy()).logit) > 1e-6


@pytest.mark.parametrize("clamp", [clamp for clamp in HELD if clamp.symbol == "h"])
def test_clamp_of_a_plain_rnn_equals_a_loop_by_hand(clamp):
    network = make_network(cell="rnn", layers=3).double()
    embedded = one_review(network)
    expected = read_by_hand(network, embedded[0].numpy(), [clamp])
    assert_equals_by_hand(replay(network, embedded, torch.tensor([LENGTH]), [clamp]), expected)


def test_several_clamps_at_once_equal_a_loop_by_hand():
    network = make_network().double()
    embedded = one_review(network)
    expected = read_by_hand(network, embedded[0].numpy(), HELD)
    assert_equals_by_hand(replay(network, embedded, torch.tensor([LENGTH]), HELD), expected)


def test_memory_that_keeps_all_and_takes_nothing_in_stays_empty(network):
    replays = replay(network, one_review(network), torch.tensor([LENGTH]), [Clamp("f", 1.0), Clamp("i", 0.0)])
    assert all((layer.values("c") == 0).all() and (layer.h == 0).all() for layer in replays)


@pytest.mark.parametrize("symbol", ["i", "f", "g", "o", "c", "h"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_clamp_to_the_value_that_is_there_changes_nothing(network, symbol, direction):
    embedded, lengths = one_review(network), torch.tensor([LENGTH])
    plain = replay(network, embedded, lengths)
    value = float(plain[0].values(symbol)[DIRECTIONS.index(direction), 0, 4, 1])
    held = replay(network, embedded, lengths, [Clamp(symbol, value, 1, direction, unit=1, start=4, end=5)])
    assert_same(held, plain, atol=1e-6)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_places_of_a_clamp_are_those_of_the_text_whatever_the_padding(network, direction):
    ids, lengths = pad([*REVIEWS[1:], REVIEWS[0]])
    ids = torch.nn.functional.pad(ids, (0, 3), value=1)
    replays = replay(network, network.embed(ids), lengths, [Clamp("h", 0.5, 1, direction, start=1, end=3)])
    for row, length in enumerate(lengths):
        held = (replays[0].h[DIRECTIONS.index(direction), row, :length] == 0.5).all(dim=-1)
        assert held.tolist() == [place in (1, 2) for place in range(length)]


def test_clamp_in_a_padded_batch_equals_the_clamp_alone(network):
    ids, lengths = pad([*REVIEWS[1:], REVIEWS[0]])
    clamps = [Clamp("f", 0.9, start=2), Clamp("c", -1.0, 1, "backward", start=1, end=4), Clamp("h", 0.0, 2, unit=0)]
    together = replay(network, network.embed(ids), lengths, clamps)
    for row, length in enumerate(lengths):
        alone = replay(network, network.embed(ids[row : row + 1, :length]), lengths[row : row + 1], clamps)
        assert_same([_row(layer, row, int(length)) for layer in together], alone, atol=1e-5)


def test_last_of_two_clamps_counts(network):
    embedded, lengths = one_review(network), torch.tensor([LENGTH])
    first, last = Clamp("o", 0.1, start=1, end=4), Clamp("o", 0.8, unit=2, start=3)
    both = replay(network, embedded, lengths, [first, last])[0].values("o")[0, 0]
    assert both[3, 2] == pytest.approx(0.8)
    assert both[2, 2] == both[3, 1] == pytest.approx(0.1)
    assert replay(network, embedded, lengths, [last, first])[0].values("o")[0, 0, 3, 2] == pytest.approx(0.1)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_nudges_of_zero_change_nothing(cell):
    network = make_network(cell=cell)
    ids, lengths = pad(REVIEWS)
    embedded = network.embed(ids)
    nudged = replay(network, embedded, lengths, nudges=zero_nudges(network, *ids.shape))
    assert_same(nudged, replay(network, embedded, lengths), atol=0)


@pytest.mark.parametrize(("cell", "symbol"), [("lstm", "h"), ("lstm", "c"), ("rnn", "h")])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_nudge_of_a_state_equals_a_loop_by_hand(cell, symbol, direction):
    network = make_network(cell=cell).double()
    embedded = one_review(network)
    added = Added(symbol, 1, direction, place=2, unit=2, amount=0.7)
    nudges = zero_nudges(network, 1, LENGTH)
    nudges[0].states[symbol][DIRECTIONS.index(direction), 0, 2, 2] = 0.7
    expected = read_by_hand(network, embedded[0].numpy(), added=[added])
    assert_equals_by_hand(replay(network, embedded, torch.tensor([LENGTH]), nudges=nudges), expected)


def test_nudge_in_a_padded_batch_refers_to_places_of_the_text(network):
    ids, lengths = pad(REVIEWS)
    nudges = zero_nudges(network, *ids.shape)
    torch.nn.init.normal_(nudges[0].states["h"])
    together = replay(network, network.embed(ids), lengths, nudges=nudges)
    for row, length in enumerate(lengths):
        own = [
            Nudge({symbol: values[:, row : row + 1, :length] for symbol, values in each.states.items()})
            for each in nudges
        ]
        alone = replay(network, network.embed(ids[row : row + 1, :length]), lengths[row : row + 1], nudges=own)
        assert_same([_row(layer, row, int(length)) for layer in together], alone, atol=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("pooling", ["last", "max_mean"])
def test_gradient_that_reaches_a_nudge_is_a_finite_difference_by_hand(cell, pooling):
    network = make_network(cell=cell, pooling=pooling).double()
    embedded, lengths = one_review(network), torch.tensor([LENGTH])
    nudges = zero_nudges(network, 1, LENGTH)
    states = [(number, symbol) for number in (1, 2) for symbol in ("hc" if cell == "lstm" else "h")]
    for number, symbol in states:
        nudges[number - 1].states[symbol].requires_grad_()
    last = replay(network, embedded, lengths, nudges=nudges)[-1].h
    pooled = network.pool(torch.cat([last[0], last[1]], dim=-1), lengths)
    (network.output(pooled) / network.config.temperature).backward()
    for number, symbol in states:
        gradient = nudges[number - 1].states[symbol].grad[:, 0]
        for index, direction in enumerate(DIRECTIONS):
            for place, unit in ((0, 1), (3, 4), (LENGTH - 1, 2)):
                place_in = Added(symbol, number, direction, place, unit, 1e-5)
                up, down = (
                    read_by_hand(network, embedded[0].numpy(), added=[replace(place_in, amount=amount)]).logit
                    for amount in (1e-5, -1e-5)
                )
                assert float(gradient[index, place, unit]) == pytest.approx((up - down) / 2e-5, abs=1e-8)


def test_loop_by_hand_decides_as_the_network_does():
    for settings in ({}, {"cell": "rnn"}, {"pooling": "max_mean", "temperature": 0.5}, {"layers": 3}):
        network = make_network(**settings)
        embedded = one_review(network)
        expected = float(network.forward_embedded(embedded, torch.tensor([LENGTH])))
        assert read_by_hand(network, embedded[0].numpy()).logit == pytest.approx(expected, abs=1e-5)


def zero_nudges(network: RecurrentNetwork, batch: int, tokens: int) -> list[Nudge]:
    shape = (2, batch, tokens, network.config.hidden_size)
    weight = network.output.weight
    return [Nudge({symbol: weight.new_zeros(shape) for symbol in network.cell.states}) for _ in network.layers]


def assert_same(found: Sequence[LayerReplay], expected: Sequence[LayerReplay], atol: float):
    for layer, other in zip(found, expected, strict=True):
        for symbol, values in other.quantities.items():
            torch.testing.assert_close(layer.values(symbol), values, atol=atol, rtol=0)


def _row(layer: LayerReplay, row: int, length: int) -> LayerReplay:
    """What a replay of a padded batch has of one review alone."""
    return LayerReplay({symbol: layer.values(symbol)[:, row : row + 1, :length] for symbol in "ifgoch"})
