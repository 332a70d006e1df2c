"""The n-gram model: its keys by hand, and that it never judges what it was fitted on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn")

from model.command_line import main
from model.training import ngrams, soft_labels
from model.training.data import Split
from tests.made import made_data


def test_ngrams_of_one_to_three_words_have_keys_of_their_own():
    once = ngrams.keys(np.array([5, 6, 7], dtype=np.uint16))
    assert len(once) == 6  # 3 words, 2 pairs, 1 triple
    assert len(ngrams.keys(np.array([5, 6, 5, 6], dtype=np.uint16))) == 2 + 2 + 2
    assert len(ngrams.keys(np.array([5], dtype=np.uint16))) == 1
    backwards = ngrams.keys(np.array([7, 6, 5], dtype=np.uint16))
    assert len(set(once.tolist()) & set(backwards.tolist())) == 3  # the words alone
    # a rare word is not taken for a pair whose first id is 0
    assert not set(ngrams.keys(np.array([0, 9], dtype=np.uint16)).tolist()) >= {9 | 1 << 48, 9 | 2 << 48}


def test_each_review_but_those_of_test_is_judged_and_mostly_rightly(workplace):
    out = ["ngrams", "--data", str(workplace / "imdb.npz"), "--out", str(workplace / "ngrams.npz")]
    assert main(out) == 0
    prepared = made_data()
    found = soft_labels.read(workplace / "ngrams.npz", prepared)
    assert np.isnan(found.probabilities[prepared.rows(Split.TEST)]).all()
    for split in (Split.TRAIN, Split.VALIDATION, Split.UNLABELLED):
        assert not np.isnan(found.probabilities[prepared.rows(split)]).any()
    rows = prepared.rows(Split.VALIDATION)
    assert ((found.probabilities[rows] > 0.5) == (prepared.labels[rows] == 1)).mean() > 0.9


def test_labelled_review_is_judged_without_its_own_label():
    """With labels that mean nothing, a model that had seen them would be right all the same."""
    prepared = made_data()
    shuffled = prepared.labels.copy()
    rows = prepared.rows(Split.TRAIN)
    shuffled[rows] = np.random.default_rng(0).permutation(shuffled[rows])
    found = ngrams.judge(replace(prepared, labels=shuffled), seed=1)
    right = (found.probabilities[rows] > 0.5) == (shuffled[rows] == 1)
    assert right.mean() < 0.7


def test_unlabelled_reviews_are_learnt_as_other_teachers_label_them():
    """A few wrong labels on the training split, more right ones on the unlabelled reviews: those decide."""
    prepared = made_data()
    blind, taught = prepared.labels.copy(), soft_labels.SoftLabels.none(prepared).probabilities
    train, unlabelled = prepared.rows(Split.TRAIN), prepared.rows(Split.UNLABELLED)
    swapped = replace(prepared, labels=np.where(prepared.splits == Split.TRAIN, -1, blind).astype(np.int8))
    taught[unlabelled] = [0.9 if 2 in prepared.review(row, 44) else 0.1 for row in unlabelled]
    few = train[:10]
    splits = prepared.splits.copy()
    splits[train[10:]] = Split.TEST
    swapped.labels[few] = 1 - prepared.labels[few]
    small = replace(swapped, splits=splits)
    rows = prepared.rows(Split.VALIDATION)
    right = [
        ((found.probabilities[rows] > 0.5) == (prepared.labels[rows] == 1)).mean()
        for found in (ngrams.judge(small, 1), ngrams.judge(small, 1, soft_labels.SoftLabels(taught, ("rule",))))
    ]
    assert right[1] > right[0]


def test_missing_data_is_one_sentence(tmp_path, capsys):
    assert main(["ngrams", "--data", str(tmp_path / "none.npz")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
