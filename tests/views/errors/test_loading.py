"""What is said of a file that was read: its numbers against the table, and what comes from a person."""

from __future__ import annotations

import numpy as np

from model.tables.table import BadRow, Columns, ReviewTable
from model.workbench.so_far import SoFar
from tests.scored import made_scores
from tests.views.errors.pages import NASTY, text_of
from views.errors.loading import loaded_card, scoring_card, so_far_card


def test_loaded_card_says_what_was_read_and_lists_what_was_skipped():
    table = ReviewTable(
        NASTY, "0" * 64, Columns(("text", "label"), "text", "label"), ("a", "b"), np.array([1, -1], np.int8),
        np.full(2, np.nan, np.float32), np.array([2, 3]), (BadRow(7, f"unknown label '{NASTY}'"),), 205,
    )  # fmt: skip
    part = loaded_card(table, made_scores([1, -1]), 4.0, lasting=False)
    assert "2 reviews of" in text_of(part)
    assert "1 with a label" in text_of(part)
    assert "205 rows skipped" in text_of(part)
    assert "line 7: unknown label" in text_of(part)
    assert "and 204 more" in text_of(part)
    assert "kept in this browser alone" in part
    assert "<img src=x" not in part


def test_scoring_card_tells_rate_and_time_left():
    said = text_of(scoring_card(500, 2_500, 10.0))
    assert said == "500 of 2,500 reviews 50 reviews/s, 40 s left"
    assert 'aria-valuenow="20"' in scoring_card(500, 2_500, 10.0)
    assert "2 min 5 s left" in text_of(scoring_card(10, 1_260, 1.0))
    assert "counting" in text_of(scoring_card(0, 10, 0.0))


def test_so_far_card_says_how_many_are_right_and_shows_the_surest_mistakes():
    table = ReviewTable(
        "a.csv", "0" * 64, Columns(("text", "label"), "text", "label"), ("Lovely.", NASTY, "Fine."),
        np.array([1, 0, -1], np.int8), np.full(3, np.nan, np.float32), np.array([2, 3, 4]), (), 0,
    )  # fmt: skip
    part = so_far_card(table, SoFar().and_then(np.array([1.0, 2.0, -1.0]), table.labels))
    assert "So far 50.0 % of 2 with a label are judged right (9.5 to 90.5 %" in text_of(part)
    assert "2 taken for positive, 1 for negative" in text_of(part)
    assert "negative ✗ 0.881" in text_of(part)
    assert "<img src=x" not in part
    assert "Lovely" not in part
    assert so_far_card(table, SoFar()) == ""


def test_so_far_card_shows_the_first_rows_where_none_has_a_label():
    table = ReviewTable(
        "a.txt", "0" * 64, Columns(("text",), "text"), ("Lovely.",), np.array([-1], np.int8),
        np.full(1, np.nan, np.float32), np.array([1]), (), 0,
    )  # fmt: skip
    part = so_far_card(table, SoFar().and_then(np.array([1.0]), table.labels))
    assert "judged right" not in text_of(part)
    assert "The first rows" in text_of(part)
    assert "Lovely." in text_of(part)
