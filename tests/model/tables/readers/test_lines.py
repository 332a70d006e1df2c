"""Plain text, a review a line."""

from __future__ import annotations

from model.tables.columns import Columns
from model.tables.dialect import FASTTEXT, LABELLED_LIST
from model.tables.labels import NO_LABEL
from model.tables.table import paste_table, read_table


def test_plain_text_is_a_review_a_line(write):
    table = read_table(write("list.txt", "A good film.\r\n\r\n  A bad one, and long.\nNo end"))
    assert table.texts == ("A good film.", "  A bad one, and long.", "No end")
    assert table.lines.tolist() == [1, 3, 4]
    assert table.columns == Columns(("text",), "text")
    assert set(table.labels.tolist()) == {NO_LABEL}


def test_fasttext_labels_go_before_the_review(write):
    lines = ("__label__2 A warm film.", "__label__1\tA dull one.", "no label here", "__label__1 __label__2 both")
    content = "\n".join([*lines, "__label__2 Fine."])
    for name in ("a.txt", "a.csv", "a"):
        table = read_table(write(name, content))
        assert table.texts == ("A warm film.", "A dull one.", "no label here", "Fine.")
        assert table.labels.tolist() == [1, 0, NO_LABEL, 1]
        assert [bad.line for bad in table.bad] == [4]
        assert table.dialect.format == FASTTEXT


def test_label_after_a_tab_is_a_label_in_a_file_as_in_what_is_pasted(write):
    content = 'A "warm film.\t1\n"A dull one.\t0\nI liked it.\t1\nno label\n'
    for table in (read_table(write("a.txt", content)), read_table(write("a.csv", content)), paste_table(content)):
        assert table.texts == ('A "warm film.', '"A dull one.', "I liked it.", "no label")
        assert table.labels.tolist() == [1, 0, 1, NO_LABEL]
        assert table.dialect.format == LABELLED_LIST
