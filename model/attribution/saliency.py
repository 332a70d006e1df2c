"""Saliency: the length of the logit's gradient at each word vector (Simonyan et al., 2013).

It has no sign, and is in logits per unit of embedding: how much the logit could move, not which way the word pushed it.
"""

from __future__ import annotations

from captum.attr import Saliency

from model.attribution.method import Method, Scored, Subject
from model.language import marked


def _score(subject: Subject) -> Scored:
    """The length of the gradient at each token, at least 0."""
    embedded = subject.embedded.detach().requires_grad_()
    gradient = Saliency(subject.forward).attribute(embedded, abs=False)  # (1, T, E)
    return Scored(tuple(gradient.norm(dim=-1)[0].tolist()), subject.logit(subject.embedded))


SALIENCY = Method(
    name=marked("saliency"),
    signed=False,
    adds_up=False,
    unit=marked("logits per unit"),
    source="Simonyan et al. (2013)",
    score=_score,
)
