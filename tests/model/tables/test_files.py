"""Reading each kind of file: by hand, by equivalence, and all that a person may bring by mistake."""

from __future__ import annotations

import csv
import io
import json
import pickle
import time
import zipfile

import pyarrow as pa
import pytest

from model.tables import files
from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import BadRow, read_table
from tests.tables import refused


@pytest.mark.parametrize("ending", ["csv", "tsv"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_whatever_the_ending(write, ending, delimiter):
    rows = [["text", "label"], ["good; really, good", "1"], ["bad,\tso bad; bad", "0"]]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    table = read_table(write(f"a.{ending}", file.getvalue()))
    assert table.texts == ("good; really, good", "bad,\tso bad; bad")
    assert table.labels.tolist() == [1, 0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["csv", "txt", "jsonl"])
def test_byte_order_marks_are_honoured(write, encoding, ending):
    words = {"csv": "text\nun café\n", "txt": "un café\n", "jsonl": '{"text": "un café"}\n'}[ending]
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    table = read_table(write(f"a.{ending}", (mark + words).encode(encoding)))
    assert table.columns.names == ("text",)
    assert table.texts == ("un café",)


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


def test_array_is_read_through_a_window_of_any_size(write, monkeypatch):
    rows = [{"text": f"film {number}, " + 'a "b" \\ ' * number, "label": number % 2} for number in range(60)]
    path = write("a.json", json.dumps(rows, indent=1))
    whole = read_table(path)
    assert whole.texts == tuple(row["text"] for row in rows)
    for window in (30, 333):
        monkeypatch.setattr(files, "WINDOW", window)
        assert read_table(path).texts == whole.texts
        assert read_table(path).lines.tolist() == whole.lines.tolist() == list(range(2, 2 + 4 * 60, 4))


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


def test_plain_text_is_a_review_a_line(write):
    table = read_table(write("list.txt", "A good film.\r\n\r\n  A bad one, and long.\nNo end"))
    assert table.texts == ("A good film.", "  A bad one, and long.", "No end")
    assert table.lines.tolist() == [1, 3, 4]
    assert table.columns == Columns(("text",), "text")
    assert set(table.labels.tolist()) == {NO_LABEL}


def test_csv_that_is_a_plain_list_has_no_header(write):
    table = read_table(write("list.csv", "A good film, really.\nA bad one, long, and dull.\n"))
    assert table.texts == ("A good film, really.", "A bad one, long, and dull.")
    assert table.columns.names == ("text",)


# Rows that are skipped


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
    assert table.texts == ("kept", "kept last")
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
        (13, "not UTF-8"),
    ]


@pytest.mark.parametrize("end", ["", ",", "{", '{"text": "b"} x', "[" * 100_000])
def test_array_that_breaks_off_is_read_up_to_there(write, end):
    table = read_table(write("a.json", '[{"text": "a film"},\n 5,\n' + end))
    assert table.texts[0] == "a film"
    assert table.bad[0] == BadRow(2, "not a JSON object")
    assert "to the end of the file" in table.bad[1].reason
    assert table.bad_count == 2


def test_parquet_row_in_another_encoding_is_skipped(write):
    content = pa.table({"text": pa.array([b"caf\xe9", b"a film"]), "label": ["pos", "neg"]})
    table = read_table(write("a.parquet", content))
    assert table.texts == ("a film",)
    assert table.bad == (BadRow(1, "not UTF-8"),)


def test_utf_16_with_half_a_character_loses_only_that(write):
    half = "text\na film\nhalf ".encode("utf-16") + b"\x00\xd8" + "\nanother\nend".encode("utf-16-le") + b"x"
    table = read_table(write("a.csv", half))
    assert table.texts == ("a film", "another")
    assert table.bad == (BadRow(3, "half a character (a lone surrogate)"), BadRow(5, "not UTF-16"))


@pytest.mark.parametrize("space", [" ", "\n"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet", "txt"])
def test_cell_of_five_megabytes_is_one_bad_row(write, ending, space):
    rows = ["the first", ("five" + space) * 1_000_000, "the last"]
    if ending == "csv":
        file = io.StringIO(newline="")
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text", "n"], *([text, "1"] for text in rows)])
        content = file.getvalue()
    elif ending == "parquet":
        content = pa.table({"text": rows})
    elif ending == "txt":
        content = "\n".join(row.replace("\n", " ") for row in rows)
    else:
        objects = [{"text": text} for text in rows]
        content = json.dumps(objects) if ending == "json" else "\n".join(map(json.dumps, objects))
    start = time.process_time()
    table = read_table(write(f"a.{ending}", content))
    assert time.process_time() - start < 1
    assert table.texts == ("the first", "the last")
    (bad,) = table.bad
    assert bad.reason == "the text has 5,000,000 characters; at most 20,000 can be read"


def test_line_that_is_too_long_for_memory_is_one_bad_row_and_keeps_the_quotes(write, monkeypatch):
    monkeypatch.setattr(files, "MAX_RECORD", 200_000)
    cell = "so long " * 30_000
    table = read_table(write("a.csv", f'text,label\nfirst,1\n"{cell}",0\n"last, one",0\n{"," * 300_000}\nend,1\n'))
    assert table.texts == ("first", "last, one", "end")
    assert [row.line for row in table.bad] == [3, 5]
    assert "300,001 characters; at most 200,000" in table.bad[1].reason


def test_quotation_mark_that_is_never_closed_is_told(write, monkeypatch):
    rows = "another film,1\n" * 3_000
    path = write("a.csv", f'text,label\na film,1\n"never closed,0\n{rows}')
    table = read_table(path)
    assert table.texts == ("a film",)
    assert table.bad[0].line == 3
    assert table.bad[0].reason == "a quotation mark is not closed to the very end"
    monkeypatch.setattr(files, "MAX_RECORD", 30_000)
    monkeypatch.setattr(csv, "field_size_limit", lambda limit=None, real=csv.field_size_limit: real(30_000))
    found = read_table(path)
    assert len(found.texts) > 900
    assert "a cell of over 30,000 characters" in found.bad[0].reason


# Files that are refused


def test_empty_files_are_refused(write):
    refused(write("a.csv", ""), "'a.csv' is empty")
    refused(write("b.csv", "\ufeff"), "empty")
    refused(write("c.csv", "\n\n"), "empty")
    refused(write("d.csv", "text,label\n"), "no row below")
    refused(write("e.jsonl", "\n"), "no JSON objects")
    refused(write("f.json", "[]"), "no JSON objects")
    refused(write("g.txt", "\n"), "no row")
    refused(write("h.parquet", pa.table({"text": pa.array([], pa.string())})), "no row")


def test_missing_file_folder_and_unknown_ending_are_refused(tmp_path, write):
    refused(tmp_path / "none.csv", "no file 'none.csv'")
    (tmp_path / "folder.csv").mkdir()
    refused(tmp_path / "folder.csv", "no file")
    for name in ("a.xlsx", "a.pkl", "a", "a.csv.gz"):
        refused(write(name, "text\na film\n"), r"by its ending; there are \.csv")


def test_file_of_101_megabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(101 * 1024**2)
    refused(path, "has 101 MB; at most 100 MB can be read")


def test_empty_lines_without_end_are_refused(write):
    refused(write("a.csv", "text\n" + "\n" * 1_000_001), "1,000,000 empty lines")
    refused(write("a.txt", "\n" * 1_000_001), "1,000,000 empty lines")


class Harm:
    def __reduce__(self):
        return pytest.fail, ("the pickle was loaded",)


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("a.csv", "text\na film\n")
    return file.getvalue()


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "txt", "parquet"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped(), "a zip archive"),
        (pickle.dumps(Harm(), protocol=2), "a pickle, which is never loaded"),
        (pickle.dumps(Harm(), protocol=5), "a pickle, which is never loaded"),
        (b"\x1f\x8b\x08" + bytes(30), "a gzip archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        ("text\na film".encode("utf-32"), "text in UTF-32"),
    ],
)
def test_what_was_renamed_is_refused_by_its_first_bytes(write, content, kind, ending):
    refused(write(f"a.{ending}", content), kind)


def test_binary_data_and_a_renamed_parquet_file_are_refused(write):
    refused(write("a.csv", b"text\nab\0c\n"), "binary data")
    path = write("a.parquet", pa.table({"text": ["a film"]}))
    refused(path.rename(path.with_suffix(".csv")), "a Parquet file")


def test_pickle_that_looks_like_text_is_read_as_text(write):
    assert read_table(write("a.txt", pickle.dumps([Harm()], protocol=0))).texts[0] == "(lp0"


def test_damaged_parquet_is_refused(write):
    whole = write("a.parquet", pa.table({"text": [f"film {number}" for number in range(5_000)]})).read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], b"PAR1", whole[:-8] + b"\xff" * 4 + b"PAR1", b"text\nfilm\n"):
        refused(write("a.parquet", content), "damaged, or no Parquet file")
    refused(write("a.parquet", whole[:300] + b"\xaa" * 9_000 + whole[9_300:]), "damaged, or no Parquet file")


def test_parquet_that_would_unpack_beyond_the_limit_is_refused(write, monkeypatch):
    path = write("a.parquet", pa.table({"text": [f"{number} " * 6_000 for number in range(50)]}))
    assert len(read_table(path).texts) == 50
    monkeypatch.setattr(files, "MAX_UNPACKED", 100_000)
    refused(path, "would unpack to")


def test_parquet_text_that_is_repeated_is_once_in_memory(write):
    text = pa.array(["megabytes " * 500_000, "a film"])
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000 + [1], pa.int32()), text)
    start = time.process_time()
    table = read_table(write("a.parquet", pa.table({"text": rows})))
    assert time.process_time() - start < 2
    assert table.texts == ("a film",)
    assert table.bad_count == 3_000
