"""The SQLite database that notes are kept in: in a folder, or in memory.

What was committed outlives a killed process and a lost power supply: write-ahead log, synced at each commit
(https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous). Safe for threads and several
processes.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from model.errors import DataError
from model.language import gettext, marked
from model.workbench.note import VERSION

FILE = "notes.sqlite3"
BUSY_SECONDS = 5.0  # how long a call waits for another that writes

_TABLE = """CREATE TABLE notes (
    owner TEXT NOT NULL, digest TEXT NOT NULL, checkpoint TEXT NOT NULL, row INTEGER NOT NULL,
    category TEXT NOT NULL, text TEXT NOT NULL, label INTEGER NOT NULL, line INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (owner, digest, checkpoint, row)) WITHOUT ROWID"""


class NotesStore(Protocol):
    """A place with the table of notes. Both methods raise `DataError`, with one sentence, for what SQLite refuses."""

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """The database, for reading."""

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """The database within a transaction that is committed at the end."""


class MemoryStore:
    """Notes in memory: one connection, one call at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        with _plain_errors():
            self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._database.execute(_TABLE)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, for reading."""
        with self._lock, _plain_errors():
            yield self._database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database within a transaction that is committed at the end."""
        with self._lock, _plain_errors(), _transaction(self._database):
            yield self._database


class FolderStore:
    """Notes in a folder: a connection for each call, so that a call finds the file as it is then."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise DataError(gettext("The folder for notes cannot be made; name another one.")) from None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, for reading."""
        with _plain_errors(), closing(_open(self._path)) as database:
            yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database within a transaction that is committed, and synced to disk, at the end."""
        with _plain_errors(), closing(_open(self._path)) as database, _transaction(database):
            yield database


def _open(path: Path) -> sqlite3.Connection:
    """A connection to the notes, their table made where the file is new; `DataError` where they are not ours."""
    database = _connect(path)
    try:
        _check_ours(database)  # before anything is changed
        _wait_for(lambda: database.execute("PRAGMA journal_mode = WAL"))
        database.execute("PRAGMA synchronous = FULL")
        if _version(database) == 0:
            with _transaction(database):
                if _version(database) == 0:  # no other process was faster
                    database.execute(_TABLE)
                    database.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        database.close()
        raise
    return database


def _check_ours(database: sqlite3.Connection) -> None:
    """Raise `DataError` for a file of another version, or of another program."""
    database.execute("BEGIN")  # both numbers from one moment
    version = _version(database)
    tables = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    database.execute("COMMIT")
    if version == 0 and tables:
        sentence = gettext("The file {file} in this folder holds something else than notes; name another folder.")
        raise DataError(sentence.format(file=FILE))
    if version not in (0, VERSION):
        sentence = gettext(
            "The notes in this folder have version {theirs}, and this program reads version {ours}: "
            "use the program that wrote them, or name another folder."
        )
        raise DataError(sentence.format(theirs=version, ours=VERSION))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)


def _wait_for(action: Callable[[], object]) -> None:
    """Try again while another connection has the file: SQLite itself does not wait to change the kind of journal."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _version(database: sqlite3.Connection) -> int:
    return database.execute("PRAGMA user_version").fetchone()[0]


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; waits for its turn at the start, so that it cannot fail for another's writing later."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # a full disk ends it by itself
            database.execute("ROLLBACK")
        raise


_SENTENCES = {  # what SQLite says, by https://www.sqlite.org/rescode.html, and what a person reads
    "full": marked(
        "The disk is full: this was not saved. All notes from before are kept; free some space and try again."
    ),
    "locked": marked("The notes are being written by somebody else just now; try again in a moment."),
    "readonly": marked("The folder for notes cannot be written to: this was not saved."),
    "unable to open": marked(
        "The folder for notes cannot be opened; it may be gone, or not be allowed to be written to."
    ),
    "not a database": marked(
        "The file {file} is damaged or something else. It was left as it is: move it to begin anew."
    ),
    "malformed": marked("The file {file} is damaged. It was left as it is: move it to begin anew."),
    "disk I/O": marked("The disk did not take or give the notes: this was not saved. Try again."),
}


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turns SQLite's errors into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        for sign, sentence in _SENTENCES.items():
            if sign in said:
                raise DataError(gettext(sentence).format(file=FILE)) from error
        sentence = gettext("The file {file} cannot be used for notes; name another folder.")
        raise DataError(sentence.format(file=FILE)) from error
