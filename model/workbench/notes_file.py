"""Notes as a file that a person takes away and brings back: JSON with its version, what it belongs to, the notes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, TypeAdapter

from model.errors import DataError
from model.language import gettext, marked
from model.parsing import STRUCTURE, Fault, parse
from model.workbench.audit_plan import AuditPlan, read_plan
from model.workbench.note import MAX_CATEGORY, STORED, VERSION, Note

FORMAT = "gatescope notes"
MAX_BYTES = 20_000_000  # of all notes on one file and checkpoint, so that what is taken away can be brought back
ABOUT = 1_000  # bytes beside the notes, at most


@dataclass(frozen=True, slots=True)
class _NotesFile:
    """A file of notes whose notes were not looked at yet, and that may belong to another file or checkpoint."""

    format: Literal["gatescope notes"]
    version: Annotated[int, Field(strict=True, ge=VERSION, le=VERSION)]
    digest: object
    checkpoint: object
    notes: list[object]
    audit: object = None


@dataclass(frozen=True, slots=True)
class SavedNotes:
    """The notes that say something, and the sample of an audit, None where there is none."""

    notes: list[Note]
    audit: AuditPlan | None


_FILE = TypeAdapter(_NotesFile)
_REFUSALS = {
    "version": marked("These notes have another version than {version}, the one that can be read here."),
    "digest": marked("These notes were made on another file; load that file first."),
    "notes": marked("This file of notes has no list of notes."),
}


def write_notes(notes: Iterable[Note], digest: str, checkpoint: str, audit: AuditPlan | None = None) -> bytes:
    """All notes on a file, and the sample of an audit where there is one, as JSON that `read_notes` takes."""
    about: dict[str, object] = {"format": FORMAT, "version": VERSION, "digest": digest, "checkpoint": checkpoint}
    about |= {"audit": asdict(audit)} if audit else {}
    listed = ",\n".join(map(_as_json, notes))
    return f'{json.dumps(about, ensure_ascii=False)[:-1]}, "notes": [\n{listed}\n]}}\n'.encode()


def read_notes(content: bytes, digest: str, checkpoint: str) -> SavedNotes:
    """What a file holds that `write_notes` made: its notes, each checked, and the sample of an audit.

    Raises `DataError` with one sentence for anything else, and for a file that does not belong to this digest and
    checkpoint.
    """
    found = _read(content, digest, checkpoint)
    notes = [parse(STORED, each, partial(_no_note, number)) for number, each in enumerate(found.notes, start=1)]
    if len({note.row for note in notes}) < len(notes):
        raise DataError(gettext("This file of notes has two notes on one row."))
    return SavedNotes([note for note in notes if not note.empty], read_plan(found.audit))


def _read(content: bytes, digest: str, checkpoint: str) -> _NotesFile:
    """The file as JSON, of this digest and checkpoint; its notes are not looked at yet."""
    if len(content) > MAX_BYTES:
        sentence = gettext("This file of notes has {size:,} bytes; at most {most:,} can be read.")
        raise DataError(sentence.format(size=len(content), most=MAX_BYTES))
    try:
        stored = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise DataError(gettext("This is not a file of notes: it is not valid JSON.")) from None
    found = parse(_FILE, stored, _no_file)
    if found.digest != digest:
        raise DataError(gettext(_REFUSALS["digest"]))
    if found.checkpoint != checkpoint:
        raise DataError(_other_checkpoint(found.checkpoint, checkpoint))
    return found


def _no_file(fault: Fault) -> DataError:
    name = str(fault.place[0]) if fault.place else "format"
    if name not in _REFUSALS:
        return DataError(gettext("This is not a file of notes that was saved here."))
    return DataError(gettext(_REFUSALS[name]).format(version=VERSION))


def _other_checkpoint(theirs: object, ours: str) -> str:
    """What a stranger's file calls its checkpoint is said only where that is fit to be shown."""
    if isinstance(theirs, str) and 0 < len(theirs) <= MAX_CATEGORY and theirs.isprintable():
        sentence = gettext("These notes were made with the checkpoint '{theirs}', not with '{ours}'.")
        return sentence.format(theirs=theirs, ours=ours)
    return gettext("These notes were made with another checkpoint than '{ours}'.").format(ours=ours)


def _no_note(number: int, fault: Fault) -> DataError:
    """What is wrong with the `number`-th note of a file."""
    if fault.kind in STRUCTURE:
        return DataError(
            gettext("Note {number:,} of this file does not have the fields of a note.").format(number=number)
        )
    sentence = gettext("Note {number:,} of this file cannot be read: {reason}")
    return DataError(sentence.format(number=number, reason=fault.sentence))


def check_places(notes: Iterable[Note], lines: np.ndarray) -> None:
    """Raise `DataError` where a note does not stand on the line (rows,) on which its row begins."""
    for note in notes:
        if note.row >= len(lines) or lines[note.row] != note.line:
            sentence = gettext(
                "The note on line {line:,} does not fit the rows that were read: choose the columns that were chosen "
                "when it was made."
            )
            raise DataError(sentence.format(line=note.line))


def size_of(note: Note) -> int:
    """Bytes that a note takes in the file, with the comma and the line break."""
    return len(_as_json(note).encode()) + 2


def check_size(size: float) -> None:
    """Raise `DataError` where notes of so many bytes together would make a file that cannot be brought back."""
    if size > MAX_BYTES - ABOUT:
        sentence = gettext(
            "All notes on one file can take {most} MB together, and these would take more: shorten or clear some."
        )
        raise DataError(sentence.format(most=MAX_BYTES // 1_000_000))


def _as_json(note: Note) -> str:
    return json.dumps(asdict(note), ensure_ascii=False)
