"""Occlusion: by how much the logit falls when the baseline replaces one token (Zeiler & Fergus, 2014)."""

from __future__ import annotations

import torch
from captum.attr import FeatureAblation
from torch import Tensor

from model.attribution.method import Method, Scored, Subject
from model.language import marked

TOKENS = 32_000  # in one batch of reviews with a token replaced: bounds the memory


def _score(subject: Subject) -> Scored:
    embedded, reference = subject.embedded, subject.reference
    logit, baseline_logit = (subject.logit(values) for values in (embedded, reference))
    return Scored(_falls(subject), logit, baseline_logit)


def _falls(subject: Subject) -> tuple[float, ...]:
    """Fall of the logit when one token is replaced, for each token."""
    tokens = subject.embedded.shape[1]
    done = 0

    @torch.no_grad()
    def forward(variants: Tensor) -> Tensor:
        nonlocal done
        done += len(variants)
        subject.progress(min(done / (tokens + 1), 1.0))
        return subject.forward(variants)

    places = torch.arange(tokens, device=subject.embedded.device)[None, :, None].expand_as(subject.embedded)
    effects = FeatureAblation(forward).attribute(
        subject.embedded,
        baselines=subject.reference,
        feature_mask=places,
        perturbations_per_eval=max(1, min(tokens, TOKENS // tokens)),
    )
    return tuple(effects[0, :, 0].tolist())


OCCLUSION = Method(
    name=marked("occlusion"),
    signed=True,
    adds_up=False,
    unit=marked("logits"),
    source="Zeiler & Fergus (2014)",
    score=_score,
    baseline_note=marked("Each score: by how much the logit falls when the baseline ({baseline}) replaces it."),
)
