"""The true derivative of a cell's memory by what it was k tokens before, along all paths.

The product of the steps' Jacobians leaves out what passes the memory by: the hidden state of an LSTM reads the one
before through the output gate, and the next step's gates read it. So both states go back together. With P = dC_T/dC_s
and G = dC_T/dh_s, M = dC_s/dh_(s-1), N = dh_s/dh_(s-1) with C_s held, and D = dh_s/dC_s:

    G_(s-1) = P_s M_s + G_s N_s        P_(s-1) = P_s diag(f_s) + G_(s-1) D_(s-1)        P_T = 1, G_T = 0

This is backpropagation through time (Werbos 1990) for all units of C_T at once: what autograd finds one row at a time,
for two matrix products a step.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from model.network.cells.cell import StepJacobians
from model.recurrence.decay import Decay, log10


def total_gain(steps: StepJacobians) -> Decay:
    """The average factor (Frobenius norm over the square root of the number of units) of d memory at the token read
    last / d memory k tokens before, for each k from 1 to the number of steps.

    Both matrices are brought back to norm 1 after each step; memory does not grow with the length of a review.
    """
    total, units = steps.columns.shape
    memory = torch.eye(units, dtype=torch.float64)  # dC_T/dC_s
    hidden = torch.zeros_like(memory)  # dC_T/dh_s
    gains, log10_size = np.empty(total), 0.0
    for distance in range(1, total + 1):
        step = total - distance
        hidden = memory @ _read(steps, step) + hidden @ _aside(steps, step)
        memory = hidden * steps.columns[step] + sum(memory * kept[step] for kept in steps.kept)
        gains[distance - 1] = log10_size + log10(float(memory.norm())) - 0.5 * math.log10(units)
        size = math.hypot(float(memory.norm()), float(hidden.norm()))
        if size > 0:
            memory, hidden, log10_size = memory / size, hidden / size, log10_size + math.log10(size)
    return Decay(np.arange(1, total + 1), gains)


def _read(steps: StepJacobians, step: int) -> Tensor:
    """d memory after a step (rows) / d h before it (columns), (units, units), by the ways that weights are part of."""
    matrix = torch.zeros_like(steps.weights[0])
    for rows, weights in zip(steps.rows[:, step], steps.weights, strict=True):
        matrix.addcmul_(rows[:, None], weights)
    return matrix


def _aside(steps: StepJacobians, step: int) -> Tensor:
    """d h after a step (rows) / d h before it (columns), (units, units), with the memory held."""
    matrix = torch.zeros_like(steps.weights[0])
    for path in steps.aside:
        matrix.addcmul_(path.rows[step, :, None], path.weights)
    return matrix
