"""A small scored file."""

from __future__ import annotations

import numpy as np
import pytest

from model.workbench.workbench import Workbench
from tests.scored import made_scores, made_table
from tests.views.errors.pages import NASTY, bench_of


@pytest.fixture
def bench() -> Workbench:
    """Two right, one false positive, one false negative, one without a label."""
    table = made_table([1, 0, 0, 1, -1], ["fine", "dull", "so so", NASTY, "what?"], [9, 2, 3, 8, np.nan])
    return bench_of(table, made_scores([2.0, -3.0, 1.0, -0.5, 0.1], states=np.eye(5, 4)))
