"""The Errors tab's HTML: its numbers against the table, its buttons, and what comes from a person."""

from __future__ import annotations

import html
import json
import re

import numpy as np
import pytest

from model.tables.table import BadRow, Columns, ReviewTable
from model.workbench.filters import page
from model.workbench.neighbours import nearest
from model.workbench.overview import Outcome, overview
from model.workbench.slices import find_slices
from model.workbench.word_contrast import WordContrast, WordOdds, WordScores
from model.workbench.workbench import Workbench, open_notes
from tests.scored import made_scores, made_table, random_scored
from views.errors import cards

OWNER = "a" * 24
NASTY = "<img src=x onerror=alert(1)> ${1} {{2}}"


def bench_of(table, scores) -> Workbench:
    return Workbench(table, scores, open_notes(None, OWNER, table, scores.checkpoint))


@pytest.fixture
def bench() -> Workbench:
    """Two right, one false positive, one false negative, one without a label."""
    table = made_table([1, 0, 0, 1, -1], ["fine", "dull", "so so", NASTY, "what?"], [9, 2, 3, 8, np.nan])
    return bench_of(table, made_scores([2.0, -3.0, 1.0, -0.5, 0.1], states=np.eye(5, 4)))


def sent(part: str) -> list[dict]:
    """What the buttons of a part would send, in order."""
    return [json.loads(html.unescape(value)) for value in re.findall(r'data-value="([^"]*)"', part)]


