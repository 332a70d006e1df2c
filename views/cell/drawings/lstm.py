"""The LSTM: its cell state in a tube along the top, with a valve to forget, one to write and one to show."""

from __future__ import annotations

import math

from model.language import gettext, marked
from model.network.cells.formula import Before, Value
from model.network.cells.lstm import KEPT, SHOWN, WRITTEN
from model.recurrence.step import CellStep
from views.cell.drawings.parts import (
    GATE_HEIGHT,
    NODE,
    OUT,
    TUBE,
    WALL,
    WIDTH,
    Drawing,
    Flow,
    Label,
    NamedState,
    Node,
    flow,
    gate_box,
    head,
    leaving,
    leaving_state,
    named,
    pill,
    valve,
    valves_said,
)
from views.cell.words import DIGITS, above, openness
from views.drawing.numbers import signed

HEIGHT = 476
LANE, BUS, BOTTOM = 116, 384, 422  # c's tube, the wire that all gates read, the cell's lower edge
GATE_TOP = 300
FORGET, INPUT, CANDIDATE, OUTPUT = 126, 202, 280, 362  # the columns of the gates
TANH, INPUT_VALVE, OUTPUT_VALVE = 180, 214, 254
BESIDE = LANE - TUBE / 2 - 16  # of what stands above c's tube
NAMES = (
    (FORGET, marked("forget")),
    (INPUT, marked("input")),
    (CANDIDATE, marked("candidate")),
    (OUTPUT, marked("output")),
)


def draw(step: CellStep) -> Drawing:
    """Where everything stands, in one step."""
    foot, columns = GATE_TOP + GATE_HEIGHT, (FORGET, INPUT, CANDIDATE, OUTPUT)
    return Drawing(
        height=HEIGHT,
        bottom=BOTTOM,
        bus=BUS,
        inside=_inside(step),
        caption=_caption(step),
        leaving=leaving(step, BUS),
        tubes=(f"M0 {LANE}H{WIDTH}", f"M{CANDIDATE} {GATE_TOP}V{LANE}", f"M{OUT} {LANE}V{BUS}H{WALL}"),
        flows=_flows(step),
        wires=_wires(columns, foot),
        heads="".join(head(x, foot + 1) for x in columns),
        boxes=(
            *(gate_box(step, symbol, x, GATE_TOP) for symbol, x in zip("figo", columns, strict=True)),
            pill(step, "c", OUT, TANH),
        ),
        h=leaving_state(step, BUS),
        valves=(
            valve(step, "f", FORGET, LANE, upright=True),
            valve(step, "i", CANDIDATE, INPUT_VALVE, upright=False),
            valve(step, "o", OUT, OUTPUT_VALVE, upright=False),
        ),
        nodes=(
            Node(CANDIDATE, LANE, 15, times=False),
            Node(FORGET, LANE + NODE, 9, times=True),
            Node(CANDIDATE - NODE, INPUT_VALVE, 9, times=True),
            Node(OUT - NODE, OUTPUT_VALVE, 9, times=True),
        ),
        states=_states(step),
        labels=_labels(step),
    )


def _full_tube(step: CellStep) -> int:
    """What fills a tube: 1, or the next whole number that holds every cell state of this unit in the review."""
    return max(1, math.ceil(step.state("c").largest))


def _flows(step: CellStep) -> tuple[Flow, ...]:
    c, full = Value("c"), _full_tube(step)
    return (
        flow(step, f"M0 {LANE}H{FORGET}", "c-before", Before("c"), full),
        flow(step, f"M{FORGET} {LANE}H{CANDIDATE}", "kept", KEPT, full),
        flow(step, f"M{CANDIDATE} {GATE_TOP}V{INPUT_VALVE}", "g", Value("g"), full),
        flow(step, f"M{CANDIDATE} {INPUT_VALVE}V{LANE}", "new", WRITTEN, full),
        flow(step, f"M{CANDIDATE} {LANE}H{WIDTH}M{OUT} {LANE}V{TANH}", "c", c, full),
        flow(step, f"M{OUT} {TANH}V{OUTPUT_VALVE}", "tanh-c", SHOWN, full),
        flow(step, f"M{OUT} {OUTPUT_VALVE}V{BUS}H{WALL}", "h", Value("h"), full),
    )


def _wires(columns: tuple[int, ...], foot: int) -> tuple[str, ...]:
    """What the gates read, from below and from the left, and the wires that move the valves."""
    reads = f"M0 {BUS}H{OUTPUT}" + "".join(f"M{x} {BUS}V{foot + 6}" for x in columns)
    moves = (
        f"M{FORGET} {GATE_TOP}V{LANE + NODE}M{INPUT} {GATE_TOP}V{INPUT_VALVE}H{CANDIDATE - NODE}"
        f"M{OUTPUT} {GATE_TOP}V{OUTPUT_VALVE}H{OUT - NODE}"
    )
    return reads, moves


def _states(step: CellStep) -> tuple[NamedState, ...]:
    return (
        named(step, 47, BESIDE, "c", "t−1", Before("c"), "start"),
        named(step, 217, BESIDE, "f·c", "t−1", KEPT, "middle"),
        named(step, CANDIDATE + 22, 155, "i·g", "", WRITTEN, "start", stacked=True),
        named(step, 384, BESIDE, "c", "t", Value("c"), "middle"),
    )


def _labels(step: CellStep) -> tuple[Label, ...]:
    """What stands beside tubes and valves, and the names of the gates."""
    f, i, o = (openness(step.value(symbol)) for symbol in "fio")
    symbols = (("f", FORGET), ("i", INPUT), ("o", OUTPUT))
    return (
        *(Label(x, BUS + 25, gettext(name), "gs-cell-name") for x, name in NAMES),
        Label(FORGET + 17, LANE + NODE + 5, f, "gs-cell-open", "start", "f"),
        Label(CANDIDATE - 22, INPUT_VALVE - 15, i, "gs-cell-open", "end", "i"),
        Label(OUT - 22, OUTPUT_VALVE - 15, o, "gs-cell-open", "end", "o"),
        *(Label(x + 8, GATE_TOP - 10, symbol, "gs-cell-symbol", "start") for symbol, x in symbols),
    )


def _inside(step: CellStep) -> str:
    c = step.state("c")
    return gettext("{valves}; cell state from {before} to {after}").format(
        valves=valves_said(step, "fio"), before=signed(c.before, DIGITS), after=signed(c.value, DIGITS)
    )


def _caption(step: CellStep) -> str:
    sentence = gettext(
        "A flow is as wide as its number is large; green is above 0, purple below. A tube is full at {full}. Each gate "
        "is a valve in a tube: what comes is multiplied by how open it is. The cell state *c* stays in its tube from "
        "token to token; only *h* leaves the cell: up to {above}, and on to all {units} units at the next token."
    )
    return sentence.format(full=_full_tube(step), above=above(step), units=step.units)
