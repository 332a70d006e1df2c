"""Input × gradient: each word vector times the logit's gradient at it (Shrikumar et al., 2016).

What the word would have done if the logit were linear. One gradient does for a whole batch of reviews, so that words of
many reviews can be counted by it.
"""

from __future__ import annotations

import torch
from captum.attr import InputXGradient
from torch import Tensor

from model.attribution.method import Method, Scored, Subject
from model.language import marked
from model.network.network import RecurrentNetwork


def input_x_gradient(network: RecurrentNetwork, embedded: Tensor, lengths: Tensor) -> Tensor:
    """Scores (batch, tokens) in logits of word vectors (batch, tokens, embedding) of reviews with lengths (batch,).

    Padding scores 0. The network is one of `model.attribution.gradients.for_gradients`.
    """
    embedded = embedded.detach().requires_grad_()
    scores = InputXGradient(network.forward_embedded).attribute(embedded, additional_forward_args=(lengths,))
    return scores.detach().sum(dim=-1)  # (B, T)


def _score(subject: Subject) -> Scored:
    embedded = subject.embedded
    lengths = torch.full((1,), embedded.shape[1], device=embedded.device)
    scores = input_x_gradient(subject.network, embedded, lengths)
    return Scored(tuple(scores[0].tolist()), subject.logit(embedded))


INPUT_X_GRADIENT = Method(
    name=marked("input × gradient"),
    signed=True,
    adds_up=False,
    unit=marked("logits"),
    source="Shrikumar et al. (2016)",
    score=_score,
)