def text_of(part: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def test_loaded_card_says_what_was_read_and_lists_what_was_skipped():
    table = ReviewTable(
        NASTY, "0" * 64, Columns(("text", "label"), "text", "label"), ("a", "b"), np.array([1, -1], np.int8),
        np.full(2, np.nan, np.float32), np.array([2, 3]), (BadRow(7, f"unknown label '{NASTY}'"),), 205,
    )  # fmt: skip
    part = cards.loaded_card(table, made_scores([1, -1]), 4.0, lasting=False)
    assert "2 reviews of" in text_of(part)
    assert "1 with a label" in text_of(part)
    assert "205 rows skipped" in text_of(part)
    assert "line 7: unknown label" in text_of(part)
    assert "and 204 more" in text_of(part)
    assert "end with your visit" in part
    assert "<img src=x" not in part


def test_scoring_card_tells_rate_and_time_left():
    said = text_of(cards.scoring_card(500, 2_500, 10.0))
    assert said == "500 of 2,500 reviews 50 reviews/s, 40 s left"
    assert 'aria-valuenow="20"' in cards.scoring_card(500, 2_500, 10.0)
    assert "2 min 5 s left" in text_of(cards.scoring_card(10, 1_260, 1.0))
    assert "counting" in text_of(cards.scoring_card(0, 10, 0.0))


def test_cells_of_the_confusion_matrix_carry_their_counts_and_their_outcome(bench):
    part = cards.overview_card(bench.overview)
    cells = re.findall(r"<b>(\d+)</b><small>. ([a-z ]+), ([\d.]+) %", part)
    assert cells == [
        ("1", "true positive", "25.0"),
        ("1", "false negative", "25.0"),
        ("1", "false positive", "25.0"),
        ("1", "true negative", "25.0"),
    ]
    expected = [Outcome.TRUE_POSITIVE, Outcome.FALSE_NEGATIVE, Outcome.FALSE_POSITIVE, Outcome.TRUE_NEGATIVE]
    assert sent(part)[:4] == [{"outcomes": [int(each)]} for each in expected]
    assert sent(part)[4] == {"outcomes": [Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE]}
    assert "accuracy 50.00 %" in text_of(part)


def test_without_labels_the_card_says_what_measures_need():
    table, scores = made_table([-1, -1]), made_scores([1, -1])
    part = cards.overview_card(overview(table, scores))
    assert "No row has a label" in part
    assert "gs-confusion" not in part
    assert text_of(part).count("–") == 5


def test_slices_carry_their_numbers_and_can_be_pressed():
    table, scores = random_scored(400, 3)
    findings = find_slices(table, scores)
    part = cards.slices_card(findings)
    assert [each["slice"] for each in sent(part)] == [[each.dimension, each.name] for each in findings]
    rows = re.findall(r"<tr.*?</tr>", part.partition("<tbody>")[2], re.S)
    for row, each in zip(rows, findings, strict=True):
        assert f"<td>{each.rows:,}</td><td>{each.errors:,} of {each.labelled:,}</td><td>{100 * each.rate:.1f} %" in row
        assert ("★" in row) == each.stands_out == ("gs-stands-out" in row)
        left, width = (float(value) for value in re.search(r"left:([\d.]+)%;width:([\d.]+)%", row).groups())
        assert 0 <= left <= left + width <= 100.2


def test_list_shows_a_page_of_rows_and_marks_the_chosen_one(bench):
    bench.say(2, category="irony", text="really")
    part = cards.review_list(bench, page(np.array([3, 2, 0]), 1, 2), 2)
    assert sent(part) == [{"row": 3}, {"row": 2}]
    assert "1 to 2 of 3 reviews" in text_of(part)
    rows = re.findall(r"<tr.*?</tr>", part.partition("<tbody>")[2], re.S)
    assert ["aria-current" in row for row in rows] == [False, True]
    assert "✗ 0.378" in rows[0]
    assert "✗ 0.731" in rows[1]
    assert "irony ✎" in text_of(rows[1])
    assert "<img" not in part
    assert "take one of them back" in cards.review_list(bench, page(np.array([], dtype=int), 1, 2), -1)


def test_heading_says_outcome_label_and_place(bench):
    said = text_of(cards.row_heading(bench, 3, 1, 7))
    assert said.startswith("✗ False negative label positive, P(positive) = 0.378")
    assert "2 of 7 in the list · line 5 · 1 token · 8 stars" in said
    assert "label –" in text_of(cards.row_heading(bench, 4, 0, 1))
    assert "not in the list now" in cards.row_heading(bench, 4, None, 1)


def test_corrected_label_and_note_are_marked_in_the_list(bench):
    bench.say(0, label=0)
    bench.say(1, text="x")
    rows = re.findall(r"<tr.*?</tr>", cards.review_list(bench, page(np.arange(2), 1, 2), 0), re.S)[1:]
    assert "→ negative" in text_of(rows[0])
    assert "✎" in rows[1]


def test_first_row_that_looks_like_a_review_is_warned_of():
    names = Columns(("text", "label"), "text", "label")
    assert "put a row of names" not in cards.columns_sentence("a.csv", names)
    taken = Columns(("Dull, boring and far too long for my patience.", "0"), "0")
    assert "put a row of names" in cards.columns_sentence("a.csv", taken)
    assert "has 1 column." in cards.columns_sentence("a.csv", Columns(("text",), "text"))


def test_neighbours_carry_label_and_similarity(bench):
    found = nearest(bench.scores, 0, k=2)
    part = cards.neighbours_card(bench, found)
    assert [each["row"] for each in sent(part)] == found.rows.tolist()
    assert f"{found.similarities[0]:.3f}" in part


def test_categories_have_keys_and_the_chosen_one_can_be_taken_back(bench):
    bench.say(1, category="irony")
    bench.say(2, category=NASTY)
    part = cards.category_buttons(bench.counts, "irony", 7)
    buttons = re.findall(r"<button.*?</button>", part, re.S)
    assert [re.search(r'data-key="(\d)"', each)[1] for each in buttons[:9]] == list("123456789")
    assert "data-key" not in buttons[9]
    pressed = [each for each in buttons if 'aria-pressed="true"' in each]
    assert len(pressed) == 1
    assert sent(pressed[0]) == [{"category": [7, ""]}]
    assert "irony 1" in text_of(pressed[0])
    assert sent(buttons[-1]) == [{"category": [7, NASTY]}]
    assert "<img" not in part


def test_words_carry_their_numbers_and_are_searched_for():
    odds = WordOdds(("not", NASTY), np.array([2, 3]), np.array([5, 1]), np.array([2, 0]), np.array([2.5, 1.0]))
    none = WordOdds((), *(np.empty(0, dtype=int),) * 3, np.empty(0))
    found = WordContrast(odds, none, 12, 40, "")
    attributed = WordScores(10, 12, np.array([0, 0, -3.0, 0]), np.array([0, 0, 4, 0]))
    part = cards.words_card(found, attributed)
    assert sent(part) == [{"word": "not"}, {"word": NASTY}]
    assert "not +2.5 5 2 −3.00 −0.750" in text_of(part)
    assert "10 of 12 mistakes" in text_of(part)
    assert "<img" not in part
    assert "nothing" in cards.words_card(WordContrast(none, none, 0, 0, "There is nothing."), None)


def test_snippet_is_one_line_and_says_where_it_is_cut():
    assert cards.snippet("one<br />two\n three") == "one two three"
    assert cards.snippet("x " * 400).endswith("…")
    assert len(cards.snippet("word " * 50, 40)) == 40
