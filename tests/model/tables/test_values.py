"""Values are counted whatever their order, in bounded memory."""

from __future__ import annotations

import random

from model.tables.values import MOST, Values


def counted(values):
    found = Values()
    for value in values:
        found.add(value)
    return [(each.said.key, each.said.shown, each.count) for each in found]


def test_spellings_of_one_value_are_counted_together():
    assert counted(["Pos", "pos ", 1, "1.0", None, ""]) == [("", "", 2), ("1", "1", 2), ("pos", "Pos", 2)]


def test_order_does_not_matter_however_many_values_there_are():
    values = [round(n / (1.5 * MOST), 6) for n in range(int(1.5 * MOST))] + ["pos"] * 3
    mixed = list(values)
    random.Random(0).shuffle(mixed)
    found = counted(values)
    assert found == counted(mixed)
    assert len(found) < 200
    assert sum(count for _, _, count in found) == len(values)
    assert ("pos", "pos", 3) in found


def test_words_beyond_bound_are_counted_but_not_kept():
    found = Values()
    for number in range(3 * MOST):
        found.add(f"topic {number}x")
    assert len(list(found)) <= 2 * MOST + 1
    assert sum(each.count for each in found) + found.more == found.rows == 3 * MOST
