"""The drawing of one step of one unit: doors as open as the gates are, flows as wide as the numbers are large.

It is the well-known one of C. Olah ("Understanding LSTM Networks", 2015): memory runs along the top, gates sit below.
Here it carries numbers: each gate is a door, as open as it is now, in a tube, and what flows through the tube is as
wide as the number is large. Where everything stands is worked out here; diagram.html says how it looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext, marked
from model.network.cells.lstm import KEPT, WRITTEN
from model.recurrence.step import CellStep
from views.cell.words import (
    DIGITS,
    DRAWN_DIGITS,
    GATE_ORDER,
    Shown,
    above,
    curve_sign,
    openness,
    short_token,
    shown,
    sign_class,
    token_text,
    where,
)
from views.drawing.labels import NAMES
from views.drawing.numbers import signed
from views.drawing.template import render

SHORT_NAMES = {"f": marked("forget"), "i": marked("input"), "g": marked("candidate"), "o": marked("output")}

# The drawing, in units of its own.
WIDTH, HEIGHT, PLAIN_HEIGHT = 540, 476, 320
TOP, LANE, BUS, BOTTOM = 58, 116, 384, 422  # the cell's upper edge, c's tube, the wire that all gates read, lower edge
COLUMNS = {"f": 126, "i": 202, "g": 280, "o": 362}
OUT, WALL, SPLIT = 431, 474, 498  # where tanh(c) goes down, the cell ends, and h goes up
TANH, I_DOOR, O_DOOR = 180, 214, 254
GATE_TOP, GATE_HEIGHT, GATE_WIDTH = 300, 54, 62
TUBE = 26  # inner width of a tube: what a flow of full size takes
LEAF = 7  # thickness of a door's leaf; as much of it always stands out of the wall
NODE = TUBE / 2 + LEAF + 9  # from the middle of a tube to the sign beside its door
PLAIN_X, PLAIN_Y, PLAIN_BUS, PLAIN_BOTTOM = (
    220,
    118,
    218,
    266,
)  # a plain RNN: its tanh, the wire that it reads, its edge


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
    """

    height: int
    bottom: int
    bus: int
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


def diagram(step: CellStep, token: str, previous: str | None) -> Markup:
    """The cell as one SVG in a figure: doors as open as the gates are, flows as wide as the numbers are large.

    `token` is the one that is read, `previous` the one that this direction read before, None if there was none.
    """
    gated = bool(step.cell.gates)
    return render(
        "cell/diagram.html",
        step=step,
        gated=gated,
        drawing=_gated_drawing(step) if gated else _plain_drawing(step),
        description=_description(step, token),
        above=above(step),
        full=_full_tube(step) if gated else 1,
        token=short_token(token),
        previous=None if previous is None else short_token(previous),
        width=WIDTH,
        top=TOP,
        wall=WALL,
        split=SPLIT,
    )


def _gated_drawing(step: CellStep) -> Drawing:
    foot = GATE_TOP + GATE_HEIGHT
    return Drawing(
        height=HEIGHT,
        bottom=BOTTOM,
        bus=BUS,
        leaving=_leaving(step.h, BUS),
        tubes=(f"M0 {LANE}H{WIDTH}", f"M{COLUMNS['g']} {GATE_TOP}V{LANE}", f"M{OUT} {LANE}V{BUS}H{WALL}"),
        flows=_flows(step),
        wires=_wires(foot),
        heads="".join(f"M{x} {foot + 1}l-4.5 8h9z" for x in COLUMNS.values()),
        boxes=(*(_gate_box(step, symbol) for symbol in GATE_ORDER), _pill(step.state("c").squashed)),
        h=_leaving_state(step, BUS),
        doors=(
            _door("f", step.part("f").value, COLUMNS["f"], LANE, upright=True),
            _door("i", step.part("i").value, COLUMNS["g"], I_DOOR, upright=False),
            _door("o", step.part("o").value, OUT, O_DOOR, upright=False),
        ),
        nodes=(
            Node(COLUMNS["g"], LANE, 15, times=False),
            Node(COLUMNS["f"], LANE + NODE, 9, times=True),
            Node(COLUMNS["g"] - NODE, I_DOOR, 9, times=True),
            Node(OUT - NODE, O_DOOR, 9, times=True),
        ),
        states=_states(step),
        labels=_labels(step),
    )


