"""Scales of numbers: where each is negative, neutral and positive, and which fit a column."""

from __future__ import annotations

import pytest

from model.tables.hints import hint_of
from model.tables.labels import NO_LABEL, UNKNOWN_LABEL
from model.tables.scales import FIVE, FRACTION, HUNDRED, SIGNED, TEN, of_stars, scales_of


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (FIVE, {0: 0, 2: 0, 2.5: NO_LABEL, 3.5: NO_LABEL, 4: 1, 5: 1, 5.5: UNKNOWN_LABEL}),
        (TEN, {1: 0, 4: 0, 5: NO_LABEL, 6: NO_LABEL, 7: 1, 10: 1, 11: UNKNOWN_LABEL}),
        (HUNDRED, {0: 0, 40: 0, 55: NO_LABEL, 70: 1, 100: 1, 101: UNKNOWN_LABEL}),
        (FRACTION, {0: 0, 0.4: 0, 0.5: NO_LABEL, 0.6: 1, 1: 1, -0.1: UNKNOWN_LABEL}),
        (SIGNED, {-1: 0, -0.05: 0, 0: NO_LABEL, 0.05: 1, 1: 1}),
        (of_stars(4), {1: 0, 2: NO_LABEL, 3: 1}),
    ],
)
def test_a_scale_has_a_middle_without_a_label(scale, expected):
    assert {number: scale.meaning(number) for number in expected} == expected
    assert "{" not in scale.words()


def test_what_all_scales_agree_on_is_certain():
    low = scales_of({1: 5, 2: 5, 3: 5, 4: 5}, hint_of("rating"))
    assert low.scales == (FIVE, TEN)
    assert low.open_end
    assert [low.meaning(number) for number in (1, 2, 3, 4)] == [0, 0, None, None]


def test_numbers_of_no_scale_have_none():
    assert scales_of({2_500: 3, 16: 3}, hint_of("rating")).scales == ()
    assert scales_of({2_500: 3, 16: 3}, hint_of("label")).meaning(16) == UNKNOWN_LABEL
