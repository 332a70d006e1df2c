"""CSV, TSV and their like: by hand, and all that a person may bring by mistake."""

from __future__ import annotations

import csv
import io

import pytest

from model.tables.readers import base
from model.tables.table import BadRow, read_table


@pytest.mark.parametrize("ending", ["csv", "tsv"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_whatever_the_ending(write, ending, delimiter):
    rows = [["text", "label"], ["good; really, good", "1"], ["bad,\tso bad; bad", "0"]]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    table = read_table(write(f"a.{ending}", file.getvalue()))
    assert table.texts == ("good; really, good", "bad,\tso bad; bad")
    assert table.labels.tolist() == [1, 0]


def test_csv_that_is_a_plain_list_has_no_header(write):
    table = read_table(write("list.csv", "A good film, really.\nA bad one, long, and dull.\n"))
    assert table.texts == ("A good film, really.", "A bad one, long, and dull.")
    assert table.columns.names == ("text",)


def test_utf_16_with_half_a_character_loses_only_that(write):
    half = "text\na film\nhalf ".encode("utf-16") + b"\x00\xd8" + "\nanother\nend".encode("utf-16-le") + b"x"
    table = read_table(write("a.csv", half))
    assert table.texts == ("a film", "another")
    assert table.bad == (BadRow(3, "half a character (a lone surrogate)"), BadRow(5, "not UTF-16"))


def test_line_that_is_too_long_for_memory_is_one_bad_row_and_keeps_the_quotes(write, monkeypatch):
    monkeypatch.setattr(base, "MAX_RECORD", 200_000)
    cell = "so long " * 30_000
    table = read_table(write("a.csv", f'text,label\nfirst,1\n"{cell}",0\n"last, one",0\n{"," * 300_000}\nend,1\n'))
    assert table.texts == ("first", "last, one", "end")
    assert [row.line for row in table.bad] == [3, 5]
    assert "300,001 characters; at most 200,000" in table.bad[1].reason


def test_quotation_mark_that_is_never_closed_is_told_and_swallows_nothing(write, monkeypatch):
    rows = "another film,1\n" * 3_000
    path = write("a.csv", f'text,label\na film,1\n"never closed,0\n{rows}"the, end",0\n')
    for most in (base.MAX_RECORD, 30_000):
        monkeypatch.setattr(base, "MAX_RECORD", most)
        table = read_table(path)
        assert table.texts == ("a film", *["another film"] * 3_000, "the, end")
        assert table.bad == (BadRow(3, "a quotation mark that opens here is never closed"),)
