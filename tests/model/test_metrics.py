"""Measures, by hand and by brute force."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.metrics import (
    Capability,
    Report,
    SentenceReport,
    Slice,
    calibration_bins,
    ece_by_chance,
    expected_calibration_error,
    fit_temperature,
    kendall_tau,
    log_loss,
    measure,
    roc_auc,
)
from model.network.checkpoint import CHECKPOINTS

LOGITS = np.array([2.0, -1.0, 0.5, -3.0, 1.0])
LABELS = np.array([1, 1, 0, 0, 1])


def test_measures_of_five_reviews_by_hand():
    found = measure(LOGITS, LABELS)
    assert found.accuracy == pytest.approx(3 / 5)
    assert found.f1 == pytest.approx(2 * 2 / (3 + 3))
    assert found.roc_auc == pytest.approx(5 / 6)
    by_hand = [math.log1p(math.exp(-2)), math.log1p(math.e), math.log1p(math.exp(0.5)), math.log1p(math.exp(-3)),
               math.log1p(math.exp(-1))]  # fmt: skip
    assert found.log_loss == pytest.approx(sum(by_hand) / 5)


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=30))
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs):
    scores = np.array([score for score, _ in pairs], dtype=float)
    positive = np.array([label for _, label in pairs])
    if not 0 < positive.sum() < len(positive):
        return
    won = [(a > b) + 0.5 * (a == b) for a in scores[positive] for b in scores[~positive]]
    assert roc_auc(scores, positive) == pytest.approx(sum(won) / len(won))


def test_calibration_error_of_two_bins_by_hand():
    sure, unsure = math.log(0.9 / 0.1), math.log(0.6 / 0.4)
    logits = np.array([sure] * 4 + [unsure] * 4)
    positive = np.array([True] * 3 + [False] + [True] * 2 + [False] * 2)
    bins = calibration_bins(logits, positive)
    assert [bin_.count for bin_ in bins] == [4, 4]
    assert expected_calibration_error(bins) == pytest.approx(0.5 * abs(0.75 - 0.9) + 0.5 * abs(0.5 - 0.6))


def test_temperature_undoes_a_scaling():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, 4_000)
    labels = rng.random(4_000) < 1 / (1 + np.exp(-logits))
    plain = fit_temperature(logits, labels)
    assert plain == pytest.approx(1, abs=0.1)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3 * plain, rel=1e-3)


def test_temperature_is_where_no_other_loses_less():
    temperature = fit_temperature(LOGITS, LABELS)
    losses = [log_loss(LOGITS / other, LABELS == 1) for other in np.linspace(0.06, 19, 2_000)]
    assert log_loss(LOGITS / temperature, LABELS == 1) <= min(losses) + 1e-6


def test_large_logits_do_not_overflow():
    assert log_loss(np.array([1e4, -1e4]), np.array([True, True])) == pytest.approx(5e3)


def test_calibration_error_by_chance_of_one_review_by_hand():
    confidence = 1 / (1 + np.exp(-1.5))  # right with it, or wrong
    expected = 2 * confidence * (1 - confidence)
    assert ece_by_chance(np.array([-1.5])) == pytest.approx(expected, abs=0.02)


def test_calibrated_logits_show_the_error_of_chance_which_falls_with_the_number_of_reviews():
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 2, 20_000)
    positive = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    few, many = ece_by_chance(logits[:200]), ece_by_chance(logits)
    assert many < few / 5
    assert expected_calibration_error(calibration_bins(logits, positive)) < 2 * many
    assert expected_calibration_error(calibration_bins(2 * logits, positive)) > 10 * ece_by_chance(2 * logits)


def test_one_class_only_is_refused():
    with pytest.raises(ValueError, match="both classes"):
        measure(LOGITS, np.ones(5))


def test_report_survives_json():
    report = Report(measure(LOGITS, LABELS), measure(-LOGITS, LABELS), 5, 0.1, calibration_bins(LOGITS, LABELS == 1))
    assert Report.from_json(json.loads(json.dumps(asdict(report)))) == report
    more = replace(
        report, slices=(Slice("tokens", "few", 5, 0.5, 0.1, 0.2, 0.3),), behaviour=(Capability("irony", 1, 3),)
    )
    more = replace(more, sentences=SentenceReport(4, 0.75, 0.1, (Capability("irony", 1, 3),), 2, 0.5, 0.2))
    assert Report.from_json(json.loads(json.dumps(asdict(more)))) == more


def test_report_written_before_there_were_slices_is_still_read():
    stored = json.loads((CHECKPOINTS / "bilstm-recipe" / "metrics.json").read_text())
    stored.pop("slices", None)
    stored.pop("behaviour", None)
    stored.pop("sentences", None)
    report = Report.from_json(stored)
    assert (report.slices, report.behaviour, report.sentences) == ((), (), None)
    assert report.reviews == 25_000


def test_capability_fails_where_less_than_70_percent_pass():
    assert Capability("irony", 1, 4).rate == 0.25
    assert Capability("irony", 69, 100).failing
    assert not Capability("irony", 70, 100).failing


def test_tau_of_four_by_hand():
    assert kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx((5 - 1) / 6)
    assert kendall_tau([1, 2, 3, 4], [9, 7, 5, 3]) == -1
    assert kendall_tau([1, 1, 2], [1, 2, 3]) == pytest.approx(2 / math.sqrt(2 * 3))


def test_tau_is_0_where_nothing_is_ranked():
    assert kendall_tau([1, 1, 1], [1, 2, 3]) == 0
    assert kendall_tau([1], [2]) == kendall_tau([], []) == 0


@settings(deadline=None)  # importing scipy takes a while
@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=2, max_size=40))
def test_tau_equals_scipys(pairs):
    stats = pytest.importorskip("scipy.stats")
    first, second = zip(*pairs, strict=True)
    if len(set(first)) > 1 and len(set(second)) > 1:
        assert kendall_tau(first, second) == pytest.approx(stats.kendalltau(first, second).statistic, abs=1e-12)
