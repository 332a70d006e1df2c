"""The stage: what it says is what the curve and the scores say."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from model.reading.explanation import Question
from model.recurrence.prefixes import PrefixCurve
from tests.views.harmless import NASTY
from views.stage.stage import moments, said_of, scores, stage

TEXT = "Not a good film, but great flembic!"


def curve_of(*probabilities: float) -> PrefixCurve:
    found = np.array(probabilities)
    return PrefixCurve(np.arange(1, len(found) + 1), np.log(found / (1 - found)), found)


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question(TEXT, "bilstm"))


def test_numbers_are_those_of_the_verdict_as_it_reads(explainer, explanation):
    curve = explainer.prefixes(explanation)
    found = moments(explanation, curve, "a")
    assert found["asked"] == "a"
    assert found["curve"] == pytest.approx(curve.probabilities.tolist(), abs=1e-4)
    assert len(found["said"]) == len(found["verdicts"]) == len(explanation.review.tokens)
    assert found["curve"][-1] == pytest.approx(explanation.prediction.probability, abs=2e-4)


def test_whole_verdict_stands_there_from_the_first(explanation):
    drawn = stage(explanation, 2, "a")
    assert f"<output>{explanation.prediction.probability:.2f}</output>" in drawn
    assert f'aria-valuemax="{len(explanation.review.tokens)}" aria-valuenow="3"' in drawn
    assert 'data-chosen="2" data-asked="a"' in drawn


def test_each_sentence_says_what_happened_and_of_which_reading_it_is(explanation):
    said = said_of(explanation, curve_of(0.2, 0.2, 0.4, 0.6, 0.9, 0.7, 0.699, 0.3))
    assert said[0].startswith("“Not” alone: the verdict so far is 0.20.")
    assert said[1].startswith("At “a” the verdict so far stays at 0.20.")
    assert said[2].startswith("At “good” the verdict so far rises from 0.20 to 0.40.")
    assert said[3].startswith("At “film” the verdict so far turns: from 0.40 to 0.60.")
    assert said[5].startswith("At “but” the verdict so far falls from 0.90 to 0.70.")
    assert said[6].startswith("At “great” the verdict so far stays at 0.70.")
    score = explanation.attribution.scores[2]
    assert said[2].endswith(f"In the whole review it is credited with {score:+.2f} logits.".replace("-", "−"))
    assert said[7].endswith("it cannot be scored.")


def test_verdict_so_far_is_worded_as_a_doubt_where_it_is_one(explanation):
    found = moments(explanation, curve_of(0.1, 0.45, 0.55, 0.9, 0.9, 0.9, 0.9, 0.9), "a")
    assert found["verdicts"][:4] == [
        "Negative",
        "In doubt, leaning negative",
        "In doubt, leaning positive",
        "Positive",
    ]


def test_a_beginning_that_was_not_read_is_said_to_be_in_between(explanation):
    curve = PrefixCurve(np.array([1, 8]), np.array([0.0, 1.0]), np.array([0.5, 0.73]))
    said = said_of(explanation, curve)
    assert said[3].startswith("The verdict so far is about 0.60 here")
    assert not said[0].startswith("The verdict so far is about")


@pytest.mark.parametrize(
    ("text", "direction"), [("good פילם", "ltr"), ("פילם good", "rtl"), ("… «فيلم»", "rtl"), ("1234!", "ltr")]
)
def test_words_stand_in_the_direction_of_the_first_letter(explainer, text, direction):
    assert f'class="gs-text" dir="{direction}"' in stage(explainer.read(Question(text, "bilstm")), 0, "a")


@pytest.mark.parametrize("text", ["good", "flembic wuzzy", "מעולה film", NASTY])
def test_any_review_has_a_stage(explainer, text):
    explanation = explainer.explain(Question(text, "bilstm"))
    assert not set(re.findall(r"<\s*(script|img|iframe)", stage(explanation, 0, "a")))
    found = json.loads(json.dumps(moments(explanation, explainer.prefixes(explanation), "a")))
    assert len(found["said"]) == len(found["curve"]) == len(explanation.review.tokens)


def test_review_of_unknown_words_alone_says_that_its_verdict_says_nothing(explainer):
    explanation = explainer.explain(Question("flembic wuzzy", "bilstm"))
    curve = explainer.prefixes(explanation)
    assert set(said_of(explanation, curve)) == {
        "The network knows none of these words: its verdict says nothing about them."
    }
    assert scores(explanation, curve, "a", None)["first"] == ""  # no word counts most where none counts
    known = explainer.explain(Question(TEXT, "bilstm"))
    assert "pulls hardest" in scores(known, explainer.prefixes(known), "a", None)["first"]


@pytest.mark.parametrize("probability", [0.2, 0.8])
def test_word_that_pulls_hardest_may_pull_against_the_verdict(explainer, explanation, probability):
    attribution = explanation.attribution
    prediction = replace(explanation.prediction, probability=probability, logit=np.log(probability / (1 - probability)))
    said = replace(explanation, prediction=prediction)
    first = scores(said, explainer.prefixes(explanation), "a", None)["first"]
    against = (attribution.scores[attribution.strongest] > 0) != (probability > 0.5)
    assert ("against the verdict" in first) == against
