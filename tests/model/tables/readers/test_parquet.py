"""Parquet: every kind of text, damaged files, and limits."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

from model.tables.columns import Columns
from model.tables.readers import parquet
from model.tables.table import BadRow, read_table
from tests.tables import refused


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.binary(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_parquet_is_read_whatever_its_kind_of_text(write, kind):
    words = pa.array(["gut, schön", None, "bad"])
    words = words.dictionary_encode() if pa.types.is_dictionary(kind) else words.cast(kind)
    content = pa.table({"n": [1, 2, 3], "text": words, "label": [True, None, False], "list": [[1], [2], [3]]})
    table = read_table(write("a.parquet", content))
    assert table.texts == ("gut, schön", "bad")
    assert table.labels.tolist() == [1, 0]
    assert table.lines.tolist() == [1, 3]
    assert table.bad == (BadRow(2, "no text"),)
    assert table.columns == Columns(("n", "text", "label", "list"), "text", "label")


def test_parquet_row_in_another_encoding_is_skipped(write):
    content = pa.table({"text": pa.array([b"caf\xe9", b"a film"]), "label": ["pos", "neg"]})
    table = read_table(write("a.parquet", content))
    assert table.texts == ("a film",)
    assert table.bad == (BadRow(1, "not UTF-8"),)


def test_damaged_parquet_is_refused(write):
    whole = write("a.parquet", pa.table({"text": [f"film {number}" for number in range(5_000)]})).read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], b"PAR1", whole[:-8] + b"\xff" * 4 + b"PAR1"):
        refused(write("a.parquet", content), "damaged, or no Parquet file")
    refused(write("a.parquet", whole[:300] + b"\xaa" * 9_000 + whole[9_300:]), "damaged, or no Parquet file")


def test_parquet_that_would_unpack_beyond_the_limit_is_refused(write, monkeypatch):
    path = write("a.parquet", pa.table({"text": [f"{number} " * 6_000 for number in range(50)]}))
    assert len(read_table(path).texts) == 50
    monkeypatch.setattr(parquet, "MAX_UNPACKED", 100_000)
    refused(path, "would unpack to")


def test_parquet_text_that_is_repeated_is_once_in_memory(write):
    text = pa.array(["megabytes " * 500_000, "a film"])
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000 + [1], pa.int32()), text)
    start = time.process_time()
    table = read_table(write("a.parquet", pa.table({"text": rows})))
    assert time.process_time() - start < 2
    assert table.texts == ("a film",)
    assert table.bad_count == 3_000
