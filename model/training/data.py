"""The Large Movie Review Dataset (Maas et al., ACL 2011) as a prepared file that training reads without spaCy.

    python -m model.training.data prepare --source FOLDER_OR_ARCHIVE --validation validation.txt --out data/imdb.npz

Beside it (`imdb.texts.npz`) lie the normalized reviews themselves, for teachers that cut them in another way.

The source is the dataset's own folder, its archive, or nothing: then torchtext downloads the archive. Reviews that
stand in the test split as well are left out of training, labelled or not; so are unlabelled ones that stand in the
validation split.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from tqdm import tqdm

from model import text
from model.errors import DataError
from model.tables.imdb import RawReview, label_of, rating_of, read_source
from model.training.run import exit_code

VERSION = 2  # 2: spellings are brought into one form (`model.normalization`)
MAX_VOCABULARY = 60_000  # ids are uint16; the rarer words of the training split are unknown to every network


class Split(IntEnum):
    """Where a review belongs."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2
    UNLABELLED = 3


@dataclass(frozen=True, slots=True)
class PreparedData:
    """All reviews as ids, one after the other.

    `ids` (tokens,) uint16; review n is `ids[offsets[n]:offsets[n + 1]]`. `labels` (reviews,) int8: 1 positive,
    0 negative, -1 unlabelled. `splits` (reviews,) int8, see `Split`. `ratings` (reviews,) uint8, 1 to 10 stars or 0.
    `vocabulary`: the words of ids 2, 3, …, by frequency in the training split.
    """

    ids: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray
    splits: np.ndarray
    ratings: np.ndarray
    vocabulary: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Tells these data from any others: other reviews, splits, words, or another text path (sha256, hex)."""
        digest = hashlib.sha256("\n".join(self.vocabulary).encode())
        for array in (self.ids, self.offsets, self.labels, self.splits):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def rows(self, split: Split) -> np.ndarray:
        """Numbers of the reviews of a split, int64."""
        return np.flatnonzero(self.splits == split)

    def review(self, row: int, vocabulary_size: int, max_tokens: int = text.MAX_TOKENS) -> np.ndarray:
        """Ids of one review (tokens,), int64, cut to head and tail; ids from `vocabulary_size` on become <unk>."""
        ids = self.ids[self.offsets[row] : self.offsets[row + 1]].astype(np.int64)
        ids[ids >= vocabulary_size] = text.UNKNOWN_ID
        head, tail = text.cut(len(ids), max_tokens)
        return np.concatenate([ids[:head], ids[tail:]])


@dataclass(frozen=True, slots=True)
class PreparedTexts:
    """The normalized reviews of prepared data, in the same order: UTF-8, one after the other.

    Review n is `encoded[offsets[n]:offsets[n + 1]]` (bytes,) uint8.
    """

    encoded: np.ndarray
    offsets: np.ndarray

    def review(self, row: int) -> str:
        """The text of one review."""
        return self.encoded[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()


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
            raise DataError("The dataset could not be downloaded; give its folder or archive with --source.") from error
    return path


def assign_splits(names: Sequence[str], texts: Sequence[str], validation: set[str]) -> list[Split | None]:
    """The split of each review, from its name and normalized text; None for one that is left out.

    Left out is what stands in test, or in validation, as well.
    """
    unknown = validation - set(names)
    if unknown:
        raise DataError(f"The validation list names {len(unknown)} reviews that the dataset lacks.")
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


def prepare(reviews: Sequence[RawReview], validation: set[str]) -> tuple[PreparedData, PreparedTexts]:
    """Normalize, tokenize, count, number. The vocabulary is counted on the training split alone."""
    bar = tqdm(reviews, desc="normalize", unit=" reviews", mininterval=1)
    texts = [text.normalize(review.text) for review in bar]
    splits = assign_splits([review.name for review in reviews], texts, validation)
    triples = zip(reviews, texts, splits, strict=True)
    kept = [(review.name, normalized, split) for review, normalized, split in triples if split is not None]
    field = text.build_field()
    interned: dict[str, str] = {}
    tokens: list[list[str]] = []
    texts = [normalized for _, normalized, _ in kept]
    for found in tqdm(text.tokenize_all(texts), total=len(kept), desc="tokenize", unit=" reviews", mininterval=1):
        tokens.append([interned.setdefault(word, word) for word in field.preprocess([token.text for token in found])])

    counts = Counter(
        word for row, (*_, split) in zip(tokens, kept, strict=True) if split is Split.TRAIN for word in row
    )
    vocabulary = sorted(counts, key=lambda word: (-counts[word], word))[:MAX_VOCABULARY]
    field.vocab = text.build_vocabulary(vocabulary)
    lengths = [len(row) for row in tokens]
    ids = np.fromiter((field.vocab.stoi[word] for row in tokens for word in row), dtype=np.uint16, count=sum(lengths))
    data = PreparedData(
        ids=ids,
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        labels=np.array([label_of(name) for name, *_ in kept], dtype=np.int8),
        splits=np.array([split for *_, split in kept], dtype=np.int8),
        ratings=np.array([rating_of(name) for name, *_ in kept], dtype=np.uint8),
        vocabulary=tuple(vocabulary),
    )
    encoded = [each.encode() for each in texts]
    return data, PreparedTexts(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)]))


def texts_path(path: Path) -> Path:
    """Where the texts of the prepared file at `path` lie."""
    return path.with_suffix(".texts.npz")


def save(data: PreparedData, path: Path) -> None:
    """Write the prepared file whole or not at all."""
    _write(
        path,
        ids=data.ids,
        offsets=data.offsets,
        labels=data.labels,
        splits=data.splits,
        ratings=data.ratings,
        vocabulary=np.frombuffer("\n".join(data.vocabulary).encode(), dtype=np.uint8),
    )


def save_texts(texts: PreparedTexts, data: PreparedData, path: Path) -> None:
    """Write the texts of prepared data whole or not at all."""
    _write(path, encoded=texts.encoded, offsets=texts.offsets, digest=np.array(data.digest))


def _write(path: Path, **arrays: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, version=np.array(VERSION), **arrays)
    partial.replace(path)


def load(path: Path) -> PreparedData:
    """Read a prepared file. Raises `DataError` if it is missing, damaged or of another version."""
    arrays = _read(path)
    vocabulary = tuple(arrays.pop("vocabulary").tobytes().decode().split("\n"))
    return PreparedData(vocabulary=vocabulary, **arrays)


def load_texts(path: Path, data: PreparedData) -> PreparedTexts:
    """Read the texts of prepared data. Raises `DataError` as `load` does, and if they are of other data."""
    arrays = _read(path)
    if str(arrays.pop("digest")) != data.digest:
        raise DataError(
            f"The texts in '{path}' are of other prepared data: run 'python -m model.training.data prepare' again."
        )
    return PreparedTexts(**arrays)


def _read(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise DataError(f"There is no prepared file at '{path}': run 'python -m model.training.data prepare' first.")
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = dict(file)
        version = int(arrays.pop("version"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"'{path}' is damaged or no prepared file: run 'python -m model.training.data prepare' again."
        ) from error
    if version != VERSION:
        raise DataError(
            f"'{path}' is of version {version}, this program reads {VERSION}: "
            "run 'python -m model.training.data prepare' again."
        )
    return arrays


def read_validation(path: Path) -> set[str]:
    """The names of the validation list, one a line: "train/pos/123_8.txt", with or without the folder "aclImdb/"."""
    if not path.is_file():
        raise DataError(f"There is no validation list at '{path}'.")
    return {line.strip().removeprefix("aclImdb/") for line in path.read_text().splitlines() if line.strip()}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: prepare the dataset, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m model.training.data", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("prepare", help="tokenize the dataset and write a prepared file")
    command.add_argument("--source", type=Path, help="the dataset's folder or archive; downloaded where not given")
    command.add_argument("--validation", type=Path, required=True, help="list of the reviews that are validation")
    command.add_argument("--out", type=Path, default=Path("data/imdb.npz"))
    options = parser.parse_args(arguments)

    def work() -> None:
        validation = read_validation(options.validation)
        source = options.source or download(options.out.parent)
        data, texts = prepare(list(read_source(source)), validation)
        save(data, options.out)
        save_texts(texts, data, texts_path(options.out))
        for split in Split:
            rows = data.rows(split)
            tokens = int((data.offsets[rows + 1] - data.offsets[rows]).sum())
            print(f"{split.name.lower():<10} {len(rows):>7,} reviews {tokens:>11,} tokens")
        print(f"{len(data.vocabulary):,} words · {options.out} · {options.out.stat().st_size / 1e6:.1f} MB")

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
