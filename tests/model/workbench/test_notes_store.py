"""The database of notes: nothing that was confirmed is lost, whatever happens to disk and file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from model.assets import ASSETS
from model.errors import DataError
from model.workbench import notes_store
from model.workbench.note import Note
from model.workbench.notebook import Notebook
from model.workbench.notes_store import FILE
from tests.noted import DIGEST, GOOD, OWNER, SCRIPT, exported, put_until_refused

ROOT = ASSETS.parent


def test_commits_are_synced_to_disk(tmp_path):
    Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    database = notes_store._open(tmp_path / FILE)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    database.close()


def full_after(pages):
    """A way to connect to a disk on which the file can have so many pages."""

    def connect(path):
        database = sqlite3.connect(path, isolation_level=None)
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    return connect


def test_a_full_disk_loses_nothing_that_was_confirmed(tmp_path, monkeypatch):
    book = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    with monkeypatch.context() as patch:
        patch.setattr(notes_store, "_connect", full_after(12))
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
    limited = SCRIPT + (
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
    monkeypatch.setattr(notes_store, "BUSY_SECONDS", 0.05)
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
        patch.setattr(notes_store, "_connect", connect)
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
