"""Why a network is fooled: what is said is what the network's own numbers say."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from markupsafe import escape

from model.reading.explanation import Question
from views.drawing.numbers import signed
from views.stage.examples import Example, Turn, read_examples
from views.stage.fooled import PULLS, fooled_card, is_fooled, place_of
from views.stage.verdict import verdict_word

TEXT = "Not a bad film, <b>great</b>!"


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question(TEXT, "bilstm"))


def example_of(explanation, right):
    """An example on which the network is right, or wrong."""
    label = explanation.prediction.label
    other = {"positive": "negative", "negative": "positive"}[label]
    return Example("negated", label if right else other, TEXT)


def looks(card):
    """Places and texts of the words that a card names before its answer."""
    named = re.findall(r'data-place="(\d+)">“(.*?)” ([+−]?[\d.]+)</button>', card)
    return [(int(place), text, score) for place, text, score in named]


def test_it_is_fooled_where_a_reader_says_something_else(explanation):
    wrong, right = example_of(explanation, False), example_of(explanation, True)
    assert is_fooled(explanation.prediction, wrong)
    assert not is_fooled(explanation.prediction, right)
    assert "Why is it fooled?" in fooled_card(explanation, wrong, None)
    assert "not fooled" in fooled_card(explanation, right, None)
    said = re.sub("<.*?>", "", fooled_card(explanation, wrong, None))
    assert f"A reader takes this review to be {wrong.meant}" in said
    assert f"The network says {verdict_word(explanation.prediction)}, {explanation.prediction.probability:.2f}." in said


@pytest.mark.parametrize("text", [TEXT, "Great fun, a good film.", "Bad, so bad."])
def test_words_that_are_named_are_those_that_pull_most(explainer, text):
    explanation = explainer.explain(Question(text, "bilstm"))
    tokens = [token.text for token in explanation.review.tokens]
    pulling = explanation.attribution.scores
    if explanation.prediction.label == "negative":
        pulling = [-score for score in pulling]
    order = sorted(range(len(pulling)), key=lambda place: -pulling[place])
    expected = [place for place in order[:PULLS] if pulling[place] > 0]
    if pulling[order[-1]] < 0:
        expected.append(order[-1])  # what speaks against it most
    found = looks(fooled_card(explanation, example_of(explanation, False), None))
    scores = explanation.attribution.scores
    assert found == [(place, str(escape(tokens[place])), signed(scores[place])) for place in expected]


@pytest.mark.parametrize("factor", [0.5, 2])
def test_answer_says_whether_a_word_turns_the_other(explainer, explanation, factor):
    turner, turned = place_of(explanation, "Not"), place_of(explanation, "bad")
    credited = explanation.attribution.scores[turned]
    changes = np.zeros(len(explanation.review.tokens))
    changes[turned] = factor * credited
    found = replace(explainer.interactions(explanation, turner), changes=changes)
    example = replace(example_of(explanation, False), turn=Turn("Not", "bad", "Two negations cancel."))
    card = fooled_card(explanation, example, found)
    assert f"from {signed(credited - changes[turned])} to {signed(credited)}" in card
    assert ("It turns it round." in card) == (factor > 1)
    assert ("It does not turn it round." in card) == (factor < 1)
    assert f'data-place="{turner}" data-ink="changed"' in card
    assert "Two negations cancel." in card


def test_shipped_examples_ask_about_words_that_stand_in_them(explainer):
    examples = read_examples()
    asking = [example for example in examples if example.turn]
    assert {example.name for example in asking} == {"ironic", "negated"}
    for example in asking:
        found = explainer.read(Question(example.text, "bilstm"))
        assert place_of(found, example.turn.turner) is not None
        assert place_of(found, example.turn.turned) is not None
    assert len({example.text for example in examples}) == len({example.label for example in examples}) == len(examples)
    assert {example.meant for example in examples} == {"positive", "negative"}
