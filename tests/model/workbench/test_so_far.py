"""What is said of a file while it is being scored: as if the rows so far were all that there are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from model.workbench.so_far import LISTED, Listed, SoFar


def told(logits, labels, step):
    """The file in steps of so many rows."""
    found = SoFar()
    for start in range(0, len(logits), step):
        found = found.and_then(np.array(logits[start : start + step]), np.array(labels[start : start + step]))
    return found


LOGITS = [2.0, -1.0, 0.5, -3.0, 4.0, -0.2, 1.5, -2.5, 0.1, 3.0]
LABELS = [1, 1, 0, 0, 0, -1, 1, 1, 0, -1]


@pytest.mark.parametrize("step", [1, 2, 3, 10])
def test_steps_do_not_change_what_is_said(step):
    found = told(LOGITS, LABELS, step)
    assert (found.rows, found.positive, found.labelled, found.right) == (10, 6, 8, 3)
    assert found.listed == (Listed(4, 4.0), Listed(7, -2.5), Listed(1, -1.0), Listed(2, 0.5), Listed(8, 0.1))


def test_interval_is_wilsons():
    found = told(LOGITS, LABELS, 4)
    expected = binomtest(3, 8).proportion_ci(method="wilson")
    assert found.accuracy == 3 / 8
    assert found.interval == pytest.approx((expected.low, expected.high))


def test_without_labels_the_first_rows_are_shown_until_there_are_some():
    found = told(LOGITS, [-1] * 10, 3)
    assert [each.row for each in found.listed] == list(range(LISTED))
    assert found.accuracy is None
    assert found.interval is None
    found = found.and_then(np.array([1.0, 2.0]), np.array([0, -1]))
    assert found.listed == (Listed(10, 1.0),)


def test_nothing_is_listed_where_all_are_right():
    assert told([1.0, -1.0], [1, 0], 2).listed == ()
