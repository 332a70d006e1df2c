"""Rows taken away: texts come back as they were, but for what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DataError
from model.tables.csv_cells import FORMULA_STARTS, without_formula
from model.tables.labels import NO_LABEL
from model.tables.table import read_table
from model.workbench.export import SCHEMA, export_rows, tokens_text, write_csv, write_jsonl, write_parquet
from model.workbench.note import UNCLEAR, Note
from tests.scored import made_scores, made_table

NASTY = [
    "=1+1",
    "+1 for the cast",
    "@SUM(A1)",
    "-",
    "\t=1",
    "\r=1",
    "\n\nan empty line before, and after\r\n",
    'she said "no", twice; and\tleft',
    "naïve 👩‍👩‍👧 \u202e \ufeff é",
    "\x01\x07\x0b\x0c\x1b[31m\x1c\x1d\x1e\x7f\x85\u2028\u2029",
    "'already quoted",
    "<script>alert(1)</script>",
    " ",
    "null",
]


def exported(texts, rows=None, notes=None, top_tokens=None, labels=None, logits=None) -> pa.Table:
    """Rows of a made table; all of them unless they are given."""
    labels = labels or [row % 2 for row in range(len(texts))]
    scores = made_scores(logits or [0.5] * len(texts))
    rows = np.arange(len(texts)) if rows is None else np.array(rows)
    return export_rows(made_table(labels, texts), scores, rows, notes or {}, top_tokens or {})


def read_parquet(content):
    return parquet.read_table(io.BytesIO(content)).to_pylist()


def read_jsonl(content):
    return [json.loads(line) for line in content.decode().splitlines()]  # splits at more than line feeds


def read_csv(content):
    assert content.startswith(b"\xef\xbb\xbf")  # by which spreadsheets know that it is UTF-8
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_row_has_what_the_network_and_the_person_said():
    notes = {2: Note(2, "irony", "not meant", 0, 4)}
    top = {2: (("great", 1.234), ("well-made", -0.8))}
    table = exported(["a", "b", "c"], [2, 0], notes, top, [1, 0, 1], [2.0, -1.0, -1.5])
    first, second = table.to_pylist()
    assert table.schema == SCHEMA
    assert first | {"probability": 0, "top_tokens": 0} == {
        "row": 2,
        "line": 4,
        "text": "c",
        "label": "positive",
        "label_in_file": None,
        "prediction": "negative",
        "probability": 0,
        "logit": -1.5,
        "outcome": "false negative",
        "category": "irony",
        "note": "not meant",
        "corrected_label": "negative",
        "top_tokens": 0,
    }
    assert first["probability"] == pytest.approx(1 / (1 + np.exp(1.5)), abs=1e-7)
    assert [(each["token"], round(each["attribution"], 3)) for each in first["top_tokens"]] == list(top[2])
    assert second["row"] == 0
    assert [second[name] for name in ("category", "note", "corrected_label", "top_tokens")] == [None] * 4


def test_outcomes_are_named_and_unlabelled_rows_have_no_label():
    table = exported(list("abcde"), labels=[1, 0, 0, 1, NO_LABEL], logits=[1, 1, -1, -1, 1])
    expected = ["true positive", "false positive", "true negative", "false negative", "unlabelled"]
    assert table["outcome"].to_pylist() == expected
    assert table["label"].to_pylist() == ["positive", "negative", "negative", "positive", None]


def test_a_note_may_lack_each_of_its_parts():
    notes = {0: Note(0, "", "only text", NO_LABEL, 2), 1: Note(1, "irony", "", NO_LABEL, 3)}
    rows = exported(["a", "b"], notes=notes).to_pylist()
    found = [[row[name] for name in ("category", "note", "corrected_label")] for row in rows]
    assert found == [[None, "only text", None], ["irony", None, None]]


def test_a_label_called_unclear_is_exported_so():
    assert exported(["a"], notes={0: Note(0, "", "", UNCLEAR, 2)})["corrected_label"].to_pylist() == ["unclear"]


def test_the_table_says_what_it_was_made_of():
    expected = {b"file": b"made.csv", b"sha256": b"0" * 64, b"checkpoint": b"bilstm"}
    content = write_parquet(exported(["a"]))
    assert parquet.read_schema(io.BytesIO(content)).metadata.items() >= expected.items()


def test_what_a_label_became_is_in_every_export(write):
    table = read_table(write("a.csv", "text,label\na,2\nb,1\nc,\n"))
    written = export_rows(table, made_scores([1, 1, 1]), np.arange(3), {}, {})
    assert [(row["label_in_file"], row["label"]) for row in written.to_pylist()] == [
        ("2", "positive"), ("1", "negative"), (None, None),
    ]  # fmt: skip
    assert [row["label_in_file"] for row in read_jsonl(write_jsonl(written))] == ["2", "1", None]
    assert [row["label_in_file"] for row in read_csv(write_csv(written))] == ["2", "1", ""]
    metadata = parquet.read_schema(io.BytesIO(write_parquet(written))).metadata
    assert b"1 negative, 2 positive" in metadata[b"labels"]
    assert metadata[b"label_values"].decode() == "1 = negative (1); 2 = positive (1); ∅ = none (1)"


def test_own_columns_follow_as_the_file_writes_them(write):
    table = read_table(write("a.csv", "text,label,row,lang,x\na,pos,r1, en ,=1\nb,neg,r2,,é\n"))
    exported_ = export_rows(table, made_scores([1, -1]), np.array([1, 0]), {}, {})
    assert exported_.column_names[len(SCHEMA) :] == ["row (file)", "lang", "x"]
    told = [{"row (file)": "r2", "lang": None, "x": "é"}, {"row (file)": "r1", "lang": " en ", "x": "=1"}]
    for rows in (read_parquet(write_parquet(exported_)), read_jsonl(write_jsonl(exported_))):
        assert [{name: row[name] for name in told[0]} for row in rows] == told
        assert [row["row"] for row in rows] == [1, 0]
    assert [row["x"] for row in read_csv(write_csv(exported_))] == ["é", "'=1"]  # no formula of a spreadsheet


def test_no_rows_give_files_that_read_back_empty():
    table = exported(["a", "b"], rows=[])
    assert read_parquet(write_parquet(table)) == read_jsonl(write_jsonl(table)) == read_csv(write_csv(table)) == []
    assert write_csv(table).decode("utf-8-sig") == ",".join(SCHEMA.names) + "\r\n"


@pytest.mark.parametrize("rows", [[-1], [3], [0, 2**40]])
def test_rows_beyond_the_table_are_refused(rows):
    with pytest.raises(DataError):
        exported(["a", "b", "c"], rows)


def test_scores_of_another_table_are_refused():
    with pytest.raises(ValueError, match="not of this table"):
        export_rows(made_table([0, 1]), made_scores([1.0]), np.arange(1), {}, {})


any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80) | st.sampled_from(NASTY)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(any_text, any_text, any_text), min_size=1, max_size=6))
def test_parquet_and_json_lines_give_every_text_back_and_csv_the_neutralised_one(said):
    texts = [text for text, _, _ in said]
    notes = {row: Note(row, "own", note, 1, row) for row, (_, note, _) in enumerate(said)}
    top = {row: ((token, 0.1), (token, -2.5)) for row, (_, _, token) in enumerate(said)}
    table = exported(texts, notes=notes, top_tokens=top)
    for rows in (read_parquet(write_parquet(table)), read_jsonl(write_jsonl(table))):
        assert [row["text"] for row in rows] == texts
        assert [row["note"] or "" for row in rows] == [note for _, note, _ in said]
        assert [[each["token"] for each in row["top_tokens"]] for row in rows] == [[token] * 2 for _, _, token in said]
    rows = read_csv(write_csv(table))
    assert [row["text"] for row in rows] == [without_formula(text) for text in texts]
    assert [row["note"] for row in rows] == [without_formula(note) for _, note, _ in said]
    assert [row["top_tokens"] for row in rows] == [
        without_formula(f"{token} +0.10; {token} −2.50") for *_, token in said
    ]


def test_nul_characters_survive_where_texts_are_exact():
    table = exported(["a\0b"])
    assert read_parquet(write_parquet(table))[0]["text"] == read_jsonl(write_jsonl(table))[0]["text"] == "a\0b"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False), min_size=1, max_size=5)
)
def test_numbers_come_back_to_the_last_bit(logits):
    table = exported(["x"] * len(logits), logits=logits)
    expected = np.array(logits, dtype=np.float32)
    for rows in (read_parquet(write_parquet(table)), read_jsonl(write_jsonl(table)), read_csv(write_csv(table))):
        np.testing.assert_array_equal(np.array([row["logit"] for row in rows], dtype=np.float32), expected)
        found = np.array([row["probability"] for row in rows], dtype=np.float32)
        np.testing.assert_array_equal(found, table["probability"].to_numpy())


def test_numbers_are_written_with_no_more_digits_than_they_have():
    table = exported(["x"], logits=[0.1], top_tokens={0: (("x", 0.3),)})
    assert b'"logit": 0.1,' in write_jsonl(table)
    assert b'"attribution": 0.3}' in write_jsonl(table)
    assert read_csv(write_csv(table))[0]["logit"] == "0.1"


def test_a_network_that_broke_gives_no_number_instead_of_invalid_json():
    table = exported(["x", "y"], logits=[np.nan, np.inf])
    assert [row["logit"] for row in read_jsonl(write_jsonl(table))] == [None, None]
    assert [row["logit"] for row in read_csv(write_csv(table))] == ["", ""]


def test_no_cell_of_the_csv_starts_a_formula_and_negative_numbers_stay_numbers():
    notes = {row: Note(row, "=own", text, 1, row) for row, text in enumerate(NASTY)}
    table = exported(NASTY, notes=notes, top_tokens={0: (("=1", 1.0),)}, logits=[-1.0] * len(NASTY))
    for row in read_csv(write_csv(table)):
        assert row.pop("logit") == "-1.0"
        assert not [cell for cell in row.values() if cell.startswith(FORMULA_STARTS)]


def test_lines_of_the_csv_end_as_the_standard_says():
    content = write_csv(exported(["a", "b"]))
    assert content.count(b"\r\n") == content.count(b"\n") == 3


def test_halves_of_an_emoji_do_not_stop_an_export():
    note = Note(0, "a\ud83d", "b\ud83d", 1, 1)
    table = exported(["cut \ud83d"], notes={0: note}, top_tokens={0: (("\ud83d", 1.0),)})
    (row,) = read_jsonl(write_jsonl(table))
    assert (row["text"], row["category"], row["note"]) == ("cut \ufffd", "a\ufffd", "b\ufffd")
    assert read_parquet(write_parquet(table))[0] | {"probability": 0} == row | {"probability": 0}


def test_json_lines_end_only_where_a_row_ends():
    table = exported(NASTY)
    assert len(write_jsonl(table).decode().splitlines()) == len(NASTY)


def test_other_engines_read_the_json_lines():
    reader = pytest.importorskip("pyarrow.json")
    table = exported(NASTY, top_tokens={0: (("great", 1.5),)})
    read = reader.read_json(io.BytesIO(write_jsonl(table)), parse_options=reader.ParseOptions(newlines_in_values=False))
    assert read["text"].to_pylist() == NASTY


def test_top_tokens_read_as_people_write_them():
    assert tokens_text((("wonderful", 1.234), ("well-made", -0.8))) == "wonderful +1.23; well-made −0.80"
    assert tokens_text(()) == ""


def test_many_rows_take_seconds():
    rows = 10_000
    table, scores = made_table([1] * rows, ["This film was dull. " * 40] * rows), made_scores([0.123] * rows)
    notes = {row: Note(row, "irony", "note", 1, row + 2) for row in range(rows)}
    top = dict.fromkeys(range(rows), (("dull", -1.5), ("film", 0.25)))
    began = time.perf_counter()
    exported_ = export_rows(table, scores, np.arange(rows), notes, top)
    for write in (write_csv, write_jsonl, write_parquet):
        assert write(exported_)
    assert time.perf_counter() - began < 10  # measured: about 1 second; a quadratic step would take minutes
