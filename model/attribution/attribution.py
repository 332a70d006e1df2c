"""What each token did to the logit: the record of an attribution, and the way from a review's ids to it.

Gradients run through `forward_embedded(embedded, lengths)`, never through hooks on the shared module, so that two
people may ask at once. The logit is that of *positive*: a signed score above 0 pushes towards positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from model.attribution.baselines import DEFAULT_BASELINE, embed_baseline
from model.attribution.completeness import max_delta
from model.attribution.gradients import for_gradients
from model.attribution.method import Method, Progress, Subject
from model.attribution.methods import DEFAULT_METHOD
from model.network.network import RecurrentNetwork


@dataclass(frozen=True, slots=True)
class Attribution:
    """`scores` are parallel to the tokens, not normalized; `method` says their unit, and whether they have a sign.

    `baseline_logit` is None where a method has no baseline; `delta` (logits) and `steps` are None where a method does
    not promise that its scores add up.
    """

    method: Method
    baseline: str
    scores: tuple[float, ...]
    logit: float
    baseline_logit: float | None = None
    delta: float | None = None
    steps: int | None = None

    @property
    def strongest(self) -> int:
        """The place of the token with the largest score, of either sign: the one to look at first."""
        return max(range(len(self.scores)), key=lambda place: abs(self.scores[place]))

    @property
    def adds_up(self) -> bool:
        """Whether the scores are promised to add up, and do."""
        if self.delta is None or self.baseline_logit is None:
            return False
        return abs(self.delta) < max_delta(self.logit - self.baseline_logit)

    @property
    def relative_delta(self) -> float | None:
        """|delta| as a fraction of the logit difference, or None."""
        if self.delta is None or self.baseline_logit is None:
            return None
        difference = abs(self.logit - self.baseline_logit)
        return abs(self.delta) / difference if difference else 0.0


def attribute(
    network: RecurrentNetwork,
    ids: Sequence[int],
    method: Method = DEFAULT_METHOD,
    baseline: str = DEFAULT_BASELINE,
    progress: Progress = lambda share: None,
) -> Attribution:
    """Explain the logit of one review's ids. Raises `ReviewError` for an unknown baseline.

    `progress` is called with the share done, in [0, 1].
    """
    found = method.score(subject_of(network, ids, baseline, progress))
    return Attribution(method, baseline, found.scores, found.logit, found.baseline_logit, found.delta, found.steps)


def subject_of(
    network: RecurrentNetwork,
    ids: Sequence[int],
    baseline: str = DEFAULT_BASELINE,
    progress: Progress = lambda share: None,
) -> Subject:
    """One review's ids as what a method explains. Raises `ReviewError` for an unknown baseline."""
    network = for_gradients(network)
    row = torch.tensor([ids], device=network.output.weight.device)
    with torch.no_grad():
        embedded = network.embed(row)  # (1, T, E)
        reference = embed_baseline(network, row, baseline)
    return Subject(network, embedded, reference, progress)
