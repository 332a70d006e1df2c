"""The overview: counted by hand, and equal to `model.metrics` and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import metrics
from model.workbench.overview import OUTCOMES, KnownMetrics, Outcome, confidence, outcomes, overview
from tests.scored import made_scores, made_table, random_scored

LABELS = [1, 0, 0, 1, -1, 1]
LOGITS = [2.0, 1.0, -3.0, -0.5, 4.0, 0.0]


def test_outcome_of_each_row_by_hand():
    found = outcomes(made_table(LABELS), made_scores(LOGITS))
    assert found.dtype == np.int8
    assert [OUTCOMES[code] for code in found] == [
        "true positive", "false positive", "true negative", "false negative", "unlabelled", "false negative",
    ]  # fmt: skip


def test_counts_of_six_rows_by_hand():
    found = overview(made_table(LABELS), made_scores(LOGITS))
    assert (found.rows, found.labelled, found.positive, found.negative) == (6, 5, 3, 2)
    assert (found.predicted_positive, found.predicted_negative) == (3, 3)
    assert found.confusion.tolist() == [[1, 1], [2, 1]]
    assert found.metrics.accuracy == pytest.approx(2 / 5)
    assert found.missing == ""


def test_measures_equal_those_of_the_evaluation():
    table, scores = random_scored(400, seed=1)
    found = overview(table, scores)
    labelled = table.labels >= 0
    logits, labels = scores.logits[labelled], table.labels[labelled]
    expected = metrics.measure(logits, labels)
    for name in ("accuracy", "f1", "roc_auc", "log_loss", "ece"):
        assert getattr(found.metrics, name) == getattr(expected, name), name
    assert found.reliability == metrics.calibration_bins(logits.astype(np.float64), labels == 1)


def test_measures_equal_scikit_learns():
    sklearn = pytest.importorskip("sklearn.metrics")
    table, scores = random_scored(400, seed=2)
    found = overview(table, scores)
    labelled = table.labels >= 0
    labels, predicted = table.labels[labelled], scores.predicted[labelled]
    probabilities = scores.probabilities[labelled].astype(np.float64)
    assert found.metrics.accuracy == pytest.approx(sklearn.accuracy_score(labels, predicted))
    assert found.metrics.f1 == pytest.approx(sklearn.f1_score(labels, predicted))
    assert found.metrics.roc_auc == pytest.approx(sklearn.roc_auc_score(labels, probabilities))
    assert found.metrics.log_loss == pytest.approx(sklearn.log_loss(labels, probabilities), rel=1e-5)
    assert found.confusion.tolist() == sklearn.confusion_matrix(labels, predicted).tolist()


@pytest.mark.parametrize(("label", "side"), [(1, "positive"), (0, "negative")])
def test_one_class_has_what_does_not_compare_two(label, side):
    found = overview(made_table([label, label, -1]), made_scores([2.0, -1.0, 0.5]))
    assert found.missing == f"All labels are {side}: F1 and AUC need rows of both classes."
    assert (found.metrics.f1, found.metrics.roc_auc) == (None, None)
    assert found.metrics.accuracy == 0.5
    lost = [np.log1p(np.exp(-2)), np.log1p(np.exp(1))] if label else [np.log1p(np.exp(2)), np.log1p(np.exp(-1))]
    assert found.metrics.log_loss == pytest.approx(np.mean(lost))
    assert found.metrics.ece is not None
    assert found.confusion[label].tolist() == [1, 1]
    assert found.confusion.sum() == 2


@pytest.mark.parametrize("rows", [0, 3])
def test_without_labels_the_overview_says_what_is_needed(rows):
    found = overview(made_table([-1] * rows), made_scores([1.0, -2.0, 9.0][:rows]))
    assert found.metrics == KnownMetrics()
    assert "need rows with labels" in found.missing
    assert (found.rows, found.labelled, found.reliability) == (rows, 0, ())
    assert found.confusion.sum() == 0
    assert sum(each.unlabelled for each in found.histogram) == rows


def test_histogram_puts_confidences_at_their_bins_by_hand():
    logit = {p: np.log(p / (1 - p)) for p in (0.52, 0.57, 0.93)}
    table = made_table([1, 0, 0, 1, 1, -1])
    found = overview(table, made_scores([0.0, logit[0.52], -logit[0.57], -logit[0.93], 90.0, 90.0])).histogram
    assert [(each.low, each.high) for each in found][::9] == [(0.5, 0.55), (0.95, 1.0)]
    filled = {each.low: (each.hits, each.mistakes, each.unlabelled) for each in found}
    expected = {0.5: (0, 2, 0), 0.55: (1, 0, 0), 0.9: (0, 1, 0), 0.95: (1, 0, 1)}
    assert {low: counts for low, counts in filled.items() if any(counts)} == expected


def test_confidence_stays_within_its_bounds_for_any_logit():
    assert confidence(made_scores([0.0, -0.0, 1e30, -1e30])).tolist() == [0.5, 0.5, 1.0, 1.0]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.floats(-30, 30, width=32, allow_subnormal=False)), max_size=40)
)
def test_counts_add_up(rows):
    labels, logits = [label for label, _ in rows], [logit for _, logit in rows]
    table, scores = made_table(labels), made_scores(logits)
    found = overview(table, scores)
    assert found.positive + found.negative == found.labelled == found.confusion.sum()
    assert found.confusion.sum(axis=1).tolist() == [found.negative, found.positive]
    assert found.predicted_positive + found.predicted_negative == found.rows == len(rows)
    hits = sum(each.hits for each in found.histogram)
    assert hits == np.trace(found.confusion)
    assert hits + sum(each.mistakes for each in found.histogram) == found.labelled
    assert sum(each.count for each in found.reliability) == found.labelled
    codes = outcomes(table, scores)
    assert np.count_nonzero(codes == Outcome.FALSE_POSITIVE) == found.confusion[0, 1]
    assert np.count_nonzero(codes == Outcome.FALSE_NEGATIVE) == found.confusion[1, 0]
