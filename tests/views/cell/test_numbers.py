"""The numbers of one step: all of them, under their names."""

from __future__ import annotations

import csv
import io

import pytest

from tests.views.cell.steps import step_of
from views.cell.numbers import csv_of_step, numbers


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}])
def test_csv_holds_every_number_and_no_formula(settings):
    step = step_of(**settings)
    rows = list(csv.reader(io.StringIO(csv_of_step(step, "=1+1"))))
    assert rows[:6] == [
        ["name", "value"], ["token", "'=1+1"], ["place", "3"], ["layer", "1"], ["direction", "forward"], ["unit", "3"],
    ]  # fmt: skip
    assert [(name, float(value)) for name, value in rows[6:]] == [
        (name, pytest.approx(value, rel=1e-5)) for name, value in numbers(step)
    ]
    named = dict(numbers(step))
    assert named["h_t"] == step.h
    assert named["h_(t-1)"] == step.h_before
    for part in step.parts:
        assert named[f"sum of {part.symbol}"] == part.total
        assert named[f"W_x{part.symbol} x_t"] == part.from_input
    assert named.get("c_t") == {state.symbol: state.value for state in step.states}.get("c")
