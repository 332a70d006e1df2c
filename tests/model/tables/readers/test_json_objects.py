"""JSON objects by line and in an array: by hand, and all that a person may bring by mistake."""

from __future__ import annotations

import json

import pytest

from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import find_dialect, read_table


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


@pytest.mark.parametrize(
    "content",
    [
        '{"data": [{"text": "a film", "label": 1}, {"text": "a dull one", "label": 0}]}',
        '{"n": 2,\n "about": {"tags": [{"name": "x"}]},\n "found": {"rows":\n [{"text": "a film", "label": 1},\n'
        ' {"text": "a dull one", "label": 0}]}}',
        '{"rows": [{"row_idx": 0, "row": {"text": "a film", "label": 1}},'
        ' {"row_idx": 1, "row": {"text": "a dull one", "label": 0}}]}',
        '{\n"text": "a film",\n"label": 1\n}\n{\n"text": "a dull one",\n"label": 0\n}\n',
        '{"text": "a film", "label": 1},\n{"text": "a dull one", "label": 0},\n',
        '[{"text": "a film", "label": 1}]\n[{"text": "a dull one", "label": 0}]',
        '\ufeff[[{"text": "a film", "label": 1}, {"text": "a dull one", "label": 0}]]',
    ],
)
def test_rows_are_found_wherever_they_stand(write, content):
    for name in ("a.json", "a.jsonl", "a.txt"):
        table = read_table(write(name, content))
        assert table.texts == ("a film", "a dull one")
        assert table.labels.tolist() == [1, 0]
        assert table.bad_count == 0


def test_label_studio_gives_text_and_choice(write):
    def task(text, *choices):
        return {
            "id": 7,
            "annotations": [{"result": [{"value": {"choices": [each]}, "type": "choices"}]} for each in choices],
            "data": {"text": text},
        }

    tasks = [
        task("a film", "Positive"),
        task("a dull one", "Negative"),
        task("both", "Positive", "Negative"),
        task("none"),
    ]
    table = read_table(write("a.json", json.dumps(tasks)))
    assert table.texts == ("a film", "a dull one", "none")
    assert table.labels.tolist() == [1, 0, NO_LABEL]
    assert table.bad_count == 1


def test_fault_in_an_array_costs_one_row(write):
    rows = [json.dumps({"text": f"film {number}", "label": number % 2}) for number in range(6)]
    for broken in (
        '{"text": "film 2, "label": 0}',
        '{"text": "film 2", "label": }',
        '"text": "film 2", "label": 0}',
        ":",
    ):
        content = "[" + ",\n".join([*rows[:2], broken, *rows[3:]]) + "]"
        table = read_table(write("a.json", content))
        assert table.texts == ("film 0", "film 1", "film 3", "film 4", "film 5")
        assert {bad.line for bad in table.bad} == {3}


ROWS = [{"text": f"A film that I liked, number {n}", "label": ["neg", "pos"][n % 2]} for n in range(6)]
COLUMNS = {key: [row[key] for row in ROWS] for key in ROWS[0]}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "document",
    [
        COLUMNS,
        {"version": 2} | COLUMNS,
        {key: {str(n): value for n, value in enumerate(column)} for key, column in COLUMNS.items()},
        {key: {f"id{n}": value for n, value in enumerate(column)} for key, column in COLUMNS.items()},
        {str(n): row for n, row in enumerate(ROWS)},
        {f"review {n}": row | {"about": {"year": 1999}} for n, row in enumerate(ROWS)},
        {"train": ROWS[:3], "test": ROWS[3:]},
    ],
    ids=["columns", "with a version", "pandas", "pandas with an index", "pandas by index", "by name", "splits"],
)
def test_table_is_read_however_a_document_holds_it(write, document, indent):
    table = read_table(write("a.json", json.dumps(document, indent=indent)))
    assert table.texts == tuple(COLUMNS["text"])
    assert table.labels.tolist() == [0, 1] * 3
    assert table.bad_count == 0


def test_column_that_is_short_or_breaks_off_loses_no_row_in_silence(write):
    short = read_table(write("a.json", json.dumps({"text": COLUMNS["text"][:4], "label": COLUMNS["label"]})))
    assert (len(short.texts), short.bad_count) == (4, 2)
    for document in (COLUMNS, {str(n): row for n, row in enumerate(ROWS)}):
        whole = json.dumps(document)
        cut = read_table(write("b.json", whole[: whole.index("number 4")]))
        assert len(cut.texts) == 4
        assert cut.bad[-1].reason.startswith("not JSON")
        more = read_table(write("c.json", whole + ' "and more"'))
        assert len(more.texts) == 6
        assert more.bad_count == 1


def test_texts_of_another_kind_in_the_document_are_told(write):
    path = write("a.json", json.dumps({"reviews": ROWS, "authors": [{"text": "a man who writes", "name": "x"}]}))
    assert "'authors'" in find_dialect(path).notes[-1]
    assert len(read_table(path).texts) == 6


def test_single_object_is_one_row(write):
    for document in ({"data": {"text": "a film"}, "meta": {"id": 1}}, {"text": "a film", "by": {"name": "x"}}):
        assert read_table(write("a.json", json.dumps(document, indent=1))).texts == ("a film",)


def test_stray_sign_before_an_array_is_told_and_costs_no_row(write):
    table = read_table(write("a.json", ";" + json.dumps(ROWS, indent=1)))
    assert len(table.texts) == 6
    assert [row.reason for row in table.bad] == ["not JSON"]
