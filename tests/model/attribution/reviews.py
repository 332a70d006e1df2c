"""What the tests of methods share: a review, and the gradient that they are held against."""

from __future__ import annotations

import torch

IDS = (3, 4, 5, 6, 0, 8, 2)
LENGTHS = torch.tensor([len(IDS)])


def gradient(network, embedded):
    """Of the logit with respect to the word vectors of one or more reviews, (reviews, tokens, embedding)."""
    embedded = embedded.clone().requires_grad_()
    (found,) = torch.autograd.grad(network.forward_embedded(embedded, LENGTHS.expand(len(embedded))).sum(), embedded)
    return found
