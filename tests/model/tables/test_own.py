"""A person's own columns: kept as the file writes them, whatever its kind."""

from __future__ import annotations

import datetime
import json

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from model.tables.columns import Columns
from model.tables.own import written
from model.tables.table import read_table, table_of

TEXTS = ["A slow start.", "I laughed a lot.", "Not for me."]


def test_all_other_columns_of_a_delimited_file_are_kept_as_written(write):
    path = write("a.csv", "id,text,label,when,price\n007,A film.,pos,2024-01-02, 1.50\n,B film.,neg,,=1\n")
    table = read_table(path)
    assert dict(table.own) == {"id": ("007", ""), "when": ("2024-01-02", ""), "price": (" 1.50", "=1")}
    assert table.labels.tolist() == [1, 0]


def test_what_is_skipped_is_skipped_in_all_columns(write):
    table = read_table(write("a.csv", "id,text,label\n1,A film.,pos\n2,,neg\n3,C film.,what\n4,D film.,neg\n"))
    assert table.texts == ("A film.", "D film.")
    assert table.own["id"] == ("1", "4")


def test_values_of_json_are_kept_as_json(write):
    values = [7, 1.5, True, {"a": [1, "é"]}]
    lines = [json.dumps({"text": f"{text} {place}", "own": value, "label": place % 2})
             for place, (text, value) in enumerate(zip("abcd", values, strict=True))]  # fmt: skip
    table = read_table(write("a.jsonl", "\n".join(lines)))
    assert [json.loads(each) for each in table.own["own"]] == values
    assert table.own["own"][3] == '{"a": [1, "é"]}'


def test_parquet_gives_text_numbers_and_dates_but_no_bytes(tmp_path):
    columns = {
        "text": TEXTS,
        "label": [0, 1, 0],
        "stars": [1.5, None, 3.0],
        "when": [datetime.date(2024, 1, 2), None, datetime.date(2023, 12, 31)],
        "picture": [b"\xff\xd8", b"", b"1"],
        "words": [["a"], [], ["b", "c"]],
    }
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table(columns), path)
    table = read_table(path, Columns(tuple(columns), "text", "label"))
    assert dict(table.own) == {"stars": ("1.5", "", "3.0"), "when": ("2024-01-02", "", "2023-12-31")}


def test_what_is_no_file_has_no_other_columns():
    assert not table_of(TEXTS, ["pos", "neg", "neg"]).own


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("", ""), ("x", "x"), (False, "false"), (2, "2"), (b"a", "b'a'")]
)
def test_a_value_is_written_as_text(value, text):
    assert written(value) == text
