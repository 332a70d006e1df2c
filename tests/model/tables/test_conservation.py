"""Rows read and rows skipped are the rows there: in every format, whatever the texts, and where a file is damaged.

`GATESCOPE_FUZZED=10000` sets how many damaged files are tried.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.errors import DataError
from model.tables.columns import Columns
from model.tables.table import paste_table, read_table
from model.text import MAX_CHARACTERS

FUZZED = int(os.environ.get("GATESCOPE_FUZZED", "300"))
WORDS = [
    "A film",
    "dull",
    "so, so",
    "it's",
    '"wow"',
    '5" disk',
    "end.",
    "naïve",
    "——",
    "a; b",
    "x | y",
    "\\",
    "__label__x",
    "#",
    "[1]",
    "{a}",
]
PIECES = [*WORDS, '"', '""', '",', '\\"', "\n", "\r\n", ",1", ";", "\t", "'", "\u2028", "\x85", " "]
LABELS = ["positive", "negative"]


def written(rows, delimiter=",", header=True, **dialect):
    """A table as the standard library's writer writes it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, **dialect).writerows([["text", "label"], *rows] if header else rows)
    return file.getvalue().encode()


def parquet_of(rows):
    file = io.BytesIO()
    pq.write_table(pa.table(columns_of(rows)), file)
    return file.getvalue()


def objects(rows):
    return [{"text": text, "label": label} for text, label in rows]


def columns_of(rows):
    return {"text": [text for text, _ in rows], "label": [label for _, label in rows]}


QUOTING = {  # formats that can hold any text
    "csv": written,
    "csv, all quoted": lambda rows: written(rows, quoting=csv.QUOTE_ALL),
    "csv, Unix": lambda rows: written(rows, lineterminator="\n"),
    "semicolon": lambda rows: written(rows, ";"),
    "pipe": lambda rows: written(rows, "|"),
    "tab, all quoted": lambda rows: written(rows, "\t", quoting=csv.QUOTE_ALL),
    "backslashes": lambda rows: written(rows, escapechar="\\", doublequote=False, quoting=csv.QUOTE_ALL),
    "no names": lambda rows: written(rows, header=False),
    "UTF-16": lambda rows: written(rows).decode().encode("utf-16"),
    "byte order mark": lambda rows: b"\xef\xbb\xbf" + written(rows),
    "two byte order marks": lambda rows: b"\xef\xbb\xbf" * 2 + written(rows, quoting=csv.QUOTE_ALL),
    "JSON lines": lambda rows: "\n".join(json.dumps(each, ensure_ascii=False) for each in objects(rows)).encode(),
    "JSON array": lambda rows: json.dumps(objects(rows), indent=1).encode(),
    "JSON columns": lambda rows: json.dumps(columns_of(rows)).encode(),
    "JSON columns, pandas": lambda rows: json.dumps(
        {key: dict(enumerate(column)) for key, column in columns_of(rows).items()}, indent=1
    ).encode(),
    "JSON rows by key": lambda rows: json.dumps(dict(enumerate(objects(rows)))).encode(),
    "JSON field": lambda rows: json.dumps({"about": {"n": [1]}, "data": objects(rows)}).encode(),
    "JSON objects": lambda rows: "\n".join(json.dumps(each, indent=2) for each in objects(rows)).encode(),
    "Parquet": parquet_of,
    "gzip": lambda rows: gzip.compress(written(rows)),
    "gzip of Parquet": lambda rows: gzip.compress(parquet_of(rows)),
}
LINES = {  # formats in which a line is a row
    "tab": lambda rows: b"text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows).encode(),
    "tab, no names": lambda rows: "".join(f"{text}\t{label}\n" for text, label in rows).encode(),
    "label before": lambda rows: "".join(f"{label}\t{text}\n" for text, label in rows).encode(),
    "fastText": lambda rows: "".join(f"__label__{label} {text}\n" for text, label in rows).encode(),
}


QUOTED = re.compile(
    r'"(?:[^"]|"")*""(?:[^"]|"")*"'
)  # just what a writer makes of a cell with a quote: it is read as one


def line(text):
    """A text as a line of a list can hold it."""
    text = " ".join(text.split()) or "so"
    return f"so {text}" if QUOTED.fullmatch(text) else text


def made_rows(texts):
    """Texts with labels, and four reviews at the front, so that there is a table whatever the texts."""
    given = ["A warm film, and long.", "A dull one.", "I liked it, really.", "Never again, I think."]
    return [(text, LABELS[place % 2]) for place, text in enumerate([*given, *texts])]


def assert_read(content, rows, tmp_path_factory, name):
    path = tmp_path_factory.getbasetemp() / "made.txt"
    path.write_bytes(content)
    table = read_table(path)
    assert table.texts == tuple(text for text, _ in rows), name
    assert [LABELS[1 - label] for label in table.labels.tolist()] == [label for _, label in rows]
    assert table.bad_count == 0


TEXTS = st.lists(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(" ".join).filter(lambda text: text.strip() != ""),
    max_size=8,
)


