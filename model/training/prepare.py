"""The Large Movie Review Dataset (Maas et al., ACL 2011) as a prepared file.

    python -m model prepare --source FOLDER_OR_ARCHIVE --validation validation.txt --out data/imdb.npz

With `--excerpts N`, N excerpts of each unlabelled review follow the reviews (`model.training.excerpts`).

The source is the dataset's own folder, its archive, or nothing: then torchtext downloads the archive. Reviews that
stand in the test split as well are left out of training, labelled or not; so are unlabelled ones that stand in the
validation split.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from model import options as shared
from model import text
from model.errors import DataError
from model.language import gettext
from model.normalization import normalize
from model.tables.imdb import RawReview, label_of, rating_of, read_source
from model.training import data as dataset
from model.training import excerpts as cutting
from model.training.data import PreparedData, PreparedTexts, Split

SEED = 1  # of the excerpts
MAX_VOCABULARY = 60_000  # ids are uint16; the rarer words of the training split are unknown to every network


def download(folder: Path) -> Path:
    """Fetch the dataset's archive with torchtext and give back where it lies. It is not unpacked."""
    from torchtext.datasets import IMDB
    from torchtext.utils import download_from_url

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "aclImdb_v1.tar.gz"
    if not path.exists():
        try:
            download_from_url(IMDB.urls[0], str(path))
        except Exception as error:
            path.unlink(missing_ok=True)
            said = gettext("The dataset could not be downloaded; give its folder or archive with --source.")
            raise DataError(said) from error
    return path


def assign_splits(names: Sequence[str], texts: Sequence[str], validation: set[str]) -> list[Split | None]:
    """The split of each review, from its name and normalized text; None for one that is left out.

    Left out is what stands in test, or in validation, as well.
    """
    unknown = validation - set(names)
    if unknown:
        said = gettext("The validation list names {count} reviews that the dataset lacks.")
        raise DataError(said.format(count=len(unknown)))
    pairs = list(zip(names, texts, strict=True))
    elsewhere = {review for name, review in pairs if name.startswith("test/") or name in validation}

    def split(name: str, review: str) -> Split | None:
        if name.startswith("test/"):
            return Split.TEST
        if name in validation:
            return Split.VALIDATION
        if review in elsewhere:
            return None
        return Split.UNLABELLED if name.startswith("train/unsup/") else Split.TRAIN

    return [split(name, review) for name, review in pairs]


def prepare(
    reviews: Sequence[RawReview], validation: set[str], excerpts: int = 0
) -> tuple[PreparedData, PreparedTexts]:
    """Normalize, tokenize, count, number. The vocabulary is counted on the training split alone.

    `excerpts` of each unlabelled review, or as many as it has, come after all reviews.
    """
    bar = tqdm(reviews, desc="normalize", unit=" reviews", mininterval=1)
    texts = [normalize(review.text) for review in bar]
    splits = assign_splits([review.name for review in reviews], texts, validation)
    triples = zip(reviews, texts, splits, strict=True)
    kept = [(review.name, normalized, split) for review, normalized, split in triples if split is not None]
    field = text.build_field()
    interned: dict[str, str] = {}
    tokens: list[list[str]] = []
    cut: list[tuple[str, list[str]]] = []  # the texts and words of the excerpts
    texts = [normalized for _, normalized, _ in kept]
    cutter = tqdm(text.tokenize_all(texts), total=len(kept), desc="tokenize", unit=" reviews", mininterval=1)
    for row, found in enumerate(cutter):
        tokens.append([interned.setdefault(word, word) for word in field.preprocess([token.text for token in found])])
        if kept[row][2] is Split.UNLABELLED and excerpts:
            for first, end in cutting.draw(tokens[row], excerpts, np.random.default_rng([SEED, row])):
                cut.append((texts[row][found[first].start : found[end - 1].end], tokens[row][first:end]))

    counts = Counter(
        word for row, (*_, split) in zip(tokens, kept, strict=True) if split is Split.TRAIN for word in row
    )
    vocabulary = sorted(counts, key=lambda word: (-counts[word], word))[:MAX_VOCABULARY]
    field.vocab = text.build_vocabulary(vocabulary)
    tokens += [words for _, words in cut]
    lengths = [len(row) for row in tokens]
    ids = np.fromiter((field.vocab.stoi[word] for row in tokens for word in row), dtype=np.uint16, count=sum(lengths))
    data = PreparedData(
        ids=ids,
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        labels=np.array([label_of(name) for name, *_ in kept] + [-1] * len(cut), dtype=np.int8),
        splits=np.array([split for *_, split in kept] + [Split.EXCERPT] * len(cut), dtype=np.int8),
        ratings=np.array([rating_of(name) for name, *_ in kept] + [0] * len(cut), dtype=np.uint8),
        vocabulary=tuple(vocabulary),
    )
    encoded = [each.encode() for each in [*texts, *(excerpt for excerpt, _ in cut)]]
    return data, PreparedTexts(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)]))


def read_validation(path: Path) -> set[str]:
    """The names of the validation list, one a line: "train/pos/123_8.txt", with or without the folder "aclImdb/"."""
    if not path.is_file():
        raise DataError(gettext("There is no validation list at '{path}'.").format(path=path))
    return {line.strip().removeprefix("aclImdb/") for line in path.read_text().splitlines() if line.strip()}


@dataclass(frozen=True, slots=True)
class Options:
    """What is read, and where the prepared file is written."""

    source: Path | None  # downloaded where None
    validation: Path
    excerpts: int
    out: Path


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument(
        "--source", type=Path, metavar="PATH", help=gettext("the dataset's folder or archive; downloaded if not given")
    )
    parser.add_argument(
        "--validation", type=Path, required=True, metavar="FILE",
        help=gettext("list of the training reviews that are kept for validation"),
    )  # fmt: skip
    parser.add_argument(
        "--excerpts", type=shared.at_least(0), default=0, metavar="N",
        help=gettext("excerpts of each unlabelled review, a few sentences each (%(default)s)"),
    )  # fmt: skip
    shared.add_out(parser, f"data/{shared.PREPARED}")


def work(options: Options) -> None:
    """Prepare the dataset, and say what came of it."""
    validation = read_validation(options.validation)
    source = options.source or download(options.out.parent)
    data, texts = prepare(list(read_source(source)), validation, options.excerpts)
    dataset.save(data, options.out)
    dataset.save_texts(texts, data, dataset.texts_path(options.out))
    for split in Split:
        rows = data.rows(split)
        tokens = int((data.offsets[rows + 1] - data.offsets[rows]).sum())
        sys.stdout.write(f"{split.name.lower():<10} {len(rows):>7,} texts {tokens:>11,} tokens\n")
    size = options.out.stat().st_size / 1e6
    sys.stdout.write(f"{len(data.vocabulary):,} words · {options.out} · {size:.1f} MB\n")
