"""A network that reads forward only: what holds for both directions holds for it; its states are verdicts so far."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from model.errors import ReviewError
from model.network.network import RecurrentNetwork
from model.reading.telling import SIX, telling_units
from model.reading.units import UNIT_PICKS, rank_units
from model.recurrence.arriving import arriving_gradients
from model.recurrence.clamps import Clamp, switch_off
from model.recurrence.interventions import intervene
from model.recurrence.jacobians import gradient_flow, untrained
from model.recurrence.ledger import read_ledger, written_ledger
from model.recurrence.openings import Valve, read_openings
from model.recurrence.patching import patch
from model.recurrence.preactivations import preactivations
from model.recurrence.prefixes import prefix_lengths, read_prefixes
from model.recurrence.replay import trace_gates
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS
from tests.model.recurrence.test_prefixes import KINDS, one_by_one, one_by_one_with
from tests.model.recurrence.test_replay import HELD, one_review, read_by_hand

IDS = REVIEWS[0]
SETTINGS = [{"cell": cell, "pooling": pooling, "layers": layers} for cell, pooling, layers in KINDS if layers < 3]
settled = pytest.mark.parametrize("settings", SETTINGS, ids=str)


def make(**settings: object) -> RecurrentNetwork:
    return make_network(bidirectional=False, temperature=0.8, **settings)


def logit(network: RecurrentNetwork, ids: list[int]) -> float:
    return float(network(torch.tensor([ids]), torch.tensor([len(ids)])))


@settled
def test_padding_does_not_change_the_logit(settings):
    network = make(**settings)
    longest = max(map(len, REVIEWS)) + 3
    padded = torch.tensor([[*review, *[1] * (longest - len(review))] for review in REVIEWS])
    found = network(padded, torch.tensor([len(review) for review in REVIEWS]))
    np.testing.assert_allclose(found.numpy(), [logit(network, review) for review in REVIEWS], atol=1e-5)


@settled
def test_gates_are_those_of_pytorch_and_of_a_loop_by_hand(settings):
    network = make(**settings)
    gates = trace_gates(network, one_review(network))
    assert gates.directions == ("forward",)
    assert len(gates.traces) == settings["layers"]
    assert gates.parity < 1e-5
    assert gates.logit == pytest.approx(logit(network, IDS), abs=1e-6)
    by_hand = read_by_hand(network, one_review(network)[0].numpy())
    assert gates.logit == pytest.approx(by_hand.logit, abs=1e-5)
    for (layer, direction, symbol), values in by_hand.values.items():
        np.testing.assert_allclose(gates.of(layer, direction).values(symbol), values, atol=1e-5)


@settled
def test_each_prefix_is_judged_as_if_it_were_the_whole_review(settings):
    network = make(**settings)
    curve = read_prefixes(network, IDS)
    np.testing.assert_allclose(curve.logits, one_by_one(network, IDS), atol=1e-5)
    assert np.ptp(curve.logits) > 1e-2


@settled
def test_with_clamps_each_prefix_equals_intervening_on_it_alone(settings):
    network = make(**settings)
    fitting = [each for each in HELD if each.direction != "backward" and (each.layer or 1) <= settings["layers"]]
    clamps = [each for each in fitting if each.symbol in network.cell.symbols]
    found = read_prefixes(network, IDS, clamps).logits
    np.testing.assert_allclose(found, one_by_one_with(network, IDS, clamps), atol=1e-5)
    assert np.abs(found - read_prefixes(network, IDS).logits).max() > 1e-3


def test_every_prefix_of_a_long_review_is_read():
    network = make(layers=1)
    ids = [3 + place % 10 for place in range(400)]
    assert len(prefix_lengths(400)) < 400
    assert read_prefixes(network, ids).lengths.tolist() == list(range(1, 401))


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_verdict_so_far_is_read_off_the_states_of_one_reading(cell):
    network = make(cell=cell, layers=1)
    states = torch.from_numpy(trace_gates(network, one_review(network)).of(1, "forward").h)
    np.testing.assert_allclose(network.so_far(states[None])[0], one_by_one(network, IDS), atol=1e-5)


@pytest.mark.parametrize("settings", [{}, {"bidirectional": False, "pooling": "max_mean"}])
def test_other_networks_have_no_verdict_so_far_in_one_reading(settings):
    network = make_network(**settings)
    with pytest.raises(ValueError, match="reads forward"):
        network.so_far(torch.zeros(1, 2, network.config.states))


@settled
def test_what_was_read_adds_up_to_the_logit(settings):
    network = make(**settings)
    ledger = read_ledger(network, trace_gates(network, one_review(network)))
    assert ledger.read.shape == (len(IDS), network.config.hidden_size)
    assert ledger.logit == pytest.approx(logit(network, IDS), abs=1e-5)
    assert (ledger.of_unit(2, "forward") == ledger.read[:, 2]).all()


def test_what_was_written_adds_up_to_the_memory():
    network = make(layers=1)
    trace = trace_gates(network, one_review(network)).of(1, "forward")
    held = written_ledger(trace).of_unit(1, len(IDS) - 2)
    assert held.sum() == pytest.approx(float(trace.memory[-2, 1]), abs=1e-6)


def test_a_backward_direction_that_is_not_there_is_refused():
    network = make(layers=1)
    with pytest.raises(ReviewError, match="reads forward only"):
        intervene(network, one_review(network), [switch_off(direction="backward")])
    with pytest.raises(ReviewError, match="reads forward only"):
        read_prefixes(network, IDS, [Clamp("f", 1.0, direction="backward")])
    gates = trace_gates(network, one_review(network))
    with pytest.raises(ReviewError, match="forward"):
        preactivations(network, one_review(network), gates, 1, "backward")
    for missing in (lambda: gates.of(1, "backward"), lambda: network.layers[0].recurrence("backward")):
        with pytest.raises(KeyError):
            missing()


@pytest.mark.parametrize("layer", [1, 2])
def test_a_valve_moves_the_verdict_as_holding_it_does(layer):
    network = make(layers=2)
    embedded, gates = one_review(network), trace_gates(network, one_review(network))
    valve = Valve("f", layer, "forward", 3, 2)
    found = read_openings(network, embedded, gates, valve)
    expected = [intervene(network, embedded, [valve.held(float(each))]).logit for each in found.openings]
    np.testing.assert_allclose(found.logits, expected, atol=1e-5)


@settled
def test_all_states_of_another_review_put_in_bring_its_verdict(settings):
    network = make(**settings)
    own, other = (network.embed(torch.tensor([ids])) for ids in (IDS, IDS[::-1]))
    found = patch(network, own, trace_gates(network, own), trace_gates(network, other))
    assert [(each.layer, each.direction) for each in found.readers] == [
        (layer, "forward") for layer in range(1, settings["layers"] + 1)
    ]
    assert found.parity < 1e-5


def test_all_switched_off_leaves_the_bias():
    network = make(layers=2)
    found = intervene(network, one_review(network), [switch_off(direction="forward")])
    assert found.logit == pytest.approx(float(network.output.bias) / 0.8, abs=1e-6)


@settled
def test_what_arrives_at_words_and_last_states_equals_autograd(settings):
    network = make(**settings).double()
    read = one_review(network).clone().requires_grad_()
    network.forward_embedded(read, torch.tensor([len(IDS)])).sum().backward()
    found = arriving_gradients(network, one_review(network))
    np.testing.assert_allclose(found.embedding, read.grad[0].norm(dim=-1), rtol=1e-5)
    assert [(each.layer, each.direction) for each in found.states] == [
        (layer, "forward") for layer in range(1, settings["layers"] + 1)
    ]
    if settings["pooling"] == "last":
        weights = float(network.output.weight.norm()) / 0.8
        assert found.of(settings["layers"], "forward").h[-1] == pytest.approx(weights, rel=1e-6)


def test_gradient_flow_of_a_plain_rnn_is_the_product_of_its_steps():
    network = make(cell="rnn", layers=1)
    h = trace_gates(network, one_review(network)).of(1, "forward").h.astype(float)
    weights, product = network.layers[0].forward_rnn.weight_hh_l0.double().numpy(), np.eye(5)
    for state in h[:0:-1]:
        product = product @ (np.diag(1 - state**2) @ weights)
    found = gradient_flow(network, one_review(network), 1, "forward")
    assert found.gain.log10_gain[-1] == pytest.approx(math.log10(np.linalg.norm(product) / math.sqrt(5)), abs=1e-4)
    with pytest.raises(KeyError):
        gradient_flow(network, one_review(network), 1, "backward")


def test_an_untrained_one_has_the_same_shape():
    network = make(layers=2)
    assert {name: weights.shape for name, weights in untrained(network).state_dict().items()} == {
        name: weights.shape for name, weights in network.state_dict().items()
    }


@settled
def test_units_are_found_and_ranked_in_the_one_direction(settings):
    network = make(**settings)
    gates = trace_gates(network, one_review(network))
    for how in UNIT_PICKS:
        assert sorted(rank_units(network, gates.of(1, "forward"), 3, how)) == list(range(5))
    read = read_ledger(network, gates)
    for measure in SIX:
        assert {unit.direction for unit in telling_units(gates, read, measure, 4)} <= {"forward"}
