"""What quantities, directions and networks are called on the page."""

from __future__ import annotations

from collections.abc import Sequence

from model.language import gettext, marked
from model.metrics import CHANCE
from model.network.cells.cell import Cell
from model.network.cells.registry import QUANTITIES

NAMES = {symbol: quantity.name for symbol, quantity in QUANTITIES.items()}

WAYS = {"forward": "→", "backward": "←"}  # where there is no room for words
ARROWS = {"forward": marked("→ forward"), "backward": marked("← backward")}


def checkpoint_name(checkpoint: str, accuracy: float | None) -> str:
    """A checkpoint's name; of one that judges hardly better than by guessing (accuracy, a fraction) it says so."""
    if accuracy is None or accuracy >= CHANCE:
        return checkpoint
    return gettext("{checkpoint}, never learnt").format(checkpoint=checkpoint)


def network_name(cell: Cell, checkpoint: str, accuracy: float | None) -> str:
    """A cell and the checkpoint that is meant, since there may be several of one kind: "plain RNN (small-rnn)"."""
    name = checkpoint_name(checkpoint, accuracy)
    return gettext("{cell} ({checkpoint})").format(cell=gettext(cell.name), checkpoint=name)


def unit_name(layer: int, direction: str, unit: int) -> str:
    """Layer, the way in which it reads, and number."""
    return gettext("{layer} {arrow} unit {unit}").format(layer=layer, arrow=WAYS[direction], unit=unit)


def token_name(words: Sequence[str], place: int) -> str:
    """A token (from 0) of a review as a sentence names it; with its number, from 1, where the review has it twice."""
    if words.count(words[place]) == 1:
        return f"“{words[place]}”"
    return gettext("“{token}” (token {number})").format(token=words[place], number=place + 1)
