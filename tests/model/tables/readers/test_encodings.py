"""Encodings: found by mark and by bytes, assumed where neither says, and answered by a person; never a row less."""

from __future__ import annotations

import pytest

from model.errors import DataError
from model.tables.dialect import ENCODING, Answers
from model.tables.table import find_dialect, read_table

CURLY = "review,sentiment\nThe ‘best’ café film – really,positive\nA dull one,negative\n"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_encoding_without_a_mark_is_assumed_and_said(write, encoding):
    path = write("a.csv", CURLY.encode(encoding))
    table = read_table(path)
    assert table.texts == ("The ‘best’ café film – really", "A dull one")
    assert table.bad_count == 0
    assert (table.dialect.encoding, table.dialect.unclear) == (encoding, (ENCODING,))
    assert len(table.dialect.notes) == 1


def test_what_is_sure_is_not_asked(write):
    for content in (CURLY.encode(), b"\xef\xbb\xbf" + CURLY.encode(), CURLY.encode("utf-16")):
        assert find_dialect(write("a.csv", content)).unclear == ()


def test_other_encoding_can_be_chosen(write):
    path = write("a.csv", "text\nŽluťoučký kůň\n".encode("cp1250"))
    assert read_table(path, answers=Answers(encoding="cp1250")).texts == ("Žluťoučký kůň",)
    assert read_table(path, answers=Answers(encoding="cp1250")).dialect.unclear == ()
    assert len(read_table(path, answers=Answers(encoding="latin-1")).texts) == 1
    with pytest.raises(DataError, match="no encoding 'rot13'; there are utf-8"):
        read_table(path, answers=Answers(encoding="rot13"))


@pytest.mark.parametrize(
    ("encoding", "review"),
    [
        ("gb18030", "这部电影非常好看，我很喜欢，演员也很出色。"),
        ("cp1251", "Хороший фильм, очень понравился актёрам и нам."),
    ],
)
def test_text_of_another_script_is_told_by_its_bytes(write, encoding, review):
    table = read_table(write("a.txt", f"{review}\n{review}{review}\n".encode(encoding)))
    assert table.texts == (review, review * 2)


def test_english_with_chinese_quotation_marks_is_read(write):
    content = "text,label\nA “very” good film indeed,1\nA dull one, 0\n".replace(", 0", ",0").encode("gb18030")
    assert read_table(write("a.csv", content)).texts[0] == "A “very” good film indeed"


def test_stray_bytes_in_utf_8_cost_no_row_and_no_letter(write):
    content = "text\nun café noir\nŽluťoučký kůň\n".encode() + b"it\x92s caf\xe9\n"
    table = read_table(write("a.csv", content))
    assert table.texts == ("un café noir", "Žluťoučký kůň", "it’s café")
    assert "2 bytes" in table.dialect.notes[0]


def test_byte_that_windows_1252_lacks_is_kept_as_a_row(write):
    assert len(read_table(write("a.txt", b"A film \x81 \x93of\x94 note\nAnother film\n")).texts) == 2
