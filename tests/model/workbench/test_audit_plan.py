"""The sample of an audit is kept beside the notes, taken away with them and brought back; no other one is."""

from __future__ import annotations

import json
import sqlite3

import pytest

from model.errors import DataError
from model.workbench.audit_plan import MAX_SAMPLE, AuditPlan
from model.workbench.notebook import Notebook
from model.workbench.notes_store import FILE
from tests.noted import DIGEST, DIGEST_2, GOOD, OTHER, OWNER, exported

PLAN = AuditPlan("stratified", 7, 12, (3, 0, 9))
STORED = {"design": "stratified", "seed": 7, "labelled": 12, "rows": [3, 0, 9]}


def test_a_sample_is_kept_and_replaced(notes):
    assert notes.audit() is None
    notes.keep_audit(PLAN)
    assert notes.audit() == PLAN
    other = AuditPlan("simple", 0, 12, (1,))
    notes.keep_audit(other)
    assert notes.audit() == other


def test_a_sample_belongs_to_its_file_and_checkpoint(notes):
    notes.keep_audit(PLAN)
    assert notes.bound_to(DIGEST_2, "bilstm").audit() is None
    assert notes.bound_to(DIGEST, "rnn").audit() is None
    assert notes.bound_to(DIGEST, "bilstm").audit() == PLAN


def test_a_sample_outlives_the_notebook_in_a_folder(tmp_path):
    Notebook(tmp_path, OWNER, DIGEST, "bilstm").keep_audit(PLAN)
    assert Notebook(tmp_path, OWNER, DIGEST, "bilstm").audit() == PLAN
    assert Notebook(tmp_path, OTHER, DIGEST, "bilstm").audit() is None


def test_notes_that_were_kept_before_there_were_samples_still_open(tmp_path):
    Notebook(tmp_path, OWNER, DIGEST, "bilstm").put(GOOD)
    with sqlite3.connect(tmp_path / FILE) as database:
        assert not database.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'audits'").fetchone()[0]
    database.close()
    again = Notebook(tmp_path, OWNER, DIGEST, "bilstm")
    assert again.audit() is None
    again.keep_audit(PLAN)
    assert (again.audit(), again.of(0)) == (PLAN, GOOD)


def test_a_sample_is_taken_away_with_the_notes_and_brought_back(notes):
    notes.put(GOOD)
    notes.keep_audit(PLAN)
    content = notes.export()
    assert json.loads(content) == json.loads(exported([GOOD], audit=STORED))
    other = Notebook(None, OTHER, DIGEST, "bilstm")
    assert other.load(content) == 1
    assert (other.audit(), other.of(0)) == (PLAN, GOOD)


def test_notes_without_a_sample_leave_the_one_that_is_there(notes):
    notes.keep_audit(PLAN)
    assert notes.load(exported([GOOD])) == 1
    assert notes.audit() == PLAN


REFUSED = [
    3, [], {}, {**STORED, "design": "by mood"}, {**STORED, "rows": []}, {**STORED, "rows": [1, 1]},
    {**STORED, "rows": [-1]}, {**STORED, "rows": [0.5]}, {**STORED, "seed": -1}, {**STORED, "more": 1},
    {**STORED, "rows": list(range(MAX_SAMPLE + 1))},
]  # fmt: skip


@pytest.mark.parametrize("stored", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_sample_is_refused_with_all_notes(notes, stored):
    with pytest.raises(DataError, match="sample in this file of notes cannot be read"):
        notes.load(exported([GOOD], audit=stored))
    assert (notes.all(), notes.audit()) == ({}, None)


def test_a_sample_of_another_file_is_refused(notes):
    with pytest.raises(DataError, match="another file"):
        notes.load(exported([GOOD], audit=STORED, digest=DIGEST_2))
    assert notes.audit() is None


def test_a_sample_counts_with_the_notes_so_that_what_is_kept_can_be_brought_back(notes, monkeypatch):
    monkeypatch.setattr("model.workbench.notes_file.MAX_BYTES", 1_500)
    with pytest.raises(DataError, match="shorten or clear"):
        notes.keep_audit(AuditPlan("simple", 0, 900, tuple(range(900))))
    assert notes.audit() is None
    notes.keep_audit(PLAN)
