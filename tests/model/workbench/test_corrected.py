"""What corrected labels change: against the measures of a file that was labelled so from the start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sklearn_metrics

from model.tables.labels import NO_LABEL
from model.traits import LENGTH
from model.workbench.corrected import LEAST, correct
from model.workbench.note import UNCLEAR, Note
from model.workbench.overview import KnownMetrics, overview
from model.workbench.slices import find_slices
from tests.scored import made_scores, made_table, random_scored


def said(labels):
    return {row: Note(row, "", "", label, 1) for row, label in labels.items()}


def test_measures_afterwards_are_those_of_a_file_with_these_labels():
    table, scores = random_scored(300, 7)
    generator = np.random.default_rng(1)
    rows = generator.choice(300, 60, replace=False).tolist()
    notes = said({row: int(generator.choice([0, 1, UNCLEAR])) for row in rows})
    labels = table.labels.copy()
    for row, note in notes.items():
        labels[row] = NO_LABEL if note.label == UNCLEAR else note.label
    found, other = correct(table, scores, notes), replace(table, labels=labels)
    assert found.before.metrics == overview(table, scores).metrics
    assert found.after.metrics == overview(other, scores).metrics != found.before.metrics
    known = labels != NO_LABEL
    assert found.after.labelled == np.count_nonzero(known)
    assert found.after.metrics.roc_auc == pytest.approx(
        sklearn_metrics.roc_auc_score(labels[known], scores.logits[known])
    )
    assert {each.after.key: each.after for each in found.slices} == {
        each.key: each for each in find_slices(other, scores)
    }


def test_intervals_are_those_of_scipy():
    table, scores = random_scored(200, 2)
    found = correct(table, scores, {}).after
    positive, right = table.labels == 1, (scores.logits > 0) == (table.labels == 1)
    for share, chosen in (
        (found.accuracy, table.labels != NO_LABEL), (found.positive, positive), (found.negative, table.labels == 0),
    ):  # fmt: skip
        expected = stats.binomtest(int(right[chosen].sum()), int(chosen.sum())).proportion_ci(0.95, "wilson")
        assert (share.low, share.high) == pytest.approx(expected, abs=1e-9)


def test_without_notes_nothing_changes():
    table, scores = random_scored(200, 3)
    found = correct(table, scores, {0: Note(0, "irony", "so it is", NO_LABEL, 2)})
    assert found.before == found.after
    assert found.said.altering == 0
    assert found.tau == pytest.approx(1)
    assert not any(each.moved for each in found.slices)


def test_correcting_mistakes_alone_raises_the_accuracy_and_is_called_flattering():
    table, scores = made_table([1, 0, 0, 1]), made_scores([-1.0, 2.0, -2.0, 1.0])
    found = correct(table, scores, said({0: 0}))
    assert (found.before.accuracy.value, found.after.accuracy.value) == (0.5, 0.75)
    assert found.said.flattering
    found = correct(table, scores, said({0: 0, 2: 1}))  # a hit whose label is changed becomes a mistake
    assert found.after.accuracy.value == 0.5
    assert (found.said.changed_mistakes, found.said.changed_hits) == (1, 1)
    assert not found.said.flattering
    assert not correct(table, scores, said({0: 0, 2: 0})).said.flattering


def test_counts_of_what_was_said_by_hand():
    table = made_table([1, 0, 0, 1, NO_LABEL, NO_LABEL])
    scores = made_scores([-1.0, 2.0, -2.0, 1.0, 3.0, 3.0])
    found = correct(table, scores, said({0: 1, 1: 1, 2: UNCLEAR, 3: 1, 4: 1, 5: UNCLEAR})).said
    assert (found.kept_mistakes, found.kept_hits, found.changed_mistakes, found.changed_hits) == (1, 1, 1, 0)
    assert (found.unclear, found.given, found.altering) == (1, 1, 3)


def test_places_of_slices_before_and_after_by_hand():
    """Short reviews err in 6 of 12, long ones in 4 of 12; five corrected labels turn that round."""
    tokens = [5] * 12 + [300] * 12
    labels, logits = [1] * 24, [*[-1.0] * 6, *[1.0] * 6, *[-1.0] * 4, *[1.0] * 8]
    found = correct(made_table(labels), made_scores(logits, tokens=tokens), said(dict.fromkeys(range(5), 0)))
    by_length = [each for each in found.slices if each.before.dimension == LENGTH]
    assert [(each.place_before, each.place_after) for each in by_length] == [(2, 1), (1, 2)]
    assert [each.after.rate for each in by_length] == pytest.approx([4 / 12, 1 / 12])
    assert all(each.moved for each in by_length[1:])


def test_a_slice_of_two_rows_has_no_place():
    tokens = [5] * LEAST + [300] * 2
    found = correct(made_table([1] * 12), made_scores([1.0] * 11 + [-1.0], tokens=tokens), {})
    places = {each.before.rows: each.place_after for each in found.slices if each.before.dimension == LENGTH}
    assert places == {LEAST: 1, 2: None}
    assert found.slices[-1].place_after is None


@pytest.mark.parametrize("labels", [[], [NO_LABEL] * 2])
def test_a_file_without_labels_has_no_measures_until_some_are_given(labels):
    table, scores = made_table(labels), made_scores([1.0] * len(labels))
    found = correct(table, scores, {})
    assert found.before.metrics == KnownMetrics()
    assert found.before.accuracy is found.before.positive is None
    if labels:
        given = correct(table, scores, said({0: 1}))
        assert (given.said.given, given.after.accuracy.value, given.after.negative) == (1, 1.0, None)
        assert given.after.missing


def test_all_labels_unclear_leave_nothing():
    found = correct(made_table([1, 0]), made_scores([1.0, 1.0]), said({0: UNCLEAR, 1: UNCLEAR}))
    assert (found.after.labelled, found.after.accuracy, found.said.unclear) == (0, None, 2)
