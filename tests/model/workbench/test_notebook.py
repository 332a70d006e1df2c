"""Notes: what was confirmed is there afterwards, for its owner only, whatever happens to process and disk."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from model.assets import ASSETS
from model.errors import DataError
from model.tables.labels import NO_LABEL
from model.workbench.note import CATEGORIES, MAX_NOTE, Note
from model.workbench.notebook import Notebook
from tests.noted import DIGEST, DIGEST_2, GOOD, OTHER, OWNER, SCRIPT

ROOT = ASSETS.parent
INJECTIONS = (
    "'); DROP TABLE notes; --",
    '" OR 1=1 --',
    "<script>alert(1)</script> ${1+1} {{7*7}}",
    "=1+1",
    "two\r\nlines\tand \x00 a NUL, \x1b[31m, \u202e and 👩‍👩‍👧",
    "naïve ﬁ é",
    "%s ? :row",
)


def test_a_note_reads_back_as_it_was_put(notes):
    note = Note(3, "irony", "Not meant as it says.", 0, 8)
    notes.put(note)
    assert notes.of(3) == note
    assert notes.of(2) is None
    assert notes.all() == {3: note}


def test_a_new_note_replaces_the_one_on_its_row(notes):
    notes.put(Note(3, "irony", "first", 0, 8))
    notes.put(Note(3, "mixed", "", NO_LABEL, 8))
    assert notes.all() == {3: Note(3, "mixed", "", NO_LABEL, 8)}


def test_notes_are_in_the_order_of_their_rows(notes):
    for row in (30, 4, 100):
        notes.put(Note(row, "irony", "", NO_LABEL, row))
    assert list(notes.all()) == [4, 30, 100]


def test_clearing_forgets_one_row_and_may_be_done_twice(notes):
    for row in (3, 4):
        notes.put(Note(row, "irony", "", NO_LABEL, row))
    notes.clear(3)
    notes.clear(3)
    assert list(notes.all()) == [4]


def test_a_note_that_says_nothing_clears_its_row(notes):
    notes.put(Note(3, "irony", "", NO_LABEL, 8))
    notes.put(Note(3, " ", "", NO_LABEL, 8))
    assert notes.of(3) is None


def test_categories_are_counted_with_own_ones_and_none(notes):
    for row, category in enumerate(["irony", "IRONY ", "zeugma", "Anaphora", "", "zeugma"]):
        notes.put(Note(row, category, "said", NO_LABEL, row))
    assert notes.categories() == (*CATEGORIES, "Anaphora", "zeugma")
    counts = notes.counts()
    assert list(counts) == [*CATEGORIES, "Anaphora", "zeugma", ""]
    assert {name: count for name, count in counts.items() if count} == {"irony": 2, "Anaphora": 1, "zeugma": 2, "": 1}


def test_own_categories_follow_to_another_file_but_their_counts_do_not(notes):
    notes.put(Note(0, "zeugma", "", NO_LABEL, 1))
    assert notes.bound_to(DIGEST_2, "bilstm").counts()["zeugma"] == 0


def test_files_and_checkpoints_are_kept_apart(notes):
    notes.put(Note(0, "irony", "", NO_LABEL, 1))
    for other in (notes.bound_to(DIGEST_2, "bilstm"), notes.bound_to(DIGEST, "rnn")):
        assert not other.all()
        other.put(Note(0, "mixed", "", NO_LABEL, 1))
        other.clear(0)
    assert notes.of(0) == notes.bound_to(DIGEST, "bilstm").of(0) == Note(0, "irony", "", NO_LABEL, 1)


@pytest.mark.parametrize("text", INJECTIONS)
def test_any_text_is_only_text(notes, text):
    notes.put(Note(1, "irony", "kept", NO_LABEL, 2))
    notes.put(Note(0, "own: " + text[:20].split("\r")[0], text, 1, 1))
    assert notes.of(0).text == text
    assert notes.of(1).text == "kept"
    assert notes.bound_to(DIGEST, "x" + text[:50]).all() == {}


def test_halves_of_an_emoji_are_replaced(notes):
    notes.put(Note(0, "a\ud83d", "cut \ud83d", NO_LABEL, 1))
    assert notes.of(0) == Note(0, "a\ufffd", "cut \ufffd", NO_LABEL, 1)


def test_numbers_of_numpy_are_kept_as_numbers(notes):
    notes.put(Note(np.int64(3), "irony", "", np.int8(1), np.int64(8)))
    assert notes.of(np.int32(3)) == Note(3, "irony", "", 1, 8)


BAD = [
    replace(GOOD, row=-1),
    replace(GOOD, row=2**63),
    replace(GOOD, row=1.0),
    replace(GOOD, row=True),
    replace(GOOD, row="0"),
    replace(GOOD, line=-1),
    replace(GOOD, line=None),
    replace(GOOD, label=2),
    replace(GOOD, label=np.bool_(True)),
    replace(GOOD, text=None),
    replace(GOOD, text="x" * (MAX_NOTE + 1)),
    replace(GOOD, category="x" * 61),
    replace(GOOD, category="two\nlines"),
    replace(GOOD, category="a\x00b"),
    replace(GOOD, category="a\u2028b"),
    replace(GOOD, category=7),
]


@pytest.mark.parametrize("note", BAD)
def test_what_is_no_note_is_refused_and_nothing_is_kept(notes, note):
    with pytest.raises(DataError):
        notes.put(note)
    assert not notes.all()


@pytest.mark.parametrize("row", [-1, 2**64, "0", None])
def test_a_row_that_cannot_be_is_refused(notes, row):
    for call in (notes.of, notes.clear):
        with pytest.raises(DataError):
            call(row)


@pytest.mark.parametrize(
    "owner", ["", "short", "x" * 15, "has space in the middle", "ünïcödé-owner-token", None, "x" * 999]
)
def test_a_visitor_needs_a_token_that_cannot_be_guessed(tmp_path, owner):
    with pytest.raises(DataError, match="load the page again"):
        Notebook(tmp_path, owner, DIGEST, "bilstm")


@pytest.mark.parametrize(
    ("digest", "name"), [("0f", "b"), (DIGEST.upper(), "b"), (None, "b"), (DIGEST, ""), (DIGEST, None)]
)
def test_notes_need_their_file_and_checkpoint(notes, digest, name):
    with pytest.raises(DataError):
        notes.bound_to(digest, name)


def test_a_token_from_the_standard_library_is_taken():
    Notebook(None, secrets.token_urlsafe(), DIGEST, "bilstm")


# two people, restarts, threads, processes


def test_two_visitors_never_see_each_others_rows(tmp_path):
    one, two = Notebook(tmp_path, OWNER, DIGEST, "bilstm"), Notebook(tmp_path, OTHER, DIGEST, "bilstm")
    one.put(Note(0, "my own", "private", 1, 1))
    assert two.of(0) is None
    assert two.all() == {}
    assert two.categories() == CATEGORIES
    assert not any(two.counts().values())
    assert b"private" not in two.export()
    two.put(Note(0, "irony", "mine", 0, 1))
    two.clear(0)
    assert one.of(0) == Note(0, "my own", "private", 1, 1)


def test_visitors_in_memory_share_nothing():
    Notebook(None, OWNER, DIGEST, "bilstm").put(GOOD)
    assert not Notebook(None, OWNER, DIGEST, "bilstm").all()


def test_the_token_itself_is_not_stored(tmp_path):
    Notebook(tmp_path, OWNER, DIGEST, "bilstm").put(GOOD)
    assert not [path for path in tmp_path.iterdir() if OWNER.encode() in path.read_bytes()]


def test_notes_are_there_after_a_restart_and_the_folder_is_made(tmp_path):
    folder = tmp_path / "new" / "notes"
    Notebook(folder, OWNER, DIGEST, "bilstm").put(GOOD)
    assert Notebook(folder, OWNER, DIGEST, "bilstm").of(0) == GOOD


_WRITER = """
start = int(sys.argv[2])
for row in range(start, start + 100_000):
    book.put(Note(row, "irony", f"note {row} " * 20, row % 2, row + 1))
    print(row, flush=True)
