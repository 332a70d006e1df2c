"""What each token did to the logit: Captum's algorithms on the embedded tokens.

Gradients run through `forward_embedded(embedded, lengths)`, never through hooks on the shared module, so that two
people may ask at once. The logit is that of *positive*: a score above 0 pushes towards positive.

Sources: integrated gradients, Sundararajan et al. (ICML 2017); saliency, Simonyan et al. (2013); input × gradient,
Shrikumar et al. (2016); occlusion, Zeiler & Fergus (2014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, Saliency
from torch import Tensor

from model.errors import ReviewError
from model.network.network import RecurrentNetwork
from model.text import PADDING_ID, UNKNOWN_ID

METHODS = ("integrated gradients", "input × gradient", "saliency", "occlusion")
BASELINES = ("padding", "unknown word", "zero")
DEFAULT_METHOD = METHODS[0]
DEFAULT_BASELINE = BASELINES[1]  # nearest to no opinion: of a review of paddings the shipped network thinks rather well
USES_BASELINE = (METHODS[0], METHODS[3])

MAX_DELTA = 0.01  # of the logit difference
MIN_DELTA = 0.005  # logits: less than the page's two digits show, and enough where there is hardly a difference
MAX_NODES = 384  # gradients that integrated gradients may take in all
MAX_NODE_TOKENS = 96_000  # nodes × tokens in all: bounds the time of long reviews
FIRST_PANELS, PANEL_NODES = 8, 2
PARTS = 3  # into which a panel whose scores do not add up is cut
NODE_TOKENS = 6_000  # nodes × tokens in one batch: bounds the memory
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
    if method == "integrated gradients":
        return _integrated_gradients(network, embedded, reference, baseline, progress)
    explain = _forward(network)
    with torch.no_grad():
        logits = [float(explain(values)) for values in (embedded, reference)]
    if method == "occlusion":
        scores = _occlusion(network, embedded, reference, progress)
        return Attribution(method, baseline, scores, logits[0], logits[1])
    if method == "saliency":
        gradient = Saliency(explain).attribute(embedded.requires_grad_(), abs=False)
        return Attribution(method, baseline, tuple(gradient.norm(dim=-1)[0].tolist()), logits[0])
    scores = InputXGradient(explain).attribute(embedded.requires_grad_())
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


def _forward(network: RecurrentNetwork) -> Callable[[Tensor], Tensor]:
    """The function that Captum differentiates: logits of copies of one review, all of the same length."""

    def forward(embedded: Tensor) -> Tensor:
        batch, tokens, _ = embedded.shape
        return network.forward_embedded(embedded, torch.full((batch,), tokens, device=embedded.device))

    return forward


def _per_token(scores: Tensor) -> tuple[float, ...]:
    return tuple(scores.sum(dim=-1)[0].detach().tolist())


@dataclass(frozen=True, slots=True)
class _Panel:
    """A piece of the path from baseline (0) to review (1), with its share of the integral.

    `scores` (tokens,); `error` is their sum less the rise of the logit along the piece.
    """

    start: float
    end: float
    scores: Tensor
    error: float


class _Path:
    """The straight line from baseline to review, on which integrated gradients integrate.

    An LSTM's logit rises in sudden steps along it, since whole trains of gates switch over at once; nodes spread
    evenly miss them. So the line is cut into panels with a few Gauss-Legendre nodes each, and a panel whose scores do
    not add up to the rise of the logit along it is cut again.
    """

    def __init__(self, network: RecurrentNetwork, start: Tensor, end: Tensor) -> None:
        self._start, self._direction = start, end - start  # (1, T, E)
        self._forward = _forward(network)
        self._algorithm = IntegratedGradients(self._forward)
        self._chunk = max(1, NODE_TOKENS // (start.shape[1] * PANEL_NODES))

    def at(self, places: Sequence[float]) -> Tensor:
        """Word vectors (places, tokens, embedding) at places in [0, 1]."""
        steps = torch.tensor(places, dtype=self._start.dtype, device=self._start.device)
        return self._start + steps[:, None, None] * self._direction

    @torch.no_grad()
    def logits(self, places: Sequence[float]) -> list[float]:
        """The logit at places in [0, 1]."""
        if not places:
            return []
        found = [self._forward(chunk) for chunk in self.at(places).split(self._chunk * PANEL_NODES)]
        return torch.cat(found).tolist()

    def panels(self, edges: Sequence[tuple[float, float]], logits: dict[float, float]) -> list[_Panel]:
        """Integrate between pairs of places, all nodes in one batch where memory allows."""
        starts, ends = (self.at([edge[side] for edge in edges]).split(self._chunk) for side in (0, 1))
        scores = torch.cat(
            [
                self._algorithm.attribute(end, start, n_steps=PANEL_NODES, method="gausslegendre").sum(dim=-1)
                for start, end in zip(starts, ends, strict=True)
            ]
        ).detach()  # (P, T)
        return [
            _Panel(start, end, row, float(row.sum()) - (logits[end] - logits[start]))
            for (start, end), row in zip(edges, scores, strict=True)
        ]


def _integrated_gradients(
    network: RecurrentNetwork,
    embedded: Tensor,
    reference: Tensor,
    baseline: str,
    progress: Progress,
) -> Attribution:
    """Cut the panels with the largest errors until the scores add up (see `max_delta`), or the ceiling is met."""
    path = _Path(network, reference, embedded)
    edges = [place / FIRST_PANELS for place in range(FIRST_PANELS + 1)]
    logits = dict(zip(edges, path.logits(edges), strict=True))
    difference = logits[1.0] - logits[0.0]
    tolerance = max_delta(difference)
    ceiling = max_nodes(embedded.shape[1])
    panels = path.panels(list(pairwise(edges)), logits)
    evaluated = PANEL_NODES * len(panels)
    while abs(sum(panel.error for panel in panels)) >= tolerance and evaluated < ceiling:
        progress(evaluated / ceiling)
        panels, worst = _worst(panels, tolerance, (ceiling - evaluated) // (PARTS * PANEL_NODES))
        cuts = [np.linspace(panel.start, panel.end, PARTS + 1).tolist() for panel in worst]
        inner = [place for places in cuts for place in places[1:-1]]
        logits |= zip(inner, path.logits(inner), strict=True)
        edges = [edge for places in cuts for edge in pairwise(places)]
        panels += path.panels(edges, logits)
        evaluated += PANEL_NODES * len(edges)
    scores = torch.stack([panel.scores for panel in panels]).sum(dim=0).tolist()
    return Attribution(
        method="integrated gradients",
        baseline=baseline,
        scores=tuple(scores),
        logit=logits[1.0],
        baseline_logit=logits[0.0],
        delta=sum(scores) - difference,
        steps=PANEL_NODES * len(panels),
    )


def _worst(panels: list[_Panel], tolerance: float, most: int) -> tuple[list[_Panel], list[_Panel]]:
    """Split panels into those to keep, whose errors together stay below the tolerance, and the worst, to cut."""
    ordered = sorted(panels, key=lambda panel: abs(panel.error))
    kept, total = 0, 0.0
    for panel in ordered[:-1]:
        total += abs(panel.error)
        if total >= 0.8 * tolerance:
            break
        kept += 1
    kept = max(kept, len(panels) - max(1, most))
    return ordered[:kept], ordered[kept:]


def max_delta(difference: float) -> float:
    """The largest |delta| (logits) at which scores add up: 1 % of the logit difference, or 0.005 where that is less."""
    return max(MAX_DELTA * abs(difference), MIN_DELTA)


def max_nodes(tokens: int) -> int:
    """The ceiling of integrated gradients for a review of so many tokens."""
    return max(FIRST_PANELS * PANEL_NODES, min(MAX_NODES, MAX_NODE_TOKENS // tokens))


def _occlusion(network: RecurrentNetwork, embedded: Tensor, reference: Tensor, progress: Progress) -> tuple[float, ...]:
    """Fall of the logit when one token is replaced by the baseline, for each token."""
    tokens = embedded.shape[1]
    done = 0

    explain = _forward(network)

    @torch.no_grad()
    def forward(variants: Tensor) -> Tensor:
        nonlocal done
        done += len(variants)
        progress(min(done / (tokens + 1), 1.0))
        return explain(variants)

    places = torch.arange(tokens, device=embedded.device)[None, :, None].expand_as(embedded)
    effects = FeatureAblation(forward).attribute(
        embedded,
        baselines=reference,
        feature_mask=places,
        perturbations_per_eval=max(1, min(tokens, OCCLUSION_TOKENS // tokens)),
    )
    return tuple(effects[0, :, 0].tolist())
