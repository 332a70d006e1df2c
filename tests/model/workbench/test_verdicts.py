"""What was said of labels, on a few rows by hand."""

from __future__ import annotations

import numpy as np

from model.tables.labels import NO_LABEL
from model.workbench.note import UNCLEAR, Note
from model.workbench.verdicts import Verdict, corrected_labels, verdicts

LABELS = np.array([1, 0, 1, 0, NO_LABEL, NO_LABEL, 1], dtype=np.int8)


def said(**labels):
    return {int(row[1:]): Note(int(row[1:]), "", "", label, 1) for row, label in labels.items()}


def test_each_verdict_by_hand():
    notes = said(r0=1, r1=1, r2=UNCLEAR, r3=NO_LABEL, r4=0, r5=UNCLEAR)
    expected = [
        Verdict.KEPT, Verdict.CHANGED, Verdict.NOT_CLEAR, Verdict.UNSAID, Verdict.GIVEN, Verdict.NOT_CLEAR,
        Verdict.UNSAID,
    ]  # fmt: skip
    assert verdicts(LABELS, notes).tolist() == expected
    assert corrected_labels(LABELS, notes).tolist() == [1, 1, NO_LABEL, 0, 0, NO_LABEL, 1]


def test_without_a_word_the_labels_stay():
    assert np.array_equal(corrected_labels(LABELS, {}), LABELS)
    assert not verdicts(LABELS, {}).any()


def test_notes_on_rows_that_the_table_lacks_count_nowhere():
    assert np.array_equal(corrected_labels(LABELS, said(r99=0)), LABELS)
