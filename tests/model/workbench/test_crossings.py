"""Crossings of two slices, by hand, by scipy, and where there is nothing to find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from model.workbench import crossings
from model.workbench.crossings import MOST, SUPPORT, find_crossings
from model.workbench.slices import slice_rows
from tests.scored import made_scores, made_table, random_scored


def planted(rows=1_200, seed=3):
    """A file in which the network fails where a short review comes from "b", and almost nowhere else."""
    rng = np.random.default_rng(seed)
    where, length = rng.integers(0, 3, rows), rng.integers(0, 2, rows)
    labels = rng.integers(0, 2, rows)
    wrong = rng.random(rows) < np.where((where == 1) & (length == 0), 0.7, 0.05)
    table = replace(made_table(labels), own={"from": tuple("abc"[each] for each in where)})
    scores = made_scores(np.where((labels == 1) ^ wrong, 1.0, -1.0), tokens=np.where(length, 300, 50))
    return table, scores, (where == 1) & (length == 0)


def test_a_planted_crossing_is_found_and_comes_first():
    table, scores, inside = planted()
    found = find_crossings(table, scores)
    assert found[0].key == ("tokens", "up to 100", "column 'from'", "b")
    assert (slice_rows(table, scores, *found[0].key) == inside).all()
    wrong = scores.predicted != (table.labels == 1)
    assert (found[0].rows, found[0].errors) == (inside.sum(), (inside & wrong).sum())
    assert found[0].rate == pytest.approx(wrong[inside].mean())
    assert found[0].rest_rate == pytest.approx(wrong[~inside].mean())
    square = [[(part & wrong).sum(), (part & ~wrong).sum()] for part in (inside, ~inside)]
    assert found[0].p == pytest.approx(stats.fisher_exact(square, alternative="greater").pvalue, rel=1e-6)
    assert len(found) == 1


def test_all_that_are_given_are_worse_than_both_of_their_slices(monkeypatch):
    monkeypatch.setattr(crossings, "SUPPORT", 3)
    table, scores, _ = planted(seed=4)
    labelled = table.labels >= 0
    wrong = scores.predicted != (table.labels == 1)
    found = find_crossings(table, scores)
    assert found
    for each in found:
        parents = [slice_rows(table, scores, *key) & labelled for key in (each.key[:2], each.key[2:])]
        assert each.rate > max(wrong[parent].mean() for parent in parents)
        assert each.stands_out


def test_chance_alone_seldom_gives_a_crossing_and_small_ones_are_not_compared():
    alarms = sum(bool(find_crossings(*random_scored(300, seed))) for seed in range(20))
    assert alarms <= 3
    table, scores = random_scored(SUPPORT - 1, 5)
    assert find_crossings(table, scores) == ()


def test_without_labels_there_is_nothing_to_compare():
    table, scores, _ = planted()
    assert find_crossings(replace(table, labels=np.full(len(table.texts), -1, dtype=np.int8)), scores) == ()


def test_not_more_are_given_than_can_be_looked_at():
    rng = np.random.default_rng(6)
    rows, flags = 4_000, 8
    bits = rng.integers(0, 2, (rows, flags))
    labels = rng.integers(0, 2, rows)
    wrong = rng.random(rows) < bits.mean(axis=1) ** 3
    own = {f"flag {place}": tuple("ny"[bit] for bit in column) for place, column in enumerate(bits.T)}
    table = replace(made_table(labels), own=own)
    found = find_crossings(table, made_scores(np.where((labels == 1) ^ wrong, 1.0, -1.0)))
    assert len(found) == MOST
    assert [each.difference for each in found] == sorted((each.difference for each in found), reverse=True)
