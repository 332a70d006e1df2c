"""A file of reviews as one checkpoint reads it: everything that its views share, computed once, and what is said of it.

One visitor has one workbench at a time. Nothing in it is shared with anybody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.reading.atlas import Atlas
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.audit import Audit, draw, look
from model.workbench.audit_plan import AuditPlan
from model.workbench.corrected import Correction, correct
from model.workbench.crossings import find_crossings
from model.workbench.hypotheses import Trial
from model.workbench.mcnemar import Change
from model.workbench.note import Note
from model.workbench.notebook import Notebook
from model.workbench.overview import Overview, outcomes, overview
from model.workbench.partitions import idle_columns
from model.workbench.scoring import Scores
from model.workbench.slices import SliceFinding, find_slices
from model.workbench.suspects import Suspect, Suspects, find_suspects
from model.workbench.versus import Versus

CHECKPOINTS, HYPOTHESIS = "checkpoints", "hypothesis"  # what readings are compared by


class Workbench:
    """A scored table and the notes on it. Raises `DataError` where the notes cannot be read or written."""

    def __init__(self, table: ReviewTable, scores: Scores, notes: Notebook) -> None:
        """Join what was read, what the network made of it, and what was said; `notes` are those of this file."""
        self.table, self.scores, self._notes = table, scores, notes
        self.notes: dict[int, Note] = notes.all()
        self.sample: AuditPlan | None = notes.audit()
        self._suspects: Suspects | None = None
        self.atlas: Atlas | None = None  # of the checkpoint's units over these reviews, once somebody made it
        self.versus: Versus | None = None  # against the second checkpoint that was chosen last
        self.trials: list[Trial] = []  # the hypotheses that were tested, the last one last

    @cached_property
    def outcomes(self) -> np.ndarray:
        """The `Outcome` of each row, (rows,) int8."""
        return outcomes(self.table, self.scores)

    @cached_property
    def overview(self) -> Overview:
        """Counts and measures."""
        return overview(self.table, self.scores)

    @cached_property
    def slices(self) -> tuple[SliceFinding, ...]:
        """All slices, those that stand out first."""
        return find_slices(self.table, self.scores)

    @cached_property
    def crossings(self) -> tuple[SliceFinding, ...]:
        """Where two slices meet and it errs more often than in either, the worst first."""
        return find_crossings(self.table, self.scores)

    @cached_property
    def idle_columns(self) -> tuple[str, ...]:
        """The file's own columns by which no slice is made."""
        return idle_columns(self.table)

    @property
    def suspects(self) -> Suspects:
        """The labels that are likely to be wrong, the likeliest first; looked for once, when they are asked for."""
        if self._suspects is None:
            self._suspects = find_suspects(self.table, self.scores)
        return self._suspects

    def suspect(self, row: int) -> Suspect | None:
        """Why a row's label is suspected, if it is; None as long as nobody has asked for `suspects`."""
        return self._suspects.of(row) if self._suspects else None

    @property
    def correction(self) -> Correction:
        """What the labels that were corrected by now change."""
        return correct(self.table, self.scores, self.notes, self.slices)

    @property
    def audit(self) -> Audit | None:
        """How far the audit has come by now; None where no sample was drawn."""
        return look(self.table, self.scores, self.sample, self.notes) if self.sample else None

    def draw_sample(self, design: str, size: int, seed: int) -> AuditPlan:
        """Draw the sample of an audit, in place of the one before. It is on disk when this returns.

        Raises `ReviewError` for what cannot be drawn.
        """
        plan = draw(self.table, self.scores, design, size, seed)
        self.keep_sample(plan)
        return plan

    def keep_sample(self, plan: AuditPlan) -> None:
        """Keep a sample that was drawn, in place of the one before. It is on disk when this returns."""
        self._notes.keep_audit(plan)
        self.sample = plan

    def compared(self, comparison: str, change: Change) -> np.ndarray:
        """The rows that changed so, (rows,) bool, in the comparison of that name that was made last.

        Raises `ReviewError` where none was made.
        """
        if comparison == CHECKPOINTS and self.versus:
            return self.versus.changes == change
        if comparison == HYPOTHESIS and self.trials:
            return self.trials[-1].group.among(change, len(self.table.texts))
        raise ReviewError(gettext("This comparison is no longer there: make it again."))

    @property
    def categories(self) -> dict[int, str]:
        """The category of each row that has one."""
        return {row: note.category for row, note in self.notes.items() if note.category}

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each category, the starting ones first, one's own after them; "" is left out."""
        counts = self._notes.counts()
        counts.pop("", None)
        return counts

    def note(self, row: int) -> Note:
        """What is said of a row; an empty note if nothing."""
        return self.notes.get(row) or Note(row, "", "", NO_LABEL, int(self.table.lines[row]))

    def say(self, row: int, **said: Any) -> Note:
        """Change what is said of a row: `category`, `text`, `label`. It is on disk when this returns.

        What was said of it meanwhile through another workbench on the same notes stays, but for these fields.
        """
        kept = self._notes.say(Note(row, "", "", NO_LABEL, int(self.table.lines[row])), **said)
        if kept is None:
            self.notes.pop(row, None)
        else:
            self.notes[row] = kept
        return self.note(row)

    def saved_notes(self) -> bytes:
        """All notes as a file that `load_notes` takes."""
        return self._notes.export()

    def load_notes(self, content: bytes) -> int:
        """Take over the notes of a file, all or none; how many there were."""
        count = self._notes.load(content, self.table.lines)
        self.notes, self.sample = self._notes.all(), self._notes.audit()
        return count

    def notes_for(self, table: ReviewTable, checkpoint: str) -> Notebook:
        """The same visitor's notebook, in the same place, for another file or checkpoint."""
        return self._notes.bound_to(digest_of(table), checkpoint)


def digest_of(table: ReviewTable) -> str:
    """What notes are bound to: the file's content and which of its columns were read, 64 hex digits."""
    columns = (table.columns.text, table.columns.label or "", table.columns.rating or "")
    return hashlib.sha256("\0".join((table.digest, *columns)).encode("utf-8", "surrogatepass")).hexdigest()


def open_notes(folder: Path | None, owner: str, table: ReviewTable, checkpoint: str) -> Notebook:
    """A visitor's notebook for a file and a checkpoint; without a folder it ends with the visit."""
    return Notebook(folder, owner, digest_of(table), checkpoint)


def named_first(rows: Sequence[int] | np.ndarray, notes: dict[int, Note]) -> np.ndarray:
    """The rows, those with a note first, else in their order."""
    rows = np.asarray(rows, dtype=np.int64)
    named = np.array([row in notes for row in rows.tolist()], dtype=bool)
    return np.concatenate([rows[named], rows[~named]])
