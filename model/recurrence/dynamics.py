"""What a network that is small enough to see whole does over many reviews: the plane in which its states move, and
where it hardly moves.

Measured on validation reviews by `python -m model evaluate` and kept in the checkpoint's folder as `dynamics.json`: a
plane that does not depend on the review, so that two paths compare. After Maheswaranathan et al. (2019).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model.errors import CheckpointError
from model.language import gettext
from model.network.network import NetworkConfig, RecurrentNetwork
from model.recurrence.replay import trace_gates
from model.recurrence.slow_points import SlowPoint, slow_points

FILE = "dynamics.json"
WHOLE_UNITS = 32  # more do not fit one screen
STARTS = 96  # states from which slow points are searched for
ENDS = (0.5, 99.5)  # per cent of the states that lie between the ends of the plane


def seen_whole(config: NetworkConfig) -> bool:
    """Whether a network is small enough to see whole: few units in one layer, forward only, the last state decides."""
    return config.has_verdict_so_far and config.layers == 1 and config.hidden_size <= WHOLE_UNITS


@dataclass(frozen=True, slots=True)
class Plane:
    """Two directions in the space of hidden states (units,).

    Across is the readout, w / |w|: a step of 1 there is worth |w| logits. Up is the first principal component of what
    is orthogonal to it, `component`, from the mean `center`; `share` of the states' variance, in [0, 1], is along the
    two. `low` and `high` are where nearly all states lie up the component.
    """

    component: tuple[float, ...]
    center: tuple[float, ...]
    share: float
    low: float
    high: float

    def up(self, states: np.ndarray) -> np.ndarray:
        """How far up the component states (…, units) lie, (…,)."""
        return np.asarray((states - np.array(self.center)) @ np.array(self.component))


@dataclass(frozen=True, slots=True)
class Dynamics:
    """The plane and the slow points of a network, and the `reviews` and `tokens` that they were found from.

    `usual` is the length of a usual step of reading, the root of its mean square over all states that are handed on.
    The constant input of the slow points was the mean word vector of those tokens. `low` and `high`: between them lie
    nearly all verdicts so far, in logits.
    """

    plane: Plane
    points: tuple[SlowPoint, ...]
    usual: float
    low: float
    high: float
    reviews: int
    tokens: int
    seed: int

    @property
    def line_attractor(self) -> bool:
        """Whether more than half of its slow points are `of_line_attractor`, two of them at least."""
        found = sum(point.of_line_attractor for point in self.points)
        return found >= 2 and 2 * found > len(self.points)

    @property
    def slow(self) -> tuple[SlowPoint, ...]:
        """The points that count as slow; the least slow one stands alone in `points` where there is none."""
        return tuple(point for point in self.points if point.slow)

    @property
    def stable(self) -> int:
        """How many slow points attract."""
        return sum(point.attracts for point in self.slow)

    @property
    def unstable(self) -> int:
        """How many slow points repel."""
        return sum(point.repels for point in self.slow)

    @classmethod
    def from_json(cls, stored: dict) -> Dynamics:
        """What `dataclasses.asdict` and JSON made a dictionary of."""
        plane = stored.pop("plane")
        plane |= {name: tuple(plane[name]) for name in ("component", "center")}
        points = tuple(SlowPoint(**{**point, "h": tuple(point["h"])}) for point in stored.pop("points"))
        return cls(plane=Plane(**plane), points=points, **stored)


def read(folder: Path) -> Dynamics | None:
    """What was measured of the checkpoint in a folder; None where nothing was. Raises `CheckpointError`."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return Dynamics.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        said = gettext("{file} of checkpoint '{name}' cannot be used.").format(file=FILE, name=folder.name)
        raise CheckpointError(said) from error


def plane_of(readout: np.ndarray, states: np.ndarray) -> Plane:
    """The plane of a readout (units,) and states (n, units), n at least 1."""
    along = readout / np.linalg.norm(readout)
    center = states.mean(axis=0)
    away = states - center
    rest = away - np.outer(away @ along, along)
    _, sizes, directions = np.linalg.svd(rest, full_matrices=False)
    component = directions[0]
    component = component * np.sign(component[np.abs(component).argmax()])  # of two ways to say it always the same
    total = float(np.square(away).sum())
    inside = float(np.square(away @ along).sum() + sizes[0] ** 2)
    low, high = np.percentile(away @ component, ENDS).tolist()
    return Plane(
        tuple(round(value, 6) for value in component.tolist()),
        tuple(round(value, 6) for value in center.tolist()),
        inside / total if total else 1.0,
        low,
        high,
    )


@torch.no_grad()
def measure(network: RecurrentNetwork, reviews: Sequence[Sequence[int] | np.ndarray], seed: int) -> Dynamics:
    """Read reviews, each ids (tokens,), and find the plane and the slow points of what the network did.

    The network must be in evaluation mode and `seen_whole` (`ValueError` if not).
    """
    if not seen_whole(network.config) or not reviews:
        raise ValueError("dynamics need reviews, and a network that is small enough to see whole")
    names, steps, states, words = network.cell.states, [], [], []
    for ids in reviews:
        embedded = network.embed(torch.as_tensor(np.asarray(ids)[None]))  # (1, T, E)
        trace = trace_gates(network, embedded).of(1, "forward")
        joint = np.concatenate([trace.values(symbol) for symbol in names], axis=1)  # (T, states * H)
        steps.append(np.diff(joint, axis=0, prepend=0))
        states.append(joint)
        words.append(embedded[0])
    joint, read = np.concatenate(states), torch.cat(words)
    usual = float(np.sqrt(np.square(np.concatenate(steps)).sum(axis=1).mean()))
    starts = joint[np.random.default_rng(seed).choice(len(joint), min(STARTS, len(joint)), replace=False)]
    hidden = joint[:, : network.config.hidden_size]
    low, high = np.percentile(logits_of(network, torch.from_numpy(hidden)).numpy(), ENDS).tolist()
    return Dynamics(
        plane_of(readout_of(network), hidden),
        slow_points(network, read.double().mean(dim=0), torch.from_numpy(starts), usual),
        usual,
        low,
        high,
        reviews=len(reviews),
        tokens=len(joint),
        seed=seed,
    )


def readout_of(network: RecurrentNetwork) -> np.ndarray:
    """The weights w (units,) of the verdict so far, w · h + b, in logits per unit of a state."""
    return network.output.weight.detach().double().cpu().numpy()[0] / network.config.temperature


def logits_of(network: RecurrentNetwork, states: Tensor) -> Tensor:
    """The verdicts so far (tokens,) of hidden states (tokens, units)."""
    return network.so_far(states[None])[0]
