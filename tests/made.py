"""Prepared data and presets that are small enough to train on in a moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from model.network.network import NetworkConfig
from model.training import data
from model.training.data import PreparedData, Split
from model.training.presets import PRESETS, Preset

WORDS = ("good", "bad", *(f"word{number}" for number in range(40)))


def made_data() -> PreparedData:
    """Reviews of 3 to 11 words; one that holds "good" is positive, one that holds "bad" negative."""
    rng = np.random.default_rng(0)
    reviews, labels, splits = [], [], []
    for split, count in ((Split.TRAIN, 120), (Split.VALIDATION, 40), (Split.TEST, 40), (Split.UNLABELLED, 20)):
        for number in range(count):
            review = rng.integers(4, len(WORDS) + 2, rng.integers(3, 12))
            review[rng.integers(len(review))] = 2 if number % 2 else 3
            reviews.append(review)
            labels.append(-1 if split is Split.UNLABELLED else number % 2)
            splits.append(split)
    return PreparedData(
        ids=np.concatenate(reviews).astype(np.uint16),
        offsets=np.cumsum([0, *map(len, reviews)]),
        labels=np.array(labels, dtype=np.int8),
        splits=np.array(splits, dtype=np.int8),
        ratings=np.zeros(len(labels), dtype=np.uint8),
        vocabulary=WORDS,
    )


def small_presets(dropout: float = 0.1) -> dict[str, Preset]:
    """The presets, by their real names, with their own methods but a small network and few, short epochs."""
    small = NetworkConfig(vocabulary_size=len(WORDS) + 2, embedding_size=8, hidden_size=8, dropout=dropout)
    presets = {}
    for name, preset in PRESETS.items():
        shape = preset.network
        network = replace(small, cell=shape.cell, pooling=shape.pooling, bidirectional=shape.bidirectional)
        scaled = {"adversarial": preset.adversarial / 10, "virtual": preset.virtual / 10, "average": preset.average / 2}
        scaled |= {"batch": 10, "learning_rate": 0.02, "epochs": 6, "epoch_reviews": 0}
        presets[name] = replace(preset, network=network, **scaled)
    return presets


def save_made_data(folder: Path) -> None:
    """Prepared data, `imdb.npz`, and word vectors for most of its words, `vectors.txt`."""
    data.save(made_data(), folder / "imdb.npz")
    rng = np.random.default_rng(1)
    lines = [f"{word} " + " ".join(f"{value:.3f}" for value in rng.normal(size=8)) for word in WORDS[:30]]
    (folder / "vectors.txt").write_text("\n".join(lines) + "\n")
