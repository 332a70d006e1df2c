"""What a method of attribution is: what it is given, what it finds, and the record by which all others know it.

A method stands in a file of its own, which ends with its record; `model.attribution.methods` lists the records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.network.network import RecurrentNetwork

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a method explains: the logit of one review, and the baseline that it may be held against.

    `embedded` and `reference` are word vectors (1, tokens, embedding) of review and baseline; gradients may be taken
    from `network`. `progress` is called with the share done, in [0, 1].
    """

    network: RecurrentNetwork
    embedded: Tensor
    reference: Tensor
    progress: Progress

    def forward(self, embedded: Tensor) -> Tensor:
        """The function that Captum differentiates: logits (copies,) of copies of the review (copies, tokens, E)."""
        copies, tokens, _ = embedded.shape
        return self.network.forward_embedded(embedded, torch.full((copies,), tokens, device=embedded.device))

    @torch.no_grad()
    def logit(self, embedded: Tensor) -> float:
        """The logit of one review or baseline (1, tokens, embedding)."""
        return float(self.forward(embedded))


@dataclass(frozen=True, slots=True)
class Scored:
    """What a method found; see `model.attribution.attribution.Attribution` for the fields."""

    scores: tuple[float, ...]
    logit: float
    baseline_logit: float | None = None
    delta: float | None = None
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One method, and what its scores mean.

    `name` and `unit` are marked for translation: they are translated where they are shown, and `name` is what programs
    ask for. `signed`: whether a score above 0 pushes towards positive; else scores are sizes, at least 0. `adds_up`:
    whether it promises that the scores add up to the difference from the baseline; then it finds a delta and steps.
    `baseline_note` is a sentence that says how scores refer to the {baseline}, empty where it uses none.
    """

    name: str
    signed: bool
    adds_up: bool
    unit: str
    source: str
    score: Callable[[Subject], Scored]
    baseline_note: str = ""

    @property
    def uses_baseline(self) -> bool:
        """Whether another baseline may give other scores."""
        return bool(self.baseline_note)
