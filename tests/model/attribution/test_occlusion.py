"""Occlusion: against readings with a token replaced."""

from __future__ import annotations

import pytest
import torch

from model.attribution.attribution import attribute
from model.attribution.occlusion import OCCLUSION
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS, LENGTHS


def test_occlusion_is_the_fall_of_the_logit_when_a_token_is_replaced():
    network = make_network()
    whole = network(torch.tensor([IDS]), LENGTHS)
    shares = []
    found = attribute(network, IDS, OCCLUSION, "padding", progress=shares.append).scores
    for place in range(len(IDS)):
        without = torch.tensor([IDS])
        without[0, place] = 1
        assert found[place] == pytest.approx(float(whole - network(without, LENGTHS)), abs=1e-5)
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)
