"""Words and phrases at which a network errs: a planted one is found, chance is not, and numbers are scipy's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from model.workbench.phrases import FOUND, SUPPORT, find_phrases, rows_with
from tests.scored import made_scores, made_table, random_scored

VOCABULARY = [f"w{number}" for number in range(40)]


def planted(rows=600, seed=2):
    """Reviews of random words; the network errs where "w7 w8 w9" stands in this order, and seldom elsewhere."""
    rng = np.random.default_rng(seed)
    reviews = [rng.integers(2, 40, 20) for _ in range(rows)]
    trap = rng.random(rows) < 0.15
    for row in np.flatnonzero(trap):
        reviews[row][4:7] = [7, 8, 9]
    labels = rng.integers(0, 2, rows)
    wrong = rng.random(rows) < np.where(trap, 0.8, 0.05)
    logits = np.where((labels == 1) ^ wrong, 1.0, -1.0)
    return made_table(labels), made_scores(logits, [each.tolist() for each in reviews]), trap


def test_a_planted_phrase_is_found_and_tested_on_rows_that_had_no_say():
    table, scores, trap = planted()
    found = find_phrases(VOCABULARY, table, scores)
    assert ("w7", "w8", "w9") in [each.words for each in found if each.stands_out]
    each = next(each for each in found if each.ids == (7, 8, 9))
    holding = rows_with(scores, (7, 8, 9))
    assert set(np.flatnonzero(trap)) <= set(holding.tolist())
    assert each.found + each.rows == len(holding)
    wrong = scores.predicted != (table.labels == 1)
    assert each.found_errors + each.errors == wrong[holding].sum()
    assert each.rate == each.errors / each.rows
    interval = stats.binomtest(each.errors, each.rows).proportion_ci(method="wilson")
    assert (each.low, each.high) == pytest.approx((interval.low, interval.high))
    outside = len(table.texts) - len(table.texts) // 2 - each.rows
    missed = round(each.rest_rate * outside)
    square = [[each.errors, each.rows - each.errors], [missed, outside - missed]]
    assert each.p == pytest.approx(stats.fisher_exact(square, alternative="greater").pvalue, rel=1e-6)
    assert [one.q for one in found] == pytest.approx(stats.false_discovery_control([one.p for one in found]))
    assert len(found) <= FOUND


def test_chance_alone_seldom_stands_out():
    alarms = sum(
        any(each.stands_out for each in find_phrases(VOCABULARY, *random_scored(400, seed))) for seed in range(30)
    )
    assert alarms <= 3


def test_without_labels_or_support_there_is_nothing():
    table, scores, _ = planted(60)
    assert find_phrases(VOCABULARY, replace(table, labels=np.full(60, -1, dtype=np.int8)), scores) == ()
    assert find_phrases(VOCABULARY, *random_scored(SUPPORT - 1, 3)) == ()


def test_a_phrase_neither_crosses_reviews_nor_holds_unknown_words():
    reviews = [[5, 6], [7, 5], [6, 7], [5, 0, 6], [5, 6, 7]]
    scores = made_scores([1.0] * 5, reviews)
    assert rows_with(scores, (5, 6)).tolist() == [0, 4]
    assert rows_with(scores, (6, 7)).tolist() == [2, 4]
    assert rows_with(scores, (7, 5)).tolist() == [1]
    assert rows_with(scores, (5,)).tolist() == [0, 1, 3, 4]
    assert rows_with(scores, (5, 6, 7)).tolist() == [4]
    assert rows_with(scores, (39,)).tolist() == []
