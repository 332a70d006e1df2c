"""What the drawings of all cells share: tubes and what flows through them, valves, boxes, wires, and the frame.

Memory runs along the top, gates sit below: the drawing is the well-known one of C. Olah ("Understanding LSTM Networks",
2015). Here it carries numbers: each gate is a valve in a tube, as open as it is now, and what flows through the tube is
as wide as the number is large. Whatever follows a valve that a person moves says by which formula (views/cell/live.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from model.language import gettext, joined
from model.network.cells.formula import Before, Formula, Tanh, Value
from model.recurrence.step import CellStep
from views.cell.live import written
from views.cell.words import DRAWN_DIGITS, Shown, curve_sign, openness, quantity_shown, shown, sign_class

# The drawing, in units of its own.
WIDTH, TOP = 540, 58  # of the whole; the cell's upper edge
OUT, WALL, SPLIT = 431, 474, 498  # where the hidden state goes down, the cell ends, and h goes up
TUBE = 26  # inner width of a tube: what a flow of full size takes
LEAF = 7  # thickness of a valve's leaf; as much of it always stands out of the wall
NODE = TUBE / 2 + LEAF + 9  # from the middle of a tube to the sign beside its valve
GATE_HEIGHT, GATE_WIDTH = 54, 62


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows through a tube, in the colour of its sign: from `least` wide, where its `value` is 0, to `most`, where
    it is `full` or more. `formula` is where the value comes from.
    """

    path: str
    name: str
    value: float
    formula: Formula
    full: float = 1.0
    least: float = 0.0
    most: float = TUBE

    @property
    def width(self) -> float:
        """In units of the drawing."""
        return self.least + (self.most - self.least) * min(1.0, abs(self.value) / self.full)

    @property
    def kind(self) -> str:
        """The class of its sign."""
        return sign_class(self.value)

    @property
    def shows(self) -> str:
        """The formula, as a script reads it."""
        return written(self.formula)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of a valve."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class DrawnValve:
    """Two leaves across a tube: the `gap` between them is the gate's `value` times the tube. `x` and `y` are the middle
    of the tube, `name` is the gate's; an `upright` valve has its leaves one over the other.
    """

    symbol: str
    name: str
    value: float
    gap: float
    leaves: tuple[Leaf, Leaf]
    x: int
    y: int
    upright: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A sign in a circle: two things are multiplied, or added up."""

    x: float
    y: float
    radius: int
    times: bool

    @property
    def arm(self) -> float:
        """Half the length of the sign's strokes."""
        return self.radius * 0.5


