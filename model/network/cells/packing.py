"""How PyTorch packs a cell's weights, and what a step adds up with them.

`nn.LSTM`, `nn.RNN` and `nn.GRU` keep one block of rows for each quantity, one under the other. A step adds
W x_t + U h_(t-1) + b for each, all at once, in one product. Where a gate stands between (the reset gate of a GRU, of
which PyTorch's candidate is tanh(W x_t + b + r * (U h_(t-1) + b'))) the two sums must stay apart: the block becomes
two, one without weights of the state and one without weights of the input, and a step still adds up in one product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Curve:
    """What turns a pre-activation into a quantity, steepest at 0, and its derivative, for arrays of any shape."""

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


SIGMOID = Curve("sigmoid", _sigmoid, lambda values: _sigmoid(values) * (1 - _sigmoid(values)))
TANH = Curve("tanh", np.tanh, lambda values: 1 - np.tanh(values) ** 2)


@dataclass(frozen=True, slots=True)
class Packed:
    """One block of rows of PyTorch's weights: the quantity that these pre-activations become, and by which curve.

    `between` is the gate that multiplies what comes from the states before it is added up, "" where none does.
    """

    symbol: str
    curve: Curve
    between: str = ""


@dataclass(frozen=True, slots=True)
class StepWeights:
    """What a step adds up: `inputs` @ x_t + `states` @ h_(t-1) + `bias`, (rows, in), (rows, hidden) and (rows,)."""

    inputs: Tensor
    states: Tensor
    bias: Tensor


def step_weights(packed: Sequence[Packed], module: nn.RNNBase) -> StepWeights:
    """PyTorch's weights as a step takes them: a block of `hidden` rows for each quantity, in the order of `packed`; two
    for one with a gate between, first what comes from the input, then what comes from the states, each with its bias.
    """
    inputs, states = weights_of(module, "weight_ih"), weights_of(module, "weight_hh")
    of_inputs, of_states = weights_of(module, "bias_ih"), weights_of(module, "bias_hh")
    if not any(block.between for block in packed):
        return StepWeights(inputs, states, of_inputs + of_states)
    rows: list[tuple[Tensor, Tensor, Tensor]] = []
    blocks = (each.chunk(len(packed)) for each in (inputs, states, of_inputs, of_states))
    for block, w, u, b, own in zip(packed, *blocks, strict=True):
        if block.between:
            rows += [(w, torch.zeros_like(u), b), (torch.zeros_like(w), u, own)]
        else:
            rows.append((w, u, b + own))
    return StepWeights(*(torch.cat(each) for each in zip(*rows, strict=True)))


def weights_of(module: nn.RNNBase, name: str) -> Tensor:
    """The weights "weight_ih", "weight_hh", "bias_ih" or "bias_hh" of a recurrence, packed as PyTorch packs them."""
    return cast("Tensor", getattr(module, f"{name}_l0"))


def torch_module(kind: type[nn.RNNBase]) -> Callable[[int, int], nn.RNNBase]:
    """What makes a module of PyTorch's that reads (batch, tokens, features)."""
    return partial(kind, batch_first=True)
