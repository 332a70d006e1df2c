"""The kinds of recurrence that there are. What is not named here does not exist, for settings and pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from model.network.cells.cell import Cell, Quantity
from model.network.cells.lstm import LSTM
from model.network.cells.rnn import RNN

CELLS: Mapping[str, Cell] = MappingProxyType({cell.key: cell for cell in (LSTM, RNN)})
STATES = tuple(dict.fromkeys(state for cell in CELLS.values() for state in cell.states))  # that steps hand on


def _quantities() -> Mapping[str, Quantity]:
    """Gates first, states last."""
    found = {quantity.symbol: quantity for cell in CELLS.values() for quantity in cell.quantities}
    ordered = sorted(found.values(), key=lambda quantity: (not quantity.gate, quantity.symbol in STATES))
    return MappingProxyType({quantity.symbol: quantity for quantity in ordered})


# All that any of them computes, each once, by symbol, in the order of the page; a symbol means the same in all cells.
QUANTITIES = _quantities()
SYMBOLS = tuple(QUANTITIES)
FIRST_SHOWN = LSTM.forget_gates[0]  # the quantity that is looked at before a person chooses one
