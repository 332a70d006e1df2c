"""The table of slices: its numbers against the findings, and what its buttons send."""

from __future__ import annotations

import re

from model.workbench.crossings import find_crossings
from model.workbench.slices import find_slices
from tests.model.workbench.test_crossings import planted
from tests.scored import random_scored
from tests.views.errors.pages import sent
from views.errors.slices import slices_card


def test_slices_carry_their_numbers_and_can_be_pressed():
    table, scores = random_scored(400, 3)
    findings = find_slices(table, scores)
    part = slices_card(findings)
    assert [each["slice"] for each in sent(part)] == [[each.dimension, each.name] for each in findings]
    rows = re.findall(r"<tr.*?</tr>", part.partition("<tbody>")[2], re.S)
    for row, each in zip(rows, findings, strict=True):
        assert f"<td>{each.rows:,}</td><td>{each.errors:,} of {each.labelled:,}</td><td>{100 * each.rate:.1f} %" in row
        assert ("★" in row) == each.stands_out == ("gs-stands-out" in row)
        left, width = (float(value) for value in re.search(r"left:([\d.]+)%;width:([\d.]+)%", row).groups())
        assert 0 <= left <= left + width <= 100.2


def test_crossings_stand_below_and_can_be_pressed():
    table, scores, _ = planted()
    found = find_crossings(table, scores)
    part = slices_card(find_slices(table, scores), found, ("id",))
    assert [each["slice"] for each in sent(part)][-len(found) :] == [list(each.key) for each in found]
    assert "tokens × column &#39;from&#39;" in part
    assert "No slices by id" in part
    assert "None stands out here" in slices_card(find_slices(table, scores))
