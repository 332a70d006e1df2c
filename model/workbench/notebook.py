"""What a person says about rows: a category, a note, a corrected label, kept in SQLite.

Bound to the visitor, the file's content and the checkpoint. A note that `put` has returned from outlives a killed
process and a lost power supply: write-ahead log, synced at each commit (https://www.sqlite.org/wal.html,
https://www.sqlite.org/pragma.html#pragma_synchronous). Of the visitor's token only its hash is stored.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from operator import index
from pathlib import Path

import numpy as np

from model.errors import DataError
from model.tables.labels import NO_LABEL

CATEGORIES = (
    "negation",
    "irony",
    "contrast",
    "mixed",
    "plot summary",
    "names",
    "unknown words",
    "wrong label",
    "not a review",
)
FILE = "notes.sqlite3"
FORMAT, VERSION = "gatescope notes", 1  # of the database (user_version) and of the file that is taken away
MAX_CATEGORY = 60  # characters
MAX_NOTE = 5_000  # characters
MAX_BYTES = (
    20_000_000  # of all notes on one file and checkpoint as JSON, so that what is taken away can be brought back
)
MAX_NUMBER = 2**53 - 1  # of a row or line: the largest that JSON readers keep exact
BUSY_SECONDS = 5.0  # how long a call waits for another that writes
ABOUT = 1_000  # bytes beside the notes in that JSON, at most

_OWNER = re.compile(r"[A-Za-z0-9_-]{16,256}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_IN_NAMES = ("Cc", "Zl", "Zp")  # control characters, separators of lines and paragraphs
_TABLE = """CREATE TABLE notes (
    owner TEXT NOT NULL, digest TEXT NOT NULL, checkpoint TEXT NOT NULL, row INTEGER NOT NULL,
    category TEXT NOT NULL, text TEXT NOT NULL, label INTEGER NOT NULL, line INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (owner, digest, checkpoint, row)) WITHOUT ROWID"""
_PUT = """INSERT OR REPLACE INTO notes (owner, digest, checkpoint, row, category, text, label, line, size)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_CLEAR = "DELETE FROM notes WHERE owner = ? AND digest = ? AND checkpoint = ? AND row = ?"
_ALL = """SELECT row, category, text, label, line FROM notes
    WHERE owner = ? AND digest = ? AND checkpoint = ? ORDER BY row"""
_ONE = """SELECT row, category, text, label, line FROM notes
    WHERE owner = ? AND digest = ? AND checkpoint = ? AND row = ?"""
_COUNTS = """SELECT category, COUNT(*) FROM notes
    WHERE owner = ? AND digest = ? AND checkpoint = ? GROUP BY category"""
_SIZE = "SELECT TOTAL(size) FROM notes WHERE owner = ? AND digest = ? AND checkpoint = ?"
_CATEGORIES = "SELECT DISTINCT category FROM notes WHERE owner = ?"


@dataclass(frozen=True, slots=True)
class Note:
    """What is said about one row: `row` from 0 as in `ReviewTable`, `line` where it begins in the file.

    `category` is "" where there is none; `label` is the corrected one: 1 positive, 0 negative, -1 none.
    """

    row: int
    category: str
    text: str
    label: int
    line: int

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not self.category and not self.text and self.label == NO_LABEL


def check_category(name: object) -> str:
    """A category as it is kept: stripped, and a starting one in its own spelling; "" for none.

    Raises `DataError` where it is too long or has control characters.
    """
    if not isinstance(name, str):
        raise DataError("A category must be text.")
    name = _SURROGATE.sub("\ufffd", name).strip()
    if len(name) > MAX_CATEGORY:
        raise DataError(f"This category has {len(name):,} characters; at most {MAX_CATEGORY} can be kept.")
    if any(unicodedata.category(character) in _NOT_IN_NAMES for character in name):
        raise DataError("A category is one line of plain text, without control characters.")
    return {known.casefold(): known for known in CATEGORIES}.get(name.casefold(), name)


def check_note(note: Note) -> Note:
    """A note as it is kept: its category by `check_category`, lone surrogates replaced; `DataError` if it cannot be."""
    row, line, label = _check_row(note.row), _whole(note.line, "line"), _whole(note.label, "label")
    if not 0 <= line <= MAX_NUMBER:
        raise DataError("A note needs the line of the file on which its row begins.")
    if label not in (NO_LABEL, 0, 1):
        raise DataError("A corrected label is 1 for positive, 0 for negative, or -1 for none.")
    if not isinstance(note.text, str):
        raise DataError("A note must be text.")
    if len(note.text) > MAX_NOTE:
        raise DataError(f"This note has {len(note.text):,} characters; at most {MAX_NOTE:,} can be kept.")
    return Note(row, check_category(note.category), _SURROGATE.sub("\ufffd", note.text), label, line)