@dataclass(frozen=True, slots=True)
class Box:
    """A curve, and what comes out of it, by a formula where it `shows` one; `kind` is a class of the style sheet, x and
    y are of the upper left corner.
    """

    kind: str
    x: float
    y: float
    width: int
    height: int
    rounding: int
    middle: int
    curve: str
    curve_y: int
    value: Shown
    value_y: int
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A text; `kind` is its class of the style sheet, `anchor` where in it x lies. `opens` is the symbol of the gate of
    which it says how open it is, "" if of none.
    """

    x: float
    y: float
    text: str
    kind: str
    anchor: str = "middle"
    opens: str = ""


@dataclass(frozen=True, slots=True)
class NamedState:
    """A state's symbol and its number, beside it or below; by a formula where it `shows` one."""

    x: float
    y: float
    symbol: str
    index: str
    value: Shown
    anchor: str
    stacked: bool = False
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A cell whose lower edge is at `bottom` and whose gates read the wire at `bus`; `heads` are those of the wires
    into the gates, `h` is the hidden state where it leaves.

    `inside` says in words what is inside, for who does not see it; `caption` how the drawing is read, with symbols
    between *…*.
    """

    height: int
    bottom: int
    bus: int
    inside: str
    caption: str
    leaving: Flow
    tubes: tuple[str, ...]
    flows: tuple[Flow, ...]
    wires: tuple[str, ...]
    heads: str
    boxes: tuple[Box, ...]
    h: NamedState
    valves: tuple[DrawnValve, ...] = ()
    nodes: tuple[Node, ...] = ()
    states: tuple[NamedState, ...] = ()
    labels: tuple[Label, ...] = ()


def flow(step: CellStep, path: str, name: str, formula: Formula, full: float = 1.0) -> Flow:
    """What flows along a path; `full` is the number that fills the tube."""
    return Flow(path, name, step.number(formula), formula, full)


def leaving(step: CellStep, bus: int) -> Flow:
    """h outside of the cell: up, behind all tubes, and along to the next token."""
    path = f"M{WALL} {bus}H{WIDTH - 9}M{SPLIT} {bus}V30"
    return Flow(path, "h-leaving", step.h, Value("h"), least=2.5, most=7.5)


def named(
    step: CellStep, x: float, y: float, symbol: str, index: str, formula: Formula, anchor: str, *, stacked: bool = False
) -> NamedState:
    """What a formula comes to, beside its symbol."""
    return NamedState(x, y, symbol, index, drawn(step.number(formula)), anchor, stacked, written(formula))


def leaving_state(step: CellStep, bus: int) -> NamedState:
    """h beside what leaves."""
    return named(step, SPLIT + 8, bus + 26, "h", "t", Value("h"), "middle", stacked=True)


def state_before(step: CellStep, bus: int) -> NamedState:
    """h of the step before, where it comes in."""
    return named(step, 2, bus - 27, "h", "t−1", Before("h"), "start", stacked=True)


def head(x: int, y: int) -> str:
    """The head of a wire that goes up into a gate whose lower edge is there."""
    return f"M{x} {y}l-4.5 8h9z"


def valve(step: CellStep, symbol: str, x: int, y: int, *, upright: bool) -> DrawnValve:
    """The valve of a gate across a tube whose middle is there; its leaves stand upright in a tube that lies."""
    value = step.value(symbol)
    gap = TUBE * min(1.0, max(0.0, value))
    length = (TUBE - gap) / 2 + LEAF
    far = TUBE / 2 + LEAF
    leaves = _leaf(x, y, -far, length, upright), _leaf(x, y, far - length, length, upright)
    return DrawnValve(symbol, gettext(step.cell.quantity(symbol).name), value, gap, leaves, x, y, upright)


def _leaf(x: int, y: int, start: float, length: float, upright: bool) -> Leaf:
    if upright:
        return Leaf(f"{x - LEAF / 2}", f"{y + start:.2f}", f"{LEAF}", f"{length:.2f}")
    return Leaf(f"{x + start:.2f}", f"{y - LEAF / 2}", f"{length:.2f}", f"{LEAF}")


def valves_said(step: CellStep, symbols: str) -> str:
    """How open the valves of some gates are, in words."""
    return joined(f"{gettext(step.cell.quantity(symbol).name)} {openness(step.value(symbol))}" for symbol in symbols)


def gate_box(step: CellStep, symbol: str, x: int, y: int, width: int = GATE_WIDTH, height: int = GATE_HEIGHT) -> Box:
    """A layer of weights with its sigmoid or tanh: its middle at x, its upper edge at y."""
    (block,) = (each for each in step.cell.packed if each.symbol == symbol)
    return Box(
        kind="gs-cell-box",
        x=x - width / 2,
        y=y,
        width=width,
        height=height,
        rounding=8,
        middle=x,
        curve=curve_sign(block),
        curve_y=y + height // 2 - 6,
        value=quantity_shown(step.cell, symbol, step.value(symbol), DRAWN_DIGITS),
        value_y=y + height // 2 + 17,
    )


def pill(step: CellStep, symbol: str, x: int, y: int) -> Box:
    """tanh of a state around a point."""
    formula = Tanh(Value(symbol))
    value = drawn(step.number(formula))
    return Box("gs-cell-node", x - 38, y - 24, 76, 48, 24, x, "tanh", y - 4, value, y + 16, written(formula))


def drawn(value: float) -> Shown:
    """A number as it stands in the drawing."""
    return shown(value, digits=DRAWN_DIGITS)
