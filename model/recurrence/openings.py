"""What a valve does to the verdict: a gate of one unit, or of all, held at one token at each of several openings.

Each verdict is that of `intervene` with the same clamp, but only what the valve can change is read anew: what lies
below it, and what its direction read before it, is as it was in the review's traces; what comes after is read for all
openings at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.errors import ReviewError
from model.language import gettext, joined
from model.network.cells.cell import EXACT, Cell, Settle
from model.network.classify import sigmoid
from model.network.network import RecurrentNetwork
from model.recurrence.clamps import Clamp, check_clamp
from model.recurrence.replay import GateTrace, GateTraces, shown, shown_with

GRID = np.linspace(0, 1, 11)


@dataclass(frozen=True, slots=True)
class Valve:
    """A gate of one layer (from 1) and direction at the token at `place` (from 0): that of one unit (from 0), or those
    of all, None.
    """

    symbol: str
    layer: int
    direction: str
    unit: int | None
    place: int

    def held(self, opening: float) -> Clamp:
        """What holds it at an opening in [0, 1], and nothing else."""
        return Clamp(self.symbol, opening, self.layer, self.direction, self.unit, self.place, self.place + 1)


@dataclass(frozen=True, slots=True)
class Openings:
    """The verdict with one valve held at each of several openings. Three arrays (openings,), parallel to one another.

    `openings` ascend: those of `GRID`, and `own`, at which the valve stands by itself, so that the verdict there is
    the review's; of all units there is no such opening, and `own` is None. `logits` have no bound; `probabilities` =
    sigmoid(logits) = P(positive), in [0, 1].
    """

    valve: Valve
    own: float | None
    openings: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray


@torch.inference_mode()
def read_openings(network: RecurrentNetwork, embedded: Tensor, gates: GateTraces, valve: Valve) -> Openings:
    """The verdicts on one review of word vectors (1, tokens, embedding) whose traces are `gates`.

    The network must be in evaluation mode. Raises `ReviewError` for a valve that there is not.
    """
    _check(network, valve, embedded.shape[1])
    values = gates.of(valve.layer, valve.direction).values(valve.symbol)
    own = None if valve.unit is None else float(values[valve.place, valve.unit])
    openings = GRID if own is None else np.unique(np.append(GRID, own))
    states = _held_layer(network, embedded, gates, valve, openings)  # (O, T, 2H)
    logits = network.decide_above(valve.layer, states).double().cpu().numpy()
    return Openings(valve, own, openings, logits, np.array([sigmoid(logit) for logit in logits]))


def _check(network: RecurrentNetwork, valve: Valve, tokens: int) -> None:
    gates = network.cell.gates
    if not gates:
        raise ReviewError(
            gettext("A {cell} has no gates, so there are no valves to move.").format(cell=gettext(network.cell.name))
        )
    if valve.symbol not in gates:
        sentence = gettext("There is no such valve: choose one of {others} and {last}.")
        raise ReviewError(sentence.format(others=joined(gates[:-1]), last=gates[-1]))
    check_clamp(valve.held(0.0), network.config, tokens)


def _held_layer(
    network: RecurrentNetwork, embedded: Tensor, gates: GateTraces, valve: Valve, openings: np.ndarray
) -> Tensor:
    """What the valve's layer shows, (openings, tokens, states) in reading order of the text, forward ones first."""
    below = shown(gates, valve.layer - 1, embedded) if valve.layer > 1 else embedded  # (1, T, in)
    trace = gates.of(valve.layer, valve.direction)
    return shown_with(gates, trace, _held_direction(network, below, trace, valve, openings))


def _held_direction(
    network: RecurrentNetwork, below: Tensor, trace: GateTrace, valve: Valve, openings: np.ndarray
) -> Tensor:
    """The hidden states (openings, tokens, hidden) of the valve's direction, in reading order of the text."""
    backward = valve.direction == "backward"
    step = below.shape[1] - 1 - valve.place if backward else valve.place
    read = below.flip(1) if backward else below  # (1, T, in)
    known = {symbol: _tensor(trace.values(symbol), below) for symbol in network.cell.states}  # (1, T, H) each
    known = {symbol: values.flip(1) if backward else values for symbol, values in known.items()}
    before = {symbol: _state_before(values, step).expand(len(openings), -1) for symbol, values in known.items()}
    module = network.layers[valve.layer - 1].recurrence(valve.direction)
    weights = network.cell.weights(module)
    summed = read[:, step] @ weights.inputs.T + weights.bias + before["h"] @ weights.states.T  # (O, rows)
    now = network.cell.step(summed, before, _holding(valve, torch.as_tensor(openings).to(below)), EXACT)
    parts = [known["h"][:, :step].expand(len(openings), -1, -1), now["h"][:, None]]
    if step + 1 < read.shape[1]:
        after = read[:, step + 1 :].expand(len(openings), -1, -1)
        parts.append(module(after, _initial(network.cell, now))[0])
    states = torch.cat(parts, dim=1)  # (O, T, H)
    return states.flip(1) if backward else states


def _holding(valve: Valve, openings: Tensor) -> Settle:
    """What puts the openings (openings,) in the place of what the gate is, (openings, hidden)."""

    def settle(symbol: str, values: Tensor) -> Tensor:
        if symbol != valve.symbol:
            return values
        held = values.clone()
        held[:, slice(valve.unit, None if valve.unit is None else valve.unit + 1)] = openings[:, None]
        return held

    return settle


def _state_before(states: Tensor, step: int) -> Tensor:
    """That of (1, tokens, hidden) which a step meets, (1, hidden): zeros at the first one."""
    return states[:, step - 1] if step else torch.zeros_like(states[:, 0])


def _initial(cell: Cell, states: dict[str, Tensor]) -> Tensor | tuple[Tensor, ...]:
    """States (openings, hidden) by symbol, as the cell's module begins with them."""
    found = tuple(states[symbol][None] for symbol in cell.states)
    return found if len(found) > 1 else found[0]


def _tensor(values: np.ndarray, like: Tensor) -> Tensor:
    """(tokens, hidden) as (1, tokens, hidden), of the type and on the device of another tensor."""
    return torch.as_tensor(values).to(like)[None]
