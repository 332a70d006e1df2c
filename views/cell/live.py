"""What the page needs to let a step follow a valve without asking the server: its numbers, and its formulas as JSON.

A formula is written from the outside to the inside: a symbol is a quantity at this token, a number itself, and a list
an operation with what it is applied to: ["before", "c"], ["times", "f", ["before", "c"]], ["plus", …], ["tanh", …],
["rest", …] for 1 minus something, ["sigmoid", …]. views/cell/formula.js reads it.
"""

from __future__ import annotations

import json
from typing import TypeAlias

from model.network.cells.formula import Activation, Before, Formula, OneMinus, Product, Sum, Tanh, Value, parts_of
from model.network.cells.packing import Packed
from model.recurrence.step import CellStep

Written: TypeAlias = "str | float | list[Written]"
OPERATIONS = {Product: "times", Sum: "plus", Tanh: "tanh", OneMinus: "rest"}


def written(formula: Formula) -> str:
    """A formula as JSON."""
    return json.dumps(_nested(formula))


def live_step(step: CellStep, logit: float) -> str:
    """One unit at one token as JSON: where it is, its quantities `now`, its states `before`, what each quantity that
    a valve can change is computed by, in that order, and the `logit` of the whole review. Two of the same JSON are the
    same step of the same review.
    """
    cell = step.cell
    between = [[block.symbol, _summed(step, block)] for block in cell.told if block.between]
    states = [
        [each.symbol, _nested(each.formula)] for each in cell.equations if not isinstance(each.formula, Activation)
    ]
    where = {"layer": step.layer, "direction": step.direction, "unit": step.unit, "place": step.place}
    now = {symbol: step.value(symbol) for symbol in cell.symbols}
    before = {state.symbol: state.before for state in step.states}
    return json.dumps({"where": where, "now": now, "before": before, "formulas": [*between, *states], "logit": logit})


def _nested(formula: Formula) -> Written:
    if isinstance(formula, Value):
        return formula.symbol
    if isinstance(formula, Before):
        return ["before", formula.symbol]
    return [OPERATIONS[type(formula)], *(_nested(part) for part in parts_of(formula))]


def _summed(step: CellStep, block: Packed) -> Written:
    """The curve over what is added up, where a gate multiplies a part of it."""
    part = step.part(block.symbol)
    return [block.curve.name, ["plus", part.from_input, ["times", block.between, part.from_state], part.bias]]
