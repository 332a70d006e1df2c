"""Activation patching: which reader, at which token, carries what tells two reviews' verdicts apart.

Of two reviews of equal length that differ in a few words, one is read once more, and the state of one reader after one
token (all that its cell hands on, an LSTM's c and h) is taken from the reading of the other. Everything that is read
after it, above as well, is computed anew. By how much the logit moves is what came over there: an intervention, which
unlike an attribution changes what the network computes. What several states carry does not add up.

After Vig et al. (2020, "Investigating gender bias in language models using causal mediation analysis"); that it is
measured in logits, and in both directions, follows Zhang & Nanda (2023, "Towards best practices of activation patching
in language models").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.network.cells.packing import StepWeights
from model.network.network import RecurrentNetwork
from model.recurrence.prefixes import QUICK
from model.recurrence.replay import GateTrace, GateTraces, shown, shown_with

MAX_PATCHED = 128  # tokens for which a page waits: the time grows with their square
BATCH = 64  # readings at once: of 128 tokens their states take 16 MiB a layer


@dataclass(frozen=True, slots=True)
class PatchedReader:
    """What the logit of a review becomes when one reader's states are taken from another review's reading.

    `layer` counts from 1. `logits` (tokens,) float64: with the state after that token alone; `whole`: with all of them.
    """

    layer: int
    direction: str
    logits: np.ndarray
    whole: float


@dataclass(frozen=True, slots=True)
class Patched:
    """A review with the states of another: `logit` is its own, `other` that of the one whose states are put in.

    `readers` has one for each layer and direction, in the order of the traces. `parity` is a check: with all readers of
    a layer put in as a whole the logit must be `other`; it is the largest difference over the layers, in logits.
    """

    logit: float
    other: float
    readers: tuple[PatchedReader, ...]
    parity: float

    @property
    def difference(self) -> float:
        """What there is to come over, logits."""
        return self.other - self.logit

    def effects(self, reader: PatchedReader) -> np.ndarray:
        """By how much the logit moves when the state after each token is put in, (tokens,) logits."""
        return reader.logits - self.logit


@torch.inference_mode()
def patch(network: RecurrentNetwork, embedded: Tensor, own: GateTraces, other: GateTraces) -> Patched:
    """Put the states of the reading `other` into that of the review of word vectors (1, tokens, embedding), whose
    traces are `own`, one reader and token at a time.

    Both are traces of this network, which must be in evaluation mode, and of equally many tokens; `ValueError` if not.
    """
    shapes = {trace.h.shape for trace in (*own.traces, *other.traces)}
    if shapes != {(embedded.shape[1], network.config.hidden_size)} or len(own.traces) != len(other.traces):
        raise ValueError("both traces must be of one network, and of as many tokens as the review")
    last = own.layers
    logit, target = (float(_decided(network, last, shown(traces, last, embedded))[0]) for traces in (own, other))
    logits = np.full(embedded.shape[1], logit)  # where nothing comes over
    readers = tuple(
        _patched_reader(network, embedded[0], own, other, number, logits) for number in range(len(own.traces))
    )
    whole = [float(_decided(network, layer, shown(other, layer, embedded))[0]) for layer in range(1, last + 1)]
    return Patched(logit, target, readers, max(abs(each - target) for each in whole))


def _patched_reader(
    network: RecurrentNetwork, words: Tensor, own: GateTraces, other: GateTraces, number: int, unmoved: np.ndarray
) -> PatchedReader:
    """Of the trace of that number, for words (tokens, embedding); `unmoved` (tokens,) is the logit where none came."""
    trace, source = own.traces[number], other.traces[number]
    layer = trace.layer
    inputs = words if layer == 1 else shown(own, layer - 1, words)[0]  # (T, in)
    places = _places_that_differ(trace, source)
    hidden = _read_on(network, inputs, trace, source, places)  # (R, T, H)
    logits = unmoved.copy()
    for here, states in zip(range(0, len(places), BATCH), hidden.split(BATCH), strict=False):
        logits[places[here : here + BATCH]] = _decided(network, layer, shown_with(own, trace, states))
    whole = _decided(network, layer, shown_with(own, trace, torch.as_tensor(source.h).to(words)[None]))
    return PatchedReader(layer, trace.direction, logits, float(whole[0]))


def _places_that_differ(trace: GateTrace, source: GateTrace) -> np.ndarray:
    """Where the states are not the same in both: elsewhere nothing can come over. Places of the text (R,), in the order
    in which the direction reads.
    """
    differ = np.any(
        [(trace.values(symbol) != source.values(symbol)).any(axis=1) for symbol in trace.cell.states], axis=0
    )
    places = np.flatnonzero(differ)
    return places if trace.direction == "forward" else places[::-1]


def _read_on(
    network: RecurrentNetwork, inputs: Tensor, trace: GateTrace, source: GateTrace, places: np.ndarray
) -> Tensor:
    """The hidden states (R, tokens, hidden), in the text's order, of a reader of `inputs` (tokens, in) that goes on
    from the state of `source` at one of the `places` (R,), which stand in the order in which it reads.

    All are read side by side; a row is there from its own place on.
    """
    weights = _weights(network, trace)
    ours, theirs = (_in_steps(each, inputs) for each in (trace, source))
    order = torch.arange(len(inputs)) if trace.direction == "forward" else torch.arange(len(inputs)).flip(0)
    drive = inputs[order] @ weights.inputs.T + weights.bias  # (T, rows)
    starts = [int(order[place]) for place in places]  # steps, ascending
    hidden = ours["h"].repeat(len(starts), 1, 1)  # (R, T, H)
    states = {symbol: values.new_zeros(len(starts), values.shape[1]) for symbol, values in ours.items()}
    count = 0
    for step in range(len(inputs)):
        if count:
            here = {symbol: values[:count] for symbol, values in states.items()}
            summed = torch.addmm(drive[step], here["h"], weights.states.T)
            found = trace.cell.step(summed, here, lambda symbol, values: values, QUICK)
            for symbol, values in here.items():
                values.copy_(found[symbol])
            hidden[:count, step] = found["h"]
        if count < len(starts) and starts[count] == step:
            for symbol, values in states.items():
                values[count] = theirs[symbol][step]
            hidden[count, step] = theirs["h"][step]
            count += 1
    return hidden if trace.direction == "forward" else hidden.flip(1)


def _weights(network: RecurrentNetwork, trace: GateTrace) -> StepWeights:
    return network.cell.weights(network.layers[trace.layer - 1].recurrence(trace.direction))


def _in_steps(trace: GateTrace, like: Tensor) -> Mapping[str, Tensor]:
    """The states (tokens, hidden) in the order in which the direction reads."""
    states = {symbol: torch.from_numpy(trace.values(symbol)).to(like) for symbol in trace.cell.states}
    return states if trace.direction == "forward" else {symbol: values.flip(0) for symbol, values in states.items()}


def _decided(network: RecurrentNetwork, layer: int, states: Tensor) -> np.ndarray:
    """The logits (readings,) float64 of what a layer (from 1) shows in each, (readings, tokens, features)."""
    return network.decide_above(layer, states).double().cpu().numpy()
