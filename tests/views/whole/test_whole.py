"""The network seen whole: escaped, its numbers those of the reading, and it says no more than was found."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from model.network.checkpoint import CHECKPOINTS
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence import dynamics
from tests.views.harmless import NASTY, assert_harmless
from views.drawing.numbers import signed
from views.whole.whole import path_card, units_card

TEXT = "A slow start and a dull plot, but what a wonderful ending!"
SMALL = ("small-lstm", "small-rnn")


@pytest.fixture(scope="module")
def explainer():
    return Explainer(CHECKPOINTS)


def seen(explainer, name="small-lstm", text=TEXT):
    reading = explainer.read(Question(text, name))
    return reading, explainer.whole(reading)


@pytest.mark.parametrize("name", SMALL)
def test_text_of_a_person_never_becomes_markup(explainer, name):
    reading, whole = seen(explainer, name, NASTY)
    assert_harmless(units_card(reading, whole))
    assert_harmless(path_card(reading, whole))


@pytest.mark.parametrize("name", SMALL)
def test_all_units_stand_there_by_their_weight_with_their_votes(explainer, name):
    reading, whole = seen(explainer, name)
    drawn = units_card(reading, whole)
    units = [int(unit) for unit in re.findall(r'data-unit="(\d+)"', drawn)]
    assert units == whole.order.tolist()
    assert sorted(units) == list(range(16))
    numbers = [json.loads(found.replace("&#34;", '"')) for found in re.findall(r'data-numbers="([^"]*)"', drawn)]
    assert len(numbers) == 17
    first = whole.readout[units[0]] * whole.trace.h[:, units[0]]
    assert numbers[1] == [signed(float(vote)) for vote in first]
    assert numbers[0][-1].startswith(signed(reading.prediction.logit))
    assert f"({reading.prediction.probability:.2f})" in numbers[0][-1]


def test_an_lstm_has_two_curves_a_unit_and_a_plain_rnn_one(explainer):
    lstm, rnn = (units_card(*seen(explainer, name)) for name in SMALL)
    assert lstm.count('class="gs-line"') == rnn.count('class="gs-line"') + 16
    assert "cell state c" in lstm
    assert "cell state c" not in rnn


def test_path_goes_right_as_the_verdict_rises(explainer):
    reading, whole = seen(explainer)
    drawn = path_card(reading, whole)
    spots = json.loads(re.search(r'data-spots="([^"]*)"', drawn)[1])
    assert len(spots) == len(reading.review.tokens)
    lefts = [left for left, _ in spots]
    assert sorted(range(len(lefts)), key=lefts.__getitem__) == whole.verdicts.argsort(kind="stable").tolist()
    assert all((left > 50) == (verdict > 0) for left, verdict in zip(lefts, whole.verdicts, strict=True))
    assert all(0 <= left <= 100 and 0 <= top <= 100 for left, top in spots)


def test_the_word_that_moved_the_verdict_most_is_named_with_its_move(explainer):
    reading, whole = seen(explainer)
    place = int(whole.telling[0])
    drawn = path_card(reading, whole)
    assert f"<bdi>{reading.review.tokens[place].text}</bdi> <small>{signed(float(whole.moves[place]))}</small>" in drawn


def test_words_that_hardly_move_the_verdict_are_not_named(explainer):
    reading, whole = seen(explainer)
    named = re.findall(r"<bdi>([^<]*)</bdi> <small>([^<]*)</small>", path_card(reading, whole))
    assert "wonderful" in [word for word, _ in named]
    sizes = [abs(float(move.replace("−", "-"))) for _, move in named]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > 0.1 * max(sizes)


def test_line_attractor_is_said_only_where_it_was_found(explainer):
    lstm, rnn = (path_card(*seen(explainer, name)) for name in SMALL)
    assert "A line attractor: this network keeps its verdict along a line." in lstm
    assert "No line attractor was found in this network." in rnn
    assert "draws in what is near" in rnn
    assert "draws in what is near" not in lstm


def test_without_measured_dynamics_nothing_is_said_of_slow_points(explainer):
    reading, whole = seen(explainer)
    drawn = path_card(reading, replace(whole, dynamics=None))
    assert "of this review alone" in drawn
    assert "attractor" not in drawn
    assert "gs-stay" not in drawn


def test_slow_points_of_the_shipped_networks_lie_in_the_picture(explainer):
    for name in SMALL:
        drawn = path_card(*seen(explainer, name))
        count = len(dynamics.read(CHECKPOINTS / name).slow)
        assert 0.8 * count <= drawn.count('%" title="λ ') <= count
