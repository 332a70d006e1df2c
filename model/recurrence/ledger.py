"""Who wrote what a cell holds, and where the verdict was read off: two sums that add up exactly, given the gates.

A memory that only a forget gate multiplies is a sum over the tokens that wrote it. With w_s = c_s - f_s c_(s-1), which
an LSTM computes as i_s g_s,

    c_t = sum over s of w_s f_(s+1) … f_t

and since the pooling and the output layer are linear once it is known where the maximum was, the logit is a sum over
what was read where:

    z = b + sum over u, t of w_max,u h_u,t [t is where h_u is largest] + w_mean,u h_u,t / T

(or, where the last states are read, over those alone). Neither needs a baseline, and neither is a cause: the gates were
set by other words, and what is read at one token may be the work of another. After Murdoch & Szlam (2017, "Automatic
rule extraction from long short term memory networks").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.network.network import RecurrentNetwork
from model.recurrence.replay import GateTrace, GateTraces


@dataclass(frozen=True, slots=True)
class WrittenLedger:
    """Who wrote the memory of one layer (from 1) and direction. Arrays (tokens, units) float64, in the text's order.

    `written` is what a token adds to the memory, `forget` the gate that multiplies what was there; a direction that
    reads backwards comes to its tokens from the end.
    """

    layer: int
    direction: str
    written: np.ndarray
    forget: np.ndarray

    def of_unit(self, unit: int, place: int) -> np.ndarray:
        """What each token's writing amounts to in a unit (from 0) once token `place` is read, (tokens,).

        The sum is the memory there; 0 for tokens that the direction reads later. Raises `IndexError` for a unit or a
        place that there is not.
        """
        tokens, units = self.written.shape
        if not (0 <= place < tokens and 0 <= unit < units):
            raise IndexError((place, unit))
        order = self._order
        count = place + 1 if self.direction == "forward" else tokens - place
        read = order[:count]
        forget = self.forget[read, unit]
        share = np.append(np.cumprod(forget[:0:-1])[::-1], 1.0)  # of what was written at each, (count,)
        held = np.zeros(tokens)
        held[read] = self.written[read, unit] * share
        return held

    def shares(self) -> np.ndarray:
        """Each token's share in what the layer holds after each token, (tokens, tokens) float64 in [0, 1].

        Row t, column s: the sum over all units of |what s wrote and is left at t|, as a fraction of the row's own sum;
        rows add up to 1, or are 0 throughout where nothing was written yet. Columns that are read after t are 0.
        """
        tokens = len(self.written)
        held = np.zeros_like(self.written)  # (tokens, units) of what each token wrote
        found = np.zeros((tokens, tokens))
        for place in self._order:
            held *= self.forget[place]
            held[place] = self.written[place]
            sizes = np.abs(held).sum(axis=1)
            total = sizes.sum()
            if total > 0:
                found[place] = sizes / total
        return found

    @property
    def _order(self) -> np.ndarray:
        """The places (tokens,) in the order in which the direction reads."""
        places = np.arange(len(self.written))
        return places if self.direction == "forward" else places[::-1]


@dataclass(frozen=True, slots=True)
class ReadLedger:
    """Where the verdict was read off: the logit (of the calibrated network) as a sum over tokens and units.

    `read` (tokens, units) float64, logits: what the output layer read of each unit of the last layer at each token, the
    forward units first. `bias`, logits, is read nowhere. `logit` = bias + the sum of all of `read`.
    """

    read: np.ndarray
    bias: float

    @property
    def logit(self) -> float:
        """What everything adds up to, logits."""
        return self.bias + float(self.read.sum())

    @property
    def by_token(self) -> np.ndarray:
        """What was read at each token, (tokens,) logits."""
        return self.read.sum(axis=1)

    @property
    def by_unit(self) -> np.ndarray:
        """What was read of each unit, (units,) logits."""
        return self.read.sum(axis=0)

    def of_unit(self, unit: int, direction: str) -> np.ndarray:
        """What was read of a unit (from 0) of a direction at each token, (tokens,) logits."""
        first = 0 if direction == "forward" else self.read.shape[1] // 2
        return self.read[:, first + unit]

    def units_at(self, place: int, count: int) -> np.ndarray:
        """The units of which most was read at a token, of either sign, the largest first, (at most count,)."""
        return np.argsort(-np.abs(self.read[place]), kind="stable")[:count]


def written_ledger(trace: GateTrace) -> WrittenLedger:
    """Who wrote the memory of a trace. Raises `ReviewError` for a cell that writes over its memory as a whole."""
    if not trace.cell.forget_gates:
        sentence = gettext("A {cell} writes over all that it holds at every token: nothing in it adds up by token.")
        raise ReviewError(sentence.format(cell=gettext(trace.cell.name)))
    (symbol,) = trace.cell.forget_gates
    forget, memory = (values.astype(np.float64) for values in (trace.values(symbol), trace.memory))
    before = np.zeros_like(memory)
    if trace.direction == "forward":
        before[1:] = memory[:-1]
    else:
        before[:-1] = memory[1:]
    return WrittenLedger(trace.layer, trace.direction, memory - forget * before, forget)


def read_ledger(network: RecurrentNetwork, gates: GateTraces) -> ReadLedger:
    """Where the verdict of a review was read off, from the traces of all its layers.

    Where a maximum is reached at several tokens, each is credited with an equal part of it.
    """
    config = network.config
    states = np.hstack([gates.of(config.layers, direction).h for direction in config.directions]).astype(np.float64)
    temperature = network.config.temperature
    weights = network.output.weight.detach().double().cpu().numpy()[0] / temperature
    read = np.zeros_like(states)
    if config.pooling == "last":
        hidden = config.hidden_size
        read[-1, :hidden] = states[-1, :hidden] * weights[:hidden]
        read[0, hidden:] = states[0, hidden:] * weights[hidden:]  # of a backward direction, where there is one
    else:
        of_maximum, of_mean = np.split(weights, 2)
        largest = states == states.max(axis=0)
        read = states * (of_maximum * largest / largest.sum(axis=0) + of_mean / len(states))
    return ReadLedger(read, float(network.output.bias.detach()) / temperature)
