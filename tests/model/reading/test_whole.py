"""A network seen whole: votes that add up to the verdict so far, and a path that is the verdict across."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.reading.whole import TELLING
from model.recurrence import dynamics
from tests.conftest import save_checkpoint
from tests.model.network.test_network import REVIEWS

TEXT = "the film is not good, but it is great and you like it!"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("small")
    save_checkpoint(found / "large")
    for name, cell in (("small", "lstm"), ("plain", "rnn")):
        save_checkpoint(found / name, cell=cell, layers=1, bidirectional=False, temperature=0.8)
    return found


@pytest.fixture(scope="module")
def explainer(folder):
    return Explainer(folder)


def whole_of(explainer, name="small", text=TEXT):
    reading = explainer.read(Question(text, name))
    return reading, explainer.whole(reading)


def test_a_larger_network_is_not_seen_whole(explainer):
    assert whole_of(explainer, "large")[1] is None
    assert explainer.seen_whole() == ("plain", "small")


def test_which_are_is_known_without_loading_them(folder):
    explainer = Explainer(folder)
    assert explainer.seen_whole() == ("plain", "small")
    assert explainer.loaded == ()


@pytest.mark.parametrize("name", ["small", "plain"])
def test_votes_add_up_to_the_verdict_on_each_prefix(explainer, name):
    reading, whole = whole_of(explainer, name)
    prefixes = explainer.prefixes(reading)
    assert prefixes.lengths.tolist() == list(range(1, len(reading.review.tokens) + 1))
    np.testing.assert_allclose(whole.verdicts, prefixes.logits, atol=1e-5)
    votes = whole.readout * whole.trace.h
    np.testing.assert_allclose(votes.sum(axis=1) + whole.bias, whole.verdicts, atol=1e-6)
    assert whole.verdicts[-1] == pytest.approx(reading.prediction.logit, abs=1e-5)


def test_path_is_the_verdict_across_and_orthogonal_to_it_up(explainer):
    _, whole = whole_of(explainer)
    np.testing.assert_array_equal(whole.path.across, whole.verdicts)
    assert abs(np.array(whole.plane.component) @ whole.readout) < 1e-4
    assert whole.dynamics is None
    np.testing.assert_allclose(whole.path.up.mean(), 0, atol=1e-5)


def test_words_that_moved_the_verdict_most_come_first(explainer):
    _, whole = whole_of(explainer)
    sizes = np.abs(whole.moves)[whole.telling]
    assert len(whole.telling) == TELLING
    assert sizes.tolist() == sorted(np.abs(whole.moves).tolist(), reverse=True)[:TELLING]
    assert whole.moves.sum() + whole.bias == pytest.approx(whole.verdicts[-1])


def test_units_stand_by_what_their_readout_weighs(explainer):
    _, whole = whole_of(explainer)
    assert whole.readout[whole.order].tolist() == sorted(whole.readout.tolist(), reverse=True)


def test_a_single_word_is_seen_whole(explainer):
    _, whole = whole_of(explainer, text="good")
    assert len(whole.verdicts) == len(whole.telling) == 1


def test_with_measured_dynamics_the_plane_is_that_of_many_reviews(folder, tmp_path):
    save_checkpoint(tmp_path / "small", layers=1, bidirectional=False)
    network = Explainer(tmp_path).checkpoint("small").network
    found = dynamics.measure(network, REVIEWS, seed=1)
    (tmp_path / "small" / dynamics.FILE).write_text(json.dumps(asdict(found)))
    _, whole = whole_of(Explainer(tmp_path))
    assert whole.plane == found.plane
    assert whole.dynamics == found
    places = whole.place_of(found.points)
    np.testing.assert_allclose(places.across, [point.logit for point in found.points], atol=1e-3)
    assert places.up.shape == places.across.shape


def test_twin_of_a_small_network_is_the_other_small_one(explainer):
    for name, twin in (("small", "plain"), ("plain", "small")):
        reading = explainer.read(Question(TEXT, name))
        gradients = explainer.gradients(reading, 1, "forward", "trained")
        assert [each.checkpoint for each in gradients.flows] == [name, twin]
