"""Which reviews a network holds for alike: the nearest ones by its own final state.

The state is what the output layer reads (`RecurrentNetwork.pool`); the measure is the cosine of the angle between two.
A mistake whose neighbours carry the other label was put among the wrong kind; one whose neighbours are mistakes, too,
points to what they share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.workbench.scoring import Scores

BLOCK = 512  # rows that are held in float32 at once


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows, nearest first: `rows` (k,) int64 and their cosine `similarities` (k,) float32 in [-1, 1]."""

    rows: np.ndarray
    similarities: np.ndarray


def nearest(scores: Scores, row: int, k: int = 8, among: np.ndarray | None = None) -> Neighbours:
    """The k rows most similar to `row`, itself left out; fewer where there are fewer. The earlier one wins a tie.

    `among` (rows,) bool restricts them. Raises `ReviewError` where there is no such row.
    """
    if not 0 <= row < len(scores.states):
        raise ReviewError(gettext("There is no such row in this file."))
    allowed = np.ones(len(scores.states), dtype=bool) if among is None else among.copy()
    allowed[row] = False
    candidates = np.flatnonzero(allowed)
    similarities = _cosines(scores.states, candidates, row)
    best = _largest(similarities, k)
    return Neighbours(candidates[best], similarities[best])


def nearest_each(scores: Scores, rows: np.ndarray, k: int, among: np.ndarray) -> np.ndarray:
    """The k rows most similar to each of `rows` (n,), itself left out, nearest first: (n, k) int64.

    `among` (all rows,) bool says which ones count; where too few are left for each, all have as many as there are.
    Equal ones stand in the order of the file.
    """
    candidates = np.flatnonzero(among)
    k = min(k, len(candidates) - int(np.isin(rows, candidates).any()))
    if k < 1 or not len(rows):
        return np.empty((len(rows), 0), dtype=np.int64)
    targets = _unit(scores.states[rows])  # (n, S)
    best = np.empty((len(rows), 0), dtype=np.int64)
    values = np.empty((len(rows), 0), dtype=np.float32)
    for start in range(0, len(candidates), BLOCK):
        chosen = candidates[start : start + BLOCK]
        found = targets @ _unit(scores.states[chosen]).T  # (n, B)
        found[chosen[None, :] == rows[:, None]] = -np.inf
        values = np.concatenate([values, found], axis=1)
        best = np.concatenate([best, np.broadcast_to(chosen, found.shape)], axis=1)
        order = np.argsort(-values, axis=1, kind="stable")[:, :k]
        values, best = np.take_along_axis(values, order, 1), np.take_along_axis(best, order, 1)
    return best


def _cosines(states: np.ndarray, candidates: np.ndarray, row: int) -> np.ndarray:
    """Cosine similarity (candidates,) float32 of states to that of `row`; 0 where one of them has no direction."""
    target = _unit(states[row : row + 1])[0]  # (S,)
    found = np.empty(len(candidates), dtype=np.float32)
    for start in range(0, len(candidates), BLOCK):
        chosen = candidates[start : start + BLOCK]
        found[start : start + BLOCK] = _unit(states[chosen]) @ target
    return found.clip(-1, 1)


def _unit(states: np.ndarray) -> np.ndarray:
    """States (n, S) in float32, each divided by its length; zeros stay zeros."""
    states = states.astype(np.float32)
    lengths = np.sqrt(np.einsum("ns,ns->n", states, states))
    return states / np.where(lengths > 0, lengths, 1)[:, None]


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """Places of the k largest values, largest first, equal ones in their order."""
    if 0 < k < len(values):
        least = np.partition(values, len(values) - k)[len(values) - k]
        places = np.flatnonzero(values >= least)  # ties with the last one may make it more than k
    else:
        places = np.arange(len(values))
    return places[np.argsort(-values[places], kind="stable")][: max(k, 0)]
