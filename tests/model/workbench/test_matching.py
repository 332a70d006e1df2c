"""A matched control: same label, alike length, nobody twice, the same each time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.workbench.matching import TOKENS, TOLERANCE, match


def test_nearest_rows_of_the_same_label_by_hand():
    labels, lengths = np.array([1, 0, 1, 1, 0, 1, 1]), np.array([50, 80, 52, 300, 81, 49, 51])
    found = match(np.array([0, 1]), np.array([2, 3, 4, 5]), labels, lengths, np.random.default_rng(0))
    assert found.rows.tolist() == [0, 1]
    assert found.matches[0] == 5
    assert found.matches[1] == 4
    assert found.unmatched == 0


def test_a_row_without_one_alike_has_none():
    labels, lengths = np.array([1, 1, 0]), np.array([500, 100, 500])
    found = match(np.array([0]), np.array([1, 2]), labels, lengths, np.random.default_rng(0))
    assert (found.rows.tolist(), found.matches.tolist(), found.unmatched) == ([], [], 1)
    assert match(np.array([0]), np.array([], dtype=np.int64), labels, lengths, np.random.default_rng(0)).unmatched == 1


@given(st.integers(0, 10**6))
def test_matches_are_alike_and_nobody_is_taken_twice(seed):
    rng = np.random.default_rng(seed)
    labels, lengths = rng.integers(-1, 2, 60), rng.integers(1, 200, 60)
    rows, pool = np.arange(15), np.arange(15, 60)
    found = match(rows, pool, labels, lengths, np.random.default_rng(1))
    assert len(found.rows) + found.unmatched == 15
    assert len(set(found.matches.tolist())) == len(found.matches) == len(set(found.rows.tolist()))
    assert set(found.matches.tolist()) <= set(pool.tolist())
    assert (labels[found.rows] == labels[found.matches]).all()
    apart = np.abs(lengths[found.rows] - lengths[found.matches])
    assert (apart <= np.maximum(TOKENS, TOLERANCE * lengths[found.rows])).all()
    again = match(rows, pool, labels, lengths, np.random.default_rng(1))
    np.testing.assert_array_equal(found.matches, again.matches)
