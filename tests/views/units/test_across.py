"""The card of one unit across reviews: escaped, its contexts and numbers are the atlas's, and nothing is claimed
without them.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from model.network import checkpoint
from model.reading import claims
from model.reading.across import make_atlas
from model.reading.concepts import CONCEPTS
from tests.views.harmless import NASTY, assert_harmless
from views.units.across import across_card, without_atlas

TEXTS = ("The film is good, not dull.", "A bad film!", "I and you")


@pytest.fixture(scope="module")
def made(checkpoints):
    return make_atlas(checkpoint.load("bilstm", checkpoints), TEXTS, "")


def with_concept(atlas, claimed):
    shape = (4, 5)
    tested = claims.Tested(
        CONCEPTS[0].name, np.full(shape, 0.84), np.full(shape, 0.81), np.full(shape, claimed), 20, 0.55, 0.71
    )
    return replace(atlas, tested=(tested,))


def test_each_context_stands_in_its_column_with_its_token_marked_and_its_value(made):
    card = across_card(made, 2, "backward", 3)
    columns = re.findall(r"<h3>(.*?)</h3><ul>(.*?)</ul>", card, re.DOTALL)
    assert [name for name, _ in columns] == ["highest", "in the middle", "lowest"]
    for (_, column), contexts in zip(columns, made.of(2, "backward", 3).contexts, strict=True):
        assert len(contexts) == len(TEXTS)
        rows = re.findall(r"<li><b>(.*?)</b><span>(.*?) ?<em>(.*?)</em> ?(.*?)</span></li>", column)
        for (value, before, token, after), each in zip(rows, contexts, strict=True):
            assert [*before.split(), token, *after.split()] == list(each.words)
            assert len(before.split()) == each.marked
            assert float(value.replace("−", "-")) == pytest.approx(each.value, abs=0.006)
    assert "2 ← unit 3 across reviews" in card
    assert "3 texts that come with the page" in card
    assert "It reads from the end" in card
    assert "It reads from the end" not in across_card(made, 2, "forward", 3)


def test_texts_never_become_markup(checkpoints):
    atlas = make_atlas(checkpoint.load("bilstm", checkpoints), [NASTY], "", source="<b>mine</b>.csv")
    for unit in range(5):
        card = across_card(atlas, 1, "forward", unit)
        assert_harmless(card)
        assert "1 text of &lt;b&gt;mine" in card
    assert_harmless(without_atlas(1, "forward", 0, NASTY))


def test_a_meaning_is_claimed_with_its_auc_and_that_of_random_units_beside_it(made):
    card = across_card(with_concept(made, True), 1, "forward", 0)
    assert "It tells" in card
    assert "“after a negation”" in card
    assert "AUC 0.81 on the half" in card
    assert "of 20 random units half are below 0.55, the best 5 % above 0.71" in card
    assert "No meaning is claimed" not in card


def test_what_does_not_hold_is_not_claimed_and_its_numbers_are_told_all_the_same(made):
    card = across_card(with_concept(made, False), 1, "forward", 0)
    assert "No meaning is claimed" in card
    assert "It tells" not in card
    assert "AUC 0.81 on the half" in card
    nothing = across_card(replace(made, tested=()), 1, "forward", 0)
    assert "No meaning is claimed:" in nothing
    assert "AUC" not in nothing


def test_without_an_atlas_a_sentence_says_so(made):
    assert "Nobody has looked yet" in without_atlas(1, "forward", 3)
    assert "1 → unit 3 across reviews" in without_atlas(1, "forward", 3)
    assert "is broken" in without_atlas(1, "forward", 3, "It is broken.")
