"""The LSTM: its cell state in a tube along the top, with a door to forget, one to write and one to show."""

from __future__ import annotations

import math

from model.language import gettext, marked
from model.network.cells.lstm import KEPT, WRITTEN
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
    door,
    doors_said,
    drawn,
    flow,
    gate_box,
    head,
    leaving,
    leaving_state,
    pill,
)
from views.cell.words import DIGITS, above, openness
from views.drawing.numbers import signed

HEIGHT = 476
LANE, BUS, BOTTOM = 116, 384, 422  # c's tube, the wire that all gates read, the cell's lower edge
GATE_TOP = 300
FORGET, INPUT, CANDIDATE, OUTPUT = 126, 202, 280, 362  # the columns of the gates
TANH, INPUT_DOOR, OUTPUT_DOOR = 180, 214, 254
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
            pill("tanh", OUT, TANH, step.state("c").squashed),
        ),
        h=leaving_state(step, BUS),
        doors=(
            door(step, "f", FORGET, LANE, upright=True),
            door(step, "i", CANDIDATE, INPUT_DOOR, upright=False),
            door(step, "o", OUT, OUTPUT_DOOR, upright=False),
        ),
        nodes=(
            Node(CANDIDATE, LANE, 15, times=False),
            Node(FORGET, LANE + NODE, 9, times=True),
            Node(CANDIDATE - NODE, INPUT_DOOR, 9, times=True),
            Node(OUT - NODE, OUTPUT_DOOR, 9, times=True),
        ),
        states=_states(step),
        labels=_labels(step),
    )


def _full_tube(step: CellStep) -> int:
    """What fills a tube: 1, or the next whole number that holds every cell state of this unit in the review."""
    return max(1, math.ceil(step.state("c").largest))


def _flows(step: CellStep) -> tuple[Flow, ...]:
    c, full = step.state("c"), _full_tube(step)
    return (
        flow(f"M0 {LANE}H{FORGET}", "c-before", c.before, full),
        flow(f"M{FORGET} {LANE}H{CANDIDATE}", "kept", step.number(KEPT), full),
        flow(f"M{CANDIDATE} {GATE_TOP}V{INPUT_DOOR}", "g", step.value("g"), full),
        flow(f"M{CANDIDATE} {INPUT_DOOR}V{LANE}", "new", step.number(WRITTEN), full),
        flow(f"M{CANDIDATE} {LANE}H{WIDTH}M{OUT} {LANE}V{TANH}", "c", c.value, full),
        flow(f"M{OUT} {TANH}V{OUTPUT_DOOR}", "tanh-c", c.squashed, full),
        flow(f"M{OUT} {OUTPUT_DOOR}V{BUS}H{WALL}", "h", step.h, full),
    )


def _wires(columns: tuple[int, ...], foot: int) -> tuple[str, ...]:
    """What the gates read, from below and from the left, and the wires that move the doors."""
    reads = f"M0 {BUS}H{OUTPUT}" + "".join(f"M{x} {BUS}V{foot + 6}" for x in columns)
    moves = (
        f"M{FORGET} {GATE_TOP}V{LANE + NODE}M{INPUT} {GATE_TOP}V{INPUT_DOOR}H{CANDIDATE - NODE}"
        f"M{OUTPUT} {GATE_TOP}V{OUTPUT_DOOR}H{OUT - NODE}"
    )
    return reads, moves


def _states(step: CellStep) -> tuple[NamedState, ...]:
    c = step.state("c")
    return (
        NamedState(52, BESIDE, "c", "t−1", drawn(c.before), "start"),
        NamedState(208, BESIDE, "f·c", "t−1", drawn(step.number(KEPT)), "middle"),
        NamedState(CANDIDATE + 22, 155, "i·g", "", drawn(step.number(WRITTEN)), "start", stacked=True),
        NamedState(384, BESIDE, "c", "t", drawn(c.value), "middle"),
    )


def _labels(step: CellStep) -> tuple[Label, ...]:
    """What stands beside tubes and doors, and the names of the gates."""
    f, i, o = (openness(step.value(symbol)) for symbol in "fio")
    symbols = (("f", FORGET), ("i", INPUT), ("o", OUTPUT))
    return (
        *(Label(x, BUS + 25, gettext(name), "gs-cell-name") for x, name in NAMES),
        Label(FORGET + 17, LANE + NODE + 5, f, "gs-cell-open", "start"),
        Label(CANDIDATE - 22, INPUT_DOOR - 15, i, "gs-cell-open", "end"),
        Label(OUT - 22, OUTPUT_DOOR - 15, o, "gs-cell-open", "end"),
        *(Label(x + 8, GATE_TOP - 10, symbol, "gs-cell-symbol", "start") for symbol, x in symbols),
    )


def _inside(step: CellStep) -> str:
    c = step.state("c")
    return gettext("{doors}; cell state from {before} to {after}").format(
        doors=doors_said(step, "fio"), before=signed(c.before, DIGITS), after=signed(c.value, DIGITS)
    )


def _caption(step: CellStep) -> str:
    sentence = gettext(
        "A flow is as wide as its number is large; green is above 0, purple below. A tube is full at {full}. Each gate "
        "is a door in a tube: what comes is multiplied by how open it is. The cell state *c* stays in its tube from "
        "token to token; only *h* leaves the cell: up to {above}, and on to all {units} units at the next token."
    )
    return sentence.format(full=_full_tube(step), above=above(step), units=step.units)