def _full_tube(step: CellStep) -> int:
    """What fills a tube: 1, or the next whole number that holds every cell state of this unit in the review."""
    return max(1, math.ceil(step.state("c").largest))


def _flows(step: CellStep) -> tuple[Flow, ...]:
    c, g, full, lift = step.state("c"), COLUMNS["g"], _full_tube(step), COLUMNS["f"]
    return (
        _flow(f"M0 {LANE}H{lift}", "c-before", c.before, full),
        _flow(f"M{lift} {LANE}H{g}", "kept", step.number(KEPT), full),
        _flow(f"M{g} {GATE_TOP}V{I_DOOR}", "g", step.part("g").value, full),
        _flow(f"M{g} {I_DOOR}V{LANE}", "new", step.number(WRITTEN), full),
        _flow(f"M{g} {LANE}H{WIDTH}M{OUT} {LANE}V{TANH}", "c", c.value, full),
        _flow(f"M{OUT} {TANH}V{O_DOOR}", "tanh-c", c.squashed, full),
        _flow(f"M{OUT} {O_DOOR}V{BUS}H{WALL}", "h", step.h, full),
    )


def _flow(path: str, name: str, value: float, full: float = 1.0) -> Flow:
    return Flow(path, name, TUBE * min(1.0, abs(value) / full), sign_class(value))


def _leaving(value: float, bus: int) -> Flow:
    """h outside of the cell: up, behind the tube of c, and along to the next token."""
    path = f"M{WALL} {bus}H{WIDTH - 9}M{SPLIT} {bus}V30"
    return Flow(path, "h-leaving", 2.5 + 5 * min(1.0, abs(value)), sign_class(value))


def _wires(foot: int) -> tuple[str, ...]:
    """What the gates read, from below and from the left, and the wires that move the doors."""
    reads = f"M0 {BUS}H{COLUMNS['o']}" + "".join(f"M{x} {BUS}V{foot + 6}" for x in COLUMNS.values())
    moves = (
        f"M{COLUMNS['f']} {GATE_TOP}V{LANE + NODE}M{COLUMNS['i']} {GATE_TOP}V{I_DOOR}H{COLUMNS['g'] - NODE}"
        f"M{COLUMNS['o']} {GATE_TOP}V{O_DOOR}H{OUT - NODE}"
    )
    return reads, moves


def _door(symbol: str, value: float, x: int, y: int, *, upright: bool) -> Door:
    gap = TUBE * min(1.0, max(0.0, value))
    length = (TUBE - gap) / 2 + LEAF
    far = TUBE / 2 + LEAF
    leaves = _leaf(x, y, -far, length, upright), _leaf(x, y, far - length, length, upright)
    return Door(symbol, value, gap, leaves)


def _leaf(x: int, y: int, start: float, length: float, upright: bool) -> Leaf:
    if upright:
        return Leaf(f"{x - LEAF / 2}", f"{y + start:.2f}", f"{LEAF}", f"{length:.2f}")
    return Leaf(f"{x + start:.2f}", f"{y - LEAF / 2}", f"{length:.2f}", f"{LEAF}")


def _gate_box(step: CellStep, symbol: str) -> Box:
    """A layer of weights with its sigmoid or tanh."""
    x, value = COLUMNS[symbol], shown(step.part(symbol).value, symbol, DRAWN_DIGITS)
    return Box(
        kind="gs-cell-box",
        x=x - GATE_WIDTH / 2,
        y=GATE_TOP,
        width=GATE_WIDTH,
        height=GATE_HEIGHT,
        rounding=8,
        middle=x,
        curve=curve_sign(step.cell, symbol),
        curve_y=GATE_TOP + 21,
        value=value,
        value_y=GATE_TOP + 44,
    )


