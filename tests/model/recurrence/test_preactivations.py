"""Where pre-activations lie under their curves: values counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from model.network.cells.lstm import LSTM
from model.network.cells.rnn import RNN
from model.recurrence.preactivations import BIN_EDGES, Preactivations


def made(*values, cell=RNN):
    """Pre-activations of which those of the first gate are chosen, (tokens, units); all others are 0."""
    chosen = np.array(values, dtype=np.float32)
    totals = np.zeros((len(chosen), len(cell.packed), chosen.shape[1]), dtype=np.float32)
    totals[:, 0] = chosen
    none = np.zeros_like(totals)
    return Preactivations(1, "forward", 2, cell.packed, totals, none, none + 1, none[0])


def test_bins_count_every_value_once_and_hold_all_beyond_at_their_ends():
    counts = made([-100, 100, 0.1], [-8, 8, 0.4]).bin_counts("h")
    assert len(counts) == len(BIN_EDGES) - 1 == 32
    assert {BIN_EDGES[place]: count for place, count in enumerate(counts.tolist()) if count} == {-8: 2, 0: 2, 7.5: 2}


def test_flat_share_is_reckoned_from_the_steepest_slope():
    """1 - tanh² is 0.104 at 1.8 and 0.086 at 1.9; a sigmoid is half as steep."""
    assert made([1.8, -1.9], [1.9, 0]).flat_share("h") == 0.5
    assert made([3.6, -3.7], [4.0, 0], cell=LSTM).flat_share("i") == 0.5
    assert made([3.6, -3.7], [4.0, 0], cell=LSTM).flat_share("f") == 0


def test_other_symbols_are_refused():
    for count in ("bin_counts", "flat_share"):
        with pytest.raises(KeyError):
            getattr(made([0.0]), count)("f")
