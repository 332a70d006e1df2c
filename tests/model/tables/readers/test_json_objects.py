"""JSON objects by line and in an array: by hand, and all that a person may bring by mistake."""

from __future__ import annotations

import pytest

from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import read_table


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"text": "good", "label": 1}\n\n{"label": "neg", "text": "bad"}\n{"text": "so so"}\n'),
        ("a.ndjson", '{"text": "good", "label": true}\r\n\r\n{"text": "bad", "label": 0.0}\r\n{"text": "so so"}'),
        ("a.json", '{"text": "good", "label": "pos"}\n\n{"text": "bad", "label": false}\n{"text": "so so"}\n'),
        ("a.json", '[{"text": "good", "label": 1},\n\n{"text": "bad", "label": 0},\n{"text": "so so", "label": null}]'),
    ],
)
def test_json_by_line_and_as_an_array_give_the_same(write, name, content):
    table = read_table(write(name, content))
    assert table.texts == ("good", "bad", "so so")
    assert table.labels.tolist() == [1, 0, NO_LABEL]
    assert table.lines.tolist() == [1, 3, 4]
    assert table.columns == Columns(("text", "label"), "text", "label")


def test_bad_json_lines_are_skipped(write):
    deep = "[" * 100_000
    lines = [
        '{"text": "kept", "label": 1, "other": NaN}',
        "[1, 2]",
        "null",
        "{broken",
        deep,
        '{"text": ' + deep + "}",
        '{"label": 1}',
        '{"text": 5}',
        '{"text": "\\ud83d alone"}',
        '{"text": "a", "label": {"b": 1}}',
        '{"text": "a", "label": ' + "9" * 5_000 + "}",
        '{"text": "kept too", "text": "kept last", "label": 0}',
    ]
    table = read_table(write("a.jsonl", "\n".join(lines).encode() + b'\n{"text": "caf\xe9"}\n'))
    assert table.texts == ("kept", "kept last", "café")
    assert [(row.line, row.reason) for row in table.bad] == [
        (2, "not a JSON object"),
        (3, "not a JSON object"),
        (4, "not JSON"),
        (5, "not JSON"),
        (6, "not JSON"),
        (7, "no text"),
        (8, "the text is not a string"),
        (9, "half a character (a lone surrogate)"),
        (10, "unknown label that is neither word nor number"),
        (11, "not JSON"),
    ]
