"""What the drawings of all cells share: tubes and what flows through them, doors, boxes, wires, and the frame.

Memory runs along the top, gates sit below: the drawing is the well-known one of C. Olah ("Understanding LSTM Networks",
2015). Here it carries numbers: each gate is a door, as open as it is now, in a tube, and what flows through the tube is
as wide as the number is large.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.language import gettext
from model.recurrence.step import CellStep
from views.cell.words import DRAWN_DIGITS, Shown, curve_sign, openness, quantity_shown, shown, sign_class

# The drawing, in units of its own.
WIDTH, TOP = 540, 58  # of the whole; the cell's upper edge
OUT, WALL, SPLIT = 431, 474, 498  # where the hidden state goes down, the cell ends, and h goes up
TUBE = 26  # inner width of a tube: what a flow of full size takes
LEAF = 7  # thickness of a door's leaf; as much of it always stands out of the wall
NODE = TUBE / 2 + LEAF + 9  # from the middle of a tube to the sign beside its door
GATE_HEIGHT, GATE_WIDTH = 54, 62


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows through a tube: as wide as its number is large, in the colour of its sign."""

    path: str
    name: str
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of a door."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Door:
    """Two leaves across a tube: the `gap` between them is the gate's `value` times the tube."""

    symbol: str
    value: float
    gap: float
    leaves: tuple[Leaf, Leaf]


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
    """A curve, and what comes out of it; `kind` is a class of the style sheet, x and y are of the upper left corner."""

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


@dataclass(frozen=True, slots=True)
class Label:
    """A text; `kind` is its class of the style sheet, `anchor` where in it x lies."""

    x: float
    y: float
    text: str
    kind: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class NamedState:
    """A state's symbol and its number, beside it or below."""

    x: float
    y: float
    symbol: str
    index: str
    value: Shown
    anchor: str
    stacked: bool = False


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
    doors: tuple[Door, ...] = ()
    nodes: tuple[Node, ...] = ()
    states: tuple[NamedState, ...] = ()
    labels: tuple[Label, ...] = ()


def flow(path: str, name: str, value: float, full: float = 1.0) -> Flow:
    """What flows along a path; `full` is the number that fills the tube."""
    return Flow(path, name, TUBE * min(1.0, abs(value) / full), sign_class(value))


def leaving(step: CellStep, bus: int) -> Flow:
    """h outside of the cell: up, behind all tubes, and along to the next token."""
    path = f"M{WALL} {bus}H{WIDTH - 9}M{SPLIT} {bus}V30"
    return Flow(path, "h-leaving", 2.5 + 5 * min(1.0, abs(step.h)), sign_class(step.h))


def leaving_state(step: CellStep, bus: int) -> NamedState:
    """h beside what leaves."""
    return NamedState(SPLIT + 8, bus + 26, "h", "t", drawn(step.h), "middle", stacked=True)


def state_before(step: CellStep, bus: int) -> NamedState:
    """h of the step before, where it comes in."""
    return NamedState(2, bus - 27, "h", "t−1", drawn(step.state("h").before), "start", stacked=True)


def head(x: int, y: int) -> str:
    """The head of a wire that goes up into a gate whose lower edge is there."""
    return f"M{x} {y}l-4.5 8h9z"


def door(step: CellStep, symbol: str, x: int, y: int, *, upright: bool) -> Door:
    """The door of a gate across a tube whose middle is there; its leaves stand upright in a tube that lies."""
    value = step.value(symbol)
    gap = TUBE * min(1.0, max(0.0, value))
    length = (TUBE - gap) / 2 + LEAF
    far = TUBE / 2 + LEAF
    leaves = _leaf(x, y, -far, length, upright), _leaf(x, y, far - length, length, upright)
    return Door(symbol, value, gap, leaves)


def _leaf(x: int, y: int, start: float, length: float, upright: bool) -> Leaf:
    if upright:
        return Leaf(f"{x - LEAF / 2}", f"{y + start:.2f}", f"{LEAF}", f"{length:.2f}")
    return Leaf(f"{x + start:.2f}", f"{y - LEAF / 2}", f"{length:.2f}", f"{LEAF}")


def doors_said(step: CellStep, symbols: str) -> str:
    """How open the doors of some gates are, in words."""
    return ", ".join(f"{gettext(step.cell.quantity(symbol).name)} {openness(step.value(symbol))}" for symbol in symbols)


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


def pill(curve: str, x: int, y: int, value: float) -> Box:
    """A curve without weights around a point."""
    return Box("gs-cell-node", x - 38, y - 24, 76, 48, 24, x, curve, y - 4, drawn(value), y + 16)


def drawn(value: float) -> Shown:
    """A number as it stands in the drawing."""
    return shown(value, digits=DRAWN_DIGITS)
