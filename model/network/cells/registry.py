"""The kinds of recurrence that there are. What is not named here does not exist, for settings and pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from model.network.cells.cell import Cell, Quantity
from model.network.cells.lstm import LSTM
from model.network.cells.rnn import RNN

CELLS: Mapping[str, Cell] = MappingProxyType({cell.key: cell for cell in (LSTM, RNN)})

# All that any of them computes, each once, by symbol, in the order of the page; a symbol means the same in all cells.
SYMBOLS = tuple(dict.fromkeys(symbol for cell in CELLS.values() for symbol in cell.symbols))
QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {symbol: next(cell for cell in CELLS.values() if symbol in cell.symbols).quantity(symbol) for symbol in SYMBOLS}
)
GATES = tuple(symbol for symbol in SYMBOLS if QUANTITIES[symbol].gate)
STATES = tuple(dict.fromkeys(state for cell in CELLS.values() for state in cell.states))  # that steps hand on