@pytest.mark.parametrize("name", QUOTING)
@settings(max_examples=15, deadline=None)
@given(texts=TEXTS)
@example(texts=["first\nsecond, third\n\nlast", '"', '"" , ""', "\\", 'a "b", c\n"d"'])
def test_any_text_comes_back_with_its_label(tmp_path_factory, name, texts):
    # half a cell that ends with a backslash and half a cell on the next line are whole cells, too: nobody can tell
    texts = [line(f'" {text}') for text in texts] if name == "backslashes" else texts
    rows = made_rows([f"a {text} z" for text in texts])
    assert_read(QUOTING[name](rows), rows, tmp_path_factory, name)


@pytest.mark.parametrize("name", LINES)
@settings(max_examples=15, deadline=None)
@given(texts=TEXTS)
@example(texts=['"', '" lone', 'end "', '"whole"', '" two', 'ends "'])
@example(texts=['" "" \\"'])
def test_any_line_comes_back_with_its_label(tmp_path_factory, name, texts):
    rows = made_rows([line(f"so {text}") for text in texts] if name == "fastText" else map(line, texts))
    assert_read(LINES[name](rows), rows, tmp_path_factory, name)


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS)
def test_list_has_a_review_a_line_and_quotation_marks_are_kept(tmp_path_factory, texts):
    lines = [
        "A film of three acts, told well.",
        'He said "no" and left.',
        *(line(each) for each in texts if ",1" not in each),
    ]
    path = tmp_path_factory.getbasetemp() / "list.csv"
    path.write_bytes("\n".join(lines).encode())
    for table in (read_table(path), paste_table("\n".join(lines))):
        assert table.texts == tuple(lines)
        assert table.columns == Columns(("text",), "text")


@settings(max_examples=15, deadline=None)
@given(texts=TEXTS, name=st.sampled_from(["csv", "semicolon", "JSON lines", "JSON array", "no names"]))
def test_same_text_gives_the_same_pasted_or_under_any_name(tmp_path_factory, name, texts):
    content = QUOTING[name](made_rows(texts))
    pasted = paste_table(content.decode())
    for ending in ("csv", "txt", "tsv", "json", ""):
        path = (tmp_path_factory.getbasetemp() / "same").with_suffix(f".{ending}" if ending else "")
        path.write_bytes(content)
        table = read_table(path)
        assert (table.texts, table.labels.tolist(), table.bad) == (pasted.texts, pasted.labels.tolist(), pasted.bad)


# Damaged files

SIGNS = [
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"|",
    b"\\",
    b"'",
    b"\xe9",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b" ",
    b"\xff",
]


def damaged(content, chance):
    """The content with one sign put in, one taken out or one changed; line feeds stay, so that the rows do."""
    at = chance.randrange(len(content))
    gone = chance.choice([0, 0, 1])
    if gone and content[at : at + 1] in b"\r\n":
        gone = 0
    sign = chance.choice(SIGNS) if not gone or chance.random() < 0.5 else b""
    return content[:at] + sign + content[at + gone :]


def counted(path):
    """Rows read and skipped, those above the names too; None where a sentence refuses the file."""
    try:
        table = read_table(path)
    except DataError:
        return None
    assert all(len(text) <= MAX_CHARACTERS for text in table.texts)
    assert all(bad.reason and bad.line > 0 for bad in table.bad)
    return len(table.texts) + table.bad_count + len(table.dialect.title)


DAMAGED = ["csv", "csv, all quoted", "semicolon", "pipe", "JSON lines", "JSON array", *LINES]


def test_damage_loses_no_row_in_silence(tmp_path):
    chance = random.Random(20)
    for number in range(FUZZED):
        name = chance.choice(DAMAGED)
        texts = [line(" ".join(chance.choices(WORDS, k=chance.randint(2, 9)))) for _ in range(chance.randint(8, 20))]
        rows = made_rows(texts)
        content = damaged({**QUOTING, **LINES}[name](rows), chance)
        path = tmp_path / "damaged.csv"
        path.write_bytes(content)
        found = counted(path)
        most = len(rows) + 1 if name != "JSON array" else 2 * len(rows)  # the pieces of an object are told one by one
        assert found is None or len(rows) <= found <= most, (number, name, found, len(rows), content)


def test_bytes_that_are_cut_changed_or_repeated_raise_nothing(tmp_path):
    chance = random.Random(21)
    for _ in range(FUZZED // 4):
        content = QUOTING[chance.choice(list(QUOTING))](made_rows(chance.choices(PIECES, k=6)))
        for _ in range(chance.randint(1, 4)):
            at, end = sorted(chance.choices(range(len(content) + 1), k=2))
            put = chance.choice([b"", content[at:end] * 2, chance.randbytes(3), b"\n", b'"', b"\0"])
            content = content[:at] + put + content[min(end, at + 9) :]
        path = tmp_path / f"damaged.{chance.choice(['csv', 'txt', 'json', 'gz', 'parquet'])}"
        path.write_bytes(content)
        counted(path)
