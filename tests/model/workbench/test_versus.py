"""Two checkpoints on one file: counted by plain loops, tests against statsmodels, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from model.errors import ReviewError
from model.network import checkpoint
from model.tables.labels import NO_LABEL
from model.traits import NEGATION, QUESTIONS
from model.workbench.mcnemar import Change
from model.workbench.partitions import OWN
from model.workbench.scoring import score
from model.workbench.slices import slice_rows
from model.workbench.versus import check_second, compare, second_logits
from tests.conftest import save_checkpoint
from tests.scored import made_scores, made_table, random_scored


def test_counts_and_slices_by_hand():
    table = made_table([1, 1, 0, 0, 1, NO_LABEL])
    scores = made_scores([-1.0, 2.0, 1.0, -1.0, -2.0, 1.0], questions=[0, 0, 0, 1, 1, 1])
    found = compare(table, scores, "other", np.array([1.0, 2.0, 1.0, 1.0, -1.0, -1.0]))
    assert (found.first, found.second) == ("bilstm", "other")
    assert [Change(each).name for each in found.changes] == [
        "FIXED", "BOTH_RIGHT", "BOTH_WRONG", "BROKEN", "BOTH_WRONG", "DIFFER",
    ]  # fmt: skip
    assert found.counts == (1, 1, 2, 1, 1, 0)
    assert found.differ == 3
    assert (found.paired.before, found.paired.after, found.paired.net.difference) == (0.4, 0.4, 0)
    by_name = {each.name: each for each in found.slices}
    assert by_name.keys() == {"none", "one"}
    assert (by_name["none"].paired.fixed, by_name["none"].paired.broken, by_name["none"].rows) == (1, 0, 3)
    assert (by_name["one"].paired.fixed, by_name["one"].paired.broken, by_name["one"].rows) == (0, 1, 3)
    assert (by_name["one"].paired.rows, by_name["one"].differ) == (2, 2)


def test_each_slice_counts_its_own_rows_and_its_test_is_statsmodels():
    table, scores = random_scored(300, seed=5)
    table = replace(table, own={"shop": tuple("abc"[row % 3] for row in range(300))})
    logits = np.random.default_rng(3).normal(scores.logits, 2)
    found = compare(table, scores, "other", logits)
    assert OWN.format(name="shop") in {each.dimension for each in found.slices}
    labelled = table.labels != NO_LABEL
    first, second = scores.predicted == (table.labels == 1), (logits > 0) == (table.labels == 1)
    for each in found.slices:
        inside = slice_rows(table, scores, each.dimension, each.name)
        assert each.rows == inside.sum()
        assert each.differ == (inside & (scores.predicted != (logits > 0))).sum()
        square = [[(inside & labelled & one & other).sum() for other in (second, ~second)] for one in (first, ~first)]
        assert each.paired.rows == np.sum(square)
        assert (each.paired.broken, each.paired.fixed) == (square[0][1], square[1][0])
        if each.paired.fixed + each.paired.broken:
            assert each.paired.p == pytest.approx(min(1, mcnemar(square, exact=True).pvalue))
    compared = [each for each in found.slices if each.q is not None]
    expected = multipletests([each.paired.p for each in compared], method="fdr_bh")[1]
    assert [each.q for each in compared] == pytest.approx(expected.tolist())


def test_the_slice_that_the_second_checkpoint_loses_comes_first():
    rng = np.random.default_rng(1)
    rows = 1_000
    labels, questions, negations = (rng.integers(0, 2, rows) for _ in range(3))
    right = np.where(labels == 1, 1.0, -1.0)
    lost, won = (questions == 1) & (rng.random(rows) < 0.3), (questions == 0) & (rng.random(rows) < 0.2)
    scores = made_scores(np.where(won, -right, right), questions=questions, negations=negations)
    found = compare(made_table(labels), scores, "other", np.where(lost, -right, right))
    assert [(each.dimension, each.name) for each in found.slices[:1]] == [(QUESTIONS, "one")]
    assert found.slices[0].stands_out
    assert found.slices[0].paired.net.high < 0
    assert found.slices[0].paired.fixed == 0
    winner = next(each for each in found.slices if (each.dimension, each.name) == (QUESTIONS, "none"))
    assert winner.stands_out
    assert winner.paired.net.low > 0
    assert {each.dimension for each in found.slices} == {QUESTIONS, NEGATION}


def test_without_labels_only_disagreements_are_counted():
    table, scores = random_scored(80, seed=2)
    table = replace(table, labels=np.full(80, NO_LABEL, dtype=np.int8))
    logits = np.where(np.arange(80) < 20, -scores.logits, scores.logits)
    found = compare(table, scores, "other", logits)
    assert found.differ == found.counts[Change.DIFFER] == 20
    assert found.paired.rows == 0
    assert found.paired.net is None
    assert {each.q for each in found.slices} == {None}
    shares = [each.differ / each.rows for each in found.slices]
    assert shares == sorted(shares, reverse=True)


def test_columns_of_many_values_have_few_slices_and_two_rows_have_an_interval():
    rows = 10_000
    table, scores = random_scored(rows, seed=9)
    ids = tuple(f"id {row}" for row in range(rows))
    rare = tuple("rare" if row in (4, 7) else "common" for row in range(rows))
    table = replace(table, own={"id": ids, "kind": rare}, labels=np.abs(table.labels))
    found = compare(table, scores, "other", -scores.logits)
    assert OWN.format(name="id") not in {each.dimension for each in found.slices}
    (few,) = (each for each in found.slices if each.name == "rare")
    assert (few.rows, few.paired.rows) == (2, 2)
    assert few.paired.net.low < few.paired.net.high
    assert not few.stands_out


def test_reading_by_a_second_checkpoint_gives_its_own_logits_part_by_part(checkpoints):
    table = made_table([1, 0] * 300, ["a good film", "the film is dull"] * 300)
    second = checkpoint.load("rnn", checkpoints)
    parts = list(second_logits(second, table))
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate(parts), score(second, table.texts).logits)


def test_the_same_network_is_refused_under_any_name(checkpoints, tmp_path):
    first, other = (checkpoint.load(name, checkpoints) for name in ("bilstm", "rnn"))
    check_second(first, other)
    with pytest.raises(ReviewError, match="has scored this file already"):
        check_second(first, first)
    save_checkpoint(tmp_path / "copy")
    with pytest.raises(ReviewError, match="weight for weight"):
        check_second(first, checkpoint.load("copy", tmp_path))
