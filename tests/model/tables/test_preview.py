"""The look at a file before it is scored: the same columns, texts and labels as the reading itself."""

from __future__ import annotations

import json
import math

import pyarrow as pa
import pytest

from model.errors import DataError, UnclearError
from model.normalization import normalize
from model.tables import preview as previews
from model.tables.columns import Columns
from model.tables.labels import NEGATIVE, NO_LABEL, POSITIVE, UNKNOWN_LABEL
from model.tables.preview import SHOWN, preview
from model.tables.table import read_table
from model.tables.values import MOST

FILES = {
    "a.csv": "text,label\n" + "".join(f"I didn&#39;t like film {n},{n % 3}\n" for n in range(40)),
    "b.csv": "review,stars,is_spoiler\n" + "".join(f"film {n},{n % 5 + 1},{n % 2}\n" for n in range(9)) + " ,1,0\nx\n",
    "c.jsonl": "\n".join(json.dumps({"text": f"film {n}", "label": ["neg", "pos", "meh"][n % 3 if n < 3 else n % 2]})
                         for n in range(30)) + "\n7\n",
    "d.parquet": pa.table({"text": ["a", "b"], "sentiment": [0.9, 0.1]}),
    "e.txt": "a film\nanother\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_preview_shows_what_is_read(write, name):
    path = write(name, FILES[name])
    found, table = preview(path), read_table(path)
    assert found.columns == table.columns
    assert found.reading == table.reading
    assert (found.read, found.skipped) == (len(table.texts), table.bad_count)
    assert set(found.bad) <= set(table.bad)
    if found.reading:
        labels = found.reading.positive + found.reading.negative + found.reading.unlabelled
        assert labels == found.read
        assert sum(value.count for value in found.reading.values) == found.read + found.reading.skipped
    lines = table.lines.tolist()
    labels, stars = (dict(zip(lines, each.tolist(), strict=True)) for each in (table.labels, table.ratings))
    texts = dict(zip(lines, table.texts, strict=True))
    assert len(found.rows) == min(SHOWN, found.read + (found.reading.skipped if found.reading else 0))
    for row in found.rows:
        assert row.meaning == labels.get(row.line, UNKNOWN_LABEL)
        if row.line in texts:
            assert row.text == normalize(texts[row.line])
            assert row.stars == stars[row.line] or (math.isnan(row.stars) and math.isnan(stars[row.line]))


def test_values_are_listed_with_count_and_meaning_and_an_answer_changes_them(write):
    path = write("a.csv", "text,label\n" + "film,1\nfilm,2\nfilm,2\nfilm,\n")
    listed = [(each.value, each.count, each.meaning, each.certain) for each in preview(path).reading.values]
    assert listed == [("1", 1, NEGATIVE, True), ("2", 2, POSITIVE, True), ("", 1, NO_LABEL, True)]
    answered = {"2": NO_LABEL, "1": POSITIVE}
    found = preview(path, counts_as=answered).reading
    assert [(each.value, each.meaning, each.answered) for each in found.values] == [
        ("1", POSITIVE, True), ("2", NO_LABEL, True), ("", NO_LABEL, False),
    ]  # fmt: skip
    assert (found.positive, found.negative, found.unlabelled) == (1, 0, 3)
    assert read_table(path, counts_as=answered).labels.tolist() == [1, -1, -1, -1]


def test_what_is_unclear_is_a_question_and_stops_the_reading(write):
    path = write("a.csv", "text,label\n" + "film,1\n" * 4)
    found = preview(path)
    assert found.questions == (found.reading.question,)
    assert [each.value for each in found.reading.asked] == ["1"]
    with pytest.raises(UnclearError, match="'1' \\(4\\)"):
        read_table(path)
    assert not preview(path, counts_as={"1": NEGATIVE}).questions
    assert read_table(path, counts_as={"1": NEGATIVE}).labels.tolist() == [0] * 4


def test_low_stars_are_read_and_the_others_wait_for_an_answer(write):
    path = write("a.csv", "text,rating\n" + "film,1\nfilm,2\nfilm,3\nfilm,4\n")
    assert [each.value for each in preview(path).reading.asked] == ["3", "4"]
    assert read_table(path).labels.tolist() == [0, 0, -1, -1]


def test_other_columns_that_look_like_labels_are_told(write):
    path = write("a.csv", "text,label,label_text,is_verified\na,0,positive,1\nb,1,negative,0\n")
    found = preview(path)
    assert found.columns.label == "label_text"
    assert [name in "".join(found.notes) for name in ("'label'", "'is_verified'")] == [True, True]
    chosen = preview(path, Columns((), "text", "label")).reading
    assert [(each.shown, each.meaning) for each in chosen.values] == [("0 (positive)", 1), ("1 (negative)", 0)]


def test_a_scale_is_decided_by_all_rows_and_not_by_the_first(write):
    rows = ["film,0"] * 1_000 + ["film,4"] * 1_000
    path = write("a.csv", "text,label\n" + "\n".join(rows))
    assert preview(path).reading.positive == 1_000
    late = write("b.csv", "text,label\n" + "film,\n" * 1_000 + "film,pos\nfilm,neg\n" * 9)
    assert preview(late).columns.label == "label"


def test_shares_of_any_number_are_counted_in_bounded_memory(write):
    count = 2 * MOST
    path = write("a.csv", "text,sentiment\n" + "".join(f"film,{(n + 0.5) / count:.7f}\n" for n in range(count)))
    found = preview(path).reading
    assert found.positive + found.negative + found.unlabelled == count
    assert abs(found.positive - 0.4 * count) <= 0.01 * count
    assert abs(found.negative - 0.4 * count) <= 0.01 * count


def test_more_rows_than_can_be_read_are_refused_at_the_first_look(write, monkeypatch):
    monkeypatch.setattr(previews, "MAX_ROWS", 3)
    path = write("a.csv", "text,label\n" + "film,0\n" * 4)
    with pytest.raises(DataError, match="more than 3 rows"):
        preview(path)
    assert preview(path, limited=False).read == 4


def test_answer_about_a_value_that_is_not_there_is_told(write):
    path = write("a.csv", "text,label\na,pos\nb,neg\n")
    assert "'pso'" in preview(path, counts_as={"pso": POSITIVE}).notes[0]
    assert preview(path, counts_as={"pos": NEGATIVE, "*": NO_LABEL}).notes == ()


def test_choice_that_cannot_be_is_refused(write):
    with pytest.raises(DataError, match="no column 'gone'"):
        preview(write("a.csv", "text,label\na,1\n"), Columns((), "gone"))


def test_row_without_a_text_counts_for_no_label(write):
    path = write("a.csv", "text,label\na,1\nb,2\n ,2\n")
    found, table = preview(path), read_table(path)
    assert (found.read, found.skipped) == (2, 1)
    assert [(each.shown, each.count) for each in found.reading.values] == [("1", 1), ("2", 1)]
    assert found.reading == table.reading


def test_rows_of_unknown_labels_are_among_those_that_are_skipped(write):
    path = write("a.csv", "text,label\n" + "film,pos\nfilm,neg\n" * 9 + "film,perhaps\n ,pos\n")
    found, table = preview(path), read_table(path)
    assert (found.read, found.skipped) == (len(table.texts), table.bad_count) == (18, 2)
    assert found.bad == table.bad


def test_column_that_may_hold_labels_which_nobody_knows_is_told(write):
    found = preview(write("a.csv", "text,verdict\na film,yea\na film,nay\na film,perhaps\n"))
    assert found.columns.label is None
    (note,) = found.notes
    assert "'verdict'" in note
    assert "choose it as the column of the label" in note
    chosen = preview(write("a.csv", "text,verdict\na film,yea\na film,nay\n"), Columns((), "text", "verdict"))
    assert [each.value for each in chosen.reading.asked] == ["nay", "yea"]
