"""Baselines: the inputs without an opinion that a review is held against, as many word vectors as it has tokens."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from model.errors import ReviewError
from model.language import gettext, joined, marked
from model.network.network import RecurrentNetwork
from model.text import PADDING_ID, UNKNOWN_ID

Baseline = Callable[[RecurrentNetwork, Tensor], Tensor]


def _of_id(id_: int) -> Baseline:
    """One word throughout."""
    return lambda network, ids: network.embed(torch.full_like(ids, id_))


def _zero(network: RecurrentNetwork, ids: Tensor) -> Tensor:
    return torch.zeros_like(network.embed(ids))


BASELINES: dict[str, Baseline] = {
    marked("padding"): _of_id(PADDING_ID),
    marked("unknown word"): _of_id(UNKNOWN_ID),
    marked("zero"): _zero,
}
UNKNOWN_WORD = "unknown word"
DEFAULT_BASELINE = UNKNOWN_WORD  # nearest to no opinion: of paddings the shipped network thinks rather well


def check_baseline(baseline: object) -> None:
    """Raise `ReviewError` for an unknown baseline, of whatever type."""
    if not isinstance(baseline, str) or baseline not in BASELINES:
        names = joined(BASELINES)
        raise ReviewError(gettext("There is no such baseline; there are: {names}.").format(names=names))


def embed_baseline(network: RecurrentNetwork, ids: Tensor, baseline: str) -> Tensor:
    """The word vectors (1, tokens, embedding) that stand for a review's ids (1, tokens). Raises `ReviewError`."""
    check_baseline(baseline)
    return BASELINES[baseline](network, ids)
