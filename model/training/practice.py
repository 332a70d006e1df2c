"""Practice: sentences written by hand to learn from, as short and as wry as what visitors type.

Reviews hardly teach irony, two negations in one sentence, or that a sentence may say nothing about a film's worth: they
are long, and labelled as a whole. None of these sentences stands among those that measure a network
(`model.evaluation.sentences`, `behaviour`), which tests make sure of. One without a verdict is learnt as a doubt,
P(positive) = 0.5. Made examples in training, with what they can and cannot repair: Liu, Schwartz & Smith, *Inoculation
by Fine-Tuning* (NAACL 2019).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model import files
from model.assets import ASSETS
from model.errors import DataError
from model.language import gettext
from model.normalization import normalize
from model.text import build_field, build_vocabulary, encode
from model.training.data import PreparedData, PreparedTexts, Split
from model.training.soft_labels import SoftLabels

PRACTICE = ASSETS / "practice.csv"

_COLUMNS = ["text", "label", "kind"]
_LABELS = {"positive": 1, "negative": 0, "none": -1}
DOUBT = 0.5  # P(positive) to learn where there is no verdict


@dataclass(frozen=True, slots=True)
class PracticeSentence:
    """What a visitor could type: `label` 1 praises, 0 complains, -1 says nothing about a film's worth."""

    text: str
    label: int
    kind: str


def read(path: Path = PRACTICE) -> tuple[PracticeSentence, ...]:
    """All sentences of a CSV file with the columns text, label and kind. Raises `DataError` for any other file."""
    try:
        header, *rows = files.read_csv(path)
        if header != _COLUMNS or not rows:
            raise ValueError
        return tuple(PracticeSentence(text, _LABELS[label], kind) for text, label, kind in rows)
    except (OSError, ValueError, KeyError, csv.Error) as error:
        said = gettext("The practice sentences '{file}' must be CSV with the columns {columns}; labels are {labels}.")
        said = said.format(file=path.name, columns=", ".join(_COLUMNS), labels=", ".join(_LABELS))
        raise DataError(said) from error


def join(data: PreparedData, path: Path) -> PreparedData:
    """The prepared data with the practice sentences of a file behind all reviews."""
    sentences, field = read(path), build_field(build_vocabulary(data.vocabulary))
    ids = [np.array(encode(each.text, field).ids, dtype=data.ids.dtype) for each in sentences]
    truth = np.array([each.label for each in sentences], dtype=data.labels.dtype)
    return replace(
        data,
        ids=np.concatenate([data.ids, *ids]),
        offsets=np.concatenate([data.offsets, data.offsets[-1] + np.cumsum([len(each) for each in ids])]),
        labels=np.concatenate([data.labels, truth]),
        splits=np.concatenate([data.splits, np.full(len(ids), Split.PRACTICE, dtype=data.splits.dtype)]),
        ratings=np.concatenate([data.ratings, np.zeros(len(ids), dtype=data.ratings.dtype)]),
    )


def join_texts(texts: PreparedTexts, path: Path) -> PreparedTexts:
    """The texts of prepared data with those of the practice sentences, in the order of `join`."""
    encoded = [normalize(each.text).encode() for each in read(path)]
    return PreparedTexts(
        encoded=np.concatenate([texts.encoded, np.frombuffer(b"".join(encoded), np.uint8)]),
        offsets=np.concatenate([texts.offsets, texts.offsets[-1] + np.cumsum([len(each) for each in encoded])]),
    )


def doubts(labels: SoftLabels, data: PreparedData) -> SoftLabels:
    """Soft labels of the reviews, with those of practice behind them: none where there is a verdict."""
    said = np.where(data.labels[data.rows(Split.PRACTICE)] < 0, np.float32(DOUBT), np.float32(np.nan))
    return replace(labels, probabilities=np.concatenate([labels.probabilities, said]))
