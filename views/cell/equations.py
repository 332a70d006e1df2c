"""The equations of one step of one unit in MathML, the number of this step under each symbol."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext, marked
from model.network.cells.lstm import KEPT, WRITTEN
from model.recurrence.step import CellStep
from views.cell.words import DIGITS, GATE_ORDER, Shown, curve_sign, shown, token_text, where
from views.drawing.labels import NAMES
from views.drawing.numbers import signed
from views.drawing.template import render

MEANINGS = {
    "f": marked("how much of the old memory stays"),
    "i": marked("how much of the new is let in"),
    "g": marked("what could be written"),
    "o": marked("how much of the memory is shown"),
    "c": marked("the memory: what stays, and what is new"),
    "h": marked("what the cell shows: all that leaves it"),
}
PLAIN_MEANING = marked("what the unit remembers, and shows")
SPOKEN = {"tanh": "tanh", "σ": marked("sigma")}


@dataclass(frozen=True, slots=True)
class Equation:
    """What an equation says: its quantity, in words what it means, and for a screen reader the whole of it."""

    symbol: str
    name: str
    meaning: str
    label: str


@dataclass(frozen=True, slots=True)
class GateEquation:
    """A gate (of a plain RNN: its hidden state): a curve over what is added up."""

    about: Equation
    curve: str
    from_input: Shown
    from_state: Shown
    bias: Shown
    total: Shown
    value: Shown


@dataclass(frozen=True, slots=True)
class MemoryEquation:
    """The cell state: f times what was there, and i times g."""

    about: Equation
    f: Shown
    before: Shown
    i: Shown
    g: Shown
    kept: Shown
    new: Shown
    value: Shown


@dataclass(frozen=True, slots=True)
class OutputEquation:
    """The hidden state: o times tanh of the cell state."""

    about: Equation
    o: Shown
    squashed: Shown
    value: Shown


def equations(step: CellStep, token: str, previous: str | None) -> Markup:
    """The six equations (of a plain RNN: the one) in MathML, the number of this step under each symbol.

    `token` is the one that is read, `previous` the one that this direction read before, None if there was none.
    """
    gated = bool(step.cell.gates)
    return render(
        "cell/equations.html",
        step=step,
        gated=gated,
        where=where(step),
        token=token_text(token),
        previous=None if previous is None else token_text(previous),
        gates=[_gate_equation(step, symbol) for symbol in (GATE_ORDER if gated else step.cell.symbols)],
        memory=_memory_equation(step) if gated else None,
        output=_output_equation(step) if gated else None,
    )


def _equation(symbol: str, meaning: str, label: str) -> Equation:
    return Equation(symbol, gettext(NAMES[symbol]), gettext(meaning), label)


def _gate_equation(step: CellStep, symbol: str) -> GateEquation:
    part, curve = step.part(symbol), curve_sign(step.cell, symbol)
    label = gettext(
        "{name}: {curve} of {total} is {value}. The sum is {from_input} from the input, {from_state} from the states "
        "before, {bias} bias"
    ).format(
        name=gettext(NAMES[symbol]),
        curve=gettext(SPOKEN[curve]),
        total=signed(part.total, DIGITS),
        value=shown(part.value, symbol).text,
        from_input=signed(part.from_input, DIGITS),
        from_state=signed(part.from_state, DIGITS),
        bias=signed(part.bias, DIGITS),
    )
    return GateEquation(
        _equation(symbol, MEANINGS[symbol] if step.cell.gates else PLAIN_MEANING, label),
        curve,
        shown(part.from_input),
        shown(part.from_state),
        shown(part.bias),
        shown(part.total),
        shown(part.value, symbol),
    )


def _memory_equation(step: CellStep) -> MemoryEquation:
    c = step.state("c")
    f, i, g = (shown(step.part(symbol).value, symbol) for symbol in "fig")
    before, value = shown(c.before), shown(c.value)
    label = gettext("cell state: {f} times {before}, plus {i} times {g}, is {c}").format(
        f=f.text, before=before.text, i=i.text, g=g.text, c=value.text
    )
    return MemoryEquation(
        _equation("c", MEANINGS["c"], label),
        f,
        before,
        i,
        g,
        shown(step.number(KEPT)),
        shown(step.number(WRITTEN)),
        value,
    )


def _output_equation(step: CellStep) -> OutputEquation:
    c = step.state("c")
    o, squashed, h = shown(step.part("o").value, "o"), shown(c.squashed), shown(step.h)
    label = gettext("hidden state: {o} times tanh of {c}, which is {squashed}, is {h}").format(
        o=o.text, c=shown(c.value).text, squashed=squashed.text, h=h.text
    )
    return OutputEquation(_equation("h", MEANINGS["h"], label), o, squashed, h)
