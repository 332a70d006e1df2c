"""Tables of reviews: by hand, by round trips, and which rows are skipped; pasted lists and the dataset."""

from __future__ import annotations

import csv
import hashlib
import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model import language
from model.errors import DataError, ReviewError
from model.tables import files as table_files
from model.tables import table as tables
from model.tables.labels import NO_LABEL
from model.tables.readers import parquet
from model.tables.table import BadRow, Columns, guess_columns, paste_table, read_table
from model.tables.words import number_of
from model.text import check_review
from tests.model.tables.test_imdb import REVIEWS, archive, write_folder
from tests.tables import refused


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
@example(["0"])
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
    numbers = all(number_of(text.strip()) is not None for text in texts if text)
    columns = Columns((), "text") if numbers else None  # a column of nothing but numbers is not guessed to be text
    for path in folder.iterdir():
        table = read_table(path, columns)
        assert list(table.texts) == expected, path.name
        assert table.bad_count == len(texts) - len(expected)
    for name in ("a.jsonl", "b.jsonl", "a.parquet"):
        assert read_table(folder / name, columns).lines.tolist() == [place + 1 for place, _ in readable(texts)]


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


# Labels and stars of the rows


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
    assert read_table(write("a.csv", "text,label\na film,pos\nanother,pos\n")).labels.tolist() == [1, 1]
    assert read_table(write("a.csv", "text,label\na film,0\nanother,0\n")).labels.tolist() == [0, 0]
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
    assert table.texts == ("a film", "café", "more of it", *["a film"] * 20)
    assert table.bad == (
        BadRow(3, "no text"),
        BadRow(5, "the number of cells is 1, that of columns 2"),
        BadRow(6, "the number of cells is 3, that of columns 2"),
        BadRow(9, "unknown label 'perhaps'"),
        BadRow(10, "the text has 1,001 characters in a row without a space; at most 1,000 can be read"),
        BadRow(11, "the text has 20,005 characters; at most 20,000 can be read"),
        BadRow(12, "unknown label '9'"),
    )
    assert table.bad_count == 7
    assert table.lines.tolist() == [2, 7, *range(13, 34)]


def test_reasons_are_told_in_the_language_that_is_spoken(write, tmp_path, monkeypatch):
    reasons = ("no text", "the text has {run:,} characters in a row without a space; at most {most:,} can be read")
    folder = tmp_path / "xx" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entries = [f'msgid "{reason}"\nmsgstr "XX {reason}"' for reason in reasons]
    (folder / "gatescope.po").write_text("\n\n".join(entries))
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    with language.speaking("xx"):
        table = read_table(write("a.txt", "a film\n\u200b\n" + "y" * 1_001 + "\n"))
    assert [bad.reason for bad in table.bad] == [
        "XX no text",
        "XX the text has 1,001 characters in a row without a space; at most 1,000 can be read",
    ]


def test_unknown_label_is_quoted_short_and_without_control_characters(write):
    table = read_table(write("a.csv", 'text,label\na,1\na,0\na,"x\x1b\n\u202e' + "y" * 500 + '"\n'))
    (bad,) = table.bad
    assert bad.reason.startswith("unknown label 'x yyy")
    assert bad.reason.isprintable()
    assert len(bad.reason) < 60


def test_only_the_first_thousand_bad_rows_are_kept_but_all_are_counted(write):
    table = read_table(write("a.csv", "text,label\na,1\na,0\n" + " ,1\n" * 1_500), Columns((), "text", "label"))
    assert (len(table.bad), table.bad_count) == (1_000, 1_500)
    assert table.bad[-1].line == 1_003


def test_numbers_that_are_no_labels_stand_among_the_bad_rows_in_order(write):
    table = read_table(write("a.csv", "text,label\n" + "a,1\na,0\n" * 20 + "a,7\n,1\na,x\n"))
    assert [row.line for row in table.bad] == [42, 43, 44]


# Tables that are refused


def test_without_limits_a_file_may_be_of_any_size(write, monkeypatch):
    for module, limit in (
        (tables, "MAX_ROWS"), (tables, "MAX_BYTES"), (table_files, "MAX_BYTES"), (parquet, "MAX_ROWS"),
        (parquet, "MAX_UNPACKED"),
    ):  # fmt: skip
        monkeypatch.setattr(module, limit, 5)
    for name, content in (("a.csv", "text\n" + "film\n" * 9), ("a.parquet", pa.table({"text": ["film"] * 9}))):
        path = write(name, content)
        assert len(tables.read_table(path, limited=False).texts) == 9
        assert tables.guess_columns(path, limited=False).text == "text"
        with pytest.raises(DataError):
            tables.read_table(path)


def test_more_rows_than_the_limit_are_refused_not_cut(write, monkeypatch):
    for module in (tables, parquet):
        monkeypatch.setattr(module, "MAX_ROWS", 50)
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


def test_file_without_a_row_that_can_be_read_says_why(write):
    sentence = refused(write("a.csv", 'text,label\n" ",pos\n" ",neg\n'), "no row that can be read")
    assert "line 2: no text" in sentence


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
