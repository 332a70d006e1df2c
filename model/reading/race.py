"""A race of two cells: how far back a gradient gets in networks that differ in nothing else and have both learnt.

The last state alone decides in both, so that a gradient reaches a word only by all the steps after it. Where the
verdict reads a maximum or a mean over all tokens, each word has a way to it of a single step, and no gradient has to
travel: Maini, Kolluru, Pruthi & Mausam (Findings of EMNLP 2020), "Why and when should you pool? Analyzing pooling in
recurrent architectures".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import torch

from model.network.cells.cell import Cell
from model.network.cells.registry import CELLS
from model.network.checkpoint import Checkpoint
from model.network.network import NetworkConfig
from model.recurrence.arriving import arriving_gradients, reach
from model.recurrence.decay import Decay
from model.text import encode

LONG = 60  # tokens. In 21 texts the plain RNN was behind in 95 % from 60 tokens on, in half at 30, in a third at 20


@dataclass(frozen=True, slots=True)
class Runner:
    """The network of a checkpoint on one review. `accuracy` is that on the test split, a fraction; None: not measured.

    `reach` is the norm of d logit / d word vector over the distance, in parts of that at distance 0.
    """

    checkpoint: str
    cell: Cell
    accuracy: float | None
    reach: Decay


@dataclass(frozen=True, slots=True)
class Race:
    """Two networks with the same head and different cells, and one whose verdict pools over all tokens, if there is.

    The distance is that of `model.recurrence.arriving.reach`, for the `directions` in which the two read a review of so
    many `tokens`.
    """

    runners: tuple[Runner, Runner]
    pooled: Runner | None
    directions: tuple[str, ...]
    tokens: int

    @property
    def short(self) -> bool:
        """Whether the review is too short for the race to show much: over so few steps any cell may keep its gradient,
        and words differ by more than what is lost.
        """
        return self.tokens < LONG


def pair_of(checkpoints: Sequence[Checkpoint]) -> tuple[Checkpoint, Checkpoint] | None:
    """Two that read last states alone, in the same directions by as many layers, with different cells; None if there
    are none.

    Rather those that read one way only, where the distance is one number; then a cell and the one that is shown beside
    it; then the smaller ones. The cell that the registry names first comes first.
    """
    order = list(CELLS)
    found = [
        (one, other)
        for one, other in permutations([each for each in checkpoints if _config(each).pooling == "last"], 2)
        if order.index(_config(one).cell) < order.index(_config(other).cell) and _head(one) == _head(other)
    ]
    return min(found, key=lambda pair: _preference(*pair), default=None)


def run_race(pair: tuple[Checkpoint, Checkpoint], pooled: Checkpoint | None, text: str) -> Race:
    """Let both read a text, and a third one that pools."""
    directions = _config(pair[0]).directions
    one, other = (_run(each, text, directions) for each in pair)
    tokens = len(encode(text, pair[0].field).ids)
    return Race((one, other), _run(pooled, text, directions) if pooled else None, directions, tokens)


def _run(checkpoint: Checkpoint, text: str, directions: Sequence[str]) -> Runner:
    network = checkpoint.network
    ids = torch.tensor([encode(text, checkpoint.field).ids], device=network.output.weight.device)
    norms = arriving_gradients(network, network.embed(ids)).embedding
    return Runner(checkpoint.name, network.cell, checkpoint.test_accuracy, reach(norms, directions))


def _config(checkpoint: Checkpoint) -> NetworkConfig:
    return checkpoint.network.config


def _head(checkpoint: Checkpoint) -> tuple[int, tuple[str, ...]]:
    """What the two must have in common beside their pooling."""
    return _config(checkpoint).layers, _config(checkpoint).directions


def _preference(one: Checkpoint, other: Checkpoint) -> tuple[int, bool, int, int, str, str]:
    """Smaller is better."""
    ours, theirs = _config(one), _config(other)
    beside = theirs.cell == CELLS[ours.cell].contrast
    units = ours.hidden_size + theirs.hidden_size
    return len(ours.directions), not beside, ours.layers, units, one.name, other.name
