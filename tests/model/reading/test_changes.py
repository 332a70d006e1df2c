"""What of a comparison is worth a look, by hand and against the comparison itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reading.changes import (
    AROUND,
    SHORTEST,
    Stretch,
    away_from,
    gate_change,
    largest,
    method_error,
    quiet_pairs,
    shares,
    stretches,
)
from model.reading.comparison import compare


def test_largest_changes_come_first_and_of_equals_the_first():
    assert largest(np.array([0.1, -2.0, 2.0, 0.5]), 3) == [1, 2, 3]
    assert largest(np.array([0.1]), 3) == [0]


@given(st.lists(st.booleans(), max_size=40))
def test_stretches_are_the_runs_of_true(marked):
    array = np.array(marked, dtype=bool)
    again = np.zeros(len(array), dtype=bool)
    found = list(stretches(array))
    for stretch in found:
        assert stretch.length > 0
        again[stretch.start : stretch.end] = True
    assert (again == array).all()
    assert all(before.end < after.start for before, after in itertools.pairwise(found))


def test_stretches_by_hand():
    assert list(stretches(np.array([True, True, False, True]))) == [Stretch(0, 2), Stretch(3, 4)]


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_what_is_quiet_is_far_from_what_is_loud_and_in_long_runs(marked):
    loud = np.array(marked, dtype=bool)
    quiet = away_from(loud)
    for place in np.flatnonzero(quiet):
        assert not loud[max(0, place - AROUND) : place + AROUND + 1].any()
    assert all(stretch.length >= SHORTEST for stretch in stretches(quiet))


def test_quiet_pairs_stayed_and_hardly_changed(ask):
    text = "the film is good and the film is dull . " * 6
    compared = compare(ask(text), ask(text + "great"))
    gate = gate_change(compared, "f", 1, "forward")
    quiet = quiet_pairs(compared, 1.0, gate, 0.5)
    assert quiet.any()
    assert compared.same[quiet].all()
    assert (np.abs(compared.shift[quiet]) < 0.05).all()
    assert (gate.size[quiet] < 0.05).all()
    assert not quiet_pairs(compared, 1e-9)[np.abs(compared.shift) > 1e-9].any()


def test_gate_change_is_that_of_the_comparison(ask):
    compared = compare(ask("The film is good"), ask("The film is not good"))
    gate = gate_change(compared, "c", 2, "backward")
    assert (gate.symbol, gate.layer, gate.direction) == ("c", 2, "backward")
    np.testing.assert_array_equal(gate.change, compared.change("c", 2, "backward"))
    np.testing.assert_array_equal(gate.distance, compared.distance("c", 2, "backward"))
    assert gate.farthest == int(np.nanargmax(gate.distance))
    assert gate_change(compared, "c", 3, "backward") is None


def test_plain_rnn_has_the_hidden_state_alone(ask):
    gate = gate_change(compare(ask("good film"), ask("good film", "rnn")), "f", 1, "forward")
    assert gate.symbol == "h"
    assert gate.farthest is None


def test_nothing_moved_in_the_same_review(ask):
    gate = gate_change(compare(ask("good film"), ask("good film")), "f", 1, "forward")
    assert gate.farthest is None
    np.testing.assert_array_equal(gate.size, np.zeros(2))


def test_tokens_baselines_and_error_add_up_to_the_change_of_the_logit(ask):
    compared = compare(ask("The film is good"), ask("The film is not good"))
    parts = float(compared.shift.sum()) + compared.baseline_change + method_error(compared)
    assert parts == pytest.approx(compared.logit_change, abs=1e-9)
    assert method_error(compare(ask("good", "bilstm", "saliency"), ask("bad", "bilstm", "saliency"))) is None


def test_shares_add_up_to_the_shift(ask):
    compared = compare(ask("The film is good"), ask("The film is not good"))
    found = shares(compared)
    assert found.differing + found.staying == pytest.approx(float(compared.shift.sum()), abs=1e-9)
    assert shares(compare(ask("good"), ask("bad"))) is None
    assert shares(compare(ask("good"), ask("good"))) is None
