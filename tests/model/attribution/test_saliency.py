"""Saliency: against autograd."""

from __future__ import annotations

import pytest
import torch

from model.attribution.attribution import attribute
from model.attribution.saliency import SALIENCY
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS, gradient


def test_saliency_is_the_length_of_the_gradient():
    network = make_network()
    expected = gradient(network, network.embed(torch.tensor([IDS]))).norm(dim=-1)[0]
    assert attribute(network, IDS, SALIENCY).scores == pytest.approx(expected.tolist(), abs=1e-5)
