"""What a person says about rows: a category, a note, a corrected label, kept in SQLite.

Bound to the visitor, the file's content and the checkpoint. A note that `put` has returned from outlives a killed
process and a lost power supply, see `model.workbench.notes_store`. Of the visitor's token only its hash is stored.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import DataError
from model.language import gettext
from model.workbench.audit_plan import AuditPlan, get_plan, put_plan, size_of_plan
from model.workbench.note import CATEGORIES, NAMES, SURROGATE, Note, check_note, check_row
from model.workbench.notes_file import check_places, check_size, read_notes, size_of, write_notes
from model.workbench.notes_store import FolderStore, MemoryStore, NotesStore

_OWNER = re.compile(r"[A-Za-z0-9_-]{16,256}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
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
            raise DataError(gettext("This visit has no valid token of its own; load the page again."))
        self._owner = hashlib.sha256(owner.encode()).hexdigest()
        self._store: NotesStore = MemoryStore() if folder is None else FolderStore(Path(folder))
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
            raise DataError(gettext("Notes need the sha256 of their file, 64 hexadecimal digits."))
        if not isinstance(checkpoint, str) or not 0 < len(checkpoint) <= 200 or SURROGATE.search(checkpoint):
            raise DataError(gettext("Notes need the name of their checkpoint."))
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

    def say(self, unsaid: Note, **said: Any) -> Note | None:
        """Change some fields of what is said of a row, and what is kept of it then; None where that is nothing.

        `unsaid` is the note of a row of which nothing was said. Read and written at once: what another process or
        thread says of the same row meanwhile is not lost. Returns when it is on disk; raises `DataError` as `put`.
        """
        with self._store.writing() as database:
            found = database.execute(_ONE, (*self._key, check_row(unsaid.row))).fetchone()
            note = check_note(replace(Note(*found) if found else unsaid, **said))
            if note.empty:
                database.execute(_CLEAR, (*self._key, note.row))
                return None
            self._write(database, [note])
        return note

    def clear(self, row: int) -> None:
        """Forget what was said about a row, if anything."""
        row = check_row(row)
        with self._store.writing() as database:
            database.execute(_CLEAR, (*self._key, row))

    def of(self, row: int) -> Note | None:
        """What was said about a row."""
        row = check_row(row)
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
        return write_notes(self.all().values(), self.digest, self.checkpoint, self.audit())

    def audit(self) -> AuditPlan | None:
        """The sample of the audit of this file, if one was drawn."""
        with self._store.reading() as database:
            return get_plan(database, self._key)

    def keep_audit(self, plan: AuditPlan) -> None:
        """Keep the sample of an audit in place of the one before; it is on disk when this returns."""
        with self._store.writing() as database:
            put_plan(database, self._key, plan)
            self._check_size(database)

    def load(self, content: bytes, lines: np.ndarray | None = None) -> int:
        """Take over the notes of an exported file, all or none, in place of what was said on their rows; how many.

        The sample of an audit comes with them, in place of the one before.

        `lines` (rows,), where given, is where each row of the loaded file begins: notes that belong to other rows
        are then refused. Raises `DataError` for what was not exported for this file and checkpoint.
        """
        saved = read_notes(content, self.digest, self.checkpoint)
        if lines is not None:
            check_places(saved.notes, lines)
        with self._store.writing() as database:
            if saved.audit:
                put_plan(database, self._key, saved.audit)
            self._write(database, saved.notes)
        return len(saved.notes)

    def _categories(self, database: sqlite3.Connection) -> tuple[str, ...]:
        own = {name for (name,) in database.execute(_CATEGORIES, (self._owner,))} - {"", *CATEGORIES}
        return (*CATEGORIES, *sorted(own, key=lambda name: (name.casefold(), name)))

    def _write(self, database: sqlite3.Connection, notes: Sequence[Note]) -> None:
        """Put checked notes that say something, within a transaction; `DataError` if all together are too large."""
        values = attrgetter(*NAMES)
        database.executemany(_PUT, ((*self._key, *values(note), size_of(note)) for note in notes))
        self._check_size(database)

    def _check_size(self, database: sqlite3.Connection) -> None:
        notes = database.execute(_SIZE, self._key).fetchone()[0]
        check_size(notes + size_of_plan(get_plan(database, self._key)))
