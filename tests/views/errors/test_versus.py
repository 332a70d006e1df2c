"""The card of two checkpoints: its numbers against the comparison, and what its buttons send."""

from __future__ import annotations

import re

import numpy as np

from model.tables.labels import NO_LABEL
from model.workbench.mcnemar import Change
from model.workbench.versus import compare
from model.workbench.workbench import CHECKPOINTS
from tests.scored import made_scores, made_table, random_scored
from tests.views.errors.pages import NASTY, sent, text_of
from views.errors.versus import versus_card


def test_cells_slices_and_buttons_carry_the_numbers_of_the_comparison():
    table, scores = random_scored(300, 4)
    found = compare(table, scores, "other", np.random.default_rng(5).normal(scores.logits, 2))
    part = versus_card(found)
    counts = [found.counts[each] for each in (Change.BOTH_RIGHT, Change.BROKEN, Change.FIXED, Change.BOTH_WRONG)]
    assert re.findall(r"<b>([\d,]+)</b>", part) == [f"{count:,}" for count in counts]
    picks = sent(part)
    assert [each["change"] for each in picks[:5]] == [
        [CHECKPOINTS, int(each)]
        for each in (Change.BOTH_RIGHT, Change.BROKEN, Change.FIXED, Change.BOTH_WRONG, Change.DIFFER)
    ]
    assert [each["slice"] for each in picks[5:]] == [[each.dimension, each.name] for each in found.slices]
    words = text_of(part)
    assert f"accuracy of other {100 * found.paired.after:.2f} %" in words
    assert f"{found.counts[Change.DIFFER]} have two verdicts" in words
    rows = re.findall(r"<tr.*?</tr>", part.rpartition("<tbody>")[2], re.S)
    for row, each in zip(rows, found.slices, strict=True):
        cells = f"<td>{each.rows:,}</td><td>{each.differ:,}</td>"
        assert cells in row
        if each.paired.rows:
            shares = f"<td>{100 * each.paired.before:.1f} %</td><td>{100 * each.paired.after:.1f} %</td>"
            assert f"{shares}<td>{each.paired.fixed:,}</td><td>{each.paired.broken:,}</td>" in row
        assert ("★" in row) == each.stands_out == ("gs-stands-out" in row)


def test_without_labels_it_says_what_can_be_shown():
    table, scores = made_table([NO_LABEL] * 4), made_scores([1, -1, 2, 1], questions=[0, 0, 1, 1])
    part = versus_card(compare(table, scores, "other", np.array([1, 1, -1, 1])))
    words = text_of(part)
    assert "No review has a label" in words
    assert "2 have two verdicts (50.0 %)" in words
    assert "accuracy" not in words
    assert "q <" not in words


def test_a_hostile_name_of_a_checkpoint_is_text():
    part = versus_card(compare(made_table([1, 0]), made_scores([1, 1]), NASTY, np.array([1, 1])))
    assert "<img" not in part
    assert NASTY in text_of(part)
