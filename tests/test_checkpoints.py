"""The checkpoints that are shipped: which there are, how large, and that their cards tell what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.attribution import faithfulness
from model.errors import ReviewError
from model.evaluation.slow_points_note import slow_points_note
from model.network import checkpoint
from model.network.checkpoint import CHECKPOINTS
from model.network.network import DIRECTIONS
from model.reading import atlas
from model.reading.across import own_texts
from model.reading.claims import LEAST
from model.reading.concepts import CONCEPTS
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence import dynamics
from model.recurrence.clamps import Clamp
from model.recurrence.openings import Valve
from model.text import words

LARGE, SMALL = ("bilstm", "bilstm-recipe", "birnn", "rnn"), ("small-lstm", "small-rnn")
NAMES = (*LARGE, *SMALL)
MAX_BYTES = 20_000_000
REVIEW = "A slow start, but what an ending! I would not have missed it."


@pytest.fixture(scope="module")
def shipped():
    return Explainer()


def test_there_are_six_and_the_best_is_the_default():
    assert tuple(checkpoint.available()) == NAMES
    accuracy = {name: checkpoint.load(name).report.test.accuracy for name in NAMES}
    assert Explainer().default == "bilstm" == max(accuracy, key=accuracy.get)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_small_enough_to_ship(name):
    assert sum(path.stat().st_size for path in (CHECKPOINTS / name).iterdir()) <= MAX_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_each_has_an_atlas_of_texts_that_were_written_for_it_alone(name):
    assert (CHECKPOINTS / name / atlas.FILE).stat().st_size <= 500_000
    loaded = checkpoint.load(name)
    found = atlas.read(CHECKPOINTS / name, loaded.network.config)
    assert found.source == ""
    assert found.reviews == tuple(tuple(words(text)) for text in own_texts())
    assert len(found.tested) == len(CONCEPTS)
    for tested in found.tested:
        assert (tested.held_out[tested.claimed] > max(tested.random_high, LEAST)).all()


def test_of_the_default_network_both_meanings_can_be_claimed_and_of_a_plain_one_none(shipped):
    assert all(tested.claimed.any() for tested in shipped.atlas("bilstm").tested)
    assert not any(tested.claimed.any() for tested in shipped.atlas("rnn").tested)


def test_shipped_atlas_is_what_the_network_holds(shipped):
    found = shipped.atlas("bilstm")
    for layer, direction, unit in ((1, "forward", 0), (2, "backward", 94)):
        trace = next(each for each in found.traces if (each.layer, each.direction) == (layer, direction))
        starts = np.cumsum([0, *map(len, found.reviews)])
        for kind in atlas.KINDS:
            place, value = int(trace.places[unit, kind, 0]), trace.values[unit, kind, 0]
            review = int(np.searchsorted(starts, place, side="right")) - 1
            gates = shipped.read(Question(own_texts()[review], "bilstm")).gates
            memory = gates.of(layer, direction).memory[place - starts[review], unit]
            assert memory == pytest.approx(value, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("name", ["bilstm", "bilstm-recipe"])
def test_units_below_the_last_layer_are_held_at_their_means_over_the_atlas(shipped, name):
    reading = shipped.read(Question(REVIEW, name))
    found = shipped.passing_on(reading, 24)
    assert found.reviews == len(own_texts())
    means = shipped.atlas(name).means.values
    for unit in (found.units[0], found.units[-1]):
        mean = float(means[unit.layer, unit.direction][unit.unit])
        held = shipped.intervene(reading, (Clamp("h", mean, unit.layer, unit.direction, unit.unit),))
        assert unit.value == pytest.approx(held.logit - reading.gates.logit, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_each_card_tells_the_figures_that_were_measured(name):
    loaded, card = checkpoint.load(name), (CHECKPOINTS / name / "README.md").read_text()
    for measured in (loaded.report.validation, loaded.report.test):
        assert f"| {measured.accuracy:.4f} | {measured.f1:.4f} |" in card
    assert loaded.training.device in card
    for capability in loaded.report.behaviour:
        assert capability.name in card
    assert len(loaded.report.behaviour) == 10
    assert len({each.kind for each in loaded.report.slices}) == 3


@pytest.mark.parametrize("name", NAMES)
def test_each_is_explained_with_gates_that_are_those_of_pytorch(name):
    found = Explainer().explain(Question(REVIEW, name))
    assert found.gates.parity < 1e-5
    assert len(found.attribution.scores) == len(found.review.tokens)
    assert found.attribution.adds_up


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_valves_of_each_move_the_verdict_as_holding_them_does(shipped, name, layer, direction):
    reading = shipped.read(Question(REVIEW, name))
    for symbol in reading.gates.cell.gates or ("h",):
        valve = Valve(symbol, layer, direction, 94, 5)
        if not reading.gates.cell.gates:
            with pytest.raises(ReviewError, match="no valves"):
                shipped.openings(reading, valve)
            return
        found = shipped.openings(reading, valve)
        expected = [shipped.intervene(reading, (valve.held(float(each)),)).logit for each in found.openings[::3]]
        assert found.logits[::3] == pytest.approx(expected, abs=1e-5)
        assert found.logits[found.openings == found.own] == pytest.approx(reading.prediction.logit, abs=1e-5)


def test_twins_differ_in_their_cell_only():
    recipe, rnn = (checkpoint.load(name).network.config for name in ("bilstm-recipe", "rnn"))
    assert (recipe.cell, rnn.cell) == ("lstm", "rnn")
    for setting in ("vocabulary_size", "embedding_size", "hidden_size", "layers", "pooling", "dropout"):
        assert getattr(recipe, setting) == getattr(rnn, setting)


def test_default_network_has_two_layers_of_256_units_and_its_methods_were_compared():
    config = checkpoint.load("bilstm").network.config
    assert (config.cell, config.layers, config.hidden_size) == ("lstm", 2, 256)
    assert faithfulness.read(CHECKPOINTS / "bilstm").reviews >= 100


@pytest.mark.parametrize("name", SMALL)
def test_small_ones_are_seen_whole_and_learnt_more_than_a_guess(name):
    loaded, card = checkpoint.load(name), (CHECKPOINTS / name / "README.md").read_text()
    assert dynamics.seen_whole(loaded.network.config)
    assert loaded.report.test.accuracy > 0.85
    assert sum(path.stat().st_size for path in (CHECKPOINTS / name).iterdir()) <= 3_000_000
    assert slow_points_note(dynamics.read(CHECKPOINTS / name)) in card


def test_of_the_small_twins_the_lstm_keeps_along_a_line_and_the_plain_rnn_in_separate_places():
    lstm, rnn = (dynamics.read(CHECKPOINTS / name) for name in SMALL)
    assert lstm.line_attractor
    assert not rnn.line_attractor
    assert min(rnn.stable, rnn.unstable) > 1


def test_small_twins_differ_in_their_cell_only():
    lstm, rnn = (checkpoint.load(name).network.config for name in SMALL)
    assert replace(lstm, cell="rnn", temperature=1.0) == replace(rnn, temperature=1.0)
