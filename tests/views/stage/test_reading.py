"""The review as running text: every token with its number, escaped."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest

from model.attribution.methods import METHODS
from model.reading.explanation import Question
from tests.views.harmless import NASTY
from views.stage import reading


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_text_of_a_person_never_becomes_markup(explainer, method):
    part = reading.reading(explainer.explain(Question(NASTY, "bilstm", method)), 0, "a")
    tags = set(re.findall(r"<\s*(\w+)", part))
    assert not tags & {"script"}
    assert "onerror" not in "".join(re.findall(r"<[^>]*>", re.sub(r'(aria-label|data-numbers)="[^"]*"', "", part)))
    assert not re.search(r"<img(?! src=\"data:image/png;base64,)", part)


def test_saliency_has_no_sign_and_so_no_sign_colour(explainer):
    picture = reading.reading(explainer.explain(Question("good film", "bilstm", "saliency")), 0, "a")
    assert not re.search(r"gs-pos|gs-neg|gs-up|gs-down|gs-scale-score", picture)
    assert "logits per unit" in picture


def test_every_token_stands_in_the_text_with_its_number(explanation):
    part = reading.reading(explanation, 0, "a")
    places = re.findall(r'data-place="(\d+)" data-tip="([^"]+)"', part)
    assert [int(place) for place, _ in places] == list(range(len(explanation.review.tokens)))
    assert [float(tip.split(" ")[0].replace("−", "-")) for _, tip in places] == pytest.approx(
        explanation.attribution.scores, abs=0.005
    )
    plain = html.unescape(re.sub(r"<[^>]+>", "", re.search(r'<p class="gs-text".*?</p>', part, re.DOTALL)[0]))
    assert plain == "Not a good film, but great!"


def test_only_the_strongest_token_is_in_the_tab_order(explanation):
    part = reading.reading(explanation, 0, "a")
    assert part.count('tabindex="0" data-place') == 1
    strongest = int(np.argmax(np.abs(explanation.attribution.scores)))
    assert f'tabindex="0" data-place="{strongest}"' in part


def test_unknown_words_are_marked(explainer):
    part = reading.reading(explainer.explain(Question("good flembic", "bilstm")), 0, "a")
    assert re.search(r'gs-unknown" role="button"[^>]*unknown word[^>]*><bdi>flembic', part)


def test_cut_is_shown_where_it_is(explainer):
    explanation = explainer.explain(Question("good " * 1_100, "bilstm", "input × gradient"))
    before, after = reading.reading(explanation, 0, "a").split("100 tokens left out")
    assert before.count("data-place") == 250
    assert after.count("data-place") == 750


@pytest.mark.parametrize("baseline", ["unknown word", "zero"])
def test_unknown_word_cannot_be_scored_where_unknown_words_take_its_place(explainer, baseline):
    explanation = explainer.explain(Question("A good flembic film", "bilstm", baseline=baseline))
    drawn = reading.reading(explanation, 0, "a")
    assert ("cannot be scored: unknown word" in drawn) == (baseline == "unknown word")
    assert ("· unknown word" in drawn) == (baseline == "zero")
