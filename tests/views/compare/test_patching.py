"""Which reader carries the difference: every number of the card is one of the two patched readings."""

from __future__ import annotations

import base64
import csv
import io
import re
from dataclasses import replace

import pytest

from model.errors import ReviewError
from model.reading.explanation import Question
from tests.views.blocks import on_a_page
from tests.views.harmless import NASTY
from views.compare.patching import PRINTED, patching_card
from views.compare.tab import CompareTab, CompareValues
from views.drawing.numbers import difference, signed

LEFT, RIGHT = "the film is dull , but it is good", "the film is great , but it is good"


@pytest.fixture
def sides(explainer):
    return [explainer.read(Question(text, "bilstm")) for text in (LEFT, RIGHT)]


@pytest.fixture
def both(explainer, sides):
    return [explainer.patched(*sides), explainer.patched(*sides[::-1])]


def test_squares_and_sentences_show_what_each_state_does(sides, both):
    card, printed = patching_card(*sides, *both), 0
    for patched in both:
        assert f"{difference(patched.logit, patched.other)} can come over" in card
        for reader in patched.readers:
            for effect in (*patched.effects(reader), reader.whole - patched.logit):
                strong = abs(effect) >= PRINTED * abs(patched.difference)
                assert (f">{signed(effect)}</span>" in card) or not strong
                printed += strong
    assert printed == card.count('">+') + card.count('">−') + card.count('">0.00')
    assert printed > 8
    labels = re.findall(r'aria-label="([^"]*)"', card)
    assert sum("“\u2068dull\u2069” → “\u2068great\u2069” (token 4)" in label for label in labels) == 1
    assert sum("“\u2068great\u2069” → “\u2068dull\u2069” (token 4)" in label for label in labels) == 1


def test_csv_has_every_effect_of_both_ways(sides, both):
    card = patching_card(*sides, *both)
    text = base64.b64decode(re.search(r'base64,([^"]+)"', card).group(1)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["token.B"] for row in rows] == RIGHT.split()
    for way, patched in zip(("B.into.A", "A.into.B"), both, strict=True):
        for reader in patched.readers:
            told = [float(row[f"layer{reader.layer}.{reader.direction}.{way}"]) for row in rows]
            assert told == pytest.approx(patched.effects(reader).tolist(), abs=1e-6)


def test_the_same_verdict_twice_leaves_nothing_to_carry(explainer, sides):
    same = explainer.patched(sides[0], sides[0])
    card = patching_card(sides[0], sides[0], same, same)
    assert "no difference to carry over" in card
    assert "gs-patches" not in card


def test_text_of_a_person_never_becomes_markup(sides, both):
    nasty = []
    for side in sides:
        review = side.prediction.review
        tokens = tuple(replace(token, text=NASTY) for token in review.tokens)
        nasty.append(replace(side, prediction=replace(side.prediction, review=replace(review, tokens=tokens))))
    card = patching_card(*nasty, *both)
    assert "<script" not in card
    assert "<img" not in card


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((LEFT, f"{RIGHT} .", "bilstm", "bilstm"), "A has 9 and B has 10"),
        ((LEFT, RIGHT, "bilstm", "rnn"), "within one network only"),
        (("good " * 129, "dull " * 129, "bilstm", "bilstm"), "at most 128 tokens; these have 129"),
    ],
)
def test_what_cannot_be_swapped_is_said_in_a_sentence(explainer, values, said):
    left, right = (explainer.read(Question(*asked)) for asked in zip(values[:2], values[2:], strict=True))
    with pytest.raises(ReviewError, match=said):
        explainer.patched(left, right)
    tab = on_a_page(lambda: CompareTab(explainer))
    assert said in tab._patch(CompareValues(*values, 1, "forward", "f"))
