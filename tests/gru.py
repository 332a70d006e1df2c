"""A third kind of cell that nothing in the code knows of: the GRU (Cho et al. 2014), as PyTorch computes it.

    r, z = sigmoid(W x_t + U h_(t-1) + b)    n = tanh(W x_t + b + r * (U h_(t-1) + b'))
    h_t = (1 - z) * n + z * h_(t-1)

Its reset gate stands inside the candidate, so that not all of its pre-activations are one sum.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from model.network.cells.cell import Arithmetic, Cell, JacobianTerm, Quantity, Recurrent, Settle, StepJacobians
from model.network.cells.formula import Activation, Before, Equation, OneMinus, Product, Sum, Value
from model.network.cells.packing import SIGMOID, TANH, Packed, torch_module


def _step(
    preactivations: Tensor, before: Mapping[str, Tensor], settle: Settle, compute: Arithmetic
) -> dict[str, Tensor]:
    into_r, into_z, into_n, from_state = preactivations.chunk(4, dim=-1)  # (…, H) each
    r = settle("r", compute.sigmoid(into_r))
    z = settle("z", compute.sigmoid(into_z))
    n = settle("n", compute.tanh(into_n + r * from_state))
    h = settle("h", compute.blend(1 - z, n, z, before["h"]))
    return {"r": r, "z": z, "n": n, "h": h}


def _jacobians(values: Mapping[str, Tensor], recurrent: Recurrent) -> StepJacobians:
    r, z, n = (values[symbol][1:] for symbol in "rzn")  # (S, H)
    h = values["h"][:-1]  # (S, H), that of the token before
    of_r, of_z, of_n = recurrent.weights.chunk(3)  # (H, H) each
    from_state = h @ of_n.T + recurrent.bias.chunk(3)[2]
    into_n = (1 - z) * (1 - n.square())
    rows = torch.stack([(h - n) * z * (1 - z), into_n * r, into_n * from_state * r * (1 - r)])
    return StepJacobians((z,), rows, torch.stack([of_z, of_n, of_r]), torch.ones_like(h))


GRU = Cell(
    key="gru",
    name="GRU",
    full_name="GRU",
    contrast="rnn",
    quantities=(
        Quantity("r", "reset gate", 0, 1, gate=True),
        Quantity("z", "update gate", 0, 1, gate=True),
        Quantity("n", "candidate", -1, 1),
        Quantity("h", "hidden state", -1, 1),
    ),
    packed=(Packed("r", SIGMOID), Packed("z", SIGMOID), Packed("n", TANH, between="r")),
    equations=(
        Equation("r", "how much of the old state the candidate sees", Activation()),
        Equation("z", "how much of the old state stays", Activation()),
        Equation("n", "what could be written", Activation()),
        Equation(
            "h",
            "what stays, and what is new",
            Sum((Product(OneMinus(Value("z")), Value("n")), Product(Value("z"), Before("h")))),
        ),
    ),
    spelling="",
    states=("h",),
    memory="h",
    forget_gates=("z",),
    module=torch_module(nn.GRU),
    step=_step,
    terms=(
        JacobianTerm("keeps (z)", "kept by z", "the update gate alone"),
        JacobianTerm("through z", "through z", "by moving that gate"),
        JacobianTerm("through n", "through n", "the candidate"),
        JacobianTerm("through r", "through r", "the reset gate"),
    ),
    chain="dhₜ/dhₜ₋₁, the sum of four terms",
    left_out="",
    jacobians=_jacobians,
)
