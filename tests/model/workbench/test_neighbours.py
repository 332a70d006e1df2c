"""Nearest neighbours: by hand, and equal to a sort of all cosines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import ReviewError
from model.workbench import neighbours
from model.workbench.neighbours import nearest
from tests.scored import made_scores

STATES = [[1, 0], [0, 1], [2, 2], [-1, 0], [5, 0], [0, 0]]


def with_states(states):
    return replace(made_scores([0.0] * len(states)), states=np.array(states, dtype=np.float16))


def test_neighbours_of_six_rows_by_hand():
    found = nearest(with_states(STATES), 0, k=3)
    assert found.rows.tolist() == [4, 2, 1]
    assert found.similarities == pytest.approx([1, 2**-0.5, 0], abs=1e-6)


def test_the_row_itself_is_left_out_but_not_its_twin():
    assert nearest(with_states([[1, 2], [1, 2], [3, 1]]), 1).rows.tolist() == [0, 2]


def test_a_mask_restricts_the_neighbours():
    among = np.array([True, True, False, True, False, False])
    found = nearest(with_states(STATES), 0, k=8, among=among)
    assert found.rows.tolist() == [1, 3]
    assert among.tolist() == [True, True, False, True, False, False]  # left as it was


def test_a_state_of_zeros_is_like_nothing():
    found = nearest(with_states(STATES), 5)
    assert found.similarities.tolist() == [0] * 5
    assert found.rows.tolist() == [0, 1, 2, 3, 4]


def test_alone_there_are_no_neighbours():
    assert len(nearest(with_states([[1, 1]]), 0).rows) == 0


@pytest.mark.parametrize("row", [-1, 6])
def test_row_that_is_not_there_is_refused(row):
    with pytest.raises(ReviewError, match="no such row"):
        nearest(with_states(STATES), row)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.integers(0, 12), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_blocks_equal_a_sort_of_all_cosines(rows, k, block, seed):
    rng = np.random.default_rng(seed)
    states = rng.integers(-2, 3, (rows, 3)).astype(np.float16)  # many ties
    row = int(rng.integers(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "BLOCK", block)
        found = nearest(with_states(states), row, k)
    lengths = np.linalg.norm(states.astype(np.float64), axis=1)
    cosines = states.astype(np.float64) @ states[row] / np.maximum(lengths * lengths[row], 1e-9)
    expected = np.delete(cosines, row)
    assert found.similarities == pytest.approx(np.sort(expected)[::-1][:k], abs=1e-6)
    assert found.similarities == pytest.approx(cosines[found.rows], abs=1e-6)
    assert row not in found.rows
    assert len(set(found.rows.tolist())) == len(found.rows) == min(k, rows - 1)


def test_large_tables_equal_one_product():
    states = np.random.default_rng(3).normal(size=(3_000, 16)).astype(np.float16)
    found = nearest(with_states(states), 7, k=20)
    whole = states.astype(np.float64)
    whole /= np.linalg.norm(whole, axis=1, keepdims=True)
    expected = np.argsort(-(whole @ whole[7]))[1:21]
    assert found.rows.tolist() == expected.tolist()
