"""The registry: what each method says of itself holds, and there is none without an implementation."""

from __future__ import annotations

import re

import pytest
import torch

from model.attribution.attribution import attribute
from model.attribution.methods import DEFAULT_METHOD, METHODS, method_named
from model.errors import ReviewError
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS

each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


@each_method
def test_one_token_is_enough(method):
    result = attribute(make_network(), (4,), method)
    assert len(result.scores) == 1
    assert result.scores[0] == pytest.approx(result.scores[0])  # not NaN


@each_method
def test_attribution_leaves_the_network_as_it_was(method):
    network = make_network()
    before = {name: weights.clone() for name, weights in network.state_dict().items()}
    attribute(network, IDS, method)
    assert not any(weights.requires_grad or weights.grad is not None for weights in network.parameters())
    assert all(torch.equal(before[name], weights) for name, weights in network.state_dict().items())


@each_method
def test_what_a_method_says_of_itself_holds(method):
    networks = [make_network(seed) for seed in range(3)]
    found = [attribute(network, IDS, method) for network in networks]
    assert any(score < 0 for each in found for score in each.scores) == method.signed
    for network, each in zip(networks, found, strict=True):
        assert (each.method, len(each.scores)) == (method, len(IDS))
        assert each.logit == pytest.approx(float(network(torch.tensor([IDS]), torch.tensor([len(IDS)]))), abs=1e-5)
        assert (each.baseline_logit is not None) == method.uses_baseline
        assert (each.delta is not None, each.steps is not None, each.adds_up) == (method.adds_up,) * 3


@each_method
def test_a_method_says_what_its_scores_are_in_and_where_it_is_from(method):
    assert method.unit in ("logits", "logits per unit")
    assert re.search(r"\((\w+ )?\d{4}\)", method.source)
    assert ("{baseline}" in method.baseline_note) == method.uses_baseline


@each_method
def test_a_method_is_found_by_its_name_alone(method):
    assert method_named(method.name) is method
    assert [each.name for each in METHODS].count(method.name) == 1


def test_methods_are_offered_in_their_order_and_the_first_is_the_default():
    assert [method.name for method in METHODS] == ["integrated gradients", "input × gradient", "saliency", "occlusion"]
    assert DEFAULT_METHOD is METHODS[0]


@pytest.mark.parametrize("name", ["deep lift", "", "Saliency", 7, None, ["saliency"]])
def test_unknown_method_is_refused(name):
    with pytest.raises(
        ReviewError, match="There is no such method; there are: integrated gradients, input × gradient, "
    ):
        method_named(name)
