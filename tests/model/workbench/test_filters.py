"""What the table shows: filters, orders and pages, on a few rows by hand and against plain loops."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import ReviewError
from model.traits import CONTRAST
from model.workbench.filters import (
    AS_FILED,
    LONGEST,
    MISTAKES_FIRST,
    NEAR_DOUBT,
    NOT_NAMED,
    ORDERS,
    SUSPECTED_FIRST,
    UNKNOWN_FIRST,
    Filter,
    orders,
    page,
    page_of,
    select,
)
from model.workbench.overview import Outcome, confidence, outcomes
from model.workbench.slices import find_slices, slice_rows
from tests.scored import made_scores, made_table, random_scored

TEXTS = ["A Fine film", "STRASSE und Straße", "fine, but İ", "no", "<b>100 %</b> $[a](b)", ""]
TABLE = made_table([1, 0, 0, 1, -1, -1], TEXTS)
SCORES = made_scores(
    [1.0, 2.0, -3.0, -0.5, 0.1, -9.0],
    tokens=[3, 3, 3, 1, 8, 1],
    omitted=[0, 0, 0, 9, 0, 0],
    unknown=[0, 2, 1, 0, 2, 0],
    contrasts=[0, 0, 1, 0, 0, 0],
)


def shown(order=AS_FILED, categories=(), table=TABLE, scores=SCORES, **filters):
    return select(table, scores, Filter(**filters), order, dict(categories)).tolist()


def test_everything_is_shown_by_default():
    for order in ORDERS:
        assert sorted(shown(order)) == list(range(6))


def test_rows_can_be_restricted_to_a_group():
    among = np.array([True, False, True, True, False, True])
    assert select(TABLE, SCORES, Filter(label="negative"), AS_FILED, {}, among).tolist() == [2]


def test_orders_of_six_rows_by_hand():
    assert shown(MISTAKES_FIRST) == [1, 3, 2, 0, 5, 4]
    assert shown(SUSPECTED_FIRST) == [1, 3, 0, 2, 4, 5]
    assert shown(NEAR_DOUBT) == [4, 3, 0, 1, 2, 5]
    assert shown(LONGEST) == [3, 4, 0, 1, 2, 5]
    assert shown(UNKNOWN_FIRST) == [1, 4, 2, 0, 3, 5]
    assert shown(AS_FILED) == [0, 1, 2, 3, 4, 5]


def test_confidences_that_round_to_one_are_still_ordered():
    scores = made_scores([60.0, 80.0, 70.0])
    assert shown(MISTAKES_FIRST, table=made_table([0, 0, 0]), scores=scores) == [1, 2, 0]


def test_a_list_of_rows_keeps_its_own_order_unless_another_is_asked_for():
    assert shown(rows=(5, 0, 3)) == [5, 0, 3]
    assert shown(LONGEST, rows=(5, 0, 3)) == [3, 0, 5]
    assert shown(rows=(5, 0, 3), label="positive") == [0, 3]
    assert shown(rows=(0, 99)) == [0]
    assert shown(rows=()) == []


def test_without_labels_the_most_confident_come_first():
    table = replace(TABLE, labels=np.full(6, -1, dtype=np.int8))
    assert shown(MISTAKES_FIRST, table=table) == [5, 2, 1, 0, 3, 4]
    assert shown(table=table, label="positive") == []


@pytest.mark.parametrize(
    ("search", "rows"),
    [("FINE", [0, 2]), ("fine film", [0]), ("strasse", [1]), ("straße", [1]), (".", []), ("100 %</B>", [4]),
     ("$[A](", [4]), ("i̇", [2]), ("\\", []), (" ", [0, 1, 2, 4])],
)  # fmt: skip
def test_search_finds_plain_text_whatever_the_case(search, rows):
    assert shown(search=search) == rows


def test_cells_labels_and_confidence_filter():
    assert shown(outcomes=(Outcome.FALSE_POSITIVE,)) == [1]
    assert shown(outcomes=(Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE)) == [1, 3]
    assert shown(label="negative") == [1, 2]
    assert shown(label="no label") == [4, 5]
    sure = confidence(SCORES)
    assert shown(low=float(sure[1]), high=float(sure[2])) == [1, 2]
    assert shown(low=0.9, high=0.6) == []


def test_slices_filter():
    assert shown(slice=(CONTRAST, "one")) == [2]


def test_categories_filter_by_name_and_by_having_none():
    named = {1: "irony", 3: "negation", 4: "irony", 5: ""}
    assert shown(categories=named, category="irony") == [1, 4]
    assert shown(categories=named, category=NOT_NAMED) == [0, 2, 5]
    assert shown(categories=named, category="mixed") == []
    assert shown(category="irony") == []
    assert shown(category=NOT_NAMED) == [0, 1, 2, 3, 4, 5]


def test_filters_hold_together():
    assert shown(MISTAKES_FIRST, search="fine", label="negative", low=0.9) == [2]


@pytest.mark.parametrize(
    "wrong", [{"order": "by luck"}, {"label": "maybe"}, {"slice": (CONTRAST, "many")}, {"slice": ("colour", "red")}]
)
def test_what_is_not_there_is_refused(wrong):
    with pytest.raises(ReviewError, match="There is no such"):
        shown(**wrong)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from(ORDERS), st.sets(st.sampled_from(list(Outcome))), st.floats(0.5, 1))
def test_selection_equals_a_loop(seed, order, cells, low):
    table, scores = random_scored(30, seed)
    slices = find_slices(table, scores)
    slice_ = (slices[seed % len(slices)].dimension, slices[seed % len(slices)].name)
    codes, sure, inside = outcomes(table, scores), confidence(scores), slice_rows(table, scores, *slice_)
    kept = [row for row in range(30) if (not cells or codes[row] in cells) and sure[row] >= low and inside[row]]
    mistakes = (Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE)
    keys = {
        MISTAKES_FIRST: lambda row: (
            0 if codes[row] in mistakes else 2 if codes[row] == Outcome.UNLABELLED else 1,
            -abs(scores.logits[row]),
        ),
        SUSPECTED_FIRST: lambda row: (
            codes[row] == Outcome.UNLABELLED,
            scores.logits[row] * {1: 1, 0: -1, -1: 0}[int(table.labels[row])],
        ),
        NEAR_DOUBT: lambda row: abs(scores.logits[row]),
        LONGEST: lambda row: -(scores.tokens[row] + scores.omitted[row]),
        UNKNOWN_FIRST: lambda row: -scores.unknown[row],
        AS_FILED: lambda row: row,
    }
    found = shown(order, table=table, scores=scores, outcomes=tuple(cells), low=low, slice=slice_)
    assert found == sorted(kept, key=keys[order])


@given(st.integers(0, 50), st.integers(1, 12))
def test_pages_hold_every_row_once(rows, size):
    chosen = np.arange(rows)[::-1]
    pages = [page(chosen, number, size) for number in range(1, page(chosen, 1, size).pages + 1)]
    assert np.concatenate([each.rows for each in pages]).tolist() == chosen.tolist()
    assert [each.first for each in pages] == [number * size for number in range(len(pages))]
    assert all(each.total == rows for each in pages)
    for each in pages:
        assert all(page_of(chosen, row, size) == each.number for row in each.rows)


def test_page_that_is_not_there_gives_the_nearest():
    rows = np.arange(25)
    assert (page(rows, 99, 10).number, page(rows, 99, 10).rows.tolist()) == (3, [20, 21, 22, 23, 24])
    assert page(rows, -3, 10).number == 1
    assert page(rows[:0], 2, 10).pages == 1
    assert page_of(rows, 77, 10) == 1


def test_searching_a_hundred_megabytes_takes_less_than_a_second():
    text = "The second half is not what it was said to be; a pity, since the cast is fine. " * 12
    table = made_table([1] * 100_000, [text + str(row) for row in range(100_000)])
    scores = made_scores(np.ones(100_000))
    start = time.perf_counter()
    found = shown(table=table, scores=scores, search="FINE. 99999")
    assert found == [99_999]
    assert time.perf_counter() - start < 1


def test_word_is_found_as_a_token_not_as_part_of_one():
    table, scores = made_table([1, 0, 1]), made_scores([1, 1, 1], [[5, 2], [3], [2, 5, 5]])
    for token, rows in ((5, [0, 2]), (3, [1]), (9, [])):
        assert select(table, scores, Filter(phrase=(token,)), AS_FILED, {}).tolist() == rows


def test_rows_are_sorted_by_any_column_of_the_file():
    own = {"year": ("1999", "", "80", "2001"), "who": ("Zoë", "adam", "", "Bert")}
    table, scores = replace(made_table([1, 0, 1, 0]), own=own), made_scores([1.0] * 4)
    by = {order: select(table, scores, Filter(), order, {}).tolist() for order in orders(table)[len(ORDERS) :]}
    assert by == {
        "column 'year'": [2, 0, 3, 1],
        "column 'year', downwards": [3, 0, 2, 1],
        "column 'who'": [1, 3, 0, 2],
        "column 'who', downwards": [0, 3, 1, 2],
    }
    with pytest.raises(ReviewError, match="column 'who', downwards"):
        select(table, scores, Filter(), "column 'what'", {})


def test_values_that_are_alike_but_for_case_or_spelling_keep_the_order_of_the_file():
    table = replace(made_table([0] * 4), own={"who": ("bob", "Ada", "BOB", "ada"), "price": ("2.0", "1", "2", "1.00")})
    for name, up, down in (("who", [1, 3, 0, 2], [0, 2, 1, 3]), ("price", [1, 3, 0, 2], [0, 2, 1, 3])):
        by = [f"column '{name}'", f"column '{name}', downwards"]
        found = [select(table, made_scores([1.0] * 4), Filter(), order, {}).tolist() for order in by]
        assert found == [up, down]
