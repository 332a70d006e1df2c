"""Where gradients pass: values counted one by one."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from model.network.cells.packing import SIGMOID, Packed
from tests.views.gradients.measured import (
    BOTH,
    CELLS,
    measured,
)
from tests.views.harmless import table_of
from views.gradients.curves import curves_card, flat_sentence


@BOTH
@CELLS
def test_flat_shares_are_counted_one_by_one(explainer, name, direction):
    explanation, found = measured(explainer, name, 2, direction)
    trace = explanation.gates.of(2, direction)
    said = flat_sentence(found)
    shares = re.findall(r"(\d+) % of (\w)", said)
    assert [symbol for _, symbol in shares] == (list("ifgo") if name == "bilstm" else ["h"])
    for share, symbol in shares:
        values = trace.values(symbol).ravel().tolist()
        slopes = [1 - value**2 if symbol in "gh" else 4 * value * (1 - value) for value in values]
        assert float(share) == pytest.approx(100 * sum(slope < 0.1 for slope in slopes) / len(values), abs=0.51)


def test_flat_shares_of_chosen_preactivations(explainer):
    _, found = measured(explainer, "rnn")
    steep, flat = 1.8, 1.9  # 1 - tanh² is 0.104 and 0.086
    summed = replace(
        found.preactivations,
        from_input=np.full((2, 1, 2), [[[steep, -flat]], [[flat, 0.0]]]),
        from_state=np.zeros((2, 1, 2)),
        passes=np.ones((2, 1, 2)),
        bias=np.zeros((1, 2)),
    )
    assert flat_sentence(replace(found, preactivations=summed)).startswith("50 % of h lie")
    gate = replace(
        summed, packed=(Packed("i", SIGMOID),), from_input=np.full((2, 1, 2), [[[3.6, -3.7]], [[4.0, 0.0]]])
    )  # a sigmoid is half as steep
    assert flat_sentence(replace(found, preactivations=gate)).startswith("50 % of i lie")


@CELLS
def test_table_of_preactivations_counts_every_value_once(explainer, name):
    _, found = measured(explainer, name, 1)
    table = table_of(curves_card(found))
    assert (len(table), float(table[0]["from"]), float(table[-1]["to"])) == (32, -8, 8)
    for symbol in found.preactivations.symbols:
        values = [min(8, max(-8, float(value))) for value in found.preactivations.of(symbol).ravel()]
        for row in table:
            low, high = float(row["from"]), float(row["to"])
            count = sum(low <= value < high or value == high == 8 for value in values)
            assert int(row[symbol]) == count
        assert sum(int(row[symbol]) for row in table) == len(values) == 8 * 5
