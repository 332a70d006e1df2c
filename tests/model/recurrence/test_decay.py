"""Curves over the distance: their best fit, single values, and where they rise, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.recurrence.decay import Climb, Decay, Third


def test_rate_is_the_slope_of_the_line_through_the_finite_points():
    distances = np.arange(1, 7)
    gains = np.array([-0.5, -0.9, -1.7, -1.8, -2.6, -np.inf])
    slope = np.polyfit(distances[:-1], gains[:-1], 1)[0]
    assert Decay(distances, gains).rate == pytest.approx(10**slope)
    assert Decay(distances[:2], gains[:2]).rate is None
    assert Decay(distances[:3], gains[:3]).rate is not None


def test_gain_at_a_distance_is_that_of_the_largest_one_below():
    decay = Decay(np.array([1, 5, 9]), np.array([-1.0, -2.0, -3.0]))
    assert [decay.at(distance) for distance in (0, 1, 4, 5, 8.5, 9, 500)] == pytest.approx(
        [1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001]
    )


def test_fitted_line_is_that_of_least_squares_through_what_is_finite():
    decay = Decay(np.arange(1, 5), np.array([-1, -1.5, -np.inf, -3]))
    slope, start = np.polyfit([1, 2, 4], [-1, -1.5, -3], 1)
    assert decay.fitted.tolist() == pytest.approx([start + slope * distance for distance in (1, 2, 3, 4)])
    assert 10**slope == pytest.approx(decay.rate)
    assert len(Decay(np.array([1, 2]), np.array([-1.0, -2.0])).fitted) == 0


@pytest.mark.parametrize(
    ("gains", "climb"),
    [
        ([-1, -2, -3, -2.5, -2.9], Climb(3, 4, 10**0.5)),
        ([-1, -3, -2, -2.5, -1.5], Climb(2, 5, 10**1.5)),
        ([-0.5, 0.2, -1], Climb(1, 2, 10**0.7)),
        ([-1, -math.inf, -2, -1.8], Climb(3, 4, 10**0.2)),
    ],
)
def test_climb_is_the_largest_rise_of_a_line(gains, climb):
    found = Decay(np.arange(1, len(gains) + 1), np.array(gains)).climb
    assert (found.start, found.end) == (climb.start, climb.end)
    assert found.factor == pytest.approx(climb.factor)


@pytest.mark.parametrize("gains", [[], [-1], [-1, -2, -3], [-1, -1, -1], [-1, -0.99], [-math.inf, -math.inf]])
def test_line_that_falls_or_hardly_rises_has_no_climb(gains):
    assert Decay(np.arange(1, len(gains) + 1), np.array(gains, dtype=float)).climb is None


def test_a_gain_above_one_is_found():
    assert Decay(np.array([1, 2]), np.array([-1, 0.1])).above_one
    assert not Decay(np.array([1, 2]), np.array([-1, 0.0])).above_one
    assert not Decay(np.array([], dtype=int), np.array([])).above_one


def test_thirds_are_medians_over_parts_of_equal_length():
    decay = Decay(np.arange(8), np.array([0, -0.5, -0.1, -1, -3, -2, -5, -4]))
    assert decay.thirds == (Third(0, 2, -0.1), Third(3, 5, -2), Third(6, 7, -4.5))
    assert decay.log10_by_thirds == pytest.approx(-4.4)
    assert decay.in_thirds.distances.tolist() == [2, 5, 7]
    assert decay.in_thirds.log10_gain.tolist() == [-0.1, -2, -4.5]


def test_thirds_hang_on_no_single_token():
    gains = np.repeat([0.0, -1.0, -2.0], 5)
    for place in range(15):
        assert Decay(np.arange(15), np.where(np.arange(15) == place, -30, gains)).log10_by_thirds == -2


@pytest.mark.parametrize(
    ("gains", "change"),
    [([], 0), ([-1], 0), ([0, -1], -1), ([0, -1, -math.inf], -math.inf), ([-math.inf] * 3, -math.inf)],
)
def test_few_distances_have_fewer_thirds_and_nothing_left_is_nothing(gains, change):
    decay = Decay(np.arange(len(gains)), np.array(gains, dtype=float))
    assert decay.log10_by_thirds == change
    assert len(decay.thirds) == len(gains)