def _check_row(row: object) -> int:
    row = _whole(row, "row")
    if not 0 <= row <= MAX_NUMBER:
        raise DataError("There is no row of that number.")
    return row


def _whole(value: object, name: str) -> int:
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        return index(value)  # numpy's integers too, which SQLite would keep as bytes
    except TypeError:
        raise DataError(f"A note's {name} must be a whole number.") from None


class Notebook:
    """The notes of one visitor on one file as one checkpoint reads it. Safe for threads and several processes.

    Every method raises `DataError` where notes cannot be read or written; none that was confirmed is then lost, and
    the next call tries anew.
    """

    def __init__(self, folder: Path | None, owner: str, digest: str, checkpoint: str) -> None:
        """Open the notes in `folder`, made if need be; None keeps them in memory, as long as the notebook lives.

        `owner` is a random token of the visitor, 16 or more of A-Z, a-z, 0-9, _ and -; `digest` is the sha256 of the
        file, 64 hexadecimal digits. Raises `DataError` where one of them or what is in the folder cannot be used.
        """
        if not isinstance(owner, str) or not _OWNER.fullmatch(owner):
            raise DataError("This visit has no valid token of its own; load the page again.")
        self._owner = hashlib.sha256(owner.encode()).hexdigest()
        self._store = _Memory() if folder is None else _File(Path(folder))
        self._bind(digest, checkpoint)
        with self._store.reading():
            pass  # tells at once what cannot be used

    def bound_to(self, digest: str, checkpoint: str) -> Notebook:
        """The notebook of the same visitor, in the same place, for another file or checkpoint."""
        other = object.__new__(Notebook)
        other._owner, other._store = self._owner, self._store
        other._bind(digest, checkpoint)
        return other

    def _bind(self, digest: str, checkpoint: str) -> None:
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise DataError("Notes need the sha256 of their file, 64 hexadecimal digits.")
        if not isinstance(checkpoint, str) or not 0 < len(checkpoint) <= 200 or _SURROGATE.search(checkpoint):
            raise DataError("Notes need the name of their checkpoint.")
        self.digest, self.checkpoint = digest, checkpoint
        self._key = (self._owner, digest, checkpoint)

    def put(self, note: Note) -> None:
        """Keep a note in place of what was said about its row; one that says nothing clears it.

        Returns when the note is on disk. Raises `DataError` for a note that cannot be kept, or too many.
        """
        note = check_note(note)
        if note.empty:
            self.clear(note.row)
            return
        with self._store.writing() as database:
            self._write(database, [note])

    def clear(self, row: int) -> None:
        """Forget what was said about a row, if anything."""
        row = _check_row(row)
        with self._store.writing() as database:
            database.execute(_CLEAR, (*self._key, row))

    def of(self, row: int) -> Note | None:
        """What was said about a row."""
        row = _check_row(row)
        with self._store.reading() as database:
            found = database.execute(_ONE, (*self._key, row)).fetchone()
        return Note(*found) if found else None

    def all(self) -> dict[int, Note]:
        """All notes by row, in the order of the rows."""
        with self._store.reading() as database:
            return {found[0]: Note(*found) for found in database.execute(_ALL, self._key)}

    def categories(self) -> tuple[str, ...]:
        """The starting categories, then this visitor's own ones, those used on other files among them."""
        with self._store.reading() as database:
            return self._categories(database)

    def counts(self) -> dict[str, int]:
        """How many rows of this file have each category, in the order of `categories`; last "", no category."""
        with self._store.reading() as database:
            names = self._categories(database)
            counts = dict(database.execute(_COUNTS, self._key).fetchall())
        return {name: counts.get(name, 0) for name in (*names, "")}

    def export(self) -> bytes:
        """All notes as a JSON file that `load` takes, with its version, the file's digest and the checkpoint."""
        notes = ",\n".join(map(_as_json, self.all().values()))
        about = {"format": FORMAT, "version": VERSION, "digest": self.digest, "checkpoint": self.checkpoint}
        return f'{json.dumps(about, ensure_ascii=False)[:-1]}, "notes": [\n{notes}\n]}}\n'.encode()

    def load(self, content: bytes, lines: np.ndarray | None = None) -> int:
        """Take over the notes of an exported file, all or none, in place of what was said on their rows; how many.

        `lines` (rows,), where given, is where each row of the loaded file begins: notes that belong to other rows
        are then refused. Raises `DataError` for what was not exported for this file and checkpoint.
        """
        notes = self._read(content)
        if lines is not None:
            _check_places(notes, lines)
        with self._store.writing() as database:
            self._write(database, notes)
        return len(notes)

    def _read(self, content: bytes) -> list[Note]:
        """The notes of an exported file, each checked, those left out that say nothing."""
        if len(content) > MAX_BYTES:
            raise DataError(f"This file of notes has {len(content):,} bytes; at most {MAX_BYTES:,} can be read.")
        try:
            stored = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise DataError("This is not a file of notes: it is not valid JSON.") from None
        if not isinstance(stored, dict) or stored.get("format") != FORMAT:
            raise DataError("This is not a file of notes that was saved here.")
        if type(stored.get("version")) is not int or stored["version"] != VERSION:
            raise DataError(f"These notes have another version than {VERSION}, the one that can be read here.")
        if stored.get("digest") != self.digest:
            raise DataError("These notes were made on another file; load that file first.")
        if stored.get("checkpoint") != self.checkpoint:
            raise DataError(f"These notes were made with {self._other(stored.get('checkpoint'))}.")
        if not isinstance(stored.get("notes"), list):
            raise DataError("This file of notes has no list of notes.")
        notes = [_from_json(number, each) for number, each in enumerate(stored["notes"], start=1)]
        if len({note.row for note in notes}) < len(notes):
            raise DataError("This file of notes has two notes on one row.")
        return [note for note in notes if not note.empty]

    def _other(self, checkpoint: object) -> str:
        """What a stranger's file calls its checkpoint, where that is fit to be shown."""
        if isinstance(checkpoint, str) and 0 < len(checkpoint) <= MAX_CATEGORY and checkpoint.isprintable():
            return f"the checkpoint '{checkpoint}', not with '{self.checkpoint}'"
        return f"another checkpoint than '{self.checkpoint}'"

    def _categories(self, database: sqlite3.Connection) -> tuple[str, ...]:
        own = {name for (name,) in database.execute(_CATEGORIES, (self._owner,))} - {"", *CATEGORIES}
        return (*CATEGORIES, *sorted(own, key=lambda name: (name.casefold(), name)))

    def _write(self, database: sqlite3.Connection, notes: Sequence[Note]) -> None:
        """Put checked notes that say something, within a transaction; `DataError` if all together are too large."""
        sizes = (len(_as_json(note).encode()) + 2 for note in notes)  # with the comma and the line break
        rows = ((*self._key, *_values(note), size) for note, size in zip(notes, sizes, strict=True))
        database.executemany(_PUT, rows)
        if database.execute(_SIZE, self._key).fetchone()[0] > MAX_BYTES - ABOUT:
            raise DataError(
                f"All notes on one file can take {MAX_BYTES // 1_000_000} MB together, and these would take more: "
                "shorten or clear some."
            )


