"""Whether reviews that wait would be answered faster side by side than one after another.

    python -m tests.benchmarks.together [CHECKPOINT]

Eight reviews of 60 to 200 tokens. A batch is padded to its longest review, and gradients are taken at several places of
each review already, which are a batch themselves.
"""

from __future__ import annotations

import sys

import torch
from torch import Tensor

from model.attribution.integrated_gradients import FIRST_EDGES, PANEL_NODES
from model.network import checkpoint
from model.text import pad
from tests.benchmarks.run import reviews, warmed_up

LENGTHS = (60, 80, 100, 120, 140, 160, 180, 200)  # tokens
NODES = PANEL_NODES * (len(FIRST_EDGES) - 1)


def main() -> None:
    loaded = checkpoint.load(sys.argv[1] if len(sys.argv) > 1 else "bilstm")
    network = loaded.network
    encoded = [reviews(loaded, length)[0].ids for length in LENGTHS]
    waiting, together = [pad([ids]) for ids in encoded], pad(encoded)

    def gradients(ids: Tensor, lengths: Tensor) -> None:
        embedded = network.embed(ids).detach().repeat_interleave(NODES, dim=0).requires_grad_(True)
        logits = network.forward_embedded(embedded, lengths.repeat_interleave(NODES))
        torch.autograd.grad(logits.sum(), embedded)

    @torch.inference_mode()
    def verdicts(ids: Tensor, lengths: Tensor) -> None:
        network(ids, lengths)

    print(f"| {len(LENGTHS)} reviews | one after another | side by side |\n| --- | ---: | ---: |")
    for name, compute in (("verdicts", verdicts), (f"{NODES} gradients of each", gradients)):
        apart = warmed_up(lambda compute=compute: [compute(*each) for each in waiting])
        batched = warmed_up(lambda compute=compute: compute(*together))
        print(f"| {name} | {apart:.3f} s | {batched:.3f} s |", flush=True)


if __name__ == "__main__":
    main()
