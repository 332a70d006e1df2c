"""A linear model on n-grams: the yardstick that a recurrent network must pass, and a teacher of another kind.

    python -m model.ngrams --data data/imdb.npz --out data/ngrams.npz

NB-SVM's features (Wang & Manning, ACL 2012; 1- to 3-grams as in Mesnil et al. 2014): which n-grams a review holds, each
times its log-count ratio, here under logistic regression (scikit-learn). What it says of a labelled review comes from
a model that was fitted without the fifth of the reviews it is in; of all others, from one fitted on all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from model import data as dataset
from model import labels
from model.data import PreparedData, Split
from model.labels import SoftLabels
from model.metrics import fit_temperature
from model.run import exit_code

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


def judge(data: PreparedData, seed: int) -> SoftLabels:
    """P(positive) of the training, validation and unlabelled reviews; the test split is not touched."""
    train, validation = data.rows(Split.TRAIN), data.rows(Split.VALIDATION)
    others = np.concatenate([validation, data.rows(Split.UNLABELLED)])
    per_review = {int(row): keys(data.ids[data.offsets[row] : data.offsets[row + 1]]) for row in train}
    vocabulary, counts = np.unique(np.concatenate(list(per_review.values())), return_counts=True)
    vocabulary = vocabulary[counts > 1]

    def matrix(rows: np.ndarray) -> csr_matrix:
        places = []
        for row in rows:
            found = per_review.get(int(row))
            if found is None:
                found = keys(data.ids[data.offsets[row] : data.offsets[row + 1]])
            place = np.searchsorted(vocabulary, found)
            place[place == len(vocabulary)] = 0
            places.append(place[vocabulary[place] == found])
        indices = np.concatenate(places)
        starts = np.cumsum([0, *(len(place) for place in places)])
        return csr_matrix((np.ones(len(indices), np.float32), indices, starts), shape=(len(rows), len(vocabulary)))

    features, truth = matrix(train), data.labels[train] == 1
    logits = np.full(len(data.labels), np.nan)
    fold = np.random.default_rng(seed).permutation(len(train)) % FOLDS
    for each in range(FOLDS):
        inside = fold != each
        logits[train[~inside]] = _fit(features[inside], truth[inside])(features[~inside])
    decide = _fit(features, truth)
    for part in np.array_split(others, max(1, len(others) // 5_000)):
        logits[part] = decide(matrix(part))
    logits /= fit_temperature(logits[validation], data.labels[validation])
    return SoftLabels((1 / (1 + np.exp(-logits))).astype(np.float32), ("n-grams",))


def _fit(features: csr_matrix, positive: np.ndarray) -> Callable[[csr_matrix], np.ndarray]:
    """Logits (reviews,) of a naive Bayes log-count ratio under logistic regression."""
    there = 1 + np.asarray(features[positive].sum(axis=0))[0]
    elsewhere = 1 + np.asarray(features[~positive].sum(axis=0))[0]
    ratio = diags(np.log((there / there.sum()) / (elsewhere / elsewhere.sum())).astype(np.float32))
    model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, random_state=0)
    model.fit(features @ ratio, positive)
    return lambda rows: model.decision_function(rows @ ratio)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: fit, write the soft labels, and say how right they are on validation and out of fold."""
    parser = argparse.ArgumentParser(prog="python -m model.ngrams", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("data/imdb.npz"))
    parser.add_argument("--out", type=Path, default=Path("data/ngrams.npz"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)

    def work() -> None:
        data = dataset.load(options.data)
        found = judge(data, options.seed)
        labels.write(found, data, options.out)
        for split in (Split.TRAIN, Split.VALIDATION):
            rows = data.rows(split)
            right = (found.probabilities[rows] > 0.5) == (data.labels[rows] == 1)
            sys.stdout.write(f"{split.name.lower():<10} accuracy {right.mean():.4f}\n")

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