"""


def test_what_was_confirmed_outlives_a_killed_process(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", SCRIPT + _WRITER, str(tmp_path), "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    seen = [writer.stdout.readline() for _ in range(100)]
    writer.send_signal(signal.SIGKILL)
    seen += writer.stdout.read().splitlines()
    assert writer.wait() == -signal.SIGKILL
    writer.stdout.close()
    rows = [int(line) for line in seen]
    book = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    kept = book.all()
    assert rows == list(range(len(rows)))
    assert len(kept) - len(rows) in (0, 1)  # one may have been written and not been confirmed yet
    assert all(kept[row] == Note(row, "irony", f"note {row} " * 20, row % 2, row + 1) for row in rows)
    book.put(Note(len(kept), "mixed", "goes on", 1, 0))
    assert book.of(len(kept)).text == "goes on"


def test_two_processes_write_at_once(tmp_path):
    script = SCRIPT + _WRITER.replace("100_000", "60")
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), start], cwd=ROOT, stdout=subprocess.DEVNULL)
        for start in ("0", "1000")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert list(Notebook(tmp_path, OWNER, DIGEST, "bilstm").all()) == [*range(60), *range(1000, 1060)]


def test_threads_write_and_read_at_once(notes):
    def work(start):
        for row in range(start, start + 40):
            notes.put(Note(row, "irony", "x", 1, row))
            assert notes.of(row) is not None
            notes.counts()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, (0, 100, 200, 300)))
    assert notes.counts()["irony"] == 160


def test_the_first_call_may_come_from_many_threads(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(lambda row: Notebook(tmp_path, OWNER, DIGEST, "bilstm").put(replace(GOOD, row=row)), range(24))
        )
    assert len(Notebook(tmp_path, OWNER, DIGEST, "bilstm").all()) == 24


def test_what_is_said_of_a_row_in_two_places_is_all_kept(tmp_path):
    here, there = (Notebook(tmp_path, OWNER, DIGEST, "bilstm") for _ in range(2))
    unsaid = Note(3, "", "", NO_LABEL, 8)
    here.say(unsaid, category="irony")
    there.say(unsaid, text="from there")
    assert here.say(unsaid, label=1) == Note(3, "irony", "from there", 1, 8) == there.of(3)
    assert there.say(unsaid, category="", text="", label=NO_LABEL) is None
    assert here.of(3) is None


def test_what_cannot_be_said_leaves_the_note_as_it_was(notes):
    notes.put(Note(3, "irony", "", NO_LABEL, 8))
    with pytest.raises(DataError, match="at most 60"):
        notes.say(Note(3, "", "", NO_LABEL, 8), category="x" * 61)
    assert notes.of(3).category == "irony"
