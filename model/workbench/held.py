"""Many reviews read while something is held: the replay of `model.recurrence` in batches of like length.

Logits of the replay with nothing held equal the network's own within 1e-5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from model.network.checkpoint import Checkpoint
from model.network.logits import batches
from model.recurrence.clamps import Clamp
from model.recurrence.replay import replay
from model.text import pad
from model.workbench.encoding import encode_texts

BATCH = 4_000  # tokens that are read at once, padding counted: each quantity of each layer is kept

Run = Callable[[Callable[[], np.ndarray]], np.ndarray]


def read_held(checkpoint: Checkpoint, texts: Sequence[str], clamps: Sequence[Clamp], run: Run) -> np.ndarray:
    """The logits (texts,) float32 of the texts with what `clamps` hold, each batch computed by `run`."""
    encoded = encode_texts(checkpoint, texts)
    logits = np.empty(len(texts), dtype=np.float32)
    for places in batches(encoded.tokens.tolist(), BATCH):
        reviews = [encoded.ids[encoded.offsets[place] : encoded.offsets[place + 1]].astype(int) for place in places]
        logits[places] = run(lambda reviews=reviews: _read(checkpoint, reviews, clamps))  # type: ignore[misc]
    return logits


@torch.inference_mode()
def _read(checkpoint: Checkpoint, reviews: Sequence[np.ndarray], clamps: Sequence[Clamp]) -> np.ndarray:
    network = checkpoint.network
    device = network.output.weight.device
    ids, lengths = (each.to(device) for each in pad(reviews))
    replays = replay(network, network.embed(ids), lengths, clamps)
    return network.decide(replays[-1].joined, lengths).float().cpu().numpy()
