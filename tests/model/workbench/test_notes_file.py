"""The file of notes: what is taken away can be brought back, and nothing else."""

from __future__ import annotations

import json
import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DataError
from model.tables.labels import NO_LABEL
from model.workbench import notes_file
from model.workbench.note import CATEGORIES, MAX_NOTE, Note, check_note
from model.workbench.notebook import Notebook
from model.workbench.notes_file import MAX_BYTES
from tests.noted import DIGEST, DIGEST_2, GOOD, OTHER, OWNER, exported, put_until_refused


def test_the_exported_file_says_what_it_belongs_to(notes):
    notes.put(GOOD)
    assert json.loads(notes.export()) == json.loads(exported([GOOD]))


def test_what_is_brought_back_joins_what_is_there(notes):
    for note in (Note(0, "irony", "stays", 1, 1), Note(1, "irony", "replaced", 1, 2)):
        notes.put(note)
    new = [Note(1, "mixed", "newer", 0, 2), Note(2, "names", "", NO_LABEL, 3)]
    assert notes.load(b"\xef\xbb\xbf" + exported(new)) == 2
    assert list(notes.all().values()) == [Note(0, "irony", "stays", 1, 1), *new]


def test_an_empty_export_can_be_brought_back(notes):
    assert notes.load(notes.export()) == 0
    notes.put(GOOD)
    assert notes.load(exported([Note(0, "", "", NO_LABEL, 1)])) == 0  # silence clears nothing
    assert notes.of(0) == GOOD


REFUSED = [
    (b"", "not valid JSON"),
    (b"\xff\xfe\x00", "not valid JSON"),
    (b'{"format": ', "not valid JSON"),
    (b"[" * 100_000, "not valid JSON"),
    (b"[]", "saved here"),
    (b'{"notes": []}', "saved here"),
    (exported([], version=2), "version"),
    (exported([], version=True), "version"),
    (exported([], digest=DIGEST_2), "another file"),
    (exported([], digest=None), "another file"),
    (exported([], checkpoint="rnn"), "the checkpoint 'rnn', not with 'bilstm'"),
    (exported([], checkpoint=None), "another checkpoint than 'bilstm'"),
    (exported([], checkpoint="\ud83d"), "another checkpoint than 'bilstm'"),
    (exported([], notes={}), "no list of notes"),
    (exported([GOOD, {"row": 1}]), "Note 2 .* fields"),
    (exported([GOOD, {"row": 1, "category": "", "text": "", "label": 1, "line": 1, "owner": "x"}]), "Note 2 .* fields"),
    (exported([GOOD, GOOD]), "two notes on one row"),
    *((exported([replace(GOOD, row=9), replace(GOOD, **{name: value})]), "Note 2") for name, value in (
        ("row", -1), ("row", 1.5), ("row", True), ("row", 10**400), ("row", None), ("label", 5), ("label", True),
        ("line", "1"), ("text", 3), ("text", "x" * (MAX_NOTE + 1)), ("category", "a\nb"), ("category", "x" * 61),
        ("category", None),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_what_does_not_belong_here_is_refused_whole(notes, content, sentence):
    notes.put(Note(5, "irony", "before", 1, 6))
    with pytest.raises(DataError, match=sentence):
        notes.load(content)
    assert notes.all() == {5: Note(5, "irony", "before", 1, 6)}


def test_numbers_that_json_does_not_know_are_refused(notes):
    with pytest.raises(DataError):
        notes.load(exported([GOOD]).replace(b'"row": 0', b'"row": NaN'))


def test_a_file_that_is_too_large_is_refused_unread(notes):
    with pytest.raises(DataError, match="20,000,001 bytes"):
        notes.load(b"[" * (MAX_BYTES + 1))


def test_notes_of_other_rows_are_refused_where_the_lines_are_known(notes):
    lines = np.array([2, 5, 9])
    assert notes.load(exported([Note(1, "irony", "", 1, 5)]), lines) == 1
    for note in (Note(1, "mixed", "", 1, 6), Note(3, "mixed", "", 1, 10)):
        with pytest.raises(DataError, match=f"line {note.line} does not fit"):
            notes.load(exported([note]), lines)
    assert list(notes.all()) == [1]


def test_what_can_be_kept_can_also_be_taken_away_and_brought_back(notes, monkeypatch):
    monkeypatch.setattr(notes_file, "MAX_BYTES", 20_000)
    many = (Note(row, "a" * 60, "\x00\\👍" * 100, 1, row) for row in range(1000))
    kept, sentence = put_until_refused(notes, many)
    assert "shorten or clear" in sentence
    assert notes.all() == kept
    content = notes.export()
    assert 15_000 < len(content) <= 20_000
    other = Notebook(None, OTHER, DIGEST, "bilstm")
    assert other.load(content) == len(kept)
    assert other.all() == kept
    notes.put(Note(0, "", "short", 1, 0))


texts = st.text(st.characters(codec="utf-8"), max_size=200)
own = st.text(st.sampled_from(string.ascii_letters + " é👍'\"<>;-"), max_size=60)
said = st.builds(
    Note,
    st.integers(0, 2**53 - 1),
    st.sampled_from(CATEGORIES) | own,
    texts,
    st.sampled_from([NO_LABEL, 0, 1]),
    st.integers(0, 2**53 - 1),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(said, max_size=12, unique_by=lambda note: note.row))
def test_any_notes_come_back_as_they_were(all_notes):
    here, there = (Notebook(None, owner, DIGEST, "bilstm") for owner in (OWNER, OTHER))
    for note in all_notes:
        here.put(note)
    expected = {note.row: note for note in map(check_note, all_notes) if not note.empty}
    assert here.all() == expected
    assert there.load(here.export()) == len(expected)
    assert there.all() == expected
    assert there.export() == here.export()
