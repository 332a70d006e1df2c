"""The workbench: one file as one checkpoint reads it, and the notes on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.tables.table import Columns
from model.workbench.workbench import Workbench, named_first, open_notes
from tests.scored import made_scores, made_table

OWNER = "a" * 24


def bench_of(table, scores) -> Workbench:
    return Workbench(table, scores, open_notes(None, OWNER, table, scores.checkpoint))


@pytest.fixture
def bench() -> Workbench:
    return bench_of(made_table([1, 0, 0, 1, -1]), made_scores([2.0, -3.0, 1.0, -0.5, 0.1]))


def test_views_share_what_is_computed_once(bench):
    assert bench.overview is bench.overview
    assert bench.slices is bench.slices
    assert bench.overview.confusion.tolist() == [[1, 1], [1, 1]]


def test_notes_are_bound_to_content_columns_and_checkpoint(tmp_path):
    table, scores = made_table([1, 0]), made_scores([1, 2])
    other_columns = replace(table, columns=Columns(("text", "label", "more"), "more", "label"))
    Workbench(table, scores, open_notes(tmp_path, OWNER, table, "bilstm")).say(1, category="irony")
    assert Workbench(table, scores, open_notes(tmp_path, OWNER, table, "bilstm")).categories == {1: "irony"}
    for each, owner, name in ((other_columns, OWNER, "bilstm"), (table, OWNER, "rnn"), (table, "b" * 24, "bilstm")):
        assert Workbench(each, scores, open_notes(tmp_path, owner, each, name)).categories == {}


def test_notes_in_memory_come_back_when_the_same_file_is_scored_again(bench):
    bench.say(0, text="keep me")
    other = made_table([1])
    elsewhere = Workbench(other, made_scores([1]), bench.notes_for(other, "rnn"))
    assert elsewhere.notes == {}
    again = Workbench(bench.table, bench.scores, elsewhere.notes_for(bench.table, bench.scores.checkpoint))
    assert again.note(0).text == "keep me"


def test_note_is_taken_back_when_nothing_is_left_of_it(bench):
    bench.say(0, category="irony")
    assert bench.say(0, category="").empty
    assert bench.notes == {}


def test_saved_notes_can_be_loaded_again(bench):
    bench.say(3, category="names", text="x", label=0)
    other = bench_of(bench.table, bench.scores)
    assert other.load_notes(bench.saved_notes()) == 1
    assert other.notes == bench.notes


def test_named_rows_come_first():
    notes = {4: None, 1: None}
    assert named_first([0, 1, 2, 4], notes).tolist() == [1, 4, 0, 2]
