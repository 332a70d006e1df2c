"""Reading tables of reviews: by hand, by round trips, and all that a person may bring by mistake."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import pickle
import time
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import tables
from model.errors import DataError, ReviewError
from model.tables import NO_LABEL, BadRow, Columns, guess_columns, labels_from_numbers, paste_table, read_table
from model.text import check_review
from tests.model.test_imdb import REVIEWS, archive, write_folder


@pytest.fixture
def write(tmp_path):
    """Writes a file of that name and gives back its path."""

    def write_file(name, content):
        path = tmp_path / name
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def refused(path, match, columns=None):
    """The sentence by which a file is refused, at once and without its folder."""
    start = time.process_time()
    with pytest.raises(DataError, match=match) as caught:
        read_table(path, columns)
    assert time.process_time() - start < 1
    sentence = str(caught.value)
    assert str(path.parent) not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 500
    return sentence


# What is read


def test_csv_gives_texts_labels_stars_lines_and_digest(write):
    path = write("films.csv", 'id,Review,Sentiment,Stars\n1,"good\nfilm",positive,9\n\n2,bad film,NEG,1.5\n3,so so,,\n')
    table = read_table(path)
    assert table.name == "films.csv"
    assert table.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.columns == Columns(("id", "Review", "Sentiment", "Stars"), "Review", "Sentiment", "Stars")
    assert table.texts == ("good\nfilm", "bad film", "so so")
    assert table.labels.tolist() == [1, 0, NO_LABEL]
    assert table.lines.tolist() == [2, 5, 6]
    np.testing.assert_array_equal(table.ratings, [9, 1.5, math.nan])
    assert (table.labels.dtype, table.ratings.dtype, table.lines.dtype) == (np.int8, np.float32, np.int64)
    assert (table.bad, table.bad_count) == ((), 0)


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
        monkeypatch.setattr(tables, "WINDOW", window)
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


def test_own_name_of_a_temporary_file_says_what_it_is(write):
    path = write("tmp1234", "text\ngood\n")
    assert read_table(path, name="folder/my films.CSV").name == "my films.CSV"
    assert guess_columns(path, "a.csv").text == "text"


def test_progress_grows_to_one_and_can_stop_the_reading(write):
    path = write("a.csv", "text\n" + "a good film\n" * 5_000)
    shares = []
    read_table(path, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 5

    class Stopped(Exception):
        pass

    def stop(share):
        raise Stopped

    with pytest.raises(Stopped):
        read_table(path, progress=stop)


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30), max_size=20)


def readable(texts):
    """The texts that can be read, with their places."""
    for place, text in enumerate(texts):
        try:
            check_review(text)
        except ReviewError:
            continue
        yield place, text


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_any_texts_come_back_row_for_row(tmp_path_factory, texts):
    expected = [text for _, text in readable(texts)]
    if not expected:
        return
    folder = tmp_path_factory.mktemp("round", numbered=True)
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["text", "n"], *([text, n] for n, text in enumerate(texts))])
    (folder / "a.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (folder / "b.jsonl").write_bytes(
        "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts).encode()
    )
    (folder / "a.json").write_text(json.dumps([{"text": text} for text in texts], indent=1))
    pq.write_table(pa.table({"text": texts}), folder / "a.parquet")
    for path in folder.iterdir():
        table = read_table(path)
        assert list(table.texts) == expected, path.name
        assert table.bad_count == len(texts) - len(expected)
    for name in ("a.jsonl", "b.jsonl", "a.parquet"):
        assert read_table(folder / name).lines.tolist() == [place + 1 for place, _ in readable(texts)]


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.sampled_from(["csv", "tsv", "jsonl", "json", "parquet", "txt"]))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path_factory, content, ending):
    path = tmp_path_factory.getbasetemp() / f"any.{ending}"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except DataError:
        return
    assert all(text.encode() and check_review(text) for text in table.texts)


# Columns


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
        ("text,label\na film,comedy\nanother,drama\n", "text", None, None),
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


# Labels


WORDS = [("pos", "neg"), ("Positive", " NEGATIVE "), ("true", "False"), ("LABEL_1", "label_0"), ("1", "0")]


@pytest.mark.parametrize("words", [*WORDS, ("1.0", "0.0"), ("1", "-1"), ("5 stars", "1 star"), ("10", "4")])
def test_words_and_numbers_are_labels(write, words):
    table = read_table(write("a.csv", "text,label\n" + "".join(f"film,{word}\n" for word in words)))
    assert table.labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([0, 1, math.nan], [0, 1, -1]),
        ([1, 1], [1, 1]),
        ([0, 0], [0, 0]),
        ([-1, 1], [0, 1]),
        ([-1, 0, 1], [-1, 0, 1]),
        ([-1, -1], [-1, -1]),
        ([0] * 10 + [1] * 10 + [7, 0.5], [0] * 10 + [1] * 10 + [-2, -2]),
        ([-1] * 10 + [1] * 10 + [3], [0] * 10 + [1] * 10 + [-2]),
        ([1, 2, 3, 4, 5, 3.5], [0, 0, -1, 1, 1, -1]),
        ([0, 2, 5], [0, 0, 1]),
        ([1, 4, 5, 6, 7, 10, 11, -1], [0, 0, -1, -1, 1, 1, -2, -2]),
        ([0, 1, 2], [0, -1, 1]),
        ([0, 1, 2, 3, 4], [0, 0, -1, 1, 1]),
        ([0, 4], [0, 1]),
        ([17, 170], [-2, -2]),
        ([math.nan], [-1]),
        ([], []),
    ],
)
def test_column_says_what_its_numbers_mean(numbers, labels):
    assert labels_from_numbers(np.array(numbers, dtype=float)).tolist() == labels


def test_stars_give_labels_where_there_is_no_label_and_the_other_way_round(write):
    stars = read_table(write("a.csv", "text,stars\na film,5\nanother,2\nanother,3\nanother,none\nanother,99\n"))
    assert stars.labels.tolist() == [1, 0, NO_LABEL, NO_LABEL, NO_LABEL]
    np.testing.assert_array_equal(stars.ratings, [5, 2, 3, math.nan, math.nan])
    labels = read_table(write("b.csv", "text,label\na film,10\nanother,2\nanother,pos\nanother,\n"))
    assert labels.labels.tolist() == [1, 0, 1, NO_LABEL]
    np.testing.assert_array_equal(labels.ratings, [10, 2, math.nan, math.nan])


def test_label_goes_before_stars_and_is_not_made_up_from_them(write):
    table = read_table(write("a.csv", "text,label,rating\na film,neg,10\nanother,,1\n"))
    assert table.labels.tolist() == [0, NO_LABEL]
    assert table.ratings.tolist() == [10, 1]


def test_one_class_only_and_no_labels_are_read(write):
    assert read_table(write("a.csv", "text,label\na film,1\nanother,1\n")).labels.tolist() == [1, 1]
    assert read_table(write("b.csv", "text\na film\n")).labels.tolist() == [NO_LABEL]


# Rows that are skipped


def test_bad_rows_are_skipped_with_their_line_and_reason(write):
    content = (
        b'text,label\na film,1\n" \n ",0\ntoo few\ntoo,many,1\ncaf\xe9,1\n\na film,perhaps\n'
        + b"y" * 1_001
        + b",1\n"
        + b"long " * 4_001
        + b",0\na film,9\nmore of it,0\n"
        + b"a film,1\n" * 20
    )
    table = read_table(write("a.csv", content))
    assert table.texts == ("a film", "more of it", *["a film"] * 20)
    assert table.bad == (
        BadRow(3, "no text"),
        BadRow(5, "the number of cells is 1, that of columns 2"),
        BadRow(6, "the number of cells is 3, that of columns 2"),
        BadRow(7, "not UTF-8"),
        BadRow(9, "unknown label 'perhaps'"),
        BadRow(10, "the text has 1,001 characters in a row without a space; at most 1,000 can be read"),
        BadRow(11, "the text has 20,005 characters; at most 20,000 can be read"),
        BadRow(12, "unknown label '9'"),
    )
    assert table.bad_count == 8
    assert table.lines.tolist() == [2, *range(13, 34)]


def test_unknown_label_is_quoted_short_and_without_control_characters(write):
    table = read_table(write("a.csv", 'text,label\na,1\na,0\na,"x\x1b\n\u202e' + "y" * 500 + '"\n'))
    (bad,) = table.bad
    assert bad.reason.startswith("unknown label 'x yyy")
    assert bad.reason.isprintable()
    assert len(bad.reason) < 60


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


def test_only_the_first_thousand_bad_rows_are_kept_but_all_are_counted(write):
    table = read_table(write("a.csv", "text,label\na,1\na,0\n" + "a,x\n" * 1_500), Columns((), "text", "label"))
    assert (len(table.bad), table.bad_count) == (1_000, 1_500)
    assert table.bad[-1].line == 1_003


def test_numbers_that_are_no_labels_stand_among_the_bad_rows_in_order(write):
    table = read_table(write("a.csv", "text,label\n" + "a,1\na,0\n" * 20 + "a,7\n,1\na,x\n"))
    assert [row.line for row in table.bad] == [42, 43, 44]


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
    monkeypatch.setattr(tables, "MAX_RECORD", 200_000)
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
    monkeypatch.setattr(tables, "MAX_RECORD", 30_000)
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


def test_file_without_a_column_of_text_names_what_it_has(write):
    assert "'id', 'label'" in refused(write("a.csv", "id,label\n1,0\n"), "no column of text")
    many = ",".join(f"c{number}" for number in range(50)) + "\n" + ",".join("1" * 50) + "\n"
    assert "and 40 more" in refused(write("b.csv", many), "no column of text")
    refused(write("c.jsonl", '{"a": 1}\n'), "no column of text")
    refused(write("d.parquet", pa.table({"text": [1, 2]})), "no column of text")


def test_file_of_101_megabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(101 * 1024**2)
    refused(path, "has 101 MB; at most 100 MB can be read")


def test_file_with_a_thousand_columns_is_refused(write):
    names = [f"column {number}" for number in range(1_000)]
    sentence = "has 1,000 columns; at most 200"
    refused(write("a.csv", ",".join(names) + "\n"), sentence)
    refused(write("a.jsonl", json.dumps(dict.fromkeys(names, "x"))), sentence)
    refused(write("a.parquet", pa.table({name: ["x"] for name in names})), sentence)


def test_more_rows_than_the_limit_are_refused_not_cut(write, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 50)
    for count in (50, 51):
        files = {
            "csv": "text\n" + "film\n" * (count - 1) + '" "\n',
            "jsonl": '{"text": "film"}\n' * count,
            "json": json.dumps([{"text": "film"}] * count),
            "parquet": pa.table({"text": ["film"] * count}),
            "txt": "film\n" * count,
        }
        for ending, content in files.items():
            path = write(f"a.{ending}", content)
            if count == 50:
                assert len(read_table(path).texts) >= 49
            else:
                refused(path, "50")
    with pytest.raises(DataError, match="50 rows"):
        paste_table("film\n" * 51)


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
    monkeypatch.setattr(tables, "MAX_UNPACKED", 100_000)
    refused(path, "would unpack to")


def test_parquet_text_that_is_repeated_is_once_in_memory(write):
    text = pa.array(["megabytes " * 500_000, "a film"])
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000 + [1], pa.int32()), text)
    start = time.process_time()
    table = read_table(write("a.parquet", pa.table({"text": rows})))
    assert time.process_time() - start < 2
    assert table.texts == ("a film",)
    assert table.bad_count == 3_000


def test_file_without_a_row_that_can_be_read_says_why(write):
    sentence = refused(
        write("a.csv", "text,label\na film,x\nanother,y\n"), "no row that can be read", Columns((), "text", "label")
    )
    assert "line 2: unknown label 'x'" in sentence


def test_file_that_goes_away_is_told(write):
    path = write("a.csv", "text\n" + "a film\n" * 100)

    def leave(share):
        raise OSError("the disk is gone")

    with pytest.raises(DataError, match="to its end"):
        read_table(path, progress=leave)


# Pasted lists, and the dataset


def test_pasted_lines_are_texts():
    table = paste_table("A good film.\r\n\n  A bad one.\n")
    assert table.name == "pasted list"
    assert table.texts == ("A good film.", "  A bad one.")
    assert table.lines.tolist() == [1, 3]
    assert table.columns == Columns(("text",), "text")
    assert table.digest == hashlib.sha256(b"A good film.\r\n\n  A bad one.\n").hexdigest()


@pytest.mark.parametrize("line", ["{text}\t{label}", "{label}\t{text}"])
def test_pasted_labels_are_found_on_either_side(line):
    rows = [("a\tgood film", "pos"), ("a bad film", "NEG"), ("another", "1"), ("so so", ""), ("a film", "perhaps")]
    table = paste_table("\n".join(line.format(text=text, label=label) for text, label in rows) + "\nno label")
    assert table.texts == ("a\tgood film", "a bad film", "another", "so so", "no label")
    assert table.labels.tolist() == [1, 0, 1, NO_LABEL, NO_LABEL]
    assert table.bad == (BadRow(5, "unknown label 'perhaps'"),)
    assert table.columns == Columns(("text", "label"), "text", "label")


def test_tab_alone_does_not_make_a_label():
    assert paste_table("good\tfilm\nbad\tfilm").texts == ("good\tfilm", "bad\tfilm")


def test_pasted_list_that_is_empty_too_long_or_broken_is_refused(monkeypatch):
    for text in ("", " \n\t\n"):
        with pytest.raises(DataError, match="empty"):
            paste_table(text)
    assert paste_table("good\nhalf \ud83d").bad == (BadRow(2, "half a character (a lone surrogate)"),)
    monkeypatch.setattr(tables, "MAX_BYTES", 10)
    with pytest.raises(DataError, match="at most 10"):
        paste_table("a good film")


def test_dataset_gives_a_split_in_its_own_order(tmp_path):
    folder = write_folder(tmp_path)
    packed = archive(tmp_path / "a.tar.gz", {f"aclImdb/{name}": text for name, text in reversed(REVIEWS.items())})
    shares = []
    table = tables.read_imdb(folder, "train", shares.append)
    assert table.name == "Large Movie Review Dataset, train"
    assert table.texts[:3] == ("A good film.<br /><br />Great!", "Seen in test", "good good unique")
    assert table.labels.tolist() == [1, 1, 1, 0, 0]
    assert table.ratings.tolist() == [9, 10, 8, 2, 1]
    assert table.lines.tolist() == [1, 2, 3, 4, 5]
    assert shares[-1] == 1
    again = tables.read_imdb(packed, "train")
    assert (again.digest, again.texts) == (table.digest, table.texts)
    assert tables.read_imdb(packed).digest != table.digest


def test_missing_dataset_and_unknown_split_are_refused(tmp_path):
    with pytest.raises(DataError, match="no dataset"):
        tables.read_imdb(tmp_path / "none")
    with pytest.raises(DataError, match="no split 'dev'"):
        tables.read_imdb(tmp_path, "dev")
