"""Notes that are made for a test: whose they are, a file of them by hand, how many go in before one is refused."""

from __future__ import annotations

import json

import pytest

from model.errors import DataError
from model.workbench.note import Note

OWNER, OTHER = "first-visitor_0001", "second-visitor_002"
DIGEST, DIGEST_2 = "0f" * 32, "1e" * 32
GOOD = Note(0, "irony", "text", 1, 1)
SCRIPT = f"""
import sys
from pathlib import Path
from model.workbench.note import Note
from model.workbench.notebook import Notebook
book = Notebook(Path(sys.argv[1]), {OWNER!r}, {DIGEST!r}, "bilstm")
"""


def exported(notes, /, **about) -> bytes:
    """A file of notes, made by hand."""
    head = {"format": "gatescope notes", "version": 1, "digest": DIGEST, "checkpoint": "bilstm"}
    fields = ("row", "category", "text", "label", "line")
    stored = [note if isinstance(note, dict) else {name: getattr(note, name) for name in fields} for note in notes]
    return json.dumps(head | {"notes": stored} | about).encode()


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
