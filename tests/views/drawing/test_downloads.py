"""Downloads: the file that is saved reads back as it was, and no spreadsheet takes a word for a formula."""

from __future__ import annotations

import base64
import csv
import io
import math
import re

import numpy as np
import pytest

from model.tables.csv_cells import without_formula
from tests.views.harmless import NASTY, Elements, assert_harmless, table_of
from views.drawing.downloads import csv_link, csv_text, png_button, save_buttons

FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A1"]


def read(text):
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(text, newline="")))


def test_cells_read_back_as_they_were():
    rows = [[1, "a, b", 0.125], [2, 'say "x"', 1e-12], [3, "two\r\nlines", -3.5], [4, "", 1_234_567]]
    found = read(csv_text(["place", "token", "value"], rows))
    assert found[0] == ["place", "token", "value"]
    assert [[int(place), token, float(value)] for place, token, value in found[1:]] == rows


def test_floats_have_six_digits_and_whole_numbers_all_of_theirs():
    found = read(csv_text(["x"], [[math.pi], [np.float32(1 / 3)], [-1e-20 / 3], [123_456_789]]))
    assert found[1:] == [["3.14159"], ["0.333333"], ["-3.33333e-21"], ["123456789"]]


def test_what_is_missing_is_empty():
    assert read(csv_text(["a", "b", "c", "d"], [[None, math.nan, np.nan, 0.0]]))[1] == ["", "", "", "0"]


def test_lines_end_as_the_standard_says():
    assert csv_text(["a", "b"], [[1, 2]]) == "a,b\r\n1,2\r\n"


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_and_no_name_of_a_column_starts_a_formula(cell):
    assert without_formula(cell) == "'" + cell
    assert read(csv_text([cell], [[cell]])) == [["'" + cell], ["'" + cell]]


@pytest.mark.parametrize("cell", ["plain", "a=1", "1-2", "", "'quoted'", "…"])
def test_other_text_stays_as_it_is(cell):
    assert without_formula(cell) == cell


def test_negative_numbers_stay_numbers():
    assert read(csv_text(["x"], [[-1], [-0.5]]))[1:] == [["-1"], ["-0.5"]]


def test_link_holds_the_file_and_names_it():
    text = csv_text(["token", "value"], [["naïve 👍", 1.5]])
    ((tag, attributes),) = Elements(csv_link(text, "gatescope", "Save")).found
    assert (tag, attributes["download"]) == ("a", "gatescope.csv")
    data = base64.b64decode(attributes["href"].removeprefix("data:text/csv;charset=utf-8;base64,"))
    assert data.startswith(b"\xef\xbb\xbf")  # by which spreadsheets know that it is UTF-8
    assert data.decode("utf-8-sig") == text
    assert table_of(csv_link(text, "gatescope")) == [{"token": "naïve 👍", "value": "1.5"}]


def test_buttons_save_the_picture_around_them_or_a_chart():
    ((tag, attributes),) = Elements(png_button("gatescope-gates")).found
    assert (tag, attributes["type"], attributes["data-name"]) == ("button", "button", "gatescope-gates.png")
    assert "data-chart" not in attributes
    ((_, attributes),) = Elements(png_button("gatescope-decay", "gs-decay")).found
    assert attributes["data-chart"] == "gs-decay"
    both = save_buttons("gatescope-decay", "a\r\n", "gs-decay")
    assert png_button("gatescope-decay", "gs-decay") in both
    assert csv_link("a\r\n", "gatescope-decay") in both


def test_names_and_text_never_become_markup():
    page = csv_link(NASTY, NASTY, NASTY) + save_buttons(NASTY, NASTY)
    assert_harmless(page)
    assert not re.search("<script|<img", page)
    assert [attributes["download"] for tag, attributes in Elements(page).found if tag == "a"] == [f"{NASTY}.csv"] * 2
