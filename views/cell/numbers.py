"""The numbers of one step of one unit, as a list with their names and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from model.network.cells.formula import Tanh, Value, walk
from model.network.cells.packing import Packed
from model.recurrence.step import CellStep
from views.drawing.downloads import csv_text


def numbers(step: CellStep) -> list[tuple[str, float]]:
    """Every number of a step with its name, in the order in which the equations need them."""
    gates = [number for block in step.cell.told for number in _of_gate(step, block)]
    return [*gates, *_of_states(step)]


def _of_gate(step: CellStep, block: Packed) -> Iterator[tuple[str, float]]:
    symbol, part = block.symbol, step.part(block.symbol)
    yield f"W_x{symbol} x_t", part.from_input
    if block.between:
        yield f"W_h{symbol} h_(t-1) + b_h{symbol}", part.from_state
        yield f"{block.between}_t (W_h{symbol} h_(t-1) + b_h{symbol})", part.passes * part.from_state
    else:
        yield f"W_h{symbol} h_(t-1)", part.from_state
    yield f"b_{symbol}", part.bias
    yield f"sum of {symbol}", part.total
    yield f"{symbol}_t", part.value


def _of_states(step: CellStep) -> Iterator[tuple[str, float]]:
    """Those of each state, h last; its value unless it stands among the gates already, and tanh of it if it is used."""
    told = {block.symbol for block in step.cell.told}
    used = {part for formula in step.cell.formulas for part in walk(formula)}
    for state in reversed(step.states):
        yield f"{state.symbol}_(t-1)", state.before
        if state.symbol not in told:
            yield f"{state.symbol}_t", state.value
        if Tanh(Value(state.symbol)) in used:
            yield f"tanh({state.symbol}_t)", state.squashed


def csv_of_step(step: CellStep, token: str) -> str:
    """The numbers of a step as CSV, one a row; before them token, place (from 1), layer, direction and unit."""
    about = [("token", token), ("place", step.place + 1), ("layer", step.layer)]
    return csv_text(["name", "value"], [*about, ("direction", step.direction), ("unit", step.unit), *numbers(step)])
