"""The network as gradients are taken from it: the one way round cuDNN, for all that differentiate the logit."""

from __future__ import annotations

import copy

import torch
from torch import nn

from model.network.network import RecurrentNetwork

GRADIENT_TOKENS = 6_000  # in one batch whose gradient is taken: bounds the memory


def for_gradients(network: RecurrentNetwork) -> RecurrentNetwork:
    """A network that gives gradients with respect to its word vectors, and the logits of evaluation mode.

    It is the network itself, or where cuDNN would refuse a copy in training mode that drops nothing. The copy has the
    very weights of the network, which stays in evaluation mode for those who use it at the same time.
    """
    if not needs_training_mode(network.output.weight.device):
        return network
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    own = copy.deepcopy(network, shared).train()
    for module in own.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return own


def needs_training_mode(device: torch.device) -> bool:
    """Whether a recurrent layer there refuses a backward pass in evaluation mode, as cuDNN does."""
    return device.type == "cuda"
