"""What each token did to the logit: Captum's algorithms on the embedded tokens.

Gradients run through `forward_embedded(embedded, lengths)`, never through hooks on the shared module, so that two
people may ask at once. The logit is that of *positive*: a score above 0 pushes towards positive.

Sources: integrated gradients, Sundararajan et al. (ICML 2017); saliency, Simonyan et al. (2013); input × gradient,
Shrikumar et al. (2016); occlusion, Zeiler & Fergus (2014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, Saliency
from torch import Tensor

from model.errors import ReviewError
from model.network import RecurrentNetwork
from model.text import PADDING_ID, UNKNOWN_ID

METHODS = ("integrated gradients", "input × gradient", "saliency", "occlusion")
BASELINES = ("padding", "unknown word", "zero")
DEFAULT_METHOD, DEFAULT_BASELINE = METHODS[0], BASELINES[0]
USES_BASELINE = (METHODS[0], METHODS[3])

MAX_DELTA = 0.01  # of the logit difference
MAX_NODES = 256
FIRST_NODES = 16
NODE_TOKENS = 16_000  # nodes × tokens in one batch: bounds the memory
OCCLUSION_TOKENS = 32_000  # as above

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Attribution:
    """`scores` are parallel to the tokens, in logits, not normalized; saliency is in logits per unit of embedding and
    has no sign. `baseline_logit` is None where a method has no baseline; `delta` (logits) and `steps` are None where a
    method does not promise that its scores add up.
    """

    method: str
    baseline: str
    scores: tuple[float, ...]
    logit: float
    baseline_logit: float | None = None
    delta: float | None = None
    steps: int | None = None

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
    method: str = DEFAULT_METHOD,
    baseline: str = DEFAULT_BASELINE,
    progress: Progress = lambda share: None,
) -> Attribution:
    """Explain the logit of one review's ids. Raises `ReviewError` for an unknown method or baseline.

    `progress` is called with the share done, in [0, 1].
    """
    check_choice(method, baseline)
    device = network.output.weight.device
    row = torch.tensor([ids], device=device)
    with torch.no_grad():
        embedded = network.embed(row)  # (1, T, E)
        reference = _reference(network, row, baseline)
        lengths = torch.tensor([len(ids)], device=device)
        logits = [float(network.forward_embedded(values, lengths)) for values in (embedded, reference)]
    if method == "integrated gradients":
        return _integrated_gradients(network, embedded, reference, baseline, logits[0], logits[1], progress)
    if method == "occlusion":
        scores = _occlusion(network, embedded, reference, progress)
        return Attribution(method, baseline, scores, logits[0], logits[1])
    explain = _forward(network)
    if method == "saliency":
        gradient = Saliency(explain).attribute(embedded.requires_grad_(), abs=False, additional_forward_args=(lengths,))
        return Attribution(method, baseline, tuple(gradient.norm(dim=-1)[0].tolist()), logits[0])
    scores = InputXGradient(explain).attribute(embedded.requires_grad_(), additional_forward_args=(lengths,))
    return Attribution(method, baseline, _per_token(scores), logits[0])


def check_choice(method: object, baseline: object) -> None:
    """Raise `ReviewError` for an unknown method or baseline, of whatever type."""
    if method not in METHODS:
        raise ReviewError(f"There is no such method; there are: {', '.join(METHODS)}.")
    if baseline not in BASELINES:
        raise ReviewError(f"There is no such baseline; there are: {', '.join(BASELINES)}.")


def _reference(network: RecurrentNetwork, ids: Tensor, baseline: str) -> Tensor:
    """The embedded baseline (1, tokens, embedding)."""
    if baseline == "zero":
        return torch.zeros_like(network.embed(ids))
    id_ = PADDING_ID if baseline == "padding" else UNKNOWN_ID
    return network.embed(torch.full_like(ids, id_))


def _forward(network: RecurrentNetwork) -> Callable[[Tensor, Tensor], Tensor]:
    """The function that Captum differentiates; it repeats the lengths for each copy of the review."""

    def forward(embedded: Tensor, lengths: Tensor) -> Tensor:
        return network.forward_embedded(embedded, lengths.expand(len(embedded)))

    return forward


def _per_token(scores: Tensor) -> tuple[float, ...]:
    return tuple(scores.sum(dim=-1)[0].detach().tolist())


def _integrated_gradients(
    network: RecurrentNetwork,
    embedded: Tensor,
    reference: Tensor,
    baseline: str,
    logit: float,
    baseline_logit: float,
    progress: Progress,
) -> Attribution:
    """Gauss-Legendre with twice the nodes each time, until |delta| is under 1 % of the logit difference."""
    tokens = embedded.shape[1]
    lengths = torch.tensor([tokens], device=embedded.device)
    algorithm = IntegratedGradients(_forward(network))
    steps = FIRST_NODES
    while True:
        progress(steps / (2 * MAX_NODES))
        scores = algorithm.attribute(
            embedded,
            reference,
            additional_forward_args=(lengths,),
            n_steps=steps,
            method="gausslegendre",
            internal_batch_size=max(1, NODE_TOKENS // tokens),
        )
        per_token = _per_token(scores)
        result = Attribution(
            method="integrated gradients",
            baseline=baseline,
            scores=per_token,
            logit=logit,
            baseline_logit=baseline_logit,
            delta=sum(per_token) - (logit - baseline_logit),
            steps=steps,
        )
        if result.relative_delta < MAX_DELTA or steps == MAX_NODES:
            return result
        steps *= 2


def _occlusion(network: RecurrentNetwork, embedded: Tensor, reference: Tensor, progress: Progress) -> tuple[float, ...]:
    """Fall of the logit when one token is replaced by the baseline, for each token."""
    tokens = embedded.shape[1]
    done = 0

    def forward(variants: Tensor) -> Tensor:
        nonlocal done
        done += len(variants)
        progress(min(done / (tokens + 1), 1.0))
        with torch.no_grad():
            lengths = torch.full((len(variants),), tokens, device=variants.device)
            return network.forward_embedded(variants, lengths)

    places = torch.arange(tokens, device=embedded.device)[None, :, None].expand_as(embedded)
    effects = FeatureAblation(forward).attribute(
        embedded,
        baselines=reference,
        feature_mask=places,
        perturbations_per_eval=max(1, min(tokens, OCCLUSION_TOKENS // tokens)),
    )
    return tuple(effects[0, :, 0].tolist())
