"""A drawing of the GRU of the tests: three gates, the state in a tube along the top, and a valve to keep it."""

from __future__ import annotations

from model.network.cells.formula import Before, OneMinus, Product, Value
from model.recurrence.step import CellStep
from views.cell.drawings.parts import (
    GATE_HEIGHT,
    OUT,
    WALL,
    Drawing,
    NamedState,
    Node,
    drawn,
    flow,
    gate_box,
    head,
    leaving,
    leaving_state,
    valve,
    valves_said,
)

LANE, GATE_TOP, BUS = 116, 240, 330
COLUMNS = {"z": 126, "r": 202, "n": 280}
KEPT, WRITTEN = Product(Value("z"), Before("h")), Product(OneMinus(Value("z")), Value("n"))


def draw(step: CellStep) -> Drawing:
    """Where everything stands, in one step."""
    z, n = COLUMNS["z"], COLUMNS["n"]
    return Drawing(
        height=420,
        bottom=366,
        bus=BUS,
        inside=valves_said(step, "rz"),
        caption="The hidden state *h* is kept as far as *z* is open.",
        leaving=leaving(step, BUS),
        tubes=(f"M0 {LANE}H{OUT}V{BUS}H{WALL}", f"M{n} {GATE_TOP}V{LANE}"),
        flows=(
            flow(step, f"M0 {LANE}H{z}", "h-before", Before("h")),
            flow(step, f"M{z} {LANE}H{n}", "kept", KEPT),
            flow(step, f"M{n} {GATE_TOP}V{LANE}", "new", WRITTEN),
            flow(step, f"M{n} {LANE}H{OUT}V{BUS}H{WALL}", "h", Value("h")),
        ),
        wires=(f"M0 {BUS}H{n}", f"M{z} {GATE_TOP}V{LANE}"),
        heads="".join(head(x, GATE_TOP + GATE_HEIGHT + 1) for x in COLUMNS.values()),
        boxes=tuple(gate_box(step, symbol, x, GATE_TOP) for symbol, x in COLUMNS.items()),
        h=leaving_state(step, BUS),
        valves=(valve(step, "z", z, LANE, upright=True),),
        nodes=(Node(n, LANE, 15, times=False),),
        states=(NamedState(n + 22, 172, "z·n", "", drawn(step.number(WRITTEN)), "start"),),
    )
