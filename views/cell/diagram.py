"""The drawing of one step of one unit: valves as open as the gates are, flows as wide as the numbers are large.

Where everything stands says the drawing of the cell's kind, the module in `drawings` that has its key for a name;
diagram.html says how it looks.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from markupsafe import Markup

from model.language import gettext
from model.network.cells.cell import Cell
from model.recurrence.step import CellStep
from views.cell.drawings.parts import LEAF, SPLIT, TOP, WALL, WIDTH, Drawing, state_before
from views.cell.live import live_step
from views.cell.tried import tried
from views.cell.words import DIGITS, above, short_token, token_text, where
from views.drawing.numbers import signed
from views.drawing.template import render


def diagram(
    step: CellStep, token: str, previous: str | None, logit: float | None = None, writers: Markup | str = ""
) -> Markup:
    """The cell as one SVG in a figure: valves as open as the gates are, flows as wide as the numbers are large.

    `token` is the one that is read, `previous` the one that this direction read before, None if there was none. Where
    the whole review's `logit` is given a person can move the valves. `writers` says who wrote what the unit holds.
    """
    drawing = drawing_of(step.cell)(step)
    live = "" if logit is None else live_step(step, logit)
    return render(
        "cell/diagram.html",
        step=step,
        drawing=drawing,
        description=_description(step, drawing, token),
        above=above(step),
        before=state_before(step, drawing.bus),
        token=short_token(token),
        whole_token=token_text(token),
        live=live,
        tried=tried(step, token) if live and drawing.valves else "",
        writers=writers,
        leaf=LEAF,
        previous=None if previous is None else short_token(previous),
        width=WIDTH,
        top=TOP,
        wall=WALL,
        split=SPLIT,
    )


def drawing_of(cell: Cell) -> Callable[[CellStep], Drawing]:
    """What draws a step of that kind of cell."""
    module = import_module(f"views.cell.drawings.{cell.key}")
    return cast("Callable[[CellStep], Drawing]", module.draw)


def _description(step: CellStep, drawing: Drawing, token: str) -> str:
    sentence = gettext(
        "Unit {unit} of {where}, at “{token}”: {inside}; hidden state {h}. Only the hidden state leaves the cell: to "
        "{above} and to the next token."
    )
    return sentence.format(
        unit=step.unit,
        where=where(step),
        token=token_text(token),
        inside=drawing.inside,
        h=signed(step.h, DIGITS),
        above=above(step),
    )
