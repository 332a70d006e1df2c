"""The numbers of one step of one unit, as a list with their names and as CSV."""

from __future__ import annotations

from model.recurrence.step import CellStep
from views.cell.words import GATE_ORDER
from views.drawing.downloads import csv_text


def numbers(step: CellStep) -> list[tuple[str, float]]:
    """Every number of a step with its name, in the order in which the equations need them."""
    rows = []
    for symbol in GATE_ORDER if step.cell.gates else step.cell.symbols:
        part = step.part(symbol)
        rows += [
            (f"W_x{symbol} x_t", part.from_input),
            (f"W_h{symbol} h_(t-1)", part.from_state),
            (f"b_{symbol}", part.bias),
            (f"sum of {symbol}", part.total),
            (f"{symbol}_t", part.value),
        ]
    if not step.cell.gates:
        return [*rows, ("h_(t-1)", step.h_before)]
    c = step.state("c")
    states = [("c_(t-1)", c.before), ("c_t", c.value), ("tanh(c_t)", c.squashed)]
    return [*rows, *states, ("h_(t-1)", step.h_before), ("h_t", step.h)]


def csv_of_step(step: CellStep, token: str) -> str:
    """The numbers of a step as CSV, one a row; before them token, place (from 1), layer, direction and unit."""
    about = [("token", token), ("place", step.place + 1), ("layer", step.layer)]
    return csv_text(["name", "value"], [*about, ("direction", step.direction), ("unit", step.unit), *numbers(step)])
