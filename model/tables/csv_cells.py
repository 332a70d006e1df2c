"""Cells of a CSV file for a spreadsheet, none of which starts a formula (OWASP, CSV injection)."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def without_formula(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what could start one (OWASP)."""
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell
