"""Logits of many prepared reviews, in batches of like length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from tqdm import tqdm

from model.network.network import RecurrentNetwork
from model.text import MAX_TOKENS, pad
from model.training.data import PreparedData


@torch.inference_mode()
def predict(
    network: RecurrentNetwork,
    data: PreparedData,
    rows: np.ndarray,
    max_tokens: int = MAX_TOKENS,
    half: bool = False,
    batch: int = 64,
    progress: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Logits (rows,) float64 and labels (rows,) of reviews, in the order of `rows`; batches of like length."""
    device = network.output.weight.device.type
    network.eval()
    order = np.argsort(data.offsets[rows + 1] - data.offsets[rows], kind="stable")
    logits = np.empty(len(rows))
    for start in tqdm(range(0, len(rows), batch), desc="predict", unit="batch", disable=not progress, mininterval=1):
        chosen = order[start : start + batch]
        ids, lengths = pad(data.review(row, network.config.vocabulary_size, max_tokens) for row in rows[chosen])
        with autocast(device, half):
            logits[chosen] = network(ids.to(device), lengths.to(device)).double().cpu()
    return logits, data.labels[rows]


@contextmanager
def autocast(device: str, half: bool) -> Iterator[None]:
    """bfloat16 autocast, or nothing."""
    with torch.autocast(device, torch.bfloat16, enabled=half):
        yield
