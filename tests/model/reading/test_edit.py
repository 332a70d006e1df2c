"""What became of a token: by hand."""

from __future__ import annotations

import pytest

from model.reading.edit import Edit

BEFORE = ["a", "dull", "film", "with", "a", "good", "end"]


@pytest.mark.parametrize(
    ("after", "places"),
    [
        (BEFORE, [0, 1, 2, 3, 4, 5, 6]),
        (["a", "very", "dull", "film", "with", "a", "good", "end"], [0, 2, 3, 4, 5, 6, 7]),
        (["a", "film", "with", "a", "good", "end"], [0, None, 1, 2, 3, 4, 5]),
        (["a", "dull", "film", "with", "a", "great", "end"], [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_token_is_found_where_it_or_its_replacement_stands(after, places):
    edit = Edit.between(BEFORE, after)
    assert edit.same_review
    assert [edit.place_after(place) for place in range(len(BEFORE))] == places


def test_a_place_that_was_not_there_is_nowhere():
    assert Edit.between(BEFORE, BEFORE).place_after(len(BEFORE)) is None


def test_a_text_with_fewer_than_half_of_the_tokens_is_another_review():
    assert Edit.between(BEFORE, ["a", "dull", "story", "today"]).same_review
    assert not Edit.between(BEFORE, ["A", "dull", "story", "today"]).same_review
    assert not Edit.between(BEFORE, ["wonderful"]).same_review
