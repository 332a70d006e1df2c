"""What a browser tells: read as it was sent, or refused with one sentence, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import ReviewError
from views.errors.told import Said, read_told

KEY = "0123456789abcdef" * 2
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.sampled_from(["number", "file", "said", "row", "found"]), parts),
)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=5_000), st.integers(0, 10**6))
def test_what_is_said_survives_the_way(category, text, row):
    told = read_told({"number": 1, "file": KEY, "said": [{"row": row, "category": category, "text": text}]})
    assert told.said == (Said(row, category, text),)


@settings(deadline=None)
@given(ANYTHING)
def test_anything_else_is_refused(strange):
    with pytest.raises(ReviewError, match="cannot be read"):
        read_told(strange)


@pytest.mark.parametrize(
    "wrong",
    [
        {"said": [{"row": -1}]},
        {"said": [{"row": 1, "more": ""}]},
        {"found": {"count": 0, "at": "2026-01-01"}},
        {"found": {"count": 1, "at": "yesterday"}},
        {"others": [{"key": "x", "name": "", "digest": "", "checkpoint": "", "at": "2026-01-01", "notes": []}]},
    ],
)
def test_a_wrong_part_refuses_the_whole(wrong):
    with pytest.raises(ReviewError, match="cannot be read"):
        read_told({"number": 1, "file": KEY, **wrong})
