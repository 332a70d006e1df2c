"""Units below the last layer by what they change: by hand on a network of one unit, and as `intervene` has it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from model.network.network import NetworkConfig, RecurrentNetwork
from model.reading.explanation import Question
from model.reading.passing import PASSES, Means, units_that_pass_on
from model.recurrence.clamps import Clamp
from model.recurrence.interventions import intervene
from model.recurrence.replay import trace_gates
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS


def of_itself(gates):
    return Means.of_itself(gates.traces)


def one_unit() -> RecurrentNetwork:
    """A plain RNN of two layers of one unit each way, in which layer 1 reads a number and layer 2 reads its forward
    unit; the output reads the forward unit of layer 2, and nothing remembers.
    """
    network = RecurrentNetwork(NetworkConfig(4, 1, 1, 2, cell="rnn", dropout=0)).eval().requires_grad_(False)
    for weights in network.parameters():
        weights.zero_()
    network.embedding.weight[2:, 0] = torch.tensor([0.5, -1.0])
    first, second = network.layers
    first.forward_rnn.weight_ih_l0[0, 0] = first.backward_rnn.weight_ih_l0[0, 0] = 1.0
    second.forward_rnn.weight_ih_l0[0, 0] = 2.0
    network.output.weight[0, 0] = 3.0
    return network


def found_of(network, ids, means, count):
    embedded = network.embed(torch.tensor([ids]))
    gates = trace_gates(network, embedded)
    return gates, units_that_pass_on(network, embedded, gates, means(gates), count).units


def test_change_of_the_logit_is_that_of_the_unit_held_at_its_mean():
    means = Means(7, {(1, "forward"): np.array([0.25]), (1, "backward"): np.array([0.5])})
    gates, found = found_of(one_unit(), [2, 3], lambda gates: means, 9)
    before, after = 3 * math.tanh(2 * math.tanh(-1.0)), 3 * math.tanh(2 * 0.25)
    assert gates.logit == pytest.approx(before, abs=1e-6)
    (unit,) = (each for each in found if abs(each.value) > 1e-6)  # nothing reads the other one
    assert (unit.measure, unit.layer, unit.direction, unit.unit, unit.places) == (PASSES, 1, "forward", 0, ())
    assert unit.value == pytest.approx(after - before, abs=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("layers", [2, 3])
def test_each_unit_changes_what_intervene_changes_and_the_largest_come_first(cell, layers):
    network = make_network(cell=cell, layers=layers, pooling="max_mean")
    gates, found = found_of(network, REVIEWS[0], of_itself, 99)
    embedded = network.embed(torch.tensor([REVIEWS[0]]))
    assert {each.layer for each in found} == set(range(1, layers))
    assert len(found) == 10 * (layers - 1)
    for unit in found:
        trace = gates.of(unit.layer, unit.direction)
        held = Clamp("h", float(trace.h[:, unit.unit].mean()), unit.layer, unit.direction, unit.unit)
        assert unit.value == pytest.approx(intervene(network, embedded, [held]).logit - gates.logit, abs=2e-6)
        assert unit.memory.tolist() == trace.memory[:, unit.unit].tolist()
    sizes = [abs(each.value) for each in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 1e-3


def test_the_first_of_a_few_are_the_first_of_all():
    network = make_network(pooling="max_mean")
    _, every = found_of(network, REVIEWS[0], of_itself, 99)
    _, few = found_of(network, REVIEWS[0], of_itself, 3)
    assert [(each.direction, each.unit) for each in few] == [(each.direction, each.unit) for each in every[:3]]


def test_one_layer_passes_nothing_on_and_one_token_is_its_own_mean():
    assert found_of(make_network(layers=1), REVIEWS[0], of_itself, 9)[1] == ()
    _, found = found_of(make_network(), REVIEWS[0][:1], of_itself, 9)
    assert all(abs(each.value) < 1e-6 for each in found)


def test_explainer_says_over_what_the_means_are(explainer):
    reading = explainer.read(Question("Not a good film, but great!", "bilstm"))
    found = explainer.passing_on(reading, 3)
    assert len(found.units) == 3
    assert found.reviews == 0
