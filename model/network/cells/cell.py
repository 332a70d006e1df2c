"""What a kind of recurrence says of itself: its quantities, its weights, the equations of a step and their derivatives.

Whatever would ask "is this an LSTM?" asks the `Cell` instead. A new kind is a file beside this one, a place in the
registry and a drawing in `views/cell/drawings`. A step is written once, for tensors of any leading shape: the replay,
the prefixes and the tests all run it, with what is held and added put in by `Settle`, and with the functions of an
`Arithmetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.network.cells.formula import Activation, Equation, Formula
from model.network.cells.packing import Packed, StepWeights, step_weights

Settle = Callable[[str, Tensor], Tensor]  # a quantity as it arises, by its symbol, to what it is from then on


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a cell computes for each unit at each token. `name` is marked: it is translated where it is used.

    Values lie from `low` to `high`, which are infinite where there is no bound. A gate lies in [0, 1] and says how much
    of something else passes.
    """

    symbol: str
    name: str
    low: float
    high: float
    gate: bool = False

    @property
    def bounded(self) -> bool:
        """Whether values have a lower and an upper end."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The functions of a step: `blend` takes a, x, b and y to a * x + b * y."""

    sigmoid: Callable[[Tensor], Tensor]
    tanh: Callable[[Tensor], Tensor]
    blend: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


EXACT = Arithmetic(torch.sigmoid, torch.tanh, lambda a, x, b, y: a * x + b * y)

Step = Callable[[Tensor, Mapping[str, Tensor], Settle, Arithmetic], dict[str, Tensor]]


@dataclass(frozen=True, slots=True)
class JacobianTerm:
    """One of the matrices that the Jacobian of a step is the sum of. `name` is that of tables and programs; `label` and
    `note`, marked both, are those of the page.
    """

    name: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Recurrent:
    """PyTorch's `weights` (rows, units) and `bias` (rows,) of the states, in the blocks of `packed`."""

    weights: Tensor
    bias: Tensor


@dataclass(frozen=True, slots=True)
class AsidePath:
    """A way from h to the next h past the memory: d h / d h one token before with the memory held, which is the sum of
    diag(rows) weights over all such paths; `rows` (S, H), `weights` (H, H).
    """

    rows: Tensor
    weights: Tensor


@dataclass(frozen=True, slots=True)
class StepJacobians:
    """The Jacobians of all S = tokens - 1 steps in the order in which the direction reads, float64, by their factors:
    the sum of diag(kept) and of the K paths' diag(rows) weights diag(columns).

    `kept` has one (S, H) for each of the cell's terms that no weights are part of; after these terms come the paths.
    `columns` are d h / d memory at the token before; `aside` has the paths that pass the memory by, and so are no part
    of the sum: none where h is the memory.
    """

    kept: tuple[Tensor, ...]  # (S, H) each
    rows: Tensor  # (K, S, H)
    weights: Tensor  # (K, H, H)
    columns: Tensor  # (S, H)
    aside: tuple[AsidePath, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of recurrence.

    - `key`: what settings and checkpoints call it; `name` and `full_name`, marked: what a person calls it
    - `contrast`: the key of the kind that is shown beside it
    - `quantities`: all that it computes, in the order of the page
    - `packed`: the blocks of rows of PyTorch's weights, from top to bottom
    - `equations`: of all quantities, in the order in which they are told
    - `spelling`, marked: how books write its symbols, "" where they write them as they are here; symbols between *…*
    - `states`: what a step hands on to the next, h first, in the order in which the module gives its last ones
    - `memory`: the state that remembers, which gradients are followed along
    - `forget_gates`: the gates that multiply the memory and nothing else does: one, or none
    - `module`: PyTorch's own, of input and hidden size, which reads (batch, tokens, features)
    - `step`: pre-activations (…, rows), those of its `weights`, and the states before (…, units) to all quantities
      (…, units) by symbol
    - `terms`, `chain`, `jacobians`: d memory / d memory one token before; `chain`, marked, says in words what that is,
      `left_out`, marked, is the sentence on what ways of a gradient it leaves out, "" where it has them all;
      `jacobians` takes the quantities (tokens, units) in the order of reading and the `Recurrent` weights, all float64
    """

    key: str
    name: str
    full_name: str
    contrast: str
    quantities: tuple[Quantity, ...]
    packed: tuple[Packed, ...]
    equations: tuple[Equation, ...]
    spelling: str
    states: tuple[str, ...]
    memory: str
    forget_gates: tuple[str, ...]
    module: Callable[[int, int], nn.RNNBase]
    step: Step
    terms: tuple[JacobianTerm, ...]
    chain: str
    left_out: str
    jacobians: Callable[[Mapping[str, Tensor], Recurrent], StepJacobians]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Of all quantities, in the order of the page."""
        return tuple(quantity.symbol for quantity in self.quantities)

    @property
    def gates(self) -> tuple[str, ...]:
        """The symbols of the gates, in the order of the page."""
        return tuple(quantity.symbol for quantity in self.quantities if quantity.gate)

    @property
    def told(self) -> tuple[Packed, ...]:
        """The blocks of weights, in the order in which the equations tell their quantities."""
        packed = {block.symbol: block for block in self.packed}
        return tuple(packed[each.symbol] for each in self.equations if isinstance(each.formula, Activation))

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Of all quantities without weights of their own, in the order in which they are told."""
        return tuple(each.formula for each in self.equations if not isinstance(each.formula, Activation))

    def weights(self, module: nn.RNNBase) -> StepWeights:
        """What a step adds up its pre-activations with, from a module of this kind."""
        return step_weights(self.packed, module)

    def quantity(self, symbol: str) -> Quantity:
        """The quantity of that symbol. Raises `KeyError` if there is none."""
        for quantity in self.quantities:
            if quantity.symbol == symbol:
                return quantity
        raise KeyError(symbol)

    def rows(self, symbol: str, hidden: int) -> slice:
        """The rows of PyTorch's weights that are a quantity's. Raises `KeyError` if none are."""
        for place, packed in enumerate(self.packed):
            if packed.symbol == symbol:
                return slice(place * hidden, (place + 1) * hidden)
        raise KeyError(symbol)
