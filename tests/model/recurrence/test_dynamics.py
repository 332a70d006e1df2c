"""The plane of a small network's states, and what is kept of it on disk."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from model.errors import CheckpointError
from model.network.network import NetworkConfig
from model.recurrence import dynamics
from model.recurrence.dynamics import Dynamics, measure, plane_of, seen_whole
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS


@pytest.fixture(scope="module")
def measured() -> Dynamics:
    return measure(make_network(layers=1, bidirectional=False), REVIEWS, seed=1)


@pytest.mark.parametrize(
    ("settings", "small"),
    [
        ({}, True),
        ({"hidden_size": 32}, True),
        ({"hidden_size": 33}, False),
        ({"layers": 2}, False),
        ({"bidirectional": True}, False),
        ({"pooling": "max_mean"}, False),
    ],
)
def test_few_units_that_read_forward_alone_are_seen_whole(settings, small):
    config = NetworkConfig(**({"layers": 1, "hidden_size": 16, "bidirectional": False} | settings))
    assert seen_whole(config) is small


def test_plane_is_the_readout_and_what_varies_most_beside_it():
    rng = np.random.default_rng(0)
    readout = np.array([0.0, 2.0, 0.0, 0.0])
    states = rng.normal(size=(500, 4)) * [3.0, 5.0, 0.1, 0.2] + [1.0, 2.0, 3.0, 4.0]
    plane = plane_of(readout, states)
    component = np.array(plane.component)
    assert abs(component @ readout) < 1e-5
    assert abs(component[0]) == pytest.approx(1, abs=1e-2)
    assert component[np.abs(component).argmax()] > 0
    assert plane.share == pytest.approx(1, abs=0.01)
    assert plane.up(states).mean() == pytest.approx(0, abs=1e-4)
    assert plane.up(np.array([2.0, 99.0, 3.0, 4.0])) == pytest.approx(2.0 - states[:, 0].mean(), abs=1.0)
    assert plane.low < -3 < 3 < plane.high


def test_a_single_state_has_a_plane():
    plane = plane_of(np.array([1.0, 0.0]), np.array([[0.3, 0.4]]))
    assert plane.share == 1
    assert float(plane.up(np.array([0.3, 0.4]))) == pytest.approx(0, abs=1e-6)


def test_what_is_measured_comes_back_from_disk(measured, tmp_path):
    assert dynamics.read(tmp_path) is None
    (tmp_path / dynamics.FILE).write_text(json.dumps(asdict(measured)))
    assert dynamics.read(tmp_path) == measured
    assert measured.reviews == len(REVIEWS)
    assert measured.tokens == sum(map(len, REVIEWS))
    assert measured.points
    assert measured.low < measured.high


def test_what_is_damaged_is_refused_by_a_sentence(tmp_path):
    (tmp_path / dynamics.FILE).write_text('{"plane": 3}')
    with pytest.raises(CheckpointError, match=r"dynamics\.json"):
        dynamics.read(tmp_path)


def test_larger_networks_are_not_measured():
    with pytest.raises(ValueError, match="small enough"):
        measure(make_network(), REVIEWS, seed=1)
