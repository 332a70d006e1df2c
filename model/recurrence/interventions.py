"""What if a gate had been held open, or a unit had been silent: read a review once more with something held.

Such an intervention, unlike an attribution, does change the network's computation, and what it changes downstream is
what the network really does then (Bau et al. 2019 do so to single units of translation networks). What to hold is a
`Clamp`; to hold h at 0 switches a unit, a direction or a layer off, since h is all that leaves a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.errors import ReviewError
from model.network.classify import sigmoid
from model.network.network import DIRECTIONS, NetworkConfig, RecurrentNetwork
from model.recurrence.replay import QUANTITIES, QUANTITY_NAMES, Clamp, GateTraces, replay, traces_of

MAX_CLAMPS = 20  # each costs time at every token, and nobody overlooks more
MAX_CELL_STATE = 100  # c has no bound of its own; tanh is 1 in float32 long before


@dataclass(frozen=True, slots=True)
class Intervened:
    """A review as it was read with `clamps`. `logit` is unbounded; `probability` = sigmoid(logit) = P(positive).

    `gates` are those of the reading with the clamps, so that what was held shows the value at which it was held.
    """

    clamps: tuple[Clamp, ...]
    logit: float
    probability: float
    gates: GateTraces


def switch_off(layer: int | None = None, direction: str | None = None, unit: int | None = None) -> Clamp:
    """The clamp that silences a unit, a direction or a layer (from 1) at all tokens; None means all of them."""
    return Clamp("h", 0.0, layer, direction, unit)


@torch.inference_mode()
def intervene(network: RecurrentNetwork, embedded: Tensor, clamps: Sequence[Clamp]) -> Intervened:
    """Read one review of word vectors (1, tokens, embedding) with what `clamps` hold; of two of one kind the last.

    The network must be in evaluation mode. Raises `ReviewError` for clamps that `check_clamps` refuses.
    """
    check_clamps(clamps, network.config, embedded.shape[1])
    lengths = torch.tensor([embedded.shape[1]], device=embedded.device)
    replays = replay(network, embedded, lengths, clamps)
    states = torch.cat([replays[-1].h[0], replays[-1].h[1]], dim=-1)  # (1, T, 2H)
    logit = float(network.decide(states, lengths))
    return Intervened(tuple(clamps), logit, sigmoid(logit), GateTraces(traces_of(replays)))


def check_clamps(clamps: Sequence[Clamp], config: NetworkConfig, tokens: int) -> None:
    """Raise `ReviewError` if there are more than `MAX_CLAMPS`, or one of them fails `check_clamp`."""
    if len(clamps) > MAX_CLAMPS:
        raise ReviewError(f"At most {MAX_CLAMPS} things can be held at once: take some of them back.")
    for clamp in clamps:
        check_clamp(clamp, config, tokens)


def check_clamp(clamp: Clamp, config: NetworkConfig, tokens: int) -> None:
    """Raise `ReviewError` with the reason if a network of this configuration cannot hold it on a review of `tokens`.

    Values of any type are refused by a sentence, never by another error: a clamp may come from a link.
    """
    if not isinstance(clamp, Clamp):
        raise ReviewError("Choose what to hold, and at which value.")
    _check_quantity(clamp, config)
    if clamp.layer is not None and not _lies_in(clamp.layer, 1, config.layers):
        raise ReviewError(f"There is no such layer: choose one from 1 to {config.layers}, or all layers.")
    if clamp.direction is not None and not (isinstance(clamp.direction, str) and clamp.direction in DIRECTIONS):
        raise ReviewError("There is no such direction: choose forward, backward or both.")
    if clamp.unit is not None and not _lies_in(clamp.unit, 0, config.hidden_size - 1):
        raise ReviewError(f"There is no such unit: choose one from 0 to {config.hidden_size - 1}, or all units.")
    _check_range(clamp, tokens)


def _check_quantity(clamp: Clamp, config: NetworkConfig) -> None:
    symbols = QUANTITIES if config.cell == "lstm" else ("h",)
    if not isinstance(clamp.symbol, str) or clamp.symbol not in symbols:
        if config.cell == "rnn":
            raise ReviewError("A plain RNN has no gates: only its hidden state h can be held.")
        raise ReviewError("There is no such quantity: choose one of i, f, o, g, c and h.")
    low, high = {"g": (-1, 1), "h": (-1, 1), "c": (-MAX_CELL_STATE, MAX_CELL_STATE)}.get(clamp.symbol, (0, 1))
    number = isinstance(clamp.value, int | float) and not isinstance(clamp.value, bool)
    if not number or not low <= clamp.value <= high:  # what is no number, NaN, lies nowhere
        name = QUANTITY_NAMES[QUANTITIES.index(clamp.symbol)]
        shown = f"−{-low}" if low else "0"
        raise ReviewError(f"The {name} {clamp.symbol} can be held at a number from {shown} to {high} only.")


def _check_range(clamp: Clamp, tokens: int) -> None:
    end = tokens if clamp.end is None else clamp.end
    have = f"{tokens:,} token" if tokens == 1 else f"{tokens:,} tokens"
    if not _lies_in(clamp.start, 0, tokens - 1) or not _lies_in(end, 1, tokens):
        raise ReviewError(f"Choose tokens within the review, which has {have}.")
    if end <= clamp.start:
        raise ReviewError("There is no token in this range: let it end after it starts.")


def _lies_in(value: object, low: int, high: int) -> bool:
    """Whether it is a whole number from `low` to `high`; True and 1.0 are none."""
    return type(value) is int and low <= value <= high
