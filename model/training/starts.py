"""How recurrent weights start, where a preset says otherwise than PyTorch.

- Forget gates that start open, by their bias (Jozefowicz et al., *An Empirical Exploration of Recurrent Network
  Architectures*, ICML 2015): without it an LSTM forgets half of everything at each token before it learns not to.
- A plain RNN whose state weights start as a multiple of the identity (Le, Jaitly & Hinton 2015): it adds up what it
  reads, and small input weights keep the sum where tanh is nearly straight.
"""

from __future__ import annotations

import torch
from torch import nn

from model.network.cells.packing import weights_of
from model.network.network import RecurrentNetwork
from model.training.presets import Preset

SMALL = 0.01  # deviation of input weights beside an identity


@torch.no_grad()
def start_recurrences(network: RecurrentNetwork, preset: Preset) -> None:
    """Give a network's recurrences the start that the preset asks for; what it does not ask for stays."""
    for layer in network.layers:
        for direction in layer.directions:
            recurrence = layer.recurrence(direction)
            if preset.forget_bias and "f" in layer.cell.symbols:
                rows = layer.cell.rows("f", recurrence.hidden_size)
                weights_of(recurrence, "bias_ih")[rows] = preset.forget_bias
                weights_of(recurrence, "bias_hh")[rows] = 0
            if preset.identity and not layer.cell.gates:
                nn.init.eye_(weights_of(recurrence, "weight_hh")).mul_(preset.identity)
                nn.init.normal_(weights_of(recurrence, "weight_ih"), std=SMALL)
