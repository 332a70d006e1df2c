"""The LSTM (Hochreiter & Schmidhuber 1997), with the forget gate of Gers, Schmidhuber & Cummins (2000).

    i, f, o = sigmoid(W x_t + U h_(t-1) + b)    g = tanh(W x_t + U h_(t-1) + b)
    c_t = f * c_(t-1) + i * g                   h_t = o * tanh(c_t)

The cell state hands a gradient on through the forget gate, with no weights in between:

    dC_t/dC_(t-1) = diag(f_t)                                          the cell keeps what it had
                  + diag(c_(t-1) f_t (1 - f_t)) W_hf D                 the state moves the forget gate,
                  + diag(g_t i_t (1 - i_t)) W_hi D                     the input gate,
                  + diag(i_t (1 - g_t²)) W_hg D                        the candidate
    D = dh_(t-1)/dC_(t-1) = diag(o_(t-1) (1 - tanh²(c_(t-1))))         with o_(t-1) held

Past the cell state goes one more way, which counts from the second step on, since h_t reads h_(t-1) by the output gate:
diag(tanh(c_t) o_t (1 - o_t)) W_ho.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from model.language import marked
from model.network.cells.cell import (
    Arithmetic,
    AsidePath,
    Cell,
    JacobianTerm,
    Quantity,
    Recurrent,
    Settle,
    StepJacobians,
)
from model.network.cells.formula import Activation, Before, Equation, Product, Sum, Tanh, Value
from model.network.cells.packing import SIGMOID, TANH, Packed, torch_module

KEPT = Product(Value("f"), Before("c"))  # of the cell state before
WRITTEN = Product(Value("i"), Value("g"))  # what is new in it
SHOWN = Tanh(Value("c"))  # what the output gate lets out


def _step(
    preactivations: Tensor, before: Mapping[str, Tensor], settle: Settle, compute: Arithmetic
) -> dict[str, Tensor]:
    into_i, into_f, into_g, into_o = preactivations.chunk(4, dim=-1)  # (…, H) each, as PyTorch packs them
    i = settle("i", compute.sigmoid(into_i))
    f = settle("f", compute.sigmoid(into_f))
    o = settle("o", compute.sigmoid(into_o))
    g = settle("g", compute.tanh(into_g))
    c = settle("c", compute.blend(f, before["c"], i, g))
    h = settle("h", o * compute.tanh(c))
    return {"i": i, "f": f, "o": o, "g": g, "c": c, "h": h}


def _jacobians(values: Mapping[str, Tensor], recurrent: Recurrent) -> StepJacobians:
    i, f, g, o, c = (values[symbol][1:] for symbol in "ifgoc")  # (S, H)
    c_before, o_before = values["c"][:-1], values["o"][:-1]  # (S, H), those of the token before
    of_i, of_f, of_g, of_o = recurrent.weights.chunk(4)  # (H, H) each
    rows = torch.stack([c_before * f * (1 - f), g * i * (1 - i), i * (1 - g.square())])
    return StepJacobians(
        kept=(f,),
        rows=rows,
        weights=torch.stack([of_f, of_i, of_g]),
        columns=o_before * (1 - c_before.tanh().square()),
        aside=(AsidePath(c.tanh() * o * (1 - o), of_o),),
    )


LSTM = Cell(
    key="lstm",
    name=marked("LSTM"),
    full_name=marked("LSTM"),
    contrast="rnn",
    quantities=(
        Quantity("i", marked("input gate"), 0, 1, gate=True),
        Quantity("f", marked("forget gate"), 0, 1, gate=True),
        Quantity("o", marked("output gate"), 0, 1, gate=True),
        Quantity("g", marked("candidate"), -1, 1),
        Quantity("c", marked("cell state"), -math.inf, math.inf),
        Quantity("h", marked("hidden state"), -1, 1),
    ),
    packed=(Packed("i", SIGMOID), Packed("f", SIGMOID), Packed("g", TANH), Packed("o", SIGMOID)),
    equations=(
        Equation("f", marked("how much of the old memory stays"), Activation()),
        Equation("i", marked("how much of the new is let in"), Activation()),
        Equation("g", marked("what could be written"), Activation()),
        Equation("o", marked("how much of the memory is shown"), Activation()),
        Equation("c", marked("the memory: what stays, and what is new"), Sum((KEPT, WRITTEN))),
        Equation("h", marked("what the cell shows: all that leaves it"), Product(Value("o"), SHOWN)),
    ),
    spelling=marked("Many books write the candidate *g* as *C̃* and the cell state *c* as *C*."),
    states=("h", "c"),
    memory="c",
    forget_gates=("f",),
    module=torch_module(nn.LSTM),
    step=_step,
    terms=(
        JacobianTerm("keeps (f)", marked("kept by f"), marked("the forget gate alone")),
        JacobianTerm("through f", marked("through f"), marked("by moving that gate")),
        JacobianTerm("through i", marked("through i"), marked("the input gate")),
        JacobianTerm("through g", marked("through g"), marked("the candidate")),
    ),
    chain=marked("dCₜ/dCₜ₋₁, the sum of four terms"),
    left_out=marked("The LSTM's chain follows the cell state and leaves out the way through the output gate."),
    jacobians=_jacobians,
)
