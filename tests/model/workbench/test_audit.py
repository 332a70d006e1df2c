"""Audits: which rows are drawn, what follows from what is said of them, and that it is right in the long run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from model.errors import ReviewError
from model.tables.labels import NO_LABEL
from model.workbench.audit import ONE_IN, draw, look
from model.workbench.audit_plan import MAX_SAMPLE, MAX_SEED
from model.workbench.note import UNCLEAR, Note
from model.workbench.overview import MISTAKES, outcomes
from tests.scored import made_scores, made_table, random_scored


def said(labels):
    return {row: Note(row, "", "", int(label), 1) for row, label in labels.items()}


def judged(table, rows, truth):
    """A person who goes through rows and finds the true label of each."""
    return said({row: truth[row] for row in rows})


@pytest.mark.parametrize("design", ["simple", "stratified"])
def test_only_labelled_rows_are_drawn_each_once_and_alike_for_a_seed(design):
    table, scores = random_scored(300, 1)
    plan = draw(table, scores, design, 100, 4)
    assert len(set(plan.rows)) == 100
    assert (table.labels[list(plan.rows)] != NO_LABEL).all()
    assert draw(table, scores, design, 100, 4) == plan
    assert draw(table, scores, design, 100, 5).rows != plan.rows


@pytest.mark.parametrize("design", ["simple", "stratified"])
def test_a_larger_sample_begins_with_the_smaller_one(design):
    table, scores = random_scored(300, 1)
    assert draw(table, scores, design, 90, 4).rows[:40] == draw(table, scores, design, 40, 4).rows
    everything = int((table.labels != NO_LABEL).sum())
    assert len(set(draw(table, scores, design, everything, 4).rows)) == everything


def test_each_fourth_of_a_stratified_sample_is_a_mistake_as_long_as_there_are_any():
    table, scores = random_scored(400, 2)
    wrong = np.isin(outcomes(table, scores), MISTAKES)
    drawn = wrong[list(draw(table, scores, "stratified", int((table.labels != NO_LABEL).sum()), 0).rows)]
    until = ONE_IN * int(wrong.sum())
    pattern = np.arange(len(drawn)) % ONE_IN == 0
    assert (drawn[: min(until, len(drawn))] == pattern[: min(until, len(drawn))]).mean() > 0.9
    assert drawn.sum() == wrong.sum()
    few = made_table([1] * 30)
    only = draw(few, made_scores([-1.0] + [1.0] * 29), "stratified", 12, 0)
    assert only.rows[0] == 0
    assert 0 not in only.rows[1:]


def test_a_simple_sample_has_each_row_equally_often():
    table, scores = made_table([1] * 20), made_scores([1.0] * 20)
    counts = np.bincount(np.concatenate([draw(table, scores, "simple", 5, seed).rows for seed in range(800)]))
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize(
    ("labels", "given", "sentence"),
    [
        ([NO_LABEL] * 3, ("simple", 1, 0), "No row has a label"),
        ([], ("simple", 1, 0), "No row has a label"),
        ([1, 0, NO_LABEL], ("simple", 3, 0), "2 labelled reviews: a sample cannot have more"),
        ([1, 0], ("simple", 0, 0), "1 to 2,000"),
        ([1, 0], ("simple", MAX_SAMPLE + 1, 0), "1 to 2,000"),
        ([1, 0], ("simple", 1, -1), "seed"),
        ([1, 0], ("simple", 1, MAX_SEED + 1), "seed"),
        ([1, 0], ("by mood", 1, 0), "simple or stratified"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(labels, given, sentence):
    with pytest.raises(ReviewError, match=sentence):
        draw(made_table(labels), made_scores([1.0] * len(labels)), *given)


def test_accuracy_after_an_audit_by_hand():
    """Eight hits, two mistakes; of four hits one label is wrong, of two mistakes one, so all mistakes were seen."""
    table = made_table([1] * 10)
    scores = made_scores([1.0] * 8 + [-1.0] * 2)
    plan = replace(draw(table, scores, "simple", 6, 0), rows=(0, 8, 1, 2, 9, 3))
    found = look(table, scores, plan, said({0: 1, 8: 0, 1: 0, 2: 1, 9: 1, 3: 1}))
    assert (found.hits.kept, found.hits.changed, found.mistakes.kept, found.mistakes.changed) == (3, 1, 1, 1)
    assert (found.gone, found.first) == (6, None)
    assert found.uncorrected.value == 0.8
    assert found.accuracy.value == pytest.approx(0.8 * 3 / 4 + 0.2 * 1 / 2)
    assert found.wrong_labels.value == pytest.approx(0.8 * 1 / 4 + 0.2 * 1 / 2)
    low, high = stats.binomtest(3, 4).proportion_ci(0.95, "wilson")
    assert (found.accuracy.low, found.accuracy.high) == pytest.approx((0.8 * low + 0.1, 0.8 * high + 0.1))
    assert found.plain.value == 4 / 6
    expected = stats.binomtest(4, 6).proportion_ci(0.95, "wilson")
    assert (found.plain.low, found.plain.high) == pytest.approx(expected)


def test_unclear_labels_count_nowhere():
    table, scores = made_table([1] * 10), made_scores([1.0] * 8 + [-1.0] * 2)
    plan = replace(draw(table, scores, "simple", 4, 0), rows=(0, 8, 1, 9))
    found = look(table, scores, plan, said({0: 1, 8: 0, 1: UNCLEAR, 9: 1}))
    assert (found.hits.unclear, found.hits.judged, found.gone) == (1, 1, 4)
    assert found.plain.value == pytest.approx(2 / 3)


def test_nothing_follows_before_a_hit_and_a_mistake_were_judged():
    table, scores = made_table([1] * 10), made_scores([1.0] * 8 + [-1.0] * 2)
    plan = replace(draw(table, scores, "simple", 3, 0), rows=(0, 1, 8))
    found = look(table, scores, plan, said({0: 1}))
    assert (found.accuracy, found.wrong_labels, found.first) == (None, None, 1)
    assert found.plain.value == 1
    assert look(table, scores, plan, said({0: UNCLEAR, 8: 0})).plain is None


def test_what_was_corrected_before_counts_only_where_the_audit_has_come():
    """Three mistakes were corrected beforehand: alone they would say that all labels of mistakes are wrong."""
    table, scores = made_table([1] * 20), made_scores([1.0] * 10 + [-1.0] * 10)
    plan = replace(draw(table, scores, "simple", 6, 0), rows=(0, 10, 11, 12, 13, 14))
    notes = said({11: 0, 12: 0, 13: 0, 0: 1})
    found = look(table, scores, plan, notes)
    assert (found.gone, found.first, found.mistakes.judged, found.accuracy) == (4, 10, 0, None)
    found = look(table, scores, plan, notes | said({10: 1}))
    assert (found.first, found.mistakes.changed, found.mistakes.kept) == (14, 3, 1)


def test_all_mistakes_gone_through_count_even_if_they_were_not_drawn():
    table, scores = made_table([1] * 10), made_scores([1.0] * 8 + [-1.0] * 2)
    plan = replace(draw(table, scores, "simple", 2, 0), rows=(0, 1))
    found = look(table, scores, plan, said({0: 1, 1: 1, 8: 0, 9: 1}))
    assert (found.mistakes.drawn, found.mistakes.judged) == (2, 2)
    assert found.accuracy.value == pytest.approx(0.8 + 0.1)


def test_a_file_gone_through_whole_is_counted_and_equals_the_corrected_accuracy():
    table, scores = random_scored(80, 6)
    truth = np.random.default_rng(0).integers(0, 2, 80)
    rows = np.flatnonzero(table.labels != NO_LABEL)
    plan = draw(table, scores, "stratified", len(rows), 1)
    found = look(table, scores, plan, judged(table, rows.tolist(), truth))
    right = ((scores.logits > 0) == (truth == 1))[rows]
    assert found.accuracy.counted
    assert found.accuracy.value == found.accuracy.low == found.accuracy.high == pytest.approx(right.mean())
    assert found.wrong_labels.value == pytest.approx((truth[rows] != table.labels[rows]).mean())


def test_one_class_and_no_mistake_are_audited_like_others():
    table, scores = made_table([1] * 12), made_scores([1.0] * 12)
    plan = draw(table, scores, "stratified", 4, 0)
    found = look(table, scores, plan, said(dict.fromkeys(plan.rows, 1)))
    assert (found.accuracy.value, found.mistakes.rows) == (1.0, 0)
    assert 0.4 < found.accuracy.low < 1


def test_a_sample_of_a_file_that_was_read_otherwise_is_said_not_to_fit():
    table, scores = random_scored(60, 1)
    plan = draw(table, scores, "simple", 10, 0)
    assert look(table, scores, plan, {}).fits
    labels = table.labels.copy()
    labels[plan.rows[0]] = NO_LABEL
    for labelled, given in ((plan.labelled, labels), (plan.labelled - 1, labels)):
        found = look(replace(table, labels=given), scores, replace(plan, labelled=labelled), said({plan.rows[1]: 1}))
        assert (found.fits, found.gone, found.accuracy) == (False, 0, None)
    assert not look(table, scores, replace(plan, rows=(99,)), {}).fits


@pytest.mark.parametrize("design", ["simple", "stratified"])
def test_estimates_are_right_on_average_and_their_intervals_hold(design):
    """A tenth of the labels is wrong, among hits as well: correcting mistakes alone says more than is true."""
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 2, 4_000)
    labels = np.where(generator.random(4_000) < 0.1, 1 - truth, truth)
    logits = np.where(generator.random(4_000) < 0.2, -1.0, 1.0) * np.where(truth == 1, 1, -1)
    table, scores = made_table(labels), made_scores(logits)
    accuracy = float(((logits > 0) == (truth == 1)).mean())
    found = []
    for seed in range(150):
        plan = draw(table, scores, design, 120, seed)
        found.append(look(table, scores, plan, judged(table, plan.rows, truth)).accuracy)
    assert np.mean([each.value for each in found]) == pytest.approx(accuracy, abs=0.006)
    assert np.mean([each.low <= accuracy <= each.high for each in found]) >= 0.9
    mistakes = judged(table, np.flatnonzero((logits > 0) != (labels == 1)).tolist(), truth)
    corrected = np.array([mistakes[row].label if row in mistakes else label for row, label in enumerate(labels)])
    assert ((logits > 0) == (corrected == 1)).mean() > accuracy + 0.015
