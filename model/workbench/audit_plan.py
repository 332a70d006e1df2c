"""The sample of an audit: which rows a person is to go through, and how they were drawn; kept beside the notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, with_config

from model.errors import DataError
from model.language import gettext, marked
from model.parsing import Fault, parse
from model.workbench.note import MAX_NUMBER

SIMPLE, STRATIFIED = DESIGNS = (marked("simple"), marked("stratified"))
MAX_SAMPLE = 2_000  # rows
MAX_SEED = 2**32 - 1

_TABLE = """CREATE TABLE IF NOT EXISTS audits (
    owner TEXT NOT NULL, digest TEXT NOT NULL, checkpoint TEXT NOT NULL, plan TEXT NOT NULL,
    PRIMARY KEY (owner, digest, checkpoint)) WITHOUT ROWID"""
_KNOWN = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'audits'"
_PUT = "INSERT OR REPLACE INTO audits (owner, digest, checkpoint, plan) VALUES (?, ?, ?, ?)"
_GET = "SELECT plan FROM audits WHERE owner = ? AND digest = ? AND checkpoint = ?"

_Row = Annotated[int, Field(strict=True, ge=0, le=MAX_NUMBER)]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class AuditPlan:
    """A sample of the labelled rows: `rows` (n,), from 0, in the order in which they were drawn.

    `design`: "simple", all rows alike, or "stratified", by whether the network errs. `labelled`: how many labelled rows
    the file had then.
    """

    design: Literal["simple", "stratified"]
    seed: Annotated[int, Field(strict=True, ge=0, le=MAX_SEED)]
    labelled: _Row
    rows: Annotated[tuple[_Row, ...], Field(min_length=1, max_length=MAX_SAMPLE)]


STORED = TypeAdapter(AuditPlan)  # from a dictionary, checked


def as_json(plan: AuditPlan) -> str:
    """The plan as it is kept."""
    return json.dumps(asdict(plan))


def read_plan(stored: object) -> AuditPlan | None:
    """The plan that a file of notes holds; None where it holds none. Raises `DataError` for what is none."""
    if stored is None:
        return None
    plan = parse(STORED, stored, _refusal)
    if len(set(plan.rows)) < len(plan.rows):
        raise DataError(gettext(_NO_PLAN))
    return plan


_NO_PLAN = marked("The sample in this file of notes cannot be read: draw a new one.")


def _refusal(fault: Fault) -> DataError:
    return DataError(gettext(_NO_PLAN))


def put_plan(database: sqlite3.Connection, key: Sequence[str], plan: AuditPlan) -> None:
    """Keep a plan within a transaction; `key` is owner, digest and checkpoint."""
    database.execute(_TABLE)
    database.execute(_PUT, (*key, as_json(plan)))


def get_plan(database: sqlite3.Connection, key: Sequence[str]) -> AuditPlan | None:
    """The plan that was kept; None where there is none."""
    if not database.execute(_KNOWN).fetchone()[0]:
        return None
    found = database.execute(_GET, tuple(key)).fetchone()
    return read_plan(json.loads(found[0])) if found else None


def size_of_plan(plan: AuditPlan | None) -> int:
    """Bytes that a plan takes in the file of notes, with its name."""
    return len(as_json(plan)) + 20 if plan else 0
