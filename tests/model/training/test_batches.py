"""Batches: which reviews, each how often, and of like length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.training.batches import epoch_batches
from model.training.data import Split
from model.training.presets import PRESETS
from tests.made import made_data


def test_epochs_of_part_of_the_reviews_go_on_where_the_last_one_stopped():
    preset = replace(PRESETS["bilstm"], epoch_reviews=50, batch=8)
    prepared = made_data()
    rows = [np.concatenate(epoch_batches(prepared, preset, 1, number)) for number in range(1, 6)]
    assert [len(each) for each in rows] == [50] * 5
    together = np.concatenate(rows)
    assert len(set(together[:100].tolist())) == 100
    counts = np.bincount(together, minlength=220)[prepared.splits == Split.TRAIN]
    assert counts.min() >= 1  # 250 of 140 reviews: each at least once
    assert counts.max() <= 2


def test_batches_hold_reviews_of_like_length_each_once_and_none_of_validation_or_test():
    prepared = made_data()
    batches = epoch_batches(prepared, replace(PRESETS["recipe"], batch=10), 1, 1)
    rows = np.concatenate(batches)
    assert sorted(rows.tolist()) == prepared.rows(Split.TRAIN).tolist()
    lengths = np.diff(prepared.offsets)
    assert np.mean([np.ptp(lengths[batch]) for batch in batches]) < 3
    both = np.concatenate(epoch_batches(prepared, replace(PRESETS["bilstm"], epoch_reviews=0), 1, 1))
    assert set(prepared.splits[both].tolist()) == {Split.TRAIN, Split.UNLABELLED}
