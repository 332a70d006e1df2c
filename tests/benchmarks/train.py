"""How fast training is, beside the bare `nn.LSTM` forward and backward at the same shape in the same run.

    python -m tests.benchmarks.train [--device cuda] [--seconds 60]

Made reviews of one length, so that both do the same work; rounds of the two alternate. Of the bare `nn.LSTM` only
itself is timed: no embedding, no dropout, no loss, no optimizer, nothing read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from model.network.precision import autocast, prefers_half
from model.training.data import PreparedData, Split
from model.training.presets import PRESETS, Preset
from model.training.run import Processes, device_name
from model.training.trainer import Run, Trainer

TOKENS = 250
REVIEWS = 512


def made_reviews(words: int) -> PreparedData:
    """Reviews of `TOKENS` random words."""
    ids = np.random.default_rng(0).integers(2, words + 2, REVIEWS * TOKENS).astype(np.uint16)
    return PreparedData(
        ids=ids,
        offsets=np.arange(REVIEWS + 1) * TOKENS,
        labels=np.arange(REVIEWS, dtype=np.int8) % 2,
        splits=np.full(REVIEWS, Split.TRAIN, dtype=np.int8),
        ratings=np.zeros(REVIEWS, dtype=np.uint8),
        vocabulary=tuple(f"word{number}" for number in range(words)),
    )


def training_step(preset: Preset, device: str) -> Callable[[], None]:
    """One batch through the trainer: reading, network, loss, optimizer."""
    run = Run("recipe", preset, (), "none", None, None, 1)
    data = made_reviews(preset.network.vocabulary_size - 2)
    trainer = Trainer(run, data, Path("unused"), device, Processes())
    trainer.network.train()
    objective = trainer.objective()
    rows = np.arange(preset.batch)
    return lambda: trainer._train_batch(rows, objective, 1.0)


def bare_step(preset: Preset, device: str) -> Callable[[], None]:
    """One batch forward and backward through `nn.LSTM`, in the precision that training uses."""
    network = preset.network
    rnn = nn.LSTM(network.embedding_size, network.hidden_size, network.layers, batch_first=True, bidirectional=True)
    rnn.to(device)
    inputs = torch.randn(preset.batch, TOKENS, network.embedding_size, device=device)

    def step() -> None:
        with autocast(device, prefers_half(device)):
            states, _ = rnn(inputs)
        states.float().sum().backward()

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seconds", type=float, default=60, help="for each batch size")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    print(device_name(options.device))
    print("| batch | training, tokens/s | bare nn.LSTM, tokens/s | training / bare |\n| ---: | ---: | ---: | ---: |")
    for batch in (30, 64) if options.device == "cpu" else (64, 256):
        preset = replace(PRESETS["recipe"], batch=batch)
        steps = [training_step(preset, options.device), bare_step(preset, options.device)]
        spent: list[list[float]] = [[], []]
        ends = time.monotonic() + options.seconds
        for round_ in range(10_000):
            for step, times in zip(steps, spent, strict=True):
                started = time.perf_counter()
                step()
                if options.device == "cuda":
                    torch.cuda.synchronize()
                if round_ > 1:  # warm by then
                    times.append(time.perf_counter() - started)
            if time.monotonic() > ends and round_ > 3:
                break
        training, bare = (batch * TOKENS / float(np.median(times)) for times in spent)
        print(f"| {batch} | {training:,.0f} | {bare:,.0f} | {training / bare:.2f} |")


if __name__ == "__main__":
    main()
