"""How many gradients integrated gradients take, and how far single scores are from what they would be with many more.

    python -m tests.benchmarks.nodes [CHECKPOINT] [--folder RUN] [--source FOLDER_OR_ARCHIVE] [--reviews 40]

Of each review: the nodes that were evaluated until the scores added up, whether the first ones were enough, and the
largest difference of a single score from the one of some 250 nodes, spread evenly. That scores add up does not tell
this, since errors cancel in a sum. `best --folder RUN` is what a run holds for its best. `--edges` and `--nodes` try
another first cut of the way. `--source` is the Large Movie Review Dataset, whose test split is read; without it,
reviews are made of the long example.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from model.assets import CHECKPOINTS
from model.attribution import integrated_gradients
from model.attribution.attribution import subject_of
from model.network import checkpoint
from model.text import encode
from tests.benchmarks.score import read

LONGEST = 300  # tokens: what is longer takes minutes with so many nodes
MANY = 250  # nodes of the scores that others are held against


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.nodes", description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", nargs="?", default="bilstm")
    parser.add_argument("--folder", type=Path, default=CHECKPOINTS, help="of checkpoints")
    parser.add_argument("--source", type=Path)
    parser.add_argument("--reviews", type=int, default=40)
    parser.add_argument("--edges", type=float, nargs="+", default=integrated_gradients.FIRST_EDGES)
    parser.add_argument("--nodes", type=int, default=integrated_gradients.PANEL_NODES, help="of a panel")
    chosen = parser.parse_args()
    integrated_gradients.FIRST_EDGES = tuple(chosen.edges)
    integrated_gradients.PANEL_NODES = chosen.nodes
    loaded = checkpoint.load(chosen.checkpoint, chosen.folder)
    used, off = [], []
    for text in read(chosen.source, chosen.reviews).texts:
        path = integrated_gradients.StraightPath(subject_of(loaded.network, encode(text, loaded.field).ids[:LONGEST]))
        found = integrated_gradients.integrate(path)
        used.append(path.evaluated)
        off.append(np.abs(np.array(found.scores) - exact(path)).max())
    first = chosen.nodes * (len(chosen.edges) - 1)
    rows = {
        "reviews": len(used),
        "first nodes, and of how many reviews they are enough": f"{first}, {np.mean(np.equal(used, first)):.0%}",
        "nodes: median, mean, 95 %": f"{np.median(used):.0f}, {np.mean(used):.1f}, {np.percentile(used, 95):.0f}",
        "largest error of a score, logits: median, 95 %": f"{np.median(off):.4f}, {np.percentile(off, 95):.4f}",
    }
    print(f"| {chosen.checkpoint} | |\n| --- | ---: |")
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))


def exact(path: integrated_gradients.StraightPath) -> np.ndarray:
    """The scores (tokens,) of many nodes, spread evenly."""
    edges = np.linspace(0, 1, MANY // integrated_gradients.PANEL_NODES + 1).tolist()
    panels = path.panels(list(pairwise(edges)))
    return np.sum([panel.scores.numpy() for panel in panels], axis=0)


if __name__ == "__main__":
    main()
