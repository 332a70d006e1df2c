"""A linear model on n-grams: the yardstick that a recurrent network must pass, and a teacher of another kind.

    python -m model ngrams --data data/imdb.npz --out data/ngrams.npz

NB-SVM's features (Wang & Manning, ACL 2012; 1- to 3-grams as in Mesnil et al. 2014): which n-grams a review holds, each
times its log-count ratio, here under logistic regression (scikit-learn). What it says of a review that it learns from
comes from a model that was fitted without the fifth of the reviews it is in; of all others, from one fitted on all.

With `--labels` it learns from the unlabelled reviews too, as other teachers label them (co-training: Blum & Mitchell,
COLT 1998).
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from model import options as shared
from model.language import gettext
from model.metrics import fit_temperature
from model.training import data as dataset
from model.training import soft_labels
from model.training.data import PreparedData, Split
from model.training.soft_labels import SoftLabels

LONGEST = 3  # words of an n-gram
FOLDS = 5
STRENGTH = 1.0  # scikit-learn's C
BITS = 16  # of an id


def keys(ids: np.ndarray) -> np.ndarray:
    """The different n-grams of a review's ids (tokens,) uint16, as numbers (n-grams,) uint64."""
    wide = ids.astype(np.uint64)
    found = [wide]
    for _ in range(1, LONGEST):
        longer = (found[-1][:-1] << np.uint64(BITS)) | wide[len(wide) - len(found[-1]) + 1 :]
        found.append(longer)
    lengths = np.repeat(np.arange(LONGEST, dtype=np.uint64), [len(each) for each in found])
    return np.unique(np.concatenate(found) | (lengths << np.uint64(LONGEST * BITS)))


def judge(data: PreparedData, seed: int, taught: SoftLabels | None = None) -> SoftLabels:
    """P(positive) of the training, validation and unlabelled reviews; the test split is not touched.

    With the soft labels `taught`, the unlabelled reviews are learnt as well, as what those hold them for.
    """
    fitted, positive = data.rows(Split.TRAIN), data.labels[data.rows(Split.TRAIN)] == 1
    others = [data.rows(Split.VALIDATION)]
    if taught is None:
        others.append(data.rows(Split.UNLABELLED))
    else:
        more = data.rows(Split.UNLABELLED)
        more = more[~np.isnan(taught.probabilities[more])]
        fitted, positive = np.concatenate([fitted, more]), np.concatenate([positive, taught.probabilities[more] > 0.5])
    per_review = [_keys_of(data, row) for row in fitted]
    vocabulary, counts = np.unique(np.concatenate(per_review), return_counts=True)
    vocabulary = vocabulary[counts > 1]
    features = _matrix(per_review, vocabulary)
    logits = np.full(len(data.labels), np.nan)
    fold = np.random.default_rng(seed).permutation(len(fitted)) % FOLDS
    for each in range(FOLDS):
        inside = fold != each
        logits[fitted[~inside]] = _fit(features[inside], positive[inside])(features[~inside])
    decide = _fit(features, positive)
    rest = np.concatenate(others)
    for part in np.array_split(rest, max(1, len(rest) // 5_000)):
        logits[part] = decide(_matrix([_keys_of(data, row) for row in part], vocabulary))
    validation = data.rows(Split.VALIDATION)
    logits /= fit_temperature(logits[validation], data.labels[validation])
    name = "n-grams" if taught is None else f"n-grams taught by {' and '.join(taught.teachers)}"
    return SoftLabels.from_logits(logits, (name,))


def _keys_of(data: PreparedData, row: int) -> np.ndarray:
    return keys(data.ids[data.offsets[row] : data.offsets[row + 1]])


def _matrix(per_review: Sequence[np.ndarray], vocabulary: np.ndarray) -> csr_matrix:
    """Which n-grams of the vocabulary reviews hold: 0 or 1, (reviews, vocabulary)."""
    places = []
    for found in per_review:
        place = np.searchsorted(vocabulary, found)
        place[place == len(vocabulary)] = 0
        places.append(place[vocabulary[place] == found].astype(np.int32))
    indices = np.concatenate(places)
    starts = np.cumsum([0, *map(len, places)])
    return csr_matrix((np.ones(len(indices), np.float32), indices, starts), shape=(len(places), len(vocabulary)))


def _fit(features: csr_matrix, positive: np.ndarray) -> Callable[[csr_matrix], np.ndarray]:
    """Logits (reviews,) of a naive Bayes log-count ratio under logistic regression."""
    there = 1 + np.asarray(features[positive].sum(axis=0))[0]
    elsewhere = 1 + np.asarray(features[~positive].sum(axis=0))[0]
    ratio = diags(np.log((there / there.sum()) / (elsewhere / elsewhere.sum())).astype(np.float32))
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, random_state=0)
    model.fit(features @ ratio, positive)
    return lambda rows: model.decision_function(rows @ ratio)


@dataclass(frozen=True, slots=True)
class Options:
    """What is learnt from, and where the soft labels are written."""

    data: Path
    out: Path
    labels: Path | None
    seed: int


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    shared.add_data(parser)
    shared.add_out(parser, "data/ngrams.npz")
    said = gettext("soft labels, by which the unlabelled reviews are learnt as well")
    parser.add_argument("--labels", type=Path, metavar="FILE", help=said)
    shared.add_seed(parser)


def work(options: Options) -> None:
    """Fit, write the soft labels, and say how right they are on validation and out of fold."""
    data = dataset.load(options.data)
    taught = soft_labels.read(options.labels, data) if options.labels else None
    found = judge(data, options.seed, taught)
    soft_labels.write(found, data, options.out)
    for split in (Split.TRAIN, Split.VALIDATION):
        sys.stdout.write(f"{split.name.lower():<10} accuracy {found.accuracy(data, split):.4f}\n")
