"""The plain recurrence of Elman (1990), without gates: h_t = tanh(W x_t + U h_(t-1) + b).

Each step back multiplies a gradient by diag(1 - h_t²) U, so that over many steps it shrinks or grows exponentially.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from model.language import marked
from model.network.cells.cell import Arithmetic, Cell, JacobianTerm, Quantity, Recurrent, Settle, StepJacobians
from model.network.cells.formula import Activation, Equation
from model.network.cells.packing import TANH, Packed, torch_module


def _step(
    preactivations: Tensor, before: Mapping[str, Tensor], settle: Settle, compute: Arithmetic
) -> dict[str, Tensor]:
    return {"h": settle("h", compute.tanh(preactivations))}


def _jacobians(values: Mapping[str, Tensor], recurrent: Recurrent) -> StepJacobians:
    rows = 1 - values["h"][1:].square()
    return StepJacobians((), rows[None], recurrent.weights[None], torch.ones_like(rows))


RNN = Cell(
    key="rnn",
    name=marked("plain RNN"),
    full_name=marked("plain tanh RNN"),
    contrast="lstm",
    quantities=(Quantity("h", marked("hidden state"), -1, 1),),
    packed=(Packed("h", TANH),),
    equations=(Equation("h", marked("what the unit remembers, and shows"), Activation()),),
    spelling="",
    states=("h",),
    memory="h",
    forget_gates=(),
    module=torch_module(nn.RNN),
    step=_step,
    terms=(JacobianTerm("through h", marked("through h"), marked("the only way there is")),),
    chain=marked("dhₜ/dhₜ₋₁, a single term"),
    left_out="",
    jacobians=_jacobians,
)
