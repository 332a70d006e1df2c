"""Input × gradient: against autograd."""

from __future__ import annotations

import pytest
import torch

from model.attribution.attribution import attribute
from model.attribution.input_x_gradient import INPUT_X_GRADIENT, input_x_gradient
from model.text import pad
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS, gradient


def test_input_times_gradient_equals_autograd():
    network = make_network()
    embedded = network.embed(torch.tensor([IDS]))
    expected = (gradient(network, embedded) * embedded).sum(dim=-1)[0]
    assert attribute(network, IDS, INPUT_X_GRADIENT).scores == pytest.approx(expected.tolist(), abs=1e-5)


@pytest.mark.parametrize("pooling", ["last", "max_mean"])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_batch_gives_what_single_reviews_give_and_padding_scores_nothing(cell, pooling):
    network = make_network(cell=cell, pooling=pooling)
    reviews = [IDS, (4, 4), (9,)]
    ids, lengths = pad(reviews)
    found = input_x_gradient(network, network.embed(ids), lengths)
    for scores, review in zip(found.tolist(), reviews, strict=True):
        assert scores[: len(review)] == pytest.approx(attribute(network, review, INPUT_X_GRADIENT).scores, abs=1e-5)
        assert scores[len(review) :] == [0] * (len(IDS) - len(review))
