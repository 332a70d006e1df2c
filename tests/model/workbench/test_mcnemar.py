"""Paired verdicts: counted by hand, and each interval and test against a library's."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from model.tables.labels import NO_LABEL
from model.workbench.mcnemar import Change, Interval, apart, changes, exact_test, paired, paired_of, tango
from model.workbench.slices import corrected, wilson
from tests.conftest import ROOT

COUNTS = st.integers(0, 60)


def test_what_became_of_each_row_by_hand():
    labels = np.array([1, 0, 1, 0, 1, 0, NO_LABEL, NO_LABEL])
    before = np.array([False, True, True, False, False, False, True, True])
    after = np.array([True, False, False, True, False, False, True, False])
    assert [Change(each).name for each in changes(labels, before, after)] == [
        "FIXED", "FIXED", "BROKEN", "BROKEN", "BOTH_WRONG", "BOTH_RIGHT", "ALIKE", "DIFFER",
    ]  # fmt: skip
    found = paired(changes(labels, before, after))
    assert (found.fixed, found.broken, found.both_wrong, found.both_right, found.rows) == (2, 2, 1, 1, 6)
    assert (found.before, found.after, found.net.difference, found.p) == (0.5, 0.5, 0, 1)


def test_numbers_by_hand():
    found = paired_of(5, 1, 2, 12)
    assert (found.before, found.after) == (13 / 20, 17 / 20)
    assert found.net.difference == pytest.approx(0.2)
    assert found.p == pytest.approx(2 * (1 + 6) / 2**6)  # 6 coins, one side at most once


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS)
def test_exact_test_equals_statsmodels(fixed, broken):
    expected = mcnemar([[3, broken], [fixed, 4]], exact=True).pvalue if fixed + broken else 1.0
    assert exact_test(fixed, broken) == pytest.approx(min(expected, 1.0), abs=1e-12)


def test_interval_and_test_equal_those_of_the_r_package_contingencytables():
    """Complete response before and after consolidation therapy (Cavo et al. 2012), as the package prints them."""
    found = tango(6, 16, 59 + 6 + 16 + 80)
    assert (round(found.difference, 4), round(found.low, 4), round(found.high, 4)) == (-0.0621, -0.1240, -0.0054)
    assert round(exact_test(6, 16), 6) == 0.052479


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, st.integers(1, 400))
def test_interval_holds_zero_where_the_test_that_it_inverts_says_that_it_may(fixed, broken, others):
    found = tango(fixed, broken, fixed + broken + others)
    if fixed + broken:
        p = mcnemar([[0, broken], [fixed, others]], exact=False, correction=False).pvalue
        if abs(p - 0.05) > 1e-9:
            assert (found.low <= 0 <= found.high) == (p > 0.05)
    assert -1 <= found.low <= found.difference <= found.high <= 1


def test_a_limit_is_where_a_likelihood_search_says_that_the_score_test_turns():
    """The same statistic, its likeliest chance found by trying all of them instead of by a formula."""
    fixed, broken, rows = 9, 4, 50
    limits = tango(fixed, broken, rows)
    for delta in (limits.low, limits.high):
        broke = np.linspace(max(0, -delta), (1 - delta) / 2, 400_001)[1:-1]
        fixes = broke + delta
        likelihood = fixed * np.log(fixes) + broken * np.log(broke) + (rows - 13) * np.log(1 - fixes - broke)
        best = broke[np.argmax(likelihood)]
        deviation = (rows * (2 * best + delta - delta**2)) ** 0.5
        assert abs(fixed - broken - rows * delta) / deviation == pytest.approx(stats.norm.ppf(0.975), abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, COUNTS)
def test_the_two_readings_can_change_places(fixed, broken, others):
    rows = fixed + broken + others + 1
    one, other = tango(fixed, broken, rows), tango(broken, fixed, rows)
    assert (one.difference, one.low, one.high) == pytest.approx((-other.difference, -other.high, -other.low), abs=1e-9)


def test_interval_holds_what_is_true_about_as_often_as_it_says():
    """Counted over all outcomes of 30 rows of which 15 % are fixed and 5 % broken."""
    chances = (0.15, 0.05, 0.8)
    held = 0.0
    for fixed, broken in itertools.product(range(31), repeat=2):
        if fixed + broken <= 30:
            found = tango(fixed, broken, 30)
            chance = stats.multinomial.pmf([fixed, broken, 30 - fixed - broken], 30, chances)
            held += chance * (found.low <= 0.1 <= found.high)
    assert 0.93 <= held <= 0.97


def test_two_rows_and_none_have_what_can_be_had():
    assert paired_of(1, 0, 0, 1).net.low < 0 < paired_of(1, 0, 0, 1).net.high
    assert paired_of(0, 0, 0, 2).net.low < 0 < paired_of(0, 0, 0, 2).net.high
    assert paired_of(2, 0, 0, 0).net.high == 1
    assert paired_of(0, 2, 0, 0).net.low == -1
    nothing = paired_of(0, 0, 0, 0)
    assert {nothing.before, nothing.after, nothing.net, nothing.p} == {None}


@pytest.mark.parametrize(("one", "other"), [((9, 40), (3, 50)), ((1, 5), (4, 6)), ((70, 100), (0, 80))])
def test_two_groups_are_compared_as_statsmodels_does_from_wilsons_intervals(one, other):
    intervals = [Interval(hits / rows, *wilson(hits, rows)) for hits, rows in (one, other)]
    found = apart(*intervals)
    expected = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert found.difference == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert (found.low, found.high) == pytest.approx(expected)


def test_q_equals_statsmodels_and_leaves_out_what_there_is_not():
    values = [0.01, 0.2, 0.03, 0.04, 0.9]
    expected = multipletests(values, method="fdr_bh")[1].tolist()
    assert corrected([None, *values, None]) == [None, *(pytest.approx(each) for each in expected), None]
    assert corrected([None]) == [None]


def test_nothing_heavy_is_loaded_before_it_is_asked():
    check = "import sys, model.workbench.versus; assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)
