"""Logits of many reviews, given as ids, in batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tqdm import tqdm

from model.network.network import RecurrentNetwork
from model.network.precision import autocast
from model.text import pad

BATCH_TOKENS = 32_000  # with padding: bounds the memory


@torch.inference_mode()
def logits_of(
    network: RecurrentNetwork,
    reviews: Sequence[Sequence[int] | np.ndarray],
    most_tokens: int = BATCH_TOKENS,
    most_reviews: int | None = None,
    half: bool = False,
    progress: bool = False,
) -> np.ndarray:
    """Logits (reviews,) float64 of ids of any lengths, each at least 1, in the order of `reviews`.

    A batch has at most `most_tokens` tokens, padding counted, and at most `most_reviews` reviews; at least one. `half`
    reads in bfloat16. The network should be in evaluation mode.
    """
    device = network.output.weight.device
    logits = np.empty(len(reviews))
    with tqdm(total=len(reviews), desc="read", unit="review", disable=not progress, mininterval=1) as bar:
        for chosen in batches([len(review) for review in reviews], most_tokens, most_reviews):
            ids, lengths = pad([reviews[place] for place in chosen])
            with autocast(device.type, half):
                logits[chosen] = network(ids.to(device), lengths.to(device)).double().cpu().numpy()
            bar.update(len(chosen))
    return logits


def batches(lengths: Sequence[int], most_tokens: int, most_reviews: int | None = None) -> Iterator[list[int]]:
    """Places of reviews by rising length, cut into batches within `most_tokens`, padding counted, or of one review."""
    batch: list[int] = []
    for place in np.argsort(lengths, kind="stable").tolist():
        full = (len(batch) + 1) * lengths[place] > most_tokens or len(batch) == most_reviews
        if batch and full:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
