"""The verdict and its checks: escaped, and saying what was computed."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from model.attribution.methods import METHODS
from model.reading.explanation import Question
from tests.views.harmless import NASTY
from views.stage import verdict


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_text_of_a_person_never_becomes_markup(explainer, method):
    part = verdict.verdict(explainer.explain(Question(NASTY, "bilstm", method)))
    tags = set(re.findall(r"<\s*(\w+)", part))
    assert not tags & {"script"}
    assert "onerror" not in "".join(re.findall(r"<[^>]*>", re.sub(r'(aria-label|data-numbers)="[^"]*"', "", part)))
    assert not re.search(r"<img(?! src=\"data:image/png;base64,)", part)


def test_unknown_words_are_counted_and_a_text_of_them_says_nothing(explainer):
    assert "1 unknown" in verdict.verdict(explainer.explain(Question("good flembic", "bilstm")))
    nothing = verdict.verdict(explainer.explain(Question("flembic", "bilstm")))
    assert "says nothing about the text" in nothing
    assert "<strong>No word known</strong>" in nothing


def test_one_token_is_one(explainer):
    assert "<li>1 token, all known</li>" in verdict.verdict(explainer.explain(Question("good", "bilstm")))


def test_cut_is_said(explainer):
    explanation = explainer.explain(Question("good " * 1_100, "bilstm", "input × gradient"))
    assert "first 250 and the last 750" in verdict.verdict(explanation)


def test_verdict_near_one_half_is_a_doubt(explanation):
    for logit, says in (
        (3, "Positive"),
        (0.1, "In doubt, leaning positive"),
        (0.01, "In doubt"),  # 0.50, which leans to neither side
        (-0.01, "In doubt"),
        (-0.1, "In doubt, leaning negative"),
        (-3, "Negative"),
    ):
        prediction = replace(explanation.prediction, logit=logit, probability=1 / (1 + np.exp(-logit)))
        assert f"<strong>{says}</strong>" in verdict.verdict(replace(explanation, prediction=prediction))


def test_completeness_is_said_as_it_is(explanation):
    attribution = explanation.attribution
    assert "✓ The words add up" in verdict.completeness(attribution)
    rough = replace(attribution, delta=0.5 * (attribution.logit - attribution.baseline_logit))
    assert "only roughly" in verdict.completeness(rough)
    assert f"({abs(rough.delta):.2g} logits off" in verdict.completeness(rough)
    assert "need not add up" in verdict.completeness(replace(attribution, delta=None))


def test_gates_that_differ_are_not_called_exact(explanation):
    assert "✓ Gates are exact" in verdict.verdict(explanation)
    gates = replace(explanation.gates, parity=0.01)
    assert "Gates are not exact" in verdict.verdict(replace(explanation, gates=gates))


def test_words_for_what_the_page_finds_itself_are_those_of_verdicts(explainer):
    def found(text, probability):
        words = verdict.verdict_words(explainer.read(Question(text, "bilstm")).review)
        return next(word for above, word in words if probability > above)

    for probability in (0.0, 0.2, 0.45, 0.5, 0.55, 0.8, 1.0):
        assert found("Not a good film", probability) == verdict.word_for(probability)
        assert found("Xqzt vrrk", probability) == verdict.NO_VERDICT
