"""Word vectors that start an embedding: files in GloVe's text format, read by torchtext; or learnt on the reviews.

    python -m model vectors --data data/imdb.npz --out data/vectors.txt

learns skip-gram vectors (Mikolov et al. 2013, gensim) on the training and unlabelled reviews and writes such a file.
"""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from model import files
from model import options as shared
from model.errors import DataError
from model.language import gettext
from model.text import PADDING_ID, UNKNOWN_ID, build_vocabulary
from model.training import data as dataset
from model.training.data import PreparedData, Split

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
        said = gettext("The word vectors '{source}' cannot be had: {error}")
        raise DataError(said.format(source=source, error=error).splitlines()[0]) from error
    if vectors.dim != size:
        said = gettext("The word vectors '{source}' have {found} dimensions; this network needs {size}.")
        raise DataError(said.format(source=source, found=vectors.dim, size=size))
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
    with files.whole(out) as partial, partial.open("w", encoding="utf-8") as file:
        for word in model.wv.index_to_key:
            file.write(word + " " + " ".join(f"{value:.5f}" for value in model.wv[word]) + "\n")


@dataclass(frozen=True, slots=True)
class Options:
    """What is learnt on, how much, and where the vectors are written."""

    data: Path
    out: Path
    words: int
    size: int
    epochs: int
    workers: int
    seed: int


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    number = shared.at_least(1)
    shared.add_data(parser)
    shared.add_out(parser, "data/vectors.txt")
    for name, default, said in (
        ("--words", 10_000, gettext("how many of the commonest words (%(default)s)")),
        ("--size", 100, gettext("dimensions of a vector (%(default)s)")),
        ("--epochs", 5, gettext("times that all reviews are read (%(default)s)")),
        ("--workers", os.cpu_count() or 1, gettext("threads (here %(default)s)")),
    ):
        parser.add_argument(name, type=number, default=default, metavar="N", help=said)
    shared.add_seed(parser)


def work(options: Options) -> None:
    """Learn vectors on the reviews."""
    learn(
        dataset.load(options.data),
        options.out,
        words=options.words,
        size=options.size,
        epochs=options.epochs,
        workers=options.workers,
        seed=options.seed,
    )
