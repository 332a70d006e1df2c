"""The equations of one step of one unit in MathML, the number of this step under each symbol.

Which equations there are says the cell; here they get their numbers, and the words that a screen reader reads out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

from markupsafe import Markup

from model.language import gettext, marked
from model.network.cells.cell import Cell
from model.network.cells.formula import (
    Activation,
    Before,
    Equation,
    Formula,
    OneMinus,
    Product,
    Sum,
    Tanh,
    Value,
    parts_of,
    walk,
)
from model.network.cells.packing import Packed
from model.recurrence.step import CellStep
from views.cell.words import DIGITS, Shown, count_word, curve_sign, quantity_shown, shown, token_text, where
from views.drawing.numbers import signed
from views.drawing.template import render

SPOKEN = {"tanh": "tanh", "σ": marked("sigma")}
KINDS = {Value: "value", Before: "before", Product: "product", Sum: "sum", Tanh: "tanh", OneMinus: "complement"}


@dataclass(frozen=True, slots=True)
class About:
    """What an equation says: its quantity, in words what it means, and for a screen reader the whole of it."""

    symbol: str
    name: str
    meaning: str
    label: str


@dataclass(frozen=True, slots=True)
class GateEquation:
    """A gate (of a cell without gates: its hidden state): a curve over what is added up.

    `between` is the symbol of the gate that multiplies what comes from the states, "" where none does.
    """

    kind: ClassVar[str] = "gate"
    about: About
    curve: str
    from_input: Shown
    from_state: Shown
    bias: Shown
    total: Shown
    value: Shown
    between: str
    passes: Shown


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of a formula: `kind` is how it is written, `number` what it comes to."""

    kind: str
    symbol: str
    parts: tuple[Term, ...]
    number: Shown


@dataclass(frozen=True, slots=True)
class FormulaEquation:
    """A quantity without weights of its own. `numbers` are those of its terms, where it is a sum."""

    kind: ClassVar[str] = "formula"
    about: About
    term: Term
    numbers: tuple[Shown, ...]
    value: Shown


def equations(step: CellStep, token: str, previous: str | None) -> Markup:
    """The cell's equations in MathML, the number of this step under each symbol.

    `token` is the one that is read, `previous` the one that this direction read before, None if there was none.
    """
    cell = step.cell
    return render(
        "cell/equations.html",
        step=step,
        gated=bool(cell.gates),
        cell=gettext(cell.name),
        where=where(step),
        token=token_text(token),
        previous=None if previous is None else token_text(previous),
        equations=list(_equations(step)),
        count=count_word(len(cell.equations)),
        multiplies=_multiplies(cell),
        spelling=gettext(cell.spelling) if cell.spelling else "",
    )


def _equations(step: CellStep) -> Iterator[GateEquation | FormulaEquation]:
    packed = {block.symbol: block for block in step.cell.packed}
    for each in step.cell.equations:
        if isinstance(each.formula, Activation):
            yield _gate_equation(step, each, packed[each.symbol])
        else:
            yield _formula_equation(step, each, each.formula)


def _multiplies(cell: Cell) -> bool:
    """Whether anything is multiplied in its equations."""
    products = (isinstance(part, Product) for formula in cell.formulas for part in walk(formula))
    return any(products) or any(block.between for block in cell.packed)


def _about(step: CellStep, equation: Equation, label: str) -> About:
    symbol = equation.symbol
    return About(symbol, gettext(step.cell.quantity(symbol).name), gettext(equation.meaning), label)


def _gate_equation(step: CellStep, equation: Equation, block: Packed) -> GateEquation:
    part, curve = step.part(block.symbol), curve_sign(block)
    passes, value = shown(part.passes, gate=True), quantity_shown(step.cell, block.symbol, part.value)
    if block.between:
        sentence = gettext(
            "{name}: {curve} of {total} is {value}. The sum is {from_input} from the input, {passes} times "
            "{from_state} from the states before, {bias} bias"
        )
    else:
        sentence = gettext(
            "{name}: {curve} of {total} is {value}. The sum is {from_input} from the input, {from_state} from the "
            "states before, {bias} bias"
        )
    label = sentence.format(
        name=gettext(step.cell.quantity(block.symbol).name),
        curve=gettext(SPOKEN[curve]),
        total=signed(part.total, DIGITS),
        value=value.text,
        from_input=signed(part.from_input, DIGITS),
        passes=passes.text,
        from_state=signed(part.from_state, DIGITS),
        bias=signed(part.bias, DIGITS),
    )
    return GateEquation(
        _about(step, equation, label),
        curve,
        shown(part.from_input),
        shown(part.from_state),
        shown(part.bias),
        shown(part.total),
        value,
        block.between,
        passes,
    )


def _formula_equation(step: CellStep, equation: Equation, formula: Formula) -> FormulaEquation:
    value = quantity_shown(step.cell, equation.symbol, step.value(equation.symbol))
    label = gettext("{name}: {formula}, is {value}").format(
        name=gettext(step.cell.quantity(equation.symbol).name), formula=_spoken(step, formula), value=value.text
    )
    terms = formula.terms if isinstance(formula, Sum) else ()
    numbers = tuple(shown(step.number(term)) for term in terms)
    return FormulaEquation(_about(step, equation, label), _term(step, formula), numbers, value)


def _term(step: CellStep, formula: Formula) -> Term:
    symbol = formula.symbol if isinstance(formula, Value | Before) else ""
    parts = tuple(_term(step, part) for part in parts_of(formula))
    return Term(KINDS[type(formula)], symbol, parts, _number(step, formula))


def _number(step: CellStep, formula: Formula) -> Shown:
    """What a piece of a formula comes to; how open a gate is, or how shut, has no sign."""
    inner = formula.of if isinstance(formula, OneMinus) else formula
    gate = isinstance(inner, Value) and step.cell.quantity(inner.symbol).gate
    return shown(step.number(formula), gate=gate)


def _spoken(step: CellStep, formula: Formula) -> str:
    """A formula in words and numbers."""
    value, parts = _number(step, formula).text, [_spoken(step, part) for part in parts_of(formula)]
    if isinstance(formula, Product):
        return gettext("{left} times {right}").format(left=parts[0], right=parts[1])
    if isinstance(formula, Sum):
        return reduce(lambda left, right: gettext("{left}, plus {right}").format(left=left, right=right), parts)
    if isinstance(formula, Tanh):
        return gettext("tanh of {inner}, which is {value}").format(inner=parts[0], value=value)
    if isinstance(formula, OneMinus):
        return gettext("{value} (1 minus {inner})").format(inner=parts[0], value=value)
    return value
