"""How fast many reviews are scored: one command that prints a table.

    python -m tests.benchmarks.score [--source FOLDER_OR_ARCHIVE] [--reviews 2000] [--checkpoint bilstm]

`score` stands beside the loop that reads one review at a time, for the verdict alone and for verdict and gates, which
`score` gives, on reviews spread evenly over the same ones, in the same run. `--source` is the Large Movie Review
Dataset, whose test split is read; without it, reviews of about such lengths are made of the long example.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.network.classify import classify
from model.recurrence.replay import trace_gates
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable, read_imdb
from model.workbench.export import export_rows, write_csv
from model.workbench.scoring import CHUNK, Scores, exact_layers, join, score_chunks
from tests.benchmarks.texts import long_example
from tests.scored import made_table

SAMPLE, GATES_SAMPLE = 300, 40  # reviews that are read one by one
WHOLE = 25_000  # reviews of the test split


def made(count: int) -> list[str]:
    """Pieces of the long example, as long as film reviews are: 170 words at the median, mostly 60 to 500."""
    words = long_example().split()
    rng = np.random.default_rng(0)
    lengths = np.exp(rng.normal(np.log(170), 0.6, count)).astype(int).clip(5, 2_000)
    starts = rng.integers(len(words), size=count)
    return [
        " ".join(words[(start + place) % len(words)] for place in range(length))
        for start, length in zip(starts, lengths, strict=True)
    ]


def read(source: Path | None, count: int | None) -> ReviewTable:
    """The test split, or made reviews without labels; at most `count` of them."""
    if source is None:
        texts = made(count or 2_000)
        return made_table([NO_LABEL] * len(texts), texts)
    table = read_imdb(source, "test")
    places = spread(table.texts, count or len(table.texts))
    return made_table(table.labels[places], [table.texts[place] for place in places])


def spread(texts: Sequence[str], count: int) -> list[int]:
    """Places of at most so many texts, spread evenly."""
    return np.unique(np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)).tolist()


def rate(texts: Sequence[str], read: Callable[[str], float]) -> tuple[float, np.ndarray]:
    """Reviews a second of a loop, and the logits that it found."""
    started = time.perf_counter()
    logits = [read(text) for text in texts]
    return len(texts) / (time.perf_counter() - started), np.array(logits)


def with_gates(loaded: Checkpoint, text: str) -> float:
    """Verdict and gates of one review."""
    found = classify(loaded, text)
    trace_gates(loaded.network, loaded.network.embed(torch.tensor([found.review.ids])))
    return found.logit


def peak() -> float:
    """MB that this process and its children have held at most."""
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.score", description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path)
    parser.add_argument("--reviews", type=int)
    parser.add_argument("--checkpoint", default="bilstm")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    loaded = checkpoint.load(options.checkpoint)
    classify(loaded, "A fine film.")  # loads the tokenizer
    load, began = os.getloadavg()[0], time.perf_counter()
    table = read(options.source, options.reviews)
    texts, reading = table.texts, time.perf_counter() - began
    processor, started = time.process_time(), time.perf_counter()
    parts, after = list[Scores](), list[float]()
    for part in score_chunks(loaded, texts):
        parts.append(part)
        after.append(time.perf_counter() - started)
    scores = join(parts)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    scoring_peak = peak()
    started = time.perf_counter()
    exported = len(write_csv(export_rows(table, scores, np.arange(len(texts)), {}, {})))
    export_seconds, memory = time.perf_counter() - started, peak()
    places = spread(texts, SAMPLE)
    single, logits = rate([texts[place] for place in places], lambda text: classify(loaded, text).logit)
    few = [texts[place] for place in spread(texts, GATES_SAMPLE)]
    both, _ = rate(few, lambda text: with_gates(loaded, text))

    ours, tokens = len(texts) / seconds, int(scores.tokens.sum())
    layers = loaded.network.config.layers
    exact = exact_layers(loaded, texts[:CHUNK])
    whole = f"{seconds:.0f} s" if len(texts) == WHOLE else f"{WHOLE / ours:.0f} s, from the rate"
    rows = {
        f"reviews, mean tokens, threads, load before, {'dataset' if options.source else 'made'}": (
            f"{len(texts):,}, {tokens / len(texts):.0f}, {torch.get_num_threads()}, {load:.1f}"
        ),
        "layers in bfloat16": f"{layers - exact} of {layers}",
        "score": f"{ours:.1f} reviews/s, {tokens / seconds:,.0f} tokens/s",
        "its processor time": f"{1_000 * processor / len(texts):.1f} ms a review",
        f"one by one, verdict ({len(places)} reviews)": f"{single:.1f} reviews/s",
        f"one by one, verdict and gates ({len(few)} reviews)": f"{both:.1f} reviews/s",
        "score / one by one, verdict": f"{ours / single:.1f}",
        "score / one by one, verdict and gates": f"{ours / both:.1f}",
        "largest logit difference to one by one": f"{np.abs(scores.logits[places] - logits).max():.4f}",
        "reading the reviews; first verdicts after": f"{reading:.1f} s; {after[0]:.1f} s",
        f"all rows as CSV ({exported / 1e6:,.0f} MB)": f"{export_seconds:.1f} s",
        "peak memory scoring; with the export": f"{scoring_peak:,.0f}; {memory:,.0f} MB",
        f"time for {WHOLE:,} reviews": whole,
    }
    print("| | |\n| --- | ---: |")
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))


if __name__ == "__main__":
    main()
