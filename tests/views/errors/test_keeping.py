"""Notes between a browser and the workbench: what of another file fits, what is said of what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tests.scored import made_scores, made_table
from tests.views.errors.pages import NASTY, bench_of, text_of
from views.errors.corrections import RIGHT
from views.errors.keeping import answered, file_of, fitting, keep, mark_of, told_card
from views.errors.told import Found, KeptNote, Other, Said, Told

AT = datetime(2026, 3, 1, 9, 30)
KEY = "0" * 32


def other_of(*notes, digest="d" * 64, name="reviews.csv"):
    return Other(KEY, name, digest, "bilstm", AT, notes)


def test_notes_of_another_file_fit_rows_of_the_same_text_that_have_none():
    bench = bench_of(made_table([1, 0, 1, 0], ["fine", "dull", "fine", "new"]), made_scores([1, -1, 1, 1]))
    bench.say(0, category="irony")
    notes = [KeptNote(mark_of(text), "names", "a remark") for text in ("fine", "fine", "dull", "gone")]
    assert [(each.row, each.category) for each in fitting(bench, other_of(*notes))] == [(2, "names"), (1, "names")]


def test_that_a_label_is_right_was_said_of_the_other_files_label(bench):
    note = KeptNote(mark_of("dull"), choice=RIGHT)
    assert fitting(bench, other_of(note))[0].choice == ""
    assert fitting(bench, other_of(note, digest=bench.table.digest))[0].choice == RIGHT


def test_a_row_that_is_not_there_and_a_choice_that_there_is_not_say_nothing(bench):
    kept = keep(bench, [Said(99, "irony"), Said(1, choice="perhaps")])
    assert kept.rows == (1,)
    assert not bench.notes


def test_what_is_answered_is_what_is_kept_and_an_empty_note_is_answered_too(bench):
    bench.say(1, category=NASTY, label=1)
    told, empty = answered(bench, [1, 2])
    assert (told.category, told.choice, told.mark) == (NASTY, "positive", mark_of("dull"))
    assert (empty.category, empty.text, empty.choice) == ("", "", "")


def test_notes_are_kept_by_content_and_checkpoint(bench):
    changed = replace(bench.table, digest="1" * 64)
    read_by_another = replace(bench.scores, checkpoint="other")
    assert file_of(bench).key == file_of(bench_of(bench.table, bench.scores)).key
    assert file_of(bench).key != file_of(bench_of(changed, bench.scores)).key
    assert file_of(bench).key != file_of(bench_of(bench.table, read_by_another)).key


def test_what_was_found_is_said_and_nothing_of_it_is_markup(bench):
    card = told_card(bench, Told(1, KEY, found=Found(12, AT), others=(other_of(name=NASTY),)), "")
    assert "12 notes found, the last of 2026-03-01 09:30" in text_of(card)
    assert "<img" not in card
    assert NASTY in text_of(card)
    assert "content has changed" in text_of(card)
    assert told_card(bench, Told(1, KEY), "").strip() == ""
