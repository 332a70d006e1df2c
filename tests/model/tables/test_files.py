"""Files of all kinds: what holds for each, and all that a person may bring by mistake."""

from __future__ import annotations

import csv
import gzip
import io
import json
import pickle
import tarfile
import time
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.tables.readers import content as content_of
from model.tables.table import read_table
from tests.tables import refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["csv", "txt", "jsonl"])
def test_byte_order_marks_are_honoured(write, encoding, ending):
    words = {"csv": "text\nun café\n", "txt": "un café\n", "jsonl": '{"text": "un café"}\n'}[ending]
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    table = read_table(write(f"a.{ending}", (mark + words).encode(encoding)))
    assert table.columns.names == ("text",)
    assert table.texts == ("un café",)


# Rows that are skipped


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


# Files that are refused


def test_empty_files_are_refused(write):
    refused(write("a.csv", ""), "'a.csv' is empty")
    refused(write("b.csv", "\ufeff"), "empty")
    refused(write("c.csv", "\n\n"), "empty")
    refused(write("d.csv", "text,label\n"), "no row below")
    refused(write("e.jsonl", "\n"), "empty")
    refused(write("f.json", "[]"), "no JSON objects")
    refused(write("g.txt", "\n"), "empty")
    refused(write("h.parquet", pa.table({"text": pa.array([], pa.string())})), "no row")


def test_missing_file_and_folder_are_refused(tmp_path):
    refused(tmp_path / "none.csv", "no file 'none.csv'")
    (tmp_path / "folder.csv").mkdir()
    refused(tmp_path / "folder.csv", "no file")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a.json", "a.jsonl", "a.csv.gz", "a.xlsx", "a"])
def test_ending_says_nothing(write, name):
    table = read_table(write(name, "text,label\na film,1\nanother,0\n"))
    assert table.texts == ("a film", "another")
    assert table.labels.tolist() == [1, 0]


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


def test_binary_data_is_refused_and_a_renamed_parquet_file_read(write):
    refused(write("a.csv", b"text\nab\0c\n"), "binary data")
    path = write("a.parquet", pa.table({"text": ["a film"]}))
    assert read_table(path.rename(path.with_suffix(".csv"))).texts == ("a film",)


@pytest.mark.parametrize("start", ["BM", "MZ", "ID3", "%!", "FWS"])
def test_review_that_begins_like_a_picture_or_a_program_is_text(write, start):
    assert read_table(write("a.txt", f"{start} is a film.\n")).texts == (f"{start} is a film.",)


def test_pickle_that_looks_like_text_is_read_as_text(write):
    assert read_table(write("a.txt", pickle.dumps([Harm()], protocol=0))).texts[0] == "(lp0"


# Archives


@pytest.mark.parametrize("name", ["a.csv.gz", "a.gz", "a.csv", "a"])
def test_gzip_of_any_format_is_read(write, name):
    contents = [
        b"text,label\na film,1\nanother,0\n",
        b'{"text": "a film", "label": 1}\n{"text": "another", "label": 0}',
    ]
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["a film", "another"], "label": [1, 0]}), file)
    for content in [*contents, file.getvalue()]:
        table = read_table(write(name, gzip.compress(content)))
        assert table.texts == ("a film", "another")
        assert table.labels.tolist() == [1, 0]
        assert table.dialect.packed


def test_archive_that_unpacks_to_too_much_is_refused(write, monkeypatch):
    monkeypatch.setattr(content_of, "MAX_BYTES", 1_000_000)
    refused(write("a.csv.gz", gzip.compress(b"text\n" + b"a film\n" * 1_000_000)), "would unpack to more than")


def test_damaged_archives_and_those_inside_archives_are_refused(write):
    whole = gzip.compress(b"text\n" + b"a film\n" * 100)
    refused(write("a.csv.gz", whole[:-9]), "a gzip archive that is damaged")
    refused(write("b.csv.gz", whole + b"more"), "a gzip archive that is damaged")
    refused(write("c.csv.gz", gzip.compress(whole)), "a gzip archive")
    refused(write("d.csv.gz", gzip.compress(zipped())), "a zip archive")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    refused(write("e.tar.gz", packed.getvalue()), "a tar archive")


def test_text_that_is_called_parquet_is_read_as_what_it_is(write):
    assert read_table(write("a.parquet", "text,label\na film,pos\n")).texts == ("a film",)
