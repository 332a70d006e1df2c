"""Intervals against scipy's and statsmodels', against a published example, and by drawing samples."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from model.workbench.intervals import Part, Share, share, weighted

COUNTS = [(0, 1), (1, 1), (0, 30), (1, 30), (29, 30), (30, 30), (7, 11), (480, 500)]


@pytest.mark.parametrize(("hits", "trials"), COUNTS)
def test_one_share_has_the_interval_of_the_libraries(hits, trials):
    found = share(hits, trials)
    by_scipy = stats.binomtest(hits, trials).proportion_ci(0.95, "wilson")
    by_statsmodels = proportion_confint(hits, trials, 0.05, "wilson")
    assert (found.value, found.counted) == (hits / trials, False)
    assert (found.low, found.high) == pytest.approx(by_scipy, abs=1e-12)
    assert (found.low, found.high) == pytest.approx(by_statsmodels, abs=1e-12)


def test_of_nothing_there_is_no_share():
    assert share(0, 0) is None


@pytest.mark.parametrize(("hits", "trials"), COUNTS)
def test_a_single_part_is_its_own_share(hits, trials):
    one, alone = share(hits, trials), weighted([Part(hits, trials, 10_000)])
    assert (alone.value, alone.low, alone.high) == pytest.approx((one.value, one.low, one.high), abs=1e-12)


@pytest.mark.parametrize(
    "counts", [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((10, 10), (0, 20)), ((5, 56), (0, 29)), ((45, 45), (4, 15))]
)
def test_two_parts_have_the_interval_of_statsmodels(counts):
    """The mean of a and b is half the difference of a and 1 - b, plus a half: Newcombe's tenth method."""
    (a, m), (b, n) = counts
    low, high = confint_proportions_2indep(a, m, n - b, n, method="newcomb", compare="diff", alpha=0.05)
    found = weighted([Part(a, m, 10_000), Part(b, n, 10_000)])
    assert found.value == pytest.approx((a / m + b / n) / 2)
    assert (found.low, found.high) == pytest.approx(((low + 1) / 2, (high + 1) / 2), abs=1e-9)


def test_newcombes_published_example():
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, Statistics in Medicine 17, 873-890, table II)."""
    found = weighted([Part(56, 70, 1_000), Part(80 - 48, 80, 1_000)])
    assert (2 * found.low - 1, 2 * found.high - 1) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_part_that_was_gone_through_whole_adds_no_width():
    assert weighted([Part(3, 10, 10), Part(9, 30, 30)]) == Share(0.3, 0.3, 0.3, counted=True)
    found, of_the_other = weighted([Part(4, 10, 10), Part(27, 30, 90)]), share(27, 30)
    assert not found.counted
    assert found.value == pytest.approx(0.1 * 0.4 + 0.9 * 0.9)
    assert (found.low, found.high) == pytest.approx((0.04 + 0.9 * of_the_other.low, 0.04 + 0.9 * of_the_other.high))


def test_without_an_exception_the_interval_is_not_a_point():
    found = weighted([Part(40, 40, 900), Part(0, 12, 100)])
    assert found.low < found.value == pytest.approx(0.9)
    assert found.high > 0.9


def test_samples_that_are_drawn_cover_the_truth_about_as_often_as_it_says():
    """95 % in the long run; of 1,000 samples at least 93 %, three standard errors less. Where nothing is rare, the
    interval is about as wide as that of the usual variance.
    """
    generator = np.random.default_rng(5)
    for rates in ((0.97, 0.2), (0.99, 0.05), (0.8, 0.5)):
        truth, covered, widths = 0.85 * rates[0] + 0.15 * rates[1], 0, []
        for _ in range(1_000):
            hits = [int(generator.binomial(n, rate)) for n, rate in zip((75, 25), rates, strict=True)]
            found = weighted([Part(hits[0], 75, 85_000), Part(hits[1], 25, 15_000)])
            covered += found.low <= truth <= found.high
            widths.append(found.high - found.low)
        assert covered >= 930
    usual = 2 * 1.96 * sqrt(0.85**2 * 0.8 * 0.2 / 75 + 0.15**2 * 0.25 / 25)
    assert np.mean(widths) == pytest.approx(usual, rel=0.05)
