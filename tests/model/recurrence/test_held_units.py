"""Verdicts with one unit held, many at once: each equals `intervene` with the clamp."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.network.network import DIRECTIONS
from model.recurrence import held_units
from model.recurrence.clamps import Clamp
from model.recurrence.held_units import logits_with_units_held
from model.recurrence.interventions import intervene
from tests.conftest import TINY, make_network
from tests.model.network.test_network import REVIEWS

UNITS = list(range(TINY["hidden_size"]))
VALUES = np.linspace(-0.9, 0.8, len(UNITS))


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("pooling", ["last", "max_mean"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_verdict_equals_intervening_with_the_clamp(cell, pooling, layers, direction):
    network = make_network(cell=cell, pooling=pooling, layers=layers, temperature=0.7)
    embedded = network.embed(torch.tensor([REVIEWS[0]]))
    for layer in range(1, layers + 1):
        found = logits_with_units_held(network, embedded, layer, direction, UNITS, VALUES)
        expected = [
            intervene(network, embedded, [Clamp("h", float(value), layer, direction, unit)]).logit
            for unit, value in zip(UNITS, VALUES, strict=True)
        ]
        np.testing.assert_allclose(found, expected, atol=2e-6)
        assert np.ptp(found) > 1e-4


def test_one_token_and_no_unit_are_read_as_well(network):
    embedded = network.embed(torch.tensor([REVIEWS[0][:1]]))
    found = logits_with_units_held(network, embedded, 1, "backward", [2], np.array([0.5]))
    assert found == pytest.approx([intervene(network, embedded, [Clamp("h", 0.5, 1, "backward", 2)]).logit], abs=2e-6)
    assert logits_with_units_held(network, embedded, 1, "forward", [], np.zeros(0)).shape == (0,)


def test_units_are_read_the_same_in_batches_of_any_size(network, monkeypatch):
    embedded = network.embed(torch.tensor([REVIEWS[0]]))
    at_once = logits_with_units_held(network, embedded, 1, "forward", UNITS, VALUES)
    monkeypatch.setattr(held_units, "ROWS", 2)
    found = logits_with_units_held(network, embedded, 1, "forward", UNITS, VALUES)
    np.testing.assert_allclose(found, at_once, atol=1e-6)
