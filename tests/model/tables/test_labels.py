"""What words and numbers mean as labels, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.tables.labels import labels_from_numbers
from model.tables.table import read_table

WORDS = [("pos", "neg"), ("Positive", " NEGATIVE "), ("true", "False"), ("LABEL_1", "label_0"), ("1", "0")]


@pytest.mark.parametrize("words", [*WORDS, ("1.0", "0.0"), ("1", "-1"), ("5 stars", "1 star"), ("10", "4")])
def test_words_and_numbers_are_labels(write, words):
    table = read_table(write("a.csv", "text,label\n" + "".join(f"film,{word}\n" for word in words)))
    assert table.labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([0, 1, math.nan], [0, 1, -1]),
        ([1, 1], [1, 1]),
        ([0, 0], [0, 0]),
        ([-1, 1], [0, 1]),
        ([-1, 0, 1], [-1, 0, 1]),
        ([-1, -1], [-1, -1]),
        ([0] * 10 + [1] * 10 + [7, 0.5], [0] * 10 + [1] * 10 + [-2, -2]),
        ([-1] * 10 + [1] * 10 + [3], [0] * 10 + [1] * 10 + [-2]),
        ([1, 2, 3, 4, 5, 3.5], [0, 0, -1, 1, 1, -1]),
        ([0, 2, 5], [0, 0, 1]),
        ([1, 4, 5, 6, 7, 10, 11, -1], [0, 0, -1, -1, 1, 1, -2, -2]),
        ([0, 1, 2], [0, -1, 1]),
        ([0, 1, 2, 3, 4], [0, 0, -1, 1, 1]),
        ([0, 4], [0, 1]),
        ([17, 170], [-2, -2]),
        ([math.nan], [-1]),
        ([], []),
    ],
)
def test_column_says_what_its_numbers_mean(numbers, labels):
    assert labels_from_numbers(np.array(numbers, dtype=float)).tolist() == labels
