"""How a step is put into words: its numbers, its place in the network, and the token that is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.language import gettext, marked
from model.network.cells.cell import Cell
from model.network.cells.packing import SIGMOID, Packed
from model.recurrence.step import CellStep
from views.drawing.labels import ARROWS
from views.drawing.numbers import signed

DIGITS, DRAWN_DIGITS = 3, 2
COUNTS = {
    2: marked("two"),
    3: marked("three"),
    4: marked("four"),
    5: marked("five"),
    6: marked("six"),
    7: marked("seven"),
    8: marked("eight"),
}
LONGEST_TOKEN = 14  # characters of a token in the drawing
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as it stands on the page, and the class that colours it by its sign."""

    text: str
    kind: str


def shown(value: float, *, gate: bool = False, digits: int = DIGITS) -> Shown:
    """A number with its sign; the value of a gate has none. No colour says what no sign says."""
    text = f"{value:.{digits}f}" if gate else signed(value, digits)
    kinds = {"+": "gs-cell-positive", "−": "gs-cell-negative"}
    return Shown(text, kinds.get(text[0], "gs-cell-even"))


def quantity_shown(cell: Cell, symbol: str, value: float, digits: int = DIGITS) -> Shown:
    """The value of a quantity as a number."""
    return shown(value, gate=cell.quantity(symbol).gate, digits=digits)


def curve_sign(block: Packed) -> str:
    """The curve that makes a quantity of what is added up, as the equations write it."""
    return "σ" if block.curve is SIGMOID else block.curve.name


def count_word(count: int) -> str:
    """How many, in words as far as they go."""
    return gettext(COUNTS[count]) if count in COUNTS else f"{count}"


def sign_class(value: float) -> str:
    """The class that colours what is above or below 0."""
    return "gs-cell-even" if not value else "gs-cell-positive" if value > 0 else "gs-cell-negative"


def openness(value: float) -> str:
    """How open a gate is, from 0 to 1."""
    percent = round(100 * value)
    if percent == 0:
        return gettext("shut")
    return gettext("open") if percent == 100 else gettext("open {percent} %").format(percent=percent)


def token_text(token: str) -> str:
    """A token as text that XML can hold, on one line; a mark for white space alone."""
    return " ".join(NOT_XML.sub("�", token).split()) or "␣"


def short_token(token: str) -> str:
    """The same, cut to what fits into the drawing."""
    text = token_text(token)
    return text if len(text) <= LONGEST_TOKEN else text[: LONGEST_TOKEN - 1] + "…"


def where(step: CellStep) -> str:
    """Layer and direction, with the way in which it reads."""
    return gettext("layer {layer}, {arrow}").format(layer=step.layer, arrow=gettext(ARROWS[step.direction]))


def above(step: CellStep) -> str:
    """What reads the hidden state of this layer."""
    if step.layer == step.layers:
        return gettext("the output")
    return gettext("layer {layer}").format(layer=step.layer + 1)
