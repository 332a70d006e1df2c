"""Rows one by one: what is seen of them, what was said of them, and what their buttons send."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from markupsafe import escape

from model.workbench.filters import page
from model.workbench.neighbours import nearest
from tests.views.errors.pages import NASTY, bench_of, sent, text_of
from views.errors.rows import category_buttons, neighbours_card, review_list, row_heading


def test_list_shows_a_page_of_rows_and_marks_the_chosen_one(bench):
    bench.say(2, category="irony", text="really")
    part = review_list(bench, page(np.array([3, 2, 0]), 1, 2), 2)
    assert sent(part) == [{"row": 3}, {"row": 2}]
    assert "1 to 2 of 3 reviews" in text_of(part)
    rows = re.findall(r"<tr.*?</tr>", part.partition("<tbody>")[2], re.S)
    assert ["aria-current" in row for row in rows] == [False, True]
    assert "✗ 0.378" in rows[0]
    assert "✗ 0.731" in rows[1]
    assert "irony ✎" in text_of(rows[1])
    assert "<img" not in part
    assert "take one of them back" in review_list(bench, page(np.array([], dtype=int), 1, 2), -1)


def test_heading_says_outcome_label_and_place(bench):
    said = text_of(row_heading(bench, 3, 1, 7))
    assert said.startswith("✗ False negative label positive, P(positive) = 0.378")
    assert "2 of 7 in the list · line 5 · 1 token · 8 stars" in said
    assert "label –" in text_of(row_heading(bench, 4, 0, 1))
    assert "not in the list now" in row_heading(bench, 4, None, 1)


def test_heading_tells_what_stands_in_the_files_own_columns(bench):
    own = {"kind": ("irony", "", "", "plain <b>", ""), "id": ("a1",) * 5}
    bench = bench_of(replace(bench.table, own=own), bench.scores)
    assert text_of(row_heading(bench, 0, 0, 5)).endswith("· kind: irony · id: a1")
    assert "kind" not in row_heading(bench, 1, 0, 5)
    assert "plain &lt;b&gt;" in row_heading(bench, 3, 0, 5)


def test_corrected_label_and_note_are_marked_in_the_list(bench):
    bench.say(0, label=0)
    bench.say(1, text="x")
    rows = re.findall(r"<tr.*?</tr>", review_list(bench, page(np.arange(2), 1, 2), 0), re.S)[1:]
    assert "→ negative" in text_of(rows[0])
    assert "✎" in rows[1]


def test_neighbours_carry_label_and_similarity(bench):
    found = nearest(bench.scores, 0, k=2)
    part = neighbours_card(bench, found)
    assert [each["row"] for each in sent(part)] == found.rows.tolist()
    assert f"{found.similarities[0]:.3f}" in part


def test_categories_have_keys_and_the_chosen_one_can_be_taken_back(bench):
    bench.say(1, category="irony")
    bench.say(2, category=NASTY)
    part = category_buttons(bench.counts, "irony", 7)
    buttons = re.findall(r"<button.*?</button>", part, re.S)
    assert [re.search(r'data-key="(\d)"', each)[1] for each in buttons[:9]] == list("123456789")
    assert "data-key" not in buttons[9]
    pressed = [each for each in buttons if 'aria-pressed="true"' in each]
    assert len(pressed) == 1
    assert 'data-row="7"' in part
    assert 'data-name="irony"' in pressed[0]
    assert "irony 1" in text_of(pressed[0])
    assert re.search(r'data-name="([^"]*)"', buttons[-1])[1] == escape(NASTY)
    assert "<img" not in part
