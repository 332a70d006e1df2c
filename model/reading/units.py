"""Which of the many units of a layer are worth a look: that change, are at their ends, or are read above."""

from __future__ import annotations

import numpy as np

from model.errors import ReviewError
from model.language import gettext, joined, marked
from model.network.network import RecurrentNetwork
from model.recurrence.choices import place_of
from model.recurrence.preactivations import as_array, state_before, weights_of
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT, GateTrace

UNIT_PICKS = (marked("largest change"), marked("most saturated"), marked("largest weight"))


def rank_units(network: RecurrentNetwork, trace: GateTrace, place: float, how: str) -> np.ndarray:
    """All units (units,) of a trace, the most remarkable first; equal ones by number. `how` is one of `UNIT_PICKS`.

    - largest change: |c_t - c_(t-1)| at this token; of a cell whose memory is another state, that
    - most saturated: the share of the review's tokens and of the gates where the gate is below 0.1 or above 0.9 (of a
      cell without gates: where |h| is above 0.9)
    - largest weight: how strongly the unit's h is read above: |weight| on the output of the last layer (of maximum and
      mean both, added up, where the network reads those); the length of the weights in the layer above of any other

    Raises `ReviewError` if the review has no such token, or nothing of the name `how` is known.
    """
    place = place_of(place, len(trace.h))
    if how == "largest change":
        score = _change(trace, place)
    elif how == "most saturated":
        score = _saturation(trace)
    elif how == "largest weight":
        score = _weight_above(network, trace.layer, trace.direction)
    else:
        sentence = gettext("Units can be picked by {ways}: choose one of them.")
        raise ReviewError(sentence.format(ways=joined(gettext(each) for each in UNIT_PICKS)))
    return np.argsort(-score, kind="stable")


def _change(trace: GateTrace, place: int) -> np.ndarray:
    state = trace.memory
    return np.abs(state - state_before(state, trace.direction))[place]  # (H,)


def _saturation(trace: GateTrace) -> np.ndarray:
    if not trace.cell.gates:
        return (np.abs(trace.h) > NEARLY_OPEN).mean(axis=0)
    gates = np.stack([trace.values(symbol) for symbol in trace.cell.gates])  # (gates, T, H)
    return ((gates < NEARLY_SHUT) | (gates > NEARLY_OPEN)).mean(axis=(0, 1))


def _weight_above(network: RecurrentNetwork, layer: int, direction: str) -> np.ndarray:
    """How strongly each unit (units,) of a layer and direction is read above; 0 or more."""
    config = network.config
    first = config.directions.index(direction) * config.hidden_size
    units = slice(first, first + config.hidden_size)
    if layer == len(network.layers):
        read = as_array(network.output.weight).reshape(-1, config.states)  # one row, or two: maximum and mean
        return np.abs(read[:, units]).sum(axis=0)
    above = network.layers[layer]
    weights = np.concatenate([weights_of(above.recurrence(each), "weight_ih") for each in config.directions])
    return np.linalg.norm(weights[:, units], axis=0)
