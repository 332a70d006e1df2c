"""The network seen whole: escaped, its numbers those of the reading, and it says no more than was found."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import gradio as gr
import pytest

from model.network.checkpoint import CHECKPOINTS
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence import dynamics
from tests.views.blocks import on_a_page
from tests.views.harmless import NASTY, assert_harmless
from views.drawing.numbers import signed
from views.panel import ANALYSE, Focus
from views.stage.tab import ExplainTab
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


@pytest.mark.parametrize("name", SMALL)
def test_a_line_attractor_is_explained_with_what_was_measured_and_the_thresholds(explainer, name):
    drawn = path_card(*seen(explainer, name))
    assert "line. A line attractor is" in drawn or "network. A line attractor is" in drawn
    assert "by how many logits it did" in drawn  # the numbers beside the words
    assert "within 0.05 of 1: 95 to 105 % of it is there after a token" in drawn
    assert "less than 60° between the two, |cos| above 0.5; thresholds chosen here" in drawn
    assert "Maheswaranathan" in drawn


def test_network_that_is_too_large_offers_those_that_are_not_and_stays_in_the_tab(explainer):
    explained = on_a_page(lambda: ExplainTab(explainer))
    panel = next(panel for panel in explained.panels if panel.name == "whole")
    drawn = panel.draw(explainer.read(Question(TEXT, "bilstm")), Focus(1, "forward", 0, 0))
    assert "gs-too-large" in drawn[panel.outputs[0]]
    page = explained.checkpoint.parent
    while page.parent:
        page = page.parent
    buttons = {block.value: key for key, block in page.blocks.items() if isinstance(block, gr.Button)}
    for name in SMALL:
        (pressed,) = [fn for fn in page.fns.values() if (buttons[f"Read it by {name}"], "click") in fn.targets]
        assert pressed.outputs == [explained.checkpoint]
        assert pressed.fn() == name
        (asked,) = [fn for fn in page.fns.values() if fn.trigger_after == pressed._id]
        assert asked.js == ANALYSE
        drawn = panel.draw(explainer.read(Question(TEXT, name)), Focus(1, "forward", 0, 0))
        assert "gs-too-large" not in drawn[panel.outputs[0]]


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
