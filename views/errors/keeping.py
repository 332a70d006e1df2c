"""Notes between the browser that keeps them and the workbench: what is taken over, and what is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from markupsafe import Markup

from model.errors import GatescopeError
from model.tables.labels import NO_LABEL
from model.workbench.note import Note
from model.workbench.workbench import Workbench, digest_of
from views.drawing.template import render
from views.errors.corrections import CHOICES, RIGHT, UNSAID, choice_of, label_said
from views.errors.told import Other, Said, Told

_MARK = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class AnsweredFile:
    """The scored file: its `key` in the browser, what it is, and the id of the button that loads it `again`, or ""."""

    key: str
    name: str
    digest: str
    checkpoint: str
    again: str


@dataclass(frozen=True, slots=True)
class AnsweredNote:
    """What the server has of a row; `mark` is that of its text."""

    row: int
    mark: str
    category: str
    text: str
    choice: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the script hears: of which file (None: none is scored), in answer to which message, what the server has.

    `answers` is None where a file was newly scored: then `notes` are all of them.
    """

    file: AnsweredFile | None
    answers: int | None
    notes: tuple[AnsweredNote, ...] = ()

    @property
    def sent(self) -> dict[str, object]:
        """The value of the component that the script reads."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of which something was kept, and why it was not of another; "" where all was."""

    rows: tuple[int, ...]
    refused: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Notes on another file, and how many of them are about texts of this one that have no note yet."""

    key: str
    name: str
    checkpoint: str
    same_file: bool
    when: str
    count: int
    fitting: int


def file_of(bench: Workbench, again: str = "") -> AnsweredFile:
    """The scored file; notes are kept by its content, the columns that were read, and the checkpoint."""
    table, checkpoint = bench.table, bench.scores.checkpoint
    key = hashlib.sha256(f"{digest_of(table)}\0{checkpoint}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return AnsweredFile(key, table.name, table.digest, checkpoint, again)


def mark_of(text: str) -> str:
    """What stands for a row's text where notes are kept: 16 hexadecimal digits of its sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]


def answered(bench: Workbench, rows: Iterable[int]) -> tuple[AnsweredNote, ...]:
    """What the workbench has of these rows, those included of which nothing is said."""
    return tuple(_answered(bench, bench.note(row)) for row in rows)


def _answered(bench: Workbench, note: Note) -> AnsweredNote:
    choice = "" if note.label == NO_LABEL else choice_of(note.label, int(bench.table.labels[note.row]))
    return AnsweredNote(note.row, mark_of(bench.table.texts[note.row]), note.category, note.text, choice)


def keep(bench: Workbench, said: Iterable[Said]) -> Kept:
    """Keep what was said, field by field; of what cannot be kept nothing else suffers."""
    rows, refused = [], ""
    for each in said:
        if each.row >= len(bench.table.texts):
            continue
        rows.append(each.row)
        try:
            bench.say(each.row, **_fields(bench, each))
        except GatescopeError as error:
            refused = str(error)
    return Kept(tuple(rows), refused)


def _fields(bench: Workbench, said: Said) -> dict[str, str | int]:
    """What a note takes of what was said; a choice that there is not says nothing."""
    fields: dict[str, str | int] = {}
    if said.category is not None:
        fields["category"] = said.category
    if said.text is not None:
        fields["text"] = said.text
    if said.choice is not None:
        choice = said.choice if said.choice in CHOICES else UNSAID
        fields["label"] = label_said(choice, int(bench.table.labels[said.row]))
    return fields


def fitting(bench: Workbench, other: Other) -> tuple[Said, ...]:
    """Notes on another file as notes on the rows of this one that have the same text and none yet, each once.

    That the label is right was said of the other file's.
    """
    free: dict[str, list[int]] = {}
    for row in reversed(range(len(bench.table.texts))):
        if row not in bench.notes:
            free.setdefault(mark_of(bench.table.texts[row]), []).append(row)
    unsaid = () if other.digest == bench.table.digest else (RIGHT,)
    return tuple(
        Said(free[note.mark].pop(), note.category, note.text, "" if note.choice in unsaid else note.choice)
        for note in other.notes
        if free.get(note.mark)
    )


def told_card(bench: Workbench, told: Told, refused: str, adopted: int = 0) -> Markup:
    """What is said of the notes in this browser: those that were found, those of other files, how many of these were
    taken over, and why one was not kept.
    """
    offers = [] if told.adopt else [_offer(bench, each) for each in told.others]
    found = {"count": told.found.count, "when": _when(told.found.at)} if told.found else None
    return render("errors/found.html", found=found, offers=offers, refused=refused, adopted=adopted)


def _offer(bench: Workbench, other: Other) -> Offer:
    same = other.digest == bench.table.digest
    count = len(fitting(bench, other))
    return Offer(other.key, other.name, other.checkpoint, same, _when(other.at), len(other.notes), count)


def _when(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
