"""The verdict as it reads: P(positive) after each prefix of a review.

A bidirectional network reads each prefix backwards again, so every prefix is a review of its own: n tokens ask for
n (n + 1) / 2 places to be read, not n. All prefixes are read side by side, place by place of the text: those that
reach a place are the rows of one matrix product. Nothing is padded, what a word adds is computed once for all
prefixes, and so is the first layer's forward direction, which cannot know where a prefix ends. That is little more
than half the work of a batch of padded prefixes, and what is held at a place of the text is held for all at once.

A network that reads forward only cannot know where a prefix ends: one reading has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from model.errors import ReviewError
from model.language import gettext
from model.network.cells.cell import Arithmetic
from model.network.classify import sigmoid
from model.network.network import DIRECTIONS, RecurrentLayer, RecurrentNetwork
from model.recurrence.clamps import Clamp, PreparedClamp, check_clamps, prepare_clamps, settle_clamps

MAX_PREFIX_TOKENS = 34_000  # all prefixes of 260 tokens: some 0.7 s on two cores, and 35 MB of states between layers


@dataclass(frozen=True, slots=True)
class PrefixCurve:
    """The verdict on each prefix. Three arrays (prefixes,), parallel to one another.

    `lengths` are the prefixes' lengths in tokens, ascending; the last one is the whole review. `logits` have no
    bound; `probabilities` = sigmoid(logits) = P(positive), in [0, 1].
    """

    lengths: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray

    def at_tokens(self, tokens: int) -> TokenCurve:
        """P(positive) at each of the review's `tokens`; where a prefix was not read its neighbours say, in a straight
        line.
        """
        places = self.lengths - 1
        everywhere = np.arange(tokens)
        return TokenCurve(np.interp(everywhere, places, self.probabilities), np.isin(everywhere, places))


@dataclass(frozen=True, slots=True)
class TokenCurve:
    """P(positive) after each token, (tokens,) in [0, 1], and whether the prefix that ends there was read, (tokens,)
    bool.
    """

    probabilities: np.ndarray
    read: np.ndarray


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What a layer reads at each place: `shared` (tokens, features), the same for all prefixes, and after it `own`,
    which has (prefixes that reach it, features) for each place.
    """

    shared: Tensor
    own: list[Tensor]


@dataclass(frozen=True, slots=True)
class _Reading:
    """The states (prefixes that reach it, hidden) of one direction at one place."""

    place: int
    states: Tensor


@torch.inference_mode()
def read_prefixes(network: RecurrentNetwork, ids: Sequence[int], clamps: Sequence[Clamp] = ()) -> PrefixCurve:
    """The verdicts on the prefixes of a review of ids (tokens,), with what `clamps` hold at places of the text.

    Each is the verdict on a review that ends there. Of a long review not all prefixes are read (see `prefix_lengths`),
    but by a network that reads forward only.
    The network must be in evaluation mode. Raises `ReviewError` for a review without tokens, and for clamps
    that `check_clamps` refuses.
    """
    if not len(ids):
        raise ReviewError(gettext("There is nothing to read yet: type or paste a review."))
    check_clamps(clamps, network.config, len(ids))
    lengths = prefix_lengths(len(ids)) if network.config.bidirectional else np.arange(1, len(ids) + 1)
    device = network.output.weight.device
    words = network.embed(torch.as_tensor(ids, device=device))  # (T, E)
    longest_first = torch.as_tensor(lengths[::-1].copy(), device=device)
    read = _read_layers if network.config.bidirectional else _read_forward
    logits = read(network, words, longest_first, clamps).flip(0).double().cpu().numpy()
    return PrefixCurve(lengths, logits, np.array([sigmoid(logit) for logit in logits]))


