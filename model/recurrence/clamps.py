"""What is held while a network reads: a gate or a state at a value, over a range of tokens.

To hold h at 0 switches a unit, a direction or a layer off, since h is all that leaves a cell. A `Clamp` is what a
person asks for and may come from outside, so it is checked before any reading starts; prepared for the steps of a
reading, it is put in the place of what a step computes. The replay and the prefixes both do it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.errors import ReviewError
from model.language import gettext, joined, ngettext
from model.network.cells.cell import Cell
from model.network.cells.registry import CELLS
from model.network.network import DIRECTIONS, NetworkConfig

MAX_CLAMPS = 20  # each costs time at every token, and nobody overlooks more
LARGEST_HELD = 100  # of what has no bound of its own, as c; tanh is 1 in float32 long before


@dataclass(frozen=True, slots=True)
class Clamp:
    """Hold a quantity at a value while the network reads; None means all layers, both directions, all units, no end.

    `symbol` is that of one of the cell's quantities; h held at 0 switches a unit, a direction or a layer off. `layer`
    counts from 1; tokens from `start` inclusive to `end` exclusive, in reading order of the text. Where the unit is
    `spared`, all others are held.
    """

    symbol: str
    value: float
    layer: int | None = None
    direction: str | None = None
    unit: int | None = None
    start: int = 0
    end: int | None = None
    spared: bool = False

    def concerns(self, layer: int, direction: str) -> bool:
        """Whether anything of that layer (from 1) and direction is held."""
        return self.layer in (None, layer) and self.direction in (None, direction)


def switch_off(layer: int | None = None, direction: str | None = None, unit: int | None = None) -> Clamp:
    """The clamp that silences a unit, a direction or a layer (from 1) at all tokens; None means all of them."""
    return Clamp("h", 0.0, layer, direction, unit)


# For the steps of a reading


@dataclass(frozen=True, slots=True)
class PreparedClamp:
    """A clamp for the steps of a reading: `places` (steps, …, 1) and `units` (hidden,), both boolean."""

    symbol: str
    value: float
    places: Tensor
    units: Tensor

    def apply(self, values: Tensor, step: int) -> Tensor:
        """`values` (…, hidden) of the quantity at one step, with what is held put in their place."""
        return values.masked_fill(self.places[step] & self.units, self.value)


def prepare_clamps(
    clamps: Iterable[Clamp], layer: int, places: dict[str, Tensor], hidden: int
) -> tuple[PreparedClamp, ...]:
    """The clamps that concern a layer (from 1), for steps that go on in all directions of `places` at once.

    `places` has for each direction that is read (steps, …): the place of the text at which each step is. A single
    direction's values are (…, hidden) at each step; those of both are stacked, (2, …, hidden).
    """
    return tuple(
        _prepare(clamp, layer, places, hidden)
        for clamp in clamps
        if any(clamp.concerns(layer, direction) for direction in places)
    )


def _prepare(clamp: Clamp, layer: int, places: dict[str, Tensor], hidden: int) -> PreparedClamp:
    end = clamp.end if clamp.end is not None else torch.inf
    held = [
        (place >= clamp.start) & (place < end) & clamp.concerns(layer, direction) for direction, place in places.items()
    ]
    stacked = held[0] if len(held) == 1 else torch.stack(held, dim=1)  # (steps, …)
    units = torch.zeros(hidden, dtype=torch.bool, device=stacked.device)
    units[slice(None) if clamp.unit is None else clamp.unit] = True
    units = ~units if clamp.spared else units
    return PreparedClamp(clamp.symbol, clamp.value, stacked.unsqueeze(-1), units)


def settle_clamps(clamps: Sequence[PreparedClamp], step: int, symbol: str, values: Tensor) -> Tensor:
    """`values` (…, hidden) of a quantity at one step, with what is held of it; of several clamps the last counts."""
    for clamp in clamps:
        if clamp.symbol == symbol:
            values = clamp.apply(values, step)
    return values


# Checks


def check_clamps(clamps: Sequence[Clamp], config: NetworkConfig, tokens: int) -> None:
    """Raise `ReviewError` if there are more than `MAX_CLAMPS`, or one of them fails `check_clamp`."""
    if len(clamps) > MAX_CLAMPS:
        raise ReviewError(
            gettext("At most {most} things can be held at once: take some of them back.").format(most=MAX_CLAMPS)
        )
    for clamp in clamps:
        check_clamp(clamp, config, tokens)


def check_clamp(clamp: Clamp, config: NetworkConfig, tokens: int) -> None:
    """Raise `ReviewError` with the reason if a network of this configuration cannot hold it on a review of `tokens`.

    Values of any type are refused by a sentence, never by another error: a clamp may come from a link.
    """
    if not isinstance(clamp, Clamp):
        raise ReviewError(gettext("Choose what to hold, and at which value."))
    _check_quantity(clamp, CELLS[config.cell])
    if clamp.layer is not None and not _lies_in(clamp.layer, 1, config.layers):
        sentence = gettext("There is no such layer: choose one from 1 to {last}, or all layers.")
        raise ReviewError(sentence.format(last=config.layers))
    if clamp.direction is not None and not (isinstance(clamp.direction, str) and clamp.direction in DIRECTIONS):
        raise ReviewError(gettext("There is no such direction: choose forward, backward or both."))
    if clamp.direction not in (None, *config.directions):
        raise ReviewError(gettext("This network reads forward only: it has no backward direction to hold."))
    if clamp.unit is not None and not _lies_in(clamp.unit, 0, config.hidden_size - 1):
        sentence = gettext("There is no such unit: choose one from 0 to {last}, or all units.")
        raise ReviewError(sentence.format(last=config.hidden_size - 1))
    if clamp.spared and clamp.unit is None:
        raise ReviewError(gettext("Choose the unit that is spared."))
    _check_range(clamp, tokens)


def _check_quantity(clamp: Clamp, cell: Cell) -> None:
    if not isinstance(clamp.symbol, str) or clamp.symbol not in cell.symbols:
        raise ReviewError(_choose_quantity(cell))
    quantity = cell.quantity(clamp.symbol)
    low, high = max(quantity.low, -LARGEST_HELD), min(quantity.high, LARGEST_HELD)
    number = isinstance(clamp.value, int | float) and not isinstance(clamp.value, bool)
    if not number or not low <= clamp.value <= high:  # what is no number, NaN, lies nowhere
        sentence = gettext("The {name} {symbol} can be held at a number from {low} to {high} only.")
        shown = f"−{-low:g}" if low < 0 else f"{low:g}"
        raise ReviewError(
            sentence.format(name=gettext(quantity.name), symbol=clamp.symbol, low=shown, high=f"{high:g}")
        )


def _choose_quantity(cell: Cell) -> str:
    """What to say to somebody who chose a quantity that there is not."""
    if not cell.gates:
        sentence = gettext("A {cell} has no gates: only its hidden state h can be held.")
        return sentence.format(cell=gettext(cell.name))
    *others, last = cell.symbols
    sentence = gettext("There is no such quantity: choose one of {others} and {last}.")
    return sentence.format(others=joined(others), last=last)


def _check_range(clamp: Clamp, tokens: int) -> None:
    end = tokens if clamp.end is None else clamp.end
    if not _lies_in(clamp.start, 0, tokens - 1) or not _lies_in(end, 1, tokens):
        sentence = ngettext(
            "Choose tokens within the review, which has {count:,} token.",
            "Choose tokens within the review, which has {count:,} tokens.",
            tokens,
        )
        raise ReviewError(sentence.format(count=tokens))
    if end <= clamp.start:
        raise ReviewError(gettext("There is no token in this range: let it end after it starts."))


def _lies_in(value: object, low: int, high: int) -> bool:
    """Whether it is a whole number from `low` to `high`; True and 1.0 are none."""
    return type(value) is int and low <= value <= high
