"""Cells that a spreadsheet would take for a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.tables.csv_cells import FORMULA_STARTS, without_formula


@given(st.sampled_from(FORMULA_STARTS), st.text())
def test_what_could_start_a_formula_gets_an_apostrophe(start, rest):
    assert without_formula(start + rest) == "'" + start + rest


@pytest.mark.parametrize("cell", ["", "good", "1 = 1", " =1", "'=1", "−1"])
def test_other_cells_stay_as_they_are(cell):
    assert without_formula(cell) == cell
