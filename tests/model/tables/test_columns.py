"""Which columns are read: guessed, chosen, and choices that cannot be."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pytest

from model.tables.columns import Columns
from model.tables.table import guess_columns, read_table
from tests.tables import refused


@pytest.mark.parametrize(
    ("content", "text", "label", "rating"),
    [
        ("review,sentiment\na film,positive\n", "review", "sentiment", None),
        ("TEXT;Label\na film;1\n", "TEXT", "Label", None),
        ("asin,review body,star rating\nB01,a film,5\n", "review body", None, "star rating"),
        ("title,opinion,n\na,a long opinion of it,1\nb,another one,2\n", "opinion", None, None),
        ("what,said\npos,a film\nneg,a film\n", "said", "what", None),
        ("id,said,up\n0,film one,1\n1,film two,0\n2,film,0\n", "said", "up", None),
        ("id,said\n0,film one\n1,film two\n", "said", None, None),
        ("text,score\na film,0\nanother,1\n", "text", "score", None),
        ("text,score\na film,2500\nanother,16\n", "text", None, None),
        ("text,label\na film,comedy\nanother,drama\n", "text", "label", None),  # it is asked what they mean
        ("text,category\na film,comedy\nanother,drama\n", "text", None, None),
        ("text,body\n1,a film\n2,another\n", "body", None, None),
        ("text,label\n", "text", "label", None),
    ],
)
def test_columns_are_guessed_by_name_then_by_content(write, content, text, label, rating):
    columns = guess_columns(write("a.csv", content))
    assert (columns.text, columns.label, columns.rating) == (text, label, rating)


def test_chosen_columns_are_read(write):
    path = write("a.csv", "text,other,mine\nthe text,the other,neg\n")
    table = read_table(path, Columns((), "other", "mine"))
    assert table.texts == ("the other",)
    assert table.labels.tolist() == [0]
    assert table.columns == Columns(("text", "other", "mine"), "other", "mine")


def test_choice_of_columns_that_cannot_be_is_refused(write):
    path = write("a.csv", "text,label\na film,1\n")
    assert "'text', 'label'" in refused(path, "no column 'none'", Columns((), "none"))
    refused(path, "no column 'gone'", Columns((), "text", "gone"))
    refused(path, "both the text and its label", Columns((), "text", "text"))
    refused(path, "both the text and its label", Columns((), "text", None, "text"))
    number = write("a.parquet", pa.table({"text": ["a film"], "n": [1]}))
    refused(number, "'n' of 'a.parquet' does not hold text", Columns((), "n"))


def test_names_are_made_fit_to_be_shown_and_chosen(write):
    header = ["=HYPERLINK(1)", "text", "text", "", "a\x07\nb", "x" * 500]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([header, ["1", "first", "second", "3", "4", "5"]])
    path = write("a.csv", file.getvalue())
    names = guess_columns(path).names
    assert names[:5] == ("=HYPERLINK(1)", "text", "text (2)", "column 4", "a b")
    assert len(names[5]) == 100
    assert read_table(path, Columns(names, "text (2)")).texts == ("second",)


def test_file_without_a_column_of_text_names_what_it_has(write):
    assert "'id', 'label'" in refused(write("a.csv", "id,label\n1,0\n"), "no column of text")
    many = ",".join(f"c{number}" for number in range(50)) + "\n" + ",".join("1" * 50) + "\n"
    assert "and 40 more" in refused(write("b.csv", many), "no column of text")
    refused(write("c.jsonl", '{"a": 1}\n'), "no column of text")
    refused(write("d.parquet", pa.table({"text": [1, 2]})), "no column of text")


def test_file_with_a_thousand_columns_is_refused(write):
    names = [f"column {number}" for number in range(1_000)]
    sentence = "has 1,000 columns; at most 200"
    refused(write("a.csv", ",".join(names) + "\n"), sentence)
    refused(write("a.jsonl", json.dumps(dict.fromkeys(names, "x"))), sentence)
    refused(write("a.parquet", pa.table({name: ["x"] for name in names})), sentence)
