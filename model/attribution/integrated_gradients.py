"""Integrated gradients: the logit's gradient along the way from baseline to review, times that way.

Sundararajan et al. (ICML 2017), by Captum's `IntegratedGradients` on pieces of the way that are chosen by how much they
fail to add up. Scores add up to the difference between the two logits, as far as `delta` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from model.attribution.completeness import max_delta
from model.attribution.gradients import GRADIENT_TOKENS
from model.attribution.method import Method, Scored, Subject
from model.language import marked

MAX_NODES = 384  # gradients that may be taken in all
MAX_NODE_TOKENS = 96_000  # nodes × tokens in all: bounds the time of long reviews
FIRST_EDGES = (0.0, 0.35, 0.62, 1.0)  # of the first panels: narrow where a logit rises most suddenly
PANEL_NODES = 3
PARTS = 3  # into which a panel whose scores do not add up is cut


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of the path from baseline (0) to review (1), with its share of the integral: `scores` (tokens,)."""

    start: float
    end: float
    scores: Tensor

    def error(self, logits: dict[float, float]) -> float:
        """The sum of its scores less the rise of the logit along it, by the logits at places."""
        return float(self.scores.sum()) - (logits[self.end] - logits[self.start])


class StraightPath:
    """The straight line from baseline to review, on which integrated gradients integrate.

    An LSTM's logit rises in sudden steps along it, since whole trains of gates switch over at once; nodes spread
    evenly miss them. So the line is cut into panels with a few Gauss-Legendre nodes each, and a panel whose scores do
    not add up to the rise of the logit along it is cut again.
    """

    def __init__(self, subject: Subject) -> None:
        self._start, self._direction = subject.reference, subject.embedded - subject.reference  # (1, T, E)
        self._forward = subject.forward
        self._algorithm = IntegratedGradients(self._forward)
        self._chunk = max(1, GRADIENT_TOKENS // (self._start.shape[1] * PANEL_NODES))
        self._progress = subject.progress
        self.ceiling, self.evaluated = max_nodes(self._start.shape[1]), 0  # nodes

    def at(self, places: Sequence[float]) -> Tensor:
        """Word vectors (places, tokens, embedding) at places in [0, 1]."""
        steps = torch.tensor(places, dtype=self._start.dtype, device=self._start.device)
        return self._start + steps[:, None, None] * self._direction

    @torch.no_grad()
    def logits(self, places: Sequence[float]) -> dict[float, float]:
        """The logit at each of some places in [0, 1]."""
        if not places:
            return {}
        found = [self._forward(chunk) for chunk in self.at(places).split(self._chunk * PANEL_NODES)]
        return dict(zip(places, torch.cat(found).tolist(), strict=True))

    def panels(self, edges: Sequence[tuple[float, float]]) -> list[Panel]:
        """Integrate between pairs of places, all nodes in one batch where memory allows."""
        starts, ends = (self.at([edge[side] for edge in edges]).split(self._chunk) for side in (0, 1))
        scores = torch.cat([self._scores(*each) for each in zip(starts, ends, strict=True)])  # (P, T)
        return [Panel(start, end, row) for (start, end), row in zip(edges, scores, strict=True)]

    def _scores(self, start: Tensor, end: Tensor) -> Tensor:
        """Scores (panels, tokens) of the panels from `start` to `end`, (panels, tokens, embedding) each."""
        self._progress(self.evaluated / self.ceiling)
        self.evaluated += PANEL_NODES * len(start)
        found = self._algorithm.attribute(end, start, n_steps=PANEL_NODES, method="gausslegendre")
        return found.sum(dim=-1).detach()


def _score(subject: Subject) -> Scored:
    return integrate(StraightPath(subject))


def integrate(path: StraightPath) -> Scored:
    """Cut the panels with the largest errors until the scores add up (see `max_delta`), or the ceiling is met."""
    logits = path.logits((0.0, 1.0))
    difference = logits[1.0] - logits[0.0]
    tolerance = max_delta(difference)
    panels = path.panels(list(pairwise(FIRST_EDGES)))
    while abs(_sum(panels) - difference) >= tolerance and path.evaluated < path.ceiling:
        logits |= path.logits([panel.end for panel in panels if panel.end not in logits])
        panels, worst = _worst(panels, logits, tolerance, (path.ceiling - path.evaluated) // (PARTS * PANEL_NODES))
        cuts = [np.linspace(panel.start, panel.end, PARTS + 1).tolist() for panel in worst]
        panels += path.panels([edge for places in cuts for edge in pairwise(places)])
    scores = torch.stack([panel.scores for panel in panels]).sum(dim=0).tolist()
    return Scored(
        scores=tuple(scores),
        logit=logits[1.0],
        baseline_logit=logits[0.0],
        delta=sum(scores) - difference,
        steps=PANEL_NODES * len(panels),
    )


def _sum(panels: list[Panel]) -> float:
    return sum(float(panel.scores.sum()) for panel in panels)


def _worst(
    panels: list[Panel], logits: dict[float, float], tolerance: float, most: int
) -> tuple[list[Panel], list[Panel]]:
    """Split panels into those to keep, whose errors together stay below the tolerance, and the worst, to cut."""
    ordered = sorted(panels, key=lambda panel: abs(panel.error(logits)))
    kept, total = 0, 0.0
    for panel in ordered[:-1]:
        total += abs(panel.error(logits))
        if total >= 0.8 * tolerance:
            break
        kept += 1
    kept = max(kept, len(panels) - max(1, most))
    return ordered[:kept], ordered[kept:]


def max_nodes(tokens: int) -> int:
    """The ceiling of integrated gradients for a review of so many tokens."""
    return max(PANEL_NODES * (len(FIRST_EDGES) - 1), min(MAX_NODES, MAX_NODE_TOKENS // tokens))


INTEGRATED_GRADIENTS = Method(
    name=marked("integrated gradients"),
    signed=True,
    adds_up=True,
    unit=marked("logits"),
    source="Sundararajan et al. (ICML 2017)",
    score=_score,
    baseline_note=marked("Compared with a text of the same length made of the baseline ({baseline})."),
)
