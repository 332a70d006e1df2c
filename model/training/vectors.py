"""Word vectors that start an embedding: files in GloVe's text format, read by torchtext; or learnt on the reviews.

    python -m model.training.vectors --data data/imdb.npz --out data/vectors.txt

learns skip-gram vectors (Mikolov et al. 2013, gensim) on the training and unlabelled reviews and writes such a file.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from model.errors import DataError
from model.text import PADDING_ID, UNKNOWN_ID, build_vocabulary
from model.training import data as dataset
from model.training.data import PreparedData, Split
from model.training.run import exit_code

CACHE = Path(".vector_cache")  # torchtext's own
GLOVE = "glove"  # the name by which torchtext's own GloVe (6B, 100 dimensions) is asked for


@dataclass(frozen=True, slots=True)
class WordVectors:
    """`matrix` (vocabulary, size) float32 for ids 0, 1, 2, …; `known` words were found, the rest drawn at random."""

    matrix: torch.Tensor
    known: int


def read(source: str, vocabulary: Sequence[str], size: int, seed: int) -> WordVectors:
    """Vectors for a vocabulary from a file in GloVe's text format, or by torchtext's GloVe where `source` is "glove".

    Words that the file lacks are drawn from N(0, s²) with s the file's own spread; <unk> and <pad> are zero, as in
    the recipe. Raises `DataError` if the vectors cannot be had or are of another size.
    """
    from torchtext.vocab import GloVe, Vectors

    try:
        path = Path(source)
        if source == GLOVE:
            path = CACHE / f"glove.6B.{size}d.txt"
            if not path.exists():
                GloVe(name="6B", dim=size, cache=str(CACHE))
        # torchtext keeps a pickled copy of what it reads: it goes where it is never read again
        with tempfile.TemporaryDirectory() as folder:
            vectors = Vectors(name=str(path.absolute()), cache=folder)
    except Exception as error:
        raise DataError(f"The word vectors '{source}' cannot be had: {error}".splitlines()[0]) from error
    if vectors.dim != size:
        raise DataError(f"The word vectors '{source}' have {vectors.dim} dimensions; this network needs {size}.")
    generator = torch.Generator().manual_seed(seed)
    spread = float(vectors.vectors.std())
    found = build_vocabulary(vocabulary)
    found.set_vectors(
        vectors.stoi,
        vectors.vectors,
        size,
        unk_init=lambda missing: missing.normal_(0, spread, generator=generator),
    )
    matrix = found.vectors.clone()
    matrix[[UNKNOWN_ID, PADDING_ID]] = 0
    return WordVectors(matrix, known=sum(word in vectors.stoi for word in vocabulary))


class _Sentences:
    """The reviews of the training and unlabelled splits as lists of words, again and again."""

    def __init__(self, data: PreparedData, words: int) -> None:
        self.data, self.words = data, words
        self.rows = np.concatenate([data.rows(Split.TRAIN), data.rows(Split.UNLABELLED)])

    def __iter__(self) -> Iterator[list[str]]:
        vocabulary = self.data.vocabulary
        for row in tqdm(self.rows, desc="vectors", unit=" reviews", mininterval=1):
            ids = self.data.review(row, self.words + 2, max_tokens=2**31)
            yield [vocabulary[id_ - 2] for id_ in ids if id_ != UNKNOWN_ID]


def learn(data: PreparedData, out: Path, *, words: int, size: int, epochs: int, workers: int, seed: int) -> None:
    """Learn vectors of the `words` commonest words and write them in GloVe's text format."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        _Sentences(data, words),
        vector_size=size,
        sg=1,
        window=5,
        negative=5,
        min_count=1,
        sample=1e-4,
        epochs=epochs,
        workers=workers,
        seed=seed,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        for word in model.wv.index_to_key:
            file.write(word + " " + " ".join(f"{value:.5f}" for value in model.wv[word]) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: learn vectors on the reviews."""
    parser = argparse.ArgumentParser(
        prog="python -m model.training.vectors", description="learn word vectors on the reviews"
    )
    parser.add_argument("--data", type=Path, default=Path("data/imdb.npz"))
    parser.add_argument("--out", type=Path, default=Path("data/vectors.txt"))
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args(arguments))
    return exit_code(lambda: learn(dataset.load(options.pop("data")), **options))


if __name__ == "__main__":
    sys.exit(main())
