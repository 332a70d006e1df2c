"""Claims about units: the AUC is that of reviews which the unit was not chosen by, beside random units'."""

from __future__ import annotations

import numpy as np
import pytest

from model.metrics import roc_auc
from model.reading import claims
from model.reading.claims import CHOSEN, LEAST, RANDOM, check_concept
from model.reading.concepts import Concept

REVIEWS = [["yes", "no", "yes", "skip", "no", "no"] for _ in range(40)]
SAYS = {"yes": 1, "no": 0, "skip": -1}
LABELS = np.array([SAYS[word] for words in REVIEWS for word in words])
CONCEPT = Concept("made", "a rule", lambda words, direction: np.array([SAYS[word] for word in words], dtype=np.int8))


def made(units: int = 200, seed: int = 0) -> np.ndarray:
    """Noise, but for unit 3, which is the concept, and unit 5, which is the opposite with some noise."""
    rng = np.random.default_rng(seed)
    memory = rng.normal(size=(len(LABELS), units))
    memory[:, 3] = LABELS
    memory[:, 5] = 0.5 * memory[:, 5] - LABELS
    return memory


def test_unit_that_is_the_concept_is_claimed_and_one_that_is_its_opposite_is_turned():
    found = check_concept(CONCEPT, REVIEWS, ["forward"], [made()], 1)
    assert found.first_half[0, 3] == found.held_out[0, 3] == 1
    assert found.held_out[0, 5] > 0.85
    assert found.claimed[0].nonzero()[0].tolist() == [3, 5]
    assert (found.first_half >= 0.5).all()
    assert found.random_count == RANDOM
    assert 0.4 < found.random_median < 0.6 < LEAST
    assert found.random_median < found.random_high < 0.75


def test_a_unit_that_only_fits_the_half_that_it_was_chosen_by_is_not_claimed():
    memory = np.random.default_rng(0).normal(size=(len(LABELS), 200))
    first = np.repeat(np.random.default_rng(1).permutation(len(REVIEWS)) % 2 == 0, 6)
    memory[first, 7] = LABELS[first]
    found = check_concept(CONCEPT, REVIEWS, ["forward"], [memory], 1)
    assert found.first_half[0].argmax() == 7
    assert found.first_half[0, 7] == 1
    assert found.held_out[0, 7] < 0.7
    assert not found.claimed.any()


def test_auc_of_each_half_is_that_of_its_counted_tokens():
    memory = made(10)
    found = check_concept(CONCEPT, REVIEWS, ["backward"], [memory], 4)
    first = np.repeat(np.random.default_rng(4).permutation(len(REVIEWS)) % 2 == 0, 6)
    for unit in range(10):
        on_first, held_out = (
            roc_auc(memory[half & (LABELS >= 0), unit], LABELS[half & (LABELS >= 0)] == 1) for half in (first, ~first)
        )
        turned = on_first < 0.5
        assert found.first_half[0, unit] == pytest.approx(1 - on_first if turned else on_first)
        assert found.held_out[0, unit] == pytest.approx(1 - held_out if turned else held_out)


def test_few_units_are_all_drawn_and_no_more_are_claimed_than_were_chosen(monkeypatch):
    found = check_concept(CONCEPT, REVIEWS, ["forward", "backward"], [made(6), made(6, 1)], 1)
    assert found.random_count == 12
    assert found.held_out.shape == found.claimed.shape == (2, 6)
    monkeypatch.setattr(claims, "LEAST", 0.0)
    monkeypatch.setattr(claims, "HIGH", 0.0)
    assert check_concept(CONCEPT, REVIEWS, ["forward"], [made()], 1).claimed.sum() <= CHOSEN


def test_without_labels_of_both_kinds_in_both_halves_nothing_is_tested():
    assert check_concept(CONCEPT, [["yes", "yes"]] * 9, ["forward"], [np.zeros((18, 2))], 1) is None
    assert check_concept(CONCEPT, [["yes", "no"]], ["forward"], [np.zeros((2, 2))], 1) is None