def _pill(value: float) -> Box:
    """The tanh of the cell state, which has no weights."""
    return Box("gs-cell-node", OUT - 38, TANH - 24, 76, 48, 24, OUT, "tanh", TANH - 4, _drawn(value), TANH + 16)


def _drawn(value: float) -> Shown:
    return shown(value, digits=DRAWN_DIGITS)


def _states(step: CellStep) -> tuple[NamedState, ...]:
    c, y = step.state("c"), LANE - TUBE / 2 - 16
    before = NamedState(52, y, "c", "t−1", _drawn(c.before), "start")
    return before, NamedState(384, y, "c", "t", _drawn(c.value), "middle")


def _leaving_state(step: CellStep, bus: int) -> NamedState:
    return NamedState(SPLIT + 8, bus + 26, "h", "t", _drawn(step.h), "middle", stacked=True)


def _labels(step: CellStep) -> tuple[Label, ...]:
    """What stands beside tubes and doors, and the names of the gates."""
    kept, written = _drawn(step.number(KEPT)), _drawn(step.number(WRITTEN))
    f, i, o = (openness(step.part(symbol).value) for symbol in "fio")
    names = (Label(COLUMNS[symbol], BUS + 25, gettext(name), "gs-cell-name") for symbol, name in SHORT_NAMES.items())
    symbols = (Label(COLUMNS[symbol] + 8, GATE_TOP - 10, symbol, "gs-cell-symbol", "start") for symbol in "fio")
    return (
        *names,
        Label(216, LANE - TUBE / 2 - 16, kept.text, f"gs-cell-number {kept.kind}"),
        Label(COLUMNS["g"] + 22, 172, written.text, f"gs-cell-number {written.kind}", "start"),
        Label(COLUMNS["f"] + 17, LANE + NODE + 5, f, "gs-cell-open", "start"),
        Label(COLUMNS["g"] - 22, I_DOOR - 15, i, "gs-cell-open", "end"),
        Label(OUT - 22, O_DOOR - 15, o, "gs-cell-open", "end"),
        *symbols,
    )


def _plain_drawing(step: CellStep) -> Drawing:
    """A plain RNN: one tanh, and h alone."""
    x, y, bus = PLAIN_X, PLAIN_Y, PLAIN_BUS
    path = f"M{x} {y}H{OUT}V{bus}H{WALL}"
    return Drawing(
        height=PLAIN_HEIGHT,
        bottom=PLAIN_BOTTOM,
        bus=bus,
        leaving=_leaving(step.h, bus),
        tubes=(path,),
        flows=(_flow(path, "h", step.h),),
        wires=(f"M0 {bus}H{x}V{y}",),
        heads=f"M{x} {y + 29}l-4.5 8h9z",
        boxes=(Box("gs-cell-box", x - 38, y - 28, 76, 56, 8, x, "tanh", y - 6, _drawn(step.h), y + 17),),
        h=_leaving_state(step, bus),
    )


def _description(step: CellStep, token: str) -> str:
    if step.cell.gates:
        c = step.state("c")
        sentence = gettext(
            "Unit {unit} of {where}, at “{token}”: {doors}; cell state from {before} to {after}; hidden state {h}. "
            "Only the hidden state leaves the cell: to {above} and to the next token."
        )
        doors = ", ".join(f"{gettext(NAMES[symbol])} {openness(step.part(symbol).value)}" for symbol in "fio")
        values = {"doors": doors, "before": signed(c.before, DIGITS), "after": signed(c.value, DIGITS)}
    else:
        sentence = gettext(
            "Unit {unit} of {where}, at “{token}”: a plain RNN, without gates; hidden state {h}. Only the hidden state "
            "leaves the cell: to {above} and to the next token."
        )
        values = {}
    about = {"unit": step.unit, "where": where(step), "token": token_text(token), "above": above(step)}
    return sentence.format(**about, **values, h=signed(step.h, DIGITS))
