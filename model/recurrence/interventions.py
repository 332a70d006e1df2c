"""What if a gate had been held open, or a unit had been silent: read a review once more with something held.

Such an intervention, unlike an attribution, does change the network's computation, and what it changes downstream is
what the network really does then (Bau et al. 2019 do so to single units of translation networks). What to hold is a
`Clamp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from model.network.classify import sigmoid
from model.network.network import RecurrentNetwork
from model.recurrence.clamps import Clamp, check_clamps
from model.recurrence.replay import GateTrace, GateTraces, replay, traces_of

ELSEWHERE = 3  # other tokens, or units, of which the same is held, to compare with


@dataclass(frozen=True, slots=True)
class Intervened:
    """A review as it was read with `clamps`. `logit` is unbounded; `probability` = sigmoid(logit) = P(positive).

    `gates` are those of the reading with the clamps, so that what was held shows the value at which it was held.
    """

    clamps: tuple[Clamp, ...]
    logit: float
    probability: float
    gates: GateTraces


@torch.inference_mode()
def intervene(network: RecurrentNetwork, embedded: Tensor, clamps: Sequence[Clamp]) -> Intervened:
    """Read one review of word vectors (1, tokens, embedding) with what `clamps` hold; of two of one kind the last.

    The network must be in evaluation mode. Raises `ReviewError` for clamps that `check_clamps` refuses.
    """
    check_clamps(clamps, network.config, embedded.shape[1])
    lengths = torch.tensor([embedded.shape[1]], device=embedded.device)
    replays = replay(network, embedded, lengths, clamps)
    logit = float(network.decide(replays[-1].joined, lengths))
    return Intervened(tuple(clamps), logit, sigmoid(logit), GateTraces(traces_of(network.cell, replays)))


def elsewhere(
    clamps: Sequence[Clamp], tokens: int, units: int, count: int = ELSEWHERE
) -> tuple[tuple[Clamp, ...], ...]:
    """The same holds at `count` other tokens, drawn at random, for holds of one and the same token; else of as many
    other units, for holds that name one and the same; else none.

    What is found at the word or unit that was looked for can so be compared with what is found anywhere. The same holds
    in a review of as many tokens are drawn the same.
    """
    ranges = {(clamp.start, tokens if clamp.end is None else clamp.end) for clamp in clamps}
    named = {clamp.unit for clamp in clamps if clamp.unit is not None}
    if len(ranges) != 1:
        return ()
    ((start, end),) = ranges
    if end - start == 1 < tokens:
        places = _others(start, tokens, count)
        return tuple(tuple(replace(clamp, start=place, end=place + 1) for clamp in clamps) for place in places)
    if len(named) != 1:
        return ()
    (unit,) = named
    return tuple(
        tuple(clamp if clamp.unit is None else replace(clamp, unit=other) for clamp in clamps)
        for other in _others(unit, units, count)
    )


def _others(one: int, there: int, count: int) -> list[int]:
    """`count` of the numbers from 0 that are not `one`, drawn at random, in order; fewer where there are fewer."""
    others = np.delete(np.arange(there), one)
    return sorted(np.random.default_rng([there, one]).permutation(others)[:count].tolist())


def differ(one: GateTrace, other: GateTrace) -> bool:
    """Whether two traces of one layer, direction and review are more than rounding apart anywhere."""
    return any(not np.allclose(one.values(symbol), other.values(symbol), atol=1e-6) for symbol in one.quantities)
