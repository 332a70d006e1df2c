"""Notes: what was confirmed is there afterwards, for its owner only, whatever happens to process and disk."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sqlite3
import string
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.assets import ASSETS
from model.errors import DataError
from model.tables.labels import NO_LABEL
from model.workbench import notebook
from model.workbench.notebook import CATEGORIES, FILE, MAX_BYTES, MAX_NOTE, Note, Notebook, check_note

ROOT = ASSETS.parent
OWNER, OTHER = "first-visitor_0001", "second-visitor_002"
DIGEST, DIGEST_2 = "0f" * 32, "1e" * 32
INJECTIONS = (
    "'); DROP TABLE notes; --",
    '" OR 1=1 --',
    "<script>alert(1)</script> ${1+1} {{7*7}}",
    "=1+1",
    "two\r\nlines\tand \x00 a NUL, \x1b[31m, \u202e and 👩‍👩‍👧",
    "naïve ﬁ é",
    "%s ? :row",
)


@pytest.fixture(params=["on disk", "in memory"])
def notes(request, tmp_path) -> Notebook:
    return Notebook(tmp_path if request.param == "on disk" else None, OWNER, DIGEST, "bilstm")


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


GOOD = Note(0, "irony", "text", 1, 1)
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


_SCRIPT = f"""
import sys
from pathlib import Path
from model.workbench.notebook import Note, Notebook
book = Notebook(Path(sys.argv[1]), {OWNER!r}, {DIGEST!r}, "bilstm")
"""
_WRITER = """
start = int(sys.argv[2])
for row in range(start, start + 100_000):
    book.put(Note(row, "irony", f"note {row} " * 20, row % 2, row + 1))
    print(row, flush=True)
"""


def test_what_was_confirmed_outlives_a_killed_process(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT + _WRITER, str(tmp_path), "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
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
    script = _SCRIPT + _WRITER.replace("100_000", "60")
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


def test_commits_are_synced_to_disk(tmp_path):
    Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    database = notebook._open(tmp_path / FILE)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    database.close()


# what goes wrong


def full_after(pages):
    """A way to connect to a disk on which the file can have so many pages."""

    def connect(path):
        database = sqlite3.connect(path, isolation_level=None)
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    return connect


def put_until_refused(book, notes):
    """The notes that were confirmed, by row, and the sentence that refused the next."""
    confirmed = {}
    try:
        for note in notes:
            book.put(note)
            confirmed[note.row] = note
    except DataError as error:
        return confirmed, str(error)
    pytest.fail("none was refused")


def test_a_full_disk_loses_nothing_that_was_confirmed(tmp_path, monkeypatch):
    book = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    with monkeypatch.context() as patch:
        patch.setattr(notebook, "_connect", full_after(12))
        confirmed, sentence = put_until_refused(book, (Note(row, "irony", "x" * 1000, 1, row) for row in range(1000)))
        assert "disk is full" in sentence
        assert len(confirmed) > 3
        assert book.all() == confirmed
        with pytest.raises(DataError, match="disk is full"):
            book.load(exported([Note(row, "mixed", "y" * 4000, 1, row) for row in range(50)]))
        assert book.all() == confirmed
        book.put(Note(0, "mixed", "shorter", 1, 0))
        book.clear(1)
    book.put(GOOD)
    assert book.of(0) == GOOD
    assert 1 not in book.all()


def test_a_disk_that_takes_no_more_bytes_loses_nothing(tmp_path):
    limited = _SCRIPT + (
        "import resource\n"
        "from model.errors import DataError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "try:\n"
        "    for row in range(1000):\n"
        "        book.put(Note(row, 'irony', 'x' * 2000, 1, row)); print(row, flush=True)\n"
        "except DataError as error:\n"
        "    print(error)\n"
        "    assert book.of(0)\n"
    )
    found = subprocess.run([sys.executable, "-c", limited, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    *rows, said = found.stdout.splitlines()
    assert "not saved" in said, found.stderr
    assert len(rows) > 3
    assert list(Notebook(tmp_path, OWNER, DIGEST, "bilstm").all()) == [int(row) for row in rows]
    assert found.returncode == 0, found.stderr


def test_a_file_that_somebody_else_writes_is_waited_for_and_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook, "BUSY_SECONDS", 0.05)
    book = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    book.put(GOOD)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DataError, match="in a moment"):
        book.put(Note(1, "irony", "", 1, 1))
    assert book.all() == {0: GOOD}  # reading goes on
    other.execute("COMMIT")
    other.close()
    book.put(Note(1, "irony", "", 1, 1))
    assert len(book.all()) == 2


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path, monkeypatch):
    book = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    book.put(GOOD)

    def connect(path):
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA query_only = ON")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(notebook, "_connect", connect)
        with pytest.raises(DataError, match="cannot be written to"):
            book.put(Note(1, "irony", "", 1, 1))
        assert book.all() == {0: GOOD}
    book.put(Note(1, "irony", "", 1, 1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DataError) as told:
        Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    assert str(tmp_path) not in str(told.value)
    tmp_path.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_told_without_its_path(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match="folder") as told:
        Notebook(tmp_path / "taken", OWNER, DIGEST, "bilstm")
    assert str(tmp_path) not in str(told.value)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(DataError, match="folder"):
        Notebook(tmp_path, OWNER, DIGEST, "bilstm")


@pytest.mark.parametrize(
    "content",
    [
        b"not a database at all, but some text\n" * 300,
        np.random.default_rng(0).bytes(8192),
        b"SQLite format 3\0" + b"\xff" * 5000,
    ],
    ids=["text", "noise", "header only"],
)
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DataError, match=f"{FILE} is damaged"):
        Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    assert (tmp_path / FILE).read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_damage_that_comes_later_is_told_and_the_file_works_again_when_mended(tmp_path):
    book = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    for row in range(60):
        book.put(Note(row, "irony", "x" * 1000, 1, row))
    whole = (tmp_path / FILE).read_bytes()
    damaged = whole[:4096] + b"\xaa" * (len(whole) - 4096)
    (tmp_path / FILE).write_bytes(damaged)
    for call in (book.all, book.counts, lambda: book.put(GOOD), lambda: book.load(exported([GOOD]))):
        with pytest.raises(DataError, match="damaged"):
            call()
    assert (tmp_path / FILE).read_bytes() == damaged
    (tmp_path / FILE).write_bytes(whole)
    assert len(book.all()) == 60


def test_a_file_of_another_version_is_refused_and_left_as_it_is(tmp_path):
    Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(DataError, match="version 7"):
        Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("version", [0, 1])
def test_a_file_of_another_program_is_refused_and_left_as_it_is(tmp_path, version):
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE notes_of_mine (x)")
        database.execute(f"PRAGMA user_version = {version}")
    database.close()
    with pytest.raises(DataError, match="another folder"):
        Notebook(tmp_path, OWNER, DIGEST, "bilstm").all()
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("notes_of_mine",)]
    database.close()


# taken away and brought back


def exported(notes, /, **about) -> bytes:
    """A file of notes, made by hand."""
    head = {"format": "gatescope notes", "version": 1, "digest": DIGEST, "checkpoint": "bilstm"}
    fields = ("row", "category", "text", "label", "line")
    stored = [note if isinstance(note, dict) else {name: getattr(note, name) for name in fields} for note in notes]
    return json.dumps(head | {"notes": stored} | about).encode()


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
    monkeypatch.setattr(notebook, "MAX_BYTES", 20_000)
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
