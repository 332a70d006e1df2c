"""Integrated gradients: against a plain sum, Captum's layer variant, and its own promise to add up."""

from __future__ import annotations

import pytest
import torch
from captum.attr import IntegratedGradients, LayerIntegratedGradients

from model.attribution import completeness, integrated_gradients
from model.attribution.attribution import attribute
from model.attribution.baselines import BASELINES
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS, LENGTHS, gradient


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_integrated_gradients_add_up(baseline, cell):
    network = make_network(cell=cell)
    result = attribute(network, IDS, baseline=baseline)
    assert sum(result.scores) == pytest.approx(result.logit - result.baseline_logit + result.delta, abs=1e-5)
    assert abs(result.delta) < 0.01 * abs(result.logit - result.baseline_logit)
    assert result.relative_delta < 0.01


def test_integrated_gradients_equal_a_sum_over_many_steps_in_float64():
    network = make_network().double()
    embedded = network.embed(torch.tensor([IDS]))
    steps = 2_000
    middles = (torch.arange(steps, dtype=torch.float64) + 0.5) / steps
    expected = (gradient(network, middles[:, None, None] * embedded).mean(dim=0) * embedded[0]).sum(dim=-1)
    found = attribute(network, IDS, baseline="zero").scores
    assert found == pytest.approx(expected.tolist(), abs=2e-3 * float(expected.abs().max()))


def test_integrated_gradients_equal_captums_layer_variant():
    network = make_network()
    ids = torch.tensor([IDS])
    stock = LayerIntegratedGradients(lambda ids: network(ids, LENGTHS.expand(len(ids))), network.embedding)
    network.requires_grad_()
    expected = stock.attribute(ids, torch.full_like(ids, 1), n_steps=64).sum(dim=-1)[0]
    network.requires_grad_(False)
    found = attribute(network, IDS, baseline="padding").scores
    assert found == pytest.approx(expected.tolist(), abs=2e-3)


def test_sudden_steps_of_the_logit_are_integrated_too():
    network = make_network(seed=5).double()
    for name, weights in network.named_parameters():
        if "_rnn." in name:
            weights.mul_(2.5)
    network.output.weight.mul_(4)  # so that 1 % of the logit difference is what is promised
    ids = IDS * 6
    embedded = network.embed(torch.tensor([ids])).requires_grad_()
    lengths = torch.tensor([len(ids)])
    plain = IntegratedGradients(lambda embedded: network.forward_embedded(embedded, lengths.expand(len(embedded))))
    result = attribute(network, ids)
    even = plain.attribute(embedded, torch.zeros_like(embedded), n_steps=result.steps)
    difference = result.logit - result.baseline_logit
    assert result.relative_delta < 0.01
    assert abs(float(even.detach().sum()) - difference) > 0.02 * abs(difference)


def test_steps_end_at_the_ceiling(monkeypatch):
    monkeypatch.setattr(completeness, "MAX_DELTA", 0.0)
    result = attribute(make_network(), IDS)
    assert 0 < result.steps <= integrated_gradients.max_nodes(len(IDS)) == integrated_gradients.MAX_NODES
    assert integrated_gradients.max_nodes(1_000) == integrated_gradients.MAX_NODE_TOKENS // 1_000


def test_review_that_is_its_own_baseline_adds_up_to_nothing():
    found = attribute(make_network(), [0, 0, 0], baseline="unknown word")
    assert found.scores == (0, 0, 0)
    assert found.adds_up
