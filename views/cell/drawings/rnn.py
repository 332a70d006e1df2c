"""The plain RNN: one tanh, and h alone."""

from __future__ import annotations

from model.language import gettext
from model.network.cells.formula import Value
from model.recurrence.step import CellStep
from views.cell.drawings.parts import OUT, WALL, Drawing, flow, gate_box, head, leaving, leaving_state

HEIGHT, BUS, BOTTOM = 320, 218, 266  # of the whole; the wire that is read, the cell's lower edge
X, Y = 220, 118  # the middle of the tanh
BOX_WIDTH, BOX_HEIGHT = 76, 56


def draw(step: CellStep) -> Drawing:
    """Where everything stands, in one step."""
    path = f"M{X} {Y}H{OUT}V{BUS}H{WALL}"
    name = gettext(step.cell.name)
    caption = gettext(
        "A {cell} has no gates and no cell state, and so no valve to move: the hidden state *h* is all that is handed "
        "on. The flow is as wide as the number is large (1 fills the tube); green is above 0, purple below."
    )
    return Drawing(
        height=HEIGHT,
        bottom=BOTTOM,
        bus=BUS,
        inside=gettext("a {cell}, without gates").format(cell=name),
        caption=caption.format(cell=name),
        leaving=leaving(step, BUS),
        tubes=(path,),
        flows=(flow(step, path, "h", Value("h")),),
        wires=(f"M0 {BUS}H{X}V{Y}",),
        heads=head(X, Y + BOX_HEIGHT // 2 + 1),
        boxes=(gate_box(step, "h", X, Y - BOX_HEIGHT // 2, BOX_WIDTH, BOX_HEIGHT),),
        h=leaving_state(step, BUS),
    )