def _values(note: Note) -> tuple[object, ...]:
    return tuple(getattr(note, each.name) for each in fields(Note))


def _as_json(note: Note) -> str:
    return json.dumps(asdict(note), ensure_ascii=False)


def _from_json(number: int, stored: object) -> Note:
    """The `number`-th note of an exported file; `DataError` says what is wrong with it."""
    if not isinstance(stored, dict) or stored.keys() != {each.name for each in fields(Note)}:
        raise DataError(f"Note {number:,} of this file does not have the fields of a note.")
    try:
        return check_note(Note(**stored))
    except DataError as error:
        raise DataError(f"Note {number:,} of this file cannot be read: {error}") from None


def _check_places(notes: Iterable[Note], lines: np.ndarray) -> None:
    for note in notes:
        if note.row >= len(lines) or lines[note.row] != note.line:
            raise DataError(
                f"The note on line {note.line:,} does not fit the rows that were read: choose the columns that were "
                "chosen when it was made."
            )


class _Memory:
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


class _File:
    """Notes in a folder: a connection for each call, so that a call finds the file as it is then."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise DataError("The folder for notes cannot be made; name another one.") from None

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
        raise DataError(f"The file {FILE} in this folder holds something else than notes; name another folder.")
    if version not in (0, VERSION):
        raise DataError(
            f"The notes in this folder have version {version}, and this program reads version {VERSION}: "
            "use the program that wrote them, or name another folder."
        )


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


_SENTENCES = (  # what SQLite says, by https://www.sqlite.org/rescode.html, and what a person reads
    ("full", "The disk is full: this was not saved. All notes from before are kept; free some space and try again."),
    ("locked", "The notes are being written by somebody else just now; try again in a moment."),
    ("readonly", "The folder for notes cannot be written to: this was not saved."),
    ("unable to open", "The folder for notes cannot be opened; it may be gone, or not be allowed to be written to."),
    ("not a database", f"The file {FILE} is damaged or something else. It was left as it is: move it to begin anew."),
    ("malformed", f"The file {FILE} is damaged. It was left as it is: move it to begin anew."),
    ("disk I/O", "The disk did not take or give the notes: this was not saved. Try again."),
)  # fmt: skip


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turns SQLite's errors into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        for sign, sentence in _SENTENCES:
            if sign in said:
                raise DataError(sentence) from error
        raise DataError(f"The file {FILE} cannot be used for notes; name another folder.") from error
