"""Attribution: against hand-written references, Captum's layer variant, and its own promise to add up."""

from __future__ import annotations

import pytest
import torch
from captum.attr import IntegratedGradients, LayerIntegratedGradients

from model.attribution import attribution
from model.attribution.attribution import BASELINES, METHODS, Attribution, attribute
from model.errors import ReviewError
from tests.conftest import make_network

IDS = (3, 4, 5, 6, 0, 8, 2)
LENGTHS = torch.tensor([len(IDS)])


def gradient(network, embedded):
    embedded = embedded.clone().requires_grad_()
    (found,) = torch.autograd.grad(network.forward_embedded(embedded, LENGTHS).sum(), embedded)
    return found


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
    total = sum(gradient(network, embedded * (step + 0.5) / steps) for step in range(steps)) / steps
    expected = (total * embedded).sum(dim=-1)[0]
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
    monkeypatch.setattr(attribution, "MAX_DELTA", 0.0)
    result = attribute(make_network(), IDS)
    assert 0 < result.steps <= attribution.max_nodes(len(IDS)) == attribution.MAX_NODES
    assert attribution.max_nodes(1_000) == attribution.MAX_NODE_TOKENS // 1_000


@pytest.mark.parametrize("method", ["integrated gradients", "occlusion"])
def test_baselines_differ_where_their_vectors_do(method):
    network = make_network()
    padding, unknown, zero = (attribute(network, IDS, method, baseline).scores for baseline in BASELINES)
    assert padding == pytest.approx(zero)  # padding stands at zero in the recipe
    assert padding != pytest.approx(unknown, abs=1e-4)


def test_input_times_gradient_equals_autograd():
    network = make_network()
    embedded = network.embed(torch.tensor([IDS]))
    expected = (gradient(network, embedded) * embedded).sum(dim=-1)[0]
    assert attribute(network, IDS, "input × gradient").scores == pytest.approx(expected.tolist(), abs=1e-5)


def test_saliency_is_the_length_of_the_gradient():
    network = make_network()
    expected = gradient(network, network.embed(torch.tensor([IDS]))).norm(dim=-1)[0]
    assert attribute(network, IDS, "saliency").scores == pytest.approx(expected.tolist(), abs=1e-5)


def test_occlusion_is_the_fall_of_the_logit_when_a_token_is_replaced():
    network = make_network()
    whole = network(torch.tensor([IDS]), LENGTHS)
    shares = []
    found = attribute(network, IDS, "occlusion", "padding", progress=shares.append).scores
    for place in range(len(IDS)):
        without = torch.tensor([IDS])
        without[0, place] = 1
        assert found[place] == pytest.approx(float(whole - network(without, LENGTHS)), abs=1e-5)
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("method", METHODS)
def test_one_token_is_enough(method):
    result = attribute(make_network(), (4,), method)
    assert len(result.scores) == 1
    assert result.scores[0] == pytest.approx(result.scores[0])  # not NaN


@pytest.mark.parametrize("method", METHODS)
def test_attribution_leaves_the_network_as_it_was(method):
    network = make_network()
    before = {name: weights.clone() for name, weights in network.state_dict().items()}
    attribute(network, IDS, method)
    assert not any(weights.requires_grad or weights.grad is not None for weights in network.parameters())
    assert all(torch.equal(before[name], weights) for name, weights in network.state_dict().items())


@pytest.mark.parametrize(("method", "baseline"), [("deep lift", "zero"), ("saliency", "blur"), ("", ""), (7, "zero")])
def test_unknown_method_or_baseline_is_refused(method, baseline):
    with pytest.raises(ReviewError, match="There is no such"):
        attribute(make_network(), IDS, method, baseline)


def test_review_that_is_its_own_baseline_adds_up_to_nothing():
    found = attribute(make_network(), [0, 0, 0], baseline="unknown word")
    assert found.scores == (0, 0, 0)
    assert found.adds_up


def test_hardly_any_difference_adds_up_by_logits_not_by_shares():
    close = Attribution("integrated gradients", "padding", (0.014,), logit=0.01, baseline_logit=0.0, delta=0.004)
    far = Attribution("integrated gradients", "padding", (1.04,), logit=1.0, baseline_logit=0.0, delta=0.04)
    assert (close.adds_up, far.adds_up) == (True, False)
    assert not Attribution("saliency", "padding", (1.0,), logit=1.0).adds_up
