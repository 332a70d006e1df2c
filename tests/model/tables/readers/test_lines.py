"""Plain text, a review a line."""

from __future__ import annotations

from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import read_table


def test_plain_text_is_a_review_a_line(write):
    table = read_table(write("list.txt", "A good film.\r\n\r\n  A bad one, and long.\nNo end"))
    assert table.texts == ("A good film.", "  A bad one, and long.", "No end")
    assert table.lines.tolist() == [1, 3, 4]
    assert table.columns == Columns(("text",), "text")
    assert set(table.labels.tolist()) == {NO_LABEL}
