"""The table of phrases: its numbers against the findings, and what its buttons send."""

from __future__ import annotations

import re

from model.workbench.phrases import find_phrases
from tests.model.workbench.test_phrases import VOCABULARY, planted
from tests.views.errors.pages import sent
from views.errors.phrases import phrases_card


def test_phrases_carry_their_numbers_and_can_be_pressed():
    table, scores, _ = planted()
    found = find_phrases(VOCABULARY, table, scores)
    part = phrases_card(found)
    assert [each["word"] for each in sent(part)] == [" ".join(each.words) for each in found]
    rows = re.findall(r"<tr.*?</tr>", part.partition("<tbody>")[2], re.S)
    for row, each in zip(rows, found, strict=True):
        assert f"<td>{each.found_errors} of {each.found}</td><td>{each.errors} of {each.rows}</td>" in row
        assert each.rate is None or f"{100 * each.rate:.1f} %" in row
        assert f"<td>{100 * each.rest_rate:.1f} %</td>" in row
        assert ("★" in row) == each.stands_out
    assert f"{sum(each.stands_out for each in found)} of {len(found)} hold" in part


def test_where_nothing_is_found_the_card_says_so():
    assert "None was found here" in phrases_card(())
