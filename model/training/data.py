"""Prepared data: the Large Movie Review Dataset as files that training reads without spaCy.

`python -m model prepare` makes them. Beside the ids (`imdb.npz`) lie the normalized reviews themselves
(`imdb.texts.npz`), for teachers that cut them in another way.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from model import files, text
from model.errors import DataError
from model.language import gettext

VERSION = 2  # 2: spellings are brought into one form (`model.normalization`)


class Split(IntEnum):
    """Where a review belongs. Excerpts and practice, where there are any, come after all reviews."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2
    UNLABELLED = 3
    EXCERPT = 4  # a few sentences of an unlabelled review (`model.training.excerpts`)
    PRACTICE = 5  # a sentence that was written to learn from (`model.training.practice`)


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

    def in_words(self, words: Sequence[str]) -> PreparedData:
        """The same reviews in the ids of a network that has these words, from id 2 on; any other word is unknown."""
        if self.vocabulary[: len(words)] == tuple(words):
            return self
        ids = {word: number for number, word in enumerate(words, start=2)}
        others = (ids.get(word, text.UNKNOWN_ID) for word in self.vocabulary)
        table = np.array([text.UNKNOWN_ID, text.PADDING_ID, *others], dtype=self.ids.dtype)
        return replace(self, ids=table[self.ids], vocabulary=tuple(words))

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
    with files.whole(path) as partial, partial.open("wb") as file:
        named: dict[str, Any] = arrays  # numpy's own options have names, too
        np.savez_compressed(file, version=np.array(VERSION), **named)


def load(path: Path) -> PreparedData:
    """Read a prepared file. Raises `DataError` if it is missing, damaged or of another version."""
    arrays = _read(path)
    vocabulary = tuple(arrays.pop("vocabulary").tobytes().decode().split("\n"))
    return PreparedData(vocabulary=vocabulary, **arrays)


def load_texts(path: Path, data: PreparedData) -> PreparedTexts:
    """Read the texts of prepared data. Raises `DataError` as `load` does, and if they are of other data."""
    arrays = _read(path)
    if str(arrays.pop("digest")) != data.digest:
        said = gettext("The texts in '{path}' are of other prepared data: run 'python -m model prepare' again.")
        raise DataError(said.format(path=path))
    return PreparedTexts(**arrays)


def _read(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        said = gettext("There is no prepared file at '{path}': run 'python -m model prepare' first.")
        raise DataError(said.format(path=path))
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = dict(file)
        version = int(arrays.pop("version"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        said = gettext("'{path}' is damaged or no prepared file: run 'python -m model prepare' again.")
        raise DataError(said.format(path=path)) from error
    if version != VERSION:
        said = gettext(
            "'{path}' is of version {version}, this program reads {wanted}: run 'python -m model prepare' again."
        )
        raise DataError(said.format(path=path, version=version, wanted=VERSION))
    return arrays
