"""The table of words: its numbers, and what its buttons send."""

from __future__ import annotations

import numpy as np

from model.workbench.word_contrast import METHOD, WordContrast, WordOdds, WordScores
from tests.views.errors.pages import NASTY, sent, text_of
from views.errors.words import words_card


def test_words_carry_their_numbers_and_are_searched_for():
    odds = WordOdds(("not", NASTY), np.array([2, 3]), np.array([5, 1]), np.array([2, 0]), np.array([2.5, 1.0]))
    none = WordOdds((), *(np.empty(0, dtype=int),) * 3, np.empty(0))
    found = WordContrast(odds, none, 12, 40, "")
    attributed = WordScores(10, 12, np.array([0, 0, -3.0, 0]), np.array([0, 0, 4, 0]))
    part = words_card(found, attributed)
    assert sent(part) == [{"word": "not"}, {"word": NASTY}]
    assert "not +2.5 5 2 −3.00 −0.750" in text_of(part)
    assert f"Attribution: {METHOD.name}, summed over 10 of 12 mistakes, in logits." in text_of(part)
    assert "<img" not in part
    assert "nothing" in words_card(WordContrast(none, none, 0, 0, "There is nothing."), None)
