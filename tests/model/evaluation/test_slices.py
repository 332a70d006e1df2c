"""Slices of the test split, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from model.evaluation.slices import measure_slices, traits
from model.metrics import calibration_bins, expected_calibration_error
from model.training.data import PreparedData, Split
from model.traits import LENGTH, NEGATION, UNKNOWN_WORDS
from tests.made import made_data

VOCABULARY = ("film", "not", "good", "n't", "rare")  # ids 2 to 6; a network of size 6 does not know "rare"
FILM, NOT, GOOD, NT, RARE = range(2, 7)


def prepared(reviews, labels):
    return PreparedData(
        ids=np.concatenate(reviews).astype(np.uint16),
        offsets=np.cumsum([0, *map(len, reviews)]),
        labels=np.array(labels, dtype=np.int8),
        splits=np.full(len(reviews), Split.TEST, dtype=np.int8),
        ratings=np.zeros(len(reviews), dtype=np.uint8),
        vocabulary=VOCABULARY,
    )


FEW = prepared(
    [[FILM] * 100, [NOT, NT] + [GOOD] * 98, [RARE] * 5 + [0] * 5 + [FILM] * 91, [NOT] + [FILM] * 1_000], [1, 0, 1, 0]
)
ROWS = np.arange(4)


def test_negation_and_unknown_words_are_counted_per_100_tokens_of_the_whole_review():
    found = traits(FEW, ROWS, vocabulary_size=6)
    assert found[LENGTH].tolist() == [100, 100, 101, 1_001]
    assert found[NEGATION].tolist() == [0, 2, 0, pytest.approx(100 / 1_001)]
    assert found[UNKNOWN_WORDS].tolist() == [0, 0, pytest.approx(1_000 / 101), 0]


def test_what_is_unknown_depends_on_the_size_of_the_networks_vocabulary():
    assert traits(FEW, ROWS, vocabulary_size=7)[UNKNOWN_WORDS][2] == pytest.approx(500 / 101)


def test_slices_of_four_reviews_by_hand():
    logits = np.array([1.0, 2.0, 3.0, -4.0])  # right, wrong, right, right
    found = {(each.kind, each.name): each for each in measure_slices(FEW, ROWS, 6, logits, temperature=2.0)}
    reviews = {key: (each.reviews, each.accuracy) for key, each in found.items()}
    assert reviews == {
        (LENGTH, "up to 100"): (2, 0.5),
        (LENGTH, "101 to 200"): (1, 1.0),
        (LENGTH, "over 1,000 (cut)"): (1, 1.0),
        (NEGATION, "none"): (2, 1.0),
        (NEGATION, "up to 1"): (1, 1.0),
        (NEGATION, "over 1, up to 2"): (1, 0.0),
        (UNKNOWN_WORDS, "up to 2 %"): (3, pytest.approx(2 / 3)),
        (UNKNOWN_WORDS, "over 5 %, up to 10 %"): (1, 1.0),
    }
    alone = found[LENGTH, "101 to 200"]
    assert alone.ece == pytest.approx(1 - 1 / (1 + np.exp(-1.5)))
    assert alone.uncalibrated_ece == pytest.approx(1 - 1 / (1 + np.exp(-3.0)))


def test_each_kind_of_slices_holds_every_review_once():
    data = made_data()
    rows = data.rows(Split.TEST)
    logits = np.linspace(-3, 3, len(rows))
    found = measure_slices(data, rows, 20, logits, temperature=1.5)
    positive = data.labels[rows] == 1
    for kind in (LENGTH, NEGATION, UNKNOWN_WORDS):
        members = [each for each in found if each.kind == kind]
        assert sum(each.reviews for each in members) == len(rows)
        right = sum(each.reviews * each.accuracy for each in members)
        assert right == pytest.approx(np.count_nonzero((logits > 0) == positive))
    whole = next(each for each in found if each.kind == LENGTH)  # all are short
    assert whole.ece == expected_calibration_error(calibration_bins(logits / 1.5, positive))
