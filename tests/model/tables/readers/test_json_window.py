"""A JSON array that is streamed: whatever the window, and where it breaks off."""

from __future__ import annotations

import json

import pytest

from model.tables.readers import base, content
from model.tables.table import BadRow, read_table


def test_array_is_read_through_a_window_of_any_size(write, monkeypatch):
    rows = [{"text": f"film {number}, " + 'a "b" \\ ' * number, "label": number % 2} for number in range(60)]
    path = write("a.json", json.dumps(rows, indent=1))
    whole = read_table(path)
    assert whole.texts == tuple(row["text"] for row in rows)
    for window in (30, 333):
        monkeypatch.setattr(base, "WINDOW", window)
        monkeypatch.setattr(content, "PIECE", window)
        assert read_table(path).texts == whole.texts
        assert read_table(path).lines.tolist() == whole.lines.tolist() == list(range(2, 2 + 4 * 60, 4))


@pytest.mark.parametrize("end", ["", ",", "{", '{"text": "b"} x', "[" * 100_000])
def test_array_that_breaks_off_is_read_up_to_there(write, end):
    table = read_table(write("a.json", '[{"text": "a film"},\n 5,\n' + end))
    assert table.texts[0] == "a film"
    assert table.bad[0] == BadRow(2, "not a JSON object")
    assert "to the end of the file" in table.bad[1].reason
    assert table.bad_count == 2
