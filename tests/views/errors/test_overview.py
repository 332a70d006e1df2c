"""The overview: its numbers against the file, and what its buttons send."""

from __future__ import annotations

import re

from model.tables.table import table_of
from model.workbench.overview import Outcome, overview
from tests.scored import made_scores, made_table
from tests.views.errors.pages import NASTY, sent, text_of
from views.errors.overview import overview_card


def test_cells_of_the_confusion_matrix_carry_their_counts_and_their_outcome(bench):
    part = overview_card(bench.overview)
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


def test_what_the_labels_were_read_as_can_be_seen_with_hostile_values_escaped():
    table = table_of(["a", "b", "c"], [1, 2, NASTY])
    part = overview_card(overview(table, made_scores([1, -1])))
    assert "1 negative, 2 positive" in text_of(part)
    assert "1 = negative (1)" in text_of(part)
    assert "= not known: skipped (1)" in text_of(part)
    assert "<img" not in part


def test_without_labels_the_card_says_what_measures_need():
    table, scores = made_table([-1, -1]), made_scores([1, -1])
    part = overview_card(overview(table, scores))
    assert "No row has a label" in part
    assert "gs-confusion" not in part
    assert text_of(part).count("–") == 5