def prefix_lengths(tokens: int) -> np.ndarray:
    """The lengths (prefixes,) of the prefixes that are read: ascending, spread evenly from 1 to `tokens`.

    All of them where their sum stays within `MAX_PREFIX_TOKENS`, else as many as it allows, and at least two.
    """
    count = min(tokens, max(2, 2 * MAX_PREFIX_TOKENS // (tokens + 1)))
    return 1 + np.arange(count) * (tokens - 1) // max(1, count - 1)


def _read_layers(network: RecurrentNetwork, words: Tensor, lengths: Tensor, clamps: Sequence[Clamp]) -> Tensor:
    """Logits (prefixes,) for words (tokens, embedding). Prefixes stand from the longest to the shortest, so that those
    which reach a place are always the first ones.
    """
    reach = [int((lengths > place).sum()) for place in range(len(words))]
    inputs = _Inputs(words, [words.new_empty(rows, 0) for rows in reach])
    *inner, last = network.layers
    for number, layer in enumerate(inner, start=1):
        held = {direction: _held(clamps, network, number, direction, words) for direction in DIRECTIONS}
        alike = [1] * len(reach) if number == 1 else reach
        forward = _by_place(_read(layer, "forward", inputs, alike, held["forward"]))
        backward = _by_place(_read(layer, "backward", inputs, reach, held["backward"]))
        inputs = _Inputs(torch.cat(forward), backward) if number == 1 else _without_shared(forward, backward)
    pools = []
    for direction in DIRECTIONS:
        held_last = _held(clamps, network, len(network.layers), direction, words)
        pools.append(_pool(_read(last, direction, inputs, reach, held_last), network, lengths))
    pooled = torch.cat([part for both in zip(*pools, strict=True) for part in both], dim=1)
    return network.output(pooled).squeeze(-1).float() / network.config.temperature


def _read_forward(network: RecurrentNetwork, words: Tensor, lengths: Tensor, clamps: Sequence[Clamp]) -> Tensor:
    """As `_read_layers`, for a network that reads forward only: each state is that of the prefix that ends there."""
    once = [1] * len(words)
    states = words
    for number, layer in enumerate(network.layers, start=1):
        inputs = _Inputs(states, [states.new_empty(1, 0)] * len(states))
        held = _held(clamps, network, number, "forward", words)
        states = torch.cat([reading.states for reading in _read(layer, "forward", inputs, once, held)])  # (T, H)
    if network.config.pooling != "last":
        counts = torch.arange(1, len(states) + 1, device=states.device).unsqueeze(-1)
        states = torch.cat([states.cummax(dim=0).values, states.cumsum(dim=0) / counts], dim=1)  # (T, 2H)
    return network.output(states[lengths - 1]).squeeze(-1).float() / network.config.temperature


def _held(
    clamps: Sequence[Clamp], network: RecurrentNetwork, layer: int, direction: str, words: Tensor
) -> tuple[PreparedClamp, ...]:
    """What is held of a layer and direction, for steps over the places of all words (tokens, embedding)."""
    places = torch.arange(len(words), device=words.device)
    places = places if direction == "forward" else places.flip(0)
    return prepare_clamps(clamps, layer, {direction: places}, network.config.hidden_size)


def _by_place(readings: Iterable[_Reading]) -> list[Tensor]:
    return [reading.states for reading in sorted(readings, key=lambda reading: reading.place)]


def _without_shared(forward: list[Tensor], backward: list[Tensor]) -> _Inputs:
    states = [torch.cat(both, dim=1) for both in zip(forward, backward, strict=True)]
    return _Inputs(states[0].new_empty(len(states), 0), states)


def _pool(readings: Iterable[_Reading], network: RecurrentNetwork, lengths: Tensor) -> list[Tensor]:
    """What the output layer reads of one direction, (prefixes, hidden) each: last states, or maximum and mean."""
    shape = (len(lengths), network.config.hidden_size)
    last, total = network.output.weight.new_zeros(2, *shape)
    largest = torch.full_like(last, -torch.inf)
    for reading in readings:
        here = slice(len(reading.states))
        if network.config.pooling == "last":
            last[here] = reading.states  # the last to be put there is the last that was read
        else:
            total[here] += reading.states
            largest[here] = torch.maximum(largest[here], reading.states)
    return [last] if network.config.pooling == "last" else [largest, total / lengths[:, None]]


def _read(
    layer: RecurrentLayer, direction: str, inputs: _Inputs, rows: list[int], clamps: Sequence[PreparedClamp]
) -> Iterator[_Reading]:
    """Read all prefixes place by place in a direction; at each place the first `rows[place]` of them are there.

    A prefix that does not reach a place keeps its state there: read backwards, the zeros from which it will start.
    """
    module = layer.recurrence(direction)
    width, step_weights = inputs.shared.shape[1], layer.cell.weights(module)
    drive = inputs.shared @ step_weights.inputs[:, :width].T + step_weights.bias  # (T, rows)
    weights = torch.cat([step_weights.inputs[:, width:], step_weights.states], dim=1).T  # (own + H, rows)
    states = {symbol: drive.new_zeros(max(rows), module.hidden_size) for symbol in layer.cell.states}  # (P, H) each
    for step, place in enumerate(range(len(rows)) if direction == "forward" else reversed(range(len(rows)))):
        here = {symbol: values[: rows[place]] for symbol, values in states.items()}  # (rows, H) each
        read = torch.cat([inputs.own[place][: rows[place]], here["h"]], dim=1)
        settle = partial(settle_clamps, clamps, step)
        found = layer.cell.step(torch.addmm(drive[place], read, weights), here, settle, QUICK)
        for symbol, values in here.items():
            values.copy_(found[symbol])
        yield _Reading(place, found["h"])


def _tanh(values: Tensor) -> Tensor:
    """2 sigmoid(2x) - 1: within 2e-7 of tanh(x) in float32, and five times as fast on the CPU."""
    return (2 * values).sigmoid_().mul_(2).sub_(1)


QUICK = Arithmetic(torch.sigmoid, _tanh, lambda a, x, b, y: (a * x).addcmul_(b, y))  # without a gradient, on a CPU
