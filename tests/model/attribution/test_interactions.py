"""Word on word: on networks whose answer is known, and by the sums that it must keep to."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.attribution.attribution import attribute
from model.attribution.interactions import four_way, interactions
from model.attribution.methods import METHODS
from model.attribution.occlusion import OCCLUSION
from model.errors import ReviewError
from model.network.network import NetworkConfig, RecurrentNetwork
from tests.conftest import TINY, make_network
from tests.model.attribution.reviews import IDS, LENGTHS

ADDING_UP = [method for method in METHODS if method.adds_up]


class Made(RecurrentNetwork):
    """A network whose logit is a given function of its word vectors (batch, tokens, embedding)."""

    def __init__(self, logit) -> None:
        torch.manual_seed(0)
        super().__init__(NetworkConfig(**TINY))
        self.eval().requires_grad_(False)
        self._logit = logit

    def forward_embedded(self, embedded, lengths):
        return self._logit(embedded)


def found_on(network, place, method=ADDING_UP[0], baseline="zero"):
    return interactions(network, IDS, attribute(network, IDS, method, baseline), place)


@pytest.mark.parametrize("method", ADDING_UP, ids=lambda method: method.name)
def test_words_that_only_add_up_do_nothing_to_one_another(method):
    network = Made(lambda embedded: embedded.sum(dim=(1, 2)))
    found = found_on(network, 2, method)
    others = np.arange(len(IDS)) != 2
    np.testing.assert_allclose(found.changes[others], 0, atol=1e-5)
    assert found.strongest(3) == [] or np.abs(found.changes[found.strongest(3)]).max() < 1e-5
    own = float(network.embed(torch.tensor([IDS]))[0, 2].sum())
    assert found.changes[2] == pytest.approx(own, abs=1e-4)
    assert found.effect == pytest.approx(own, abs=1e-4)
    assert four_way(network, IDS, (0, 2), "zero") == pytest.approx(0, abs=1e-5)


def test_words_that_multiply_share_their_product():
    network = Made(lambda embedded: embedded[:, 0].sum(dim=-1) * embedded[:, 2].sum(dim=-1))
    first, second = (float(network.embed(torch.tensor([IDS]))[0, place].sum()) for place in (0, 2))
    found = found_on(network, 2)
    assert found.changes[0] == pytest.approx(first * second / 2, abs=1e-4)
    assert found.changes.sum() == pytest.approx(first * second, abs=1e-4)
    assert found.strongest(5)[0] == 0
    assert four_way(network, IDS, (0, 2), "zero") == pytest.approx(first * second, abs=1e-4)


@pytest.mark.parametrize("baseline", ["padding", "unknown word", "zero"])
@pytest.mark.parametrize("method", ADDING_UP, ids=lambda method: method.name)
def test_changes_add_up_to_the_effect_of_leaving_the_word_out(method, baseline):
    network = make_network()
    attribution = attribute(network, IDS, method, baseline)
    for place in range(len(IDS)):
        found = interactions(network, IDS, attribution, place)
        whole = float(network(torch.tensor([IDS]), LENGTHS))
        occluded = attribute(network, IDS, OCCLUSION, baseline).scores[place]
        assert found.effect == pytest.approx(occluded, abs=1e-5)
        without = attribution.logit - found.effect
        assert whole - without == pytest.approx(occluded, abs=1e-5)
        assert abs(found.delta) <= 0.02 * abs(whole) + 0.02
        assert found.changes.sum() - found.effect == pytest.approx(found.delta, abs=1e-9)
        assert found.changes[place] == pytest.approx(attribution.scores[place], abs=1e-6)


def test_four_way_is_four_readings():
    network = make_network()

    def logit(*left_out):
        ids = torch.tensor([[1 if place in left_out else each for place, each in enumerate(IDS)]])
        return float(network(ids, LENGTHS))

    expected = logit() - logit(0) - logit(3) + logit(0, 3)
    assert four_way(network, IDS, (0, 3), "padding") == pytest.approx(expected, abs=1e-5)
    assert four_way(network, IDS, (3, 0), "padding") == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("place", [-1, 99])
def test_a_place_that_there_is_not_is_refused(place):
    network = make_network()
    with pytest.raises(ReviewError, match="Choose a token of the review"):
        found_on(network, place)
    with pytest.raises(ReviewError, match="Choose a token of the review"):
        four_way(network, IDS, (0, place), "zero")


def test_a_method_whose_scores_do_not_add_up_is_refused():
    with pytest.raises(ReviewError, match="needs a method whose scores add up"):
        found_on(make_network(), 0, OCCLUSION)
