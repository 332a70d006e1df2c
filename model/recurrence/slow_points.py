"""Where a recurrence hardly moves: its slow points, and whether they make a line along which it keeps the verdict.

With a constant input x̄ a step is a map F of the states (h, and c of an LSTM) onto themselves. Where its speed

    q(s) = ½ |F(s) - s|²

is least it has a slow point, a fixed one where q is 0 (Sussillo & Barak, *Opening the Black Box*, 2013). Near it a step
is its Jacobian dF/ds: an eigenvalue of size λ keeps λ of what lies along its eigenvector, from token to token. A
network that adds up evidence keeps it along one direction, λ near 1, and lets all else fade: a line attractor, which
Maheswaranathan et al. (*Reverse engineering recurrent networks for sentiment classification reveals line attractor
dynamics*, 2019) found. Here that is said only under the conditions of `SlowPoint.of_line_attractor`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from model.network.cells.cell import EXACT
from model.network.network import RecurrentNetwork

SLOW = 0.05  # of the length of a usual step of reading: a point that moves less is slow
MARGIN = 0.02  # of an eigenvalue from 1, within which it neither attracts nor repels
NEAR_ONE = 0.05  # from 1: an eigenvalue that keeps
ALONG = 0.5  # cosine of an angle of 60°; two random directions of 16 dimensions reach it once in 20 times
STEPS, FINEST = 1_500, 1e-3  # of the search: how many, and the last of their lengths as a share of the first
APART = 0.1  # of a usual step: two points that are nearer are one
MOST = 40  # points that are kept, spread over the logit

StepMap: TypeAlias = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class SlowPoint:
    """A place in which a recurrence nearly stays, and what a step does around it.

    - `h`: the hidden states there (units,); `logit`: the verdict there, w · h + b
    - `moved`: the length of a step from there, as a share of a usual step of reading
    - `kept`: the size of the largest eigenvalue of a step's Jacobian; `off`: how far it is from 1, |λ - 1|;
      `next_kept`: the size of the second largest, one of a pair with the first where the two turn
    - `along`: |cos| of the angle between the hidden part of its right eigenvector and the readout w, in [0, 1]
    """

    h: tuple[float, ...]
    logit: float
    moved: float
    kept: float
    off: float
    next_kept: float
    along: float

    @property
    def slow(self) -> bool:
        """Whether it counts as a slow point."""
        return self.moved < SLOW

    @property
    def attracts(self) -> bool:
        """Whether a step brings nearer whatever is near it."""
        return self.kept < 1 - MARGIN

    @property
    def repels(self) -> bool:
        """Whether a step takes away what is near it, along one direction at least."""
        return self.kept > 1 + MARGIN

    @property
    def of_line_attractor(self) -> bool:
        """Whether it is slow, its leading eigenvalue is near 1, and what that keeps lies along the readout."""
        return self.slow and self.off < NEAR_ONE and self.along > ALONG


def step_map(network: RecurrentNetwork, word: Tensor) -> StepMap:
    """F: one step with the constant word vector (embedding,), from states (points, states * units) to states; float64.

    The states stand one after the other in the order of the cell's, h first. Raises `ValueError` for a network of
    several layers, or one that reads backward as well.
    """
    if len(network.layers) != 1 or network.config.bidirectional:
        raise ValueError("slow points are looked for in a single layer that reads forward only")
    (layer,) = network.layers
    cell, hidden = layer.cell, network.config.hidden_size
    weights = cell.weights(copy.deepcopy(layer.recurrence("forward")).double().requires_grad_(False))
    drive = weights.inputs @ word.double() + weights.bias

    def step(states: Tensor) -> Tensor:
        before = dict(zip(cell.states, states.split(hidden, dim=-1), strict=True))
        found = cell.step(drive + before["h"] @ weights.states.T, before, lambda symbol, values: values, EXACT)
        return torch.cat([found[symbol] for symbol in cell.states], dim=-1)

    return step


def speeds(step: StepMap, states: Tensor) -> Tensor:
    """q (points,) of states (points, size)."""
    return 0.5 * (step(states) - states).square().sum(dim=-1)


def settle(step: StepMap, starts: Tensor, scale: float) -> Tensor:
    """Go downhill on q from each of `starts` (points, size), by Adam; `scale` is the length of a usual step."""
    with torch.inference_mode(False), torch.enable_grad():
        states = starts.detach().clone().double().requires_grad_()
        optimizer = torch.optim.Adam([states], lr=0.1 * scale, betas=(0.9, 0.99))
        for number in range(STEPS):
            optimizer.param_groups[0]["lr"] = 0.1 * scale * FINEST ** (number / STEPS)
            optimizer.zero_grad()
            (speeds(step, states).sum() / scale**2).backward()
            optimizer.step()
        return states.detach()


def slow_points(
    network: RecurrentNetwork, word: Tensor, starts: Tensor, usual: float, most: int = MOST
) -> tuple[SlowPoint, ...]:
    """Where a network hardly moves while it reads one constant word vector (embedding,), by rising logit.

    Searched for from `starts` (points, states * units), states that it had while reading; `usual` is the length of a
    usual step there. Points that are near one another count once; at most `most` of them, evenly over the logit.
    Raises `ValueError` as `step_map` does.
    """
    step = step_map(network, word)
    found = settle(step, starts, usual)
    apart = _apart(found, speeds(step, found), APART * usual)
    points = sorted((_point(network, step, state, usual) for state in apart), key=lambda point: point.logit)
    slow = [point for point in points if point.slow] or sorted(points, key=lambda point: point.moved)[:1]
    if len(slow) <= most:
        return tuple(slow)
    return tuple(slow[round(place)] for place in torch.linspace(0, len(slow) - 1, most).tolist())


def _apart(states: Tensor, speed: Tensor, distance: float) -> list[Tensor]:
    """The slowest of those that lie within a distance of one another."""
    kept: list[Tensor] = []
    for place in speed.argsort().tolist():
        if all(float((states[place] - other).norm()) > distance for other in kept):
            kept.append(states[place])
    return kept


def _point(network: RecurrentNetwork, step: StepMap, state: Tensor, usual: float) -> SlowPoint:
    hidden = network.config.hidden_size
    readout = network.output.weight.detach()[0].double().cpu()
    with torch.inference_mode(False):
        jacobian = torch.autograd.functional.jacobian(lambda states: step(states[None])[0], state.clone())
    values, vectors = torch.linalg.eig(jacobian)
    order = values.abs().argsort(descending=True)
    leading = vectors[:hidden, order[0]]
    length = float(leading.abs().square().sum().sqrt() * readout.norm())
    h = state[:hidden]
    bias = float(network.output.bias.detach())
    return SlowPoint(
        h=tuple(round(value, 5) for value in h.tolist()),
        logit=(float(readout @ h) + bias) / network.config.temperature,
        moved=float((2 * speeds(step, state[None])[0]).sqrt()) / usual,
        kept=float(values[order[0]].abs()),
        off=float((values[order[0]] - 1).abs()),
        next_kept=float(values[order[1]].abs()) if len(order) > 1 else 0.0,
        along=float((leading @ readout.to(leading.dtype)).abs()) / length if length else 0.0,
    )
