"""Slices of files that are brought, counted by hand, by scipy and by plain loops."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from model.errors import ReviewError
from model.network import checkpoint
from model.tables.table import table_of
from model.traits import (
    CAPITALS,
    CONTRAST,
    DIMENSIONS,
    FORGET,
    LENGTH,
    NEGATION,
    QUESTIONS,
    RATING,
    SATURATED,
    UNKNOWN_WORDS,
)
from model.workbench.scoring import score
from model.workbench.slices import find_slices, slice_rows, wilson
from tests.conftest import ROOT
from tests.scored import made_scores, made_table, random_scored


def by_name(table, scores, dimension):
    return {each.name: each for each in find_slices(table, scores) if each.dimension == dimension}


SPELLINGS = {
    "I didn't like it, it isn't good": [
        "I didn&#39;t like it, it isn&#39;t good", "I didn&apos;t like it, it isn&apos;t good",
        "I didn\u2019t like it, it isn\u2019t good", "I didn`t like it, it isn`t good",
        "I didn\u00b4t like it, it isn\u00b4t good", "I didn\uff07t like it, it isn\uff07t good",
        "\ufeffI didn't like it, it isn't good", r"I didn\'t like it, it isn\'t good",
    ],
    "Dull. But WHY?\nAvoid it": [
        "Dull. But WHY?<br /><br />Avoid it", "Dull. But WHY?&lt;br&gt;Avoid it", r"Dull. But WHY?\nAvoid it",
        "Dull. But WHY?&nbsp;Avoid it", "Du\u00adll. But WHY? Avoid\u200b it",
    ],
}  # fmt: skip


@pytest.mark.parametrize("plain", SPELLINGS)
def test_a_row_in_any_spelling_of_its_text_lands_in_the_same_slices(plain, checkpoints):
    spelled = [plain, *SPELLINGS[plain]]
    others = ["the film is great", "a good film ! " * 30]
    table = table_of([*spelled, *others], ["neg"] * len(spelled) + ["pos", "pos"])
    scores = score(checkpoint.load("bilstm", checkpoints), table.texts)
    compared = [each for each in find_slices(table, scores) if each.dimension not in (FORGET, SATURATED)]
    assert len(compared) >= 4
    for each in compared:
        inside = slice_rows(table, scores, each.dimension, each.name)[: len(spelled)]
        assert inside.all() or not inside.any(), each
    assert np.ptp(scores.forget[: len(spelled)]) < 1e-4


def test_slices_of_a_brought_file_by_hand():
    table = made_table([1, 1, 0, 0, -1])
    scores = made_scores([1.0, -1.0, 1.0, -2.0, 3.0], tokens=[100, 100, 20, 50, 50], negations=[0, 2, 0, 0, 5])
    found = by_name(table, scores, NEGATION)
    assert {name: (each.rows, each.labelled, each.errors) for name, each in found.items()} == {
        "none": (3, 3, 1),
        "over 1, up to 2": (1, 1, 1),
        "over 2": (1, 0, 0),
    }
    none = found["none"]
    assert (none.rate, none.rest_rate, none.difference) == pytest.approx((1 / 3, 1, -2 / 3))
    assert none.p == pytest.approx(1)  # of the 6 ways to place 2 errors on 4 rows, all are as likely or less
    empty = found["over 2"]
    assert {empty.rate, empty.low, empty.high, empty.difference, empty.p, empty.q} == {None}
    assert empty.rest_rate == 0.5
    assert not empty.stands_out


def test_a_cut_review_counts_whole_and_its_words_among_those_read():
    table = made_table([1, 1])
    scores = made_scores([1.0, 1.0], tokens=[1_000, 100], omitted=[1, 0], unknown=[100, 1])
    assert set(by_name(table, scores, LENGTH)) == {"over 1,000 (cut)", "up to 100"}
    assert set(by_name(table, scores, UNKNOWN_WORDS)) == {"over 5 %, up to 10 %", "up to 2 %"}


def test_contrast_capitals_and_questions_are_counted_in_words():
    table = made_table([1] * 5)
    counts = [0, 1, 2, 4, 10]
    scores = made_scores([1.0] * 5, contrasts=counts, capitals=counts, questions=counts)
    rows = {
        dimension: {name: each.rows for name, each in by_name(table, scores, dimension).items()}
        for dimension in (CONTRAST, CAPITALS, QUESTIONS)
    }
    assert rows == {
        CONTRAST: {"none": 1, "one": 1, "2 or 3": 1, "over 3": 2},
        CAPITALS: {"none": 1, "1 or 2": 2, "3 to 9": 1, "over 9": 1},
        QUESTIONS: {"none": 1, "one": 1, "over 1": 3},
    }


def test_each_rating_is_a_slice_and_so_are_rows_without_one():
    table = made_table([1] * 6, ratings=[1, 4.5, 10, 1, np.nan, np.inf])
    found = by_name(table, made_scores([1.0] * 6), RATING)
    assert {name: each.rows for name, each in found.items()} == {
        "1 star": 2, "4.5 stars": 1, "10 stars": 1, "no rating": 2,
    }  # fmt: skip


def test_many_different_ratings_are_cut_into_quarters():
    table = made_table([1] * 101, ratings=[*range(100), np.nan])
    found = by_name(table, made_scores([1.0] * 101), RATING)
    assert [each.rows for each in found.values()] == [25, 25, 25, 25, 1]
    assert next(iter(found)) == "up to 24.750"


def test_quarters_are_those_of_the_file_and_name_their_edges():
    scores = made_scores([1.0] * 5, forget=[0.1, 0.2, 0.3, 0.4, 0.5], saturated=[0.5, 0.5, 0.5, 0.5, 0.75])
    table = made_table([1] * 5)
    assert {name: each.rows for name, each in by_name(table, scores, FORGET).items()} == {
        "up to 0.200": 2, "over 0.200, up to 0.300": 1, "over 0.300, up to 0.400": 1, "over 0.400": 1,
    }  # fmt: skip
    assert {name: each.rows for name, each in by_name(table, scores, SATURATED).items()} == {
        "up to 0.500": 4, "over 0.500": 1,
    }  # fmt: skip


def test_edges_that_lie_close_get_the_digits_that_tell_them_apart():
    scores = made_scores([1.0] * 5, forget=[0.5, 0.50001, 0.50002, 0.50003, 0.50004])
    names = list(by_name(made_table([1] * 5), scores, FORGET))
    assert names == ["up to 0.50001", "over 0.50001, up to 0.50002", "over 0.50002, up to 0.50003", "over 0.50003"]


def test_what_file_and_network_lack_and_what_is_alike_everywhere_is_left_out():
    assert find_slices(made_table([1, 0]), made_scores([1.0, 1.0])) == ()
    assert find_slices(made_table([]), made_scores([])) == ()


def test_without_labels_slices_have_counts_only():
    table, scores = random_scored(60, seed=4)
    found = find_slices(replace(table, labels=np.full(60, -1, dtype=np.int8)), scores)
    assert {each.dimension for each in found} == set(DIMENSIONS)
    for each in found:
        assert each.rows > 0
        assert (each.labelled, each.errors) == (0, 0)
        assert {each.rate, each.low, each.high, each.rest_rate, each.difference, each.p, each.q} == {None}
        assert not each.stands_out
    assert [each.dimension for each in found] == sorted((each.dimension for each in found), key=DIMENSIONS.index)


def test_one_class_has_slices_with_rates():
    found = by_name(made_table([1, 1]), made_scores([1.0, -1.0], questions=[0, 1]), QUESTIONS)
    assert (found["none"].rate, found["one"].rate) == (0, 1)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_each_dimension_holds_each_row_once(seed, rows):
    table, scores = random_scored(rows, seed)
    labelled = table.labels >= 0
    wrong = labelled & (scores.predicted != (table.labels == 1))
    found = find_slices(table, scores)
    for dimension in {each.dimension for each in found}:
        members = [each for each in found if each.dimension == dimension]
        assert len({each.name for each in members}) == len(members) > 1
        masks = np.array([slice_rows(table, scores, dimension, each.name) for each in members])
        assert (masks.sum(axis=0) == 1).all()
        for mask, each in zip(masks, members, strict=True):
            assert each.rows == mask.sum()
            assert each.labelled == (mask & labelled).sum()
            assert each.errors == (mask & wrong).sum()
            if each.rate is not None:
                assert 0 <= each.low <= each.rate <= each.high <= 1
            if each.difference is not None:
                rest = wrong[labelled & ~mask].mean()
                assert each.rest_rate == pytest.approx(rest)
                assert each.difference == pytest.approx(each.errors / each.labelled - rest)


@pytest.mark.parametrize(("hits", "trials"), [(0, 1), (1, 1), (0, 40), (40, 40), (3, 17), (12_345, 100_000)])
def test_interval_equals_scipys(hits, trials):
    expected = stats.binomtest(hits, trials).proportion_ci(method="wilson")
    assert wilson(hits, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_p_and_q_equal_scipys():
    table, scores = random_scored(200, seed=6)
    found = find_slices(table, scores)
    labelled = table.labels >= 0
    wrong = labelled & (scores.predicted != (table.labels == 1))
    for each in found:
        inside = slice_rows(table, scores, each.dimension, each.name) & labelled
        outside = labelled & ~inside
        square = [[(rows & wrong).sum(), (rows & ~wrong).sum()] for rows in (inside, outside)]
        assert each.p == pytest.approx(stats.fisher_exact(square).pvalue)
    assert [each.q for each in found] == pytest.approx(stats.false_discovery_control([each.p for each in found]))


def test_a_slice_where_the_network_fails_stands_out_and_comes_first():
    rng = np.random.default_rng(7)
    rows = 2_000
    questions, contrasts, negations = rng.integers(0, 2, rows), rng.integers(0, 2, rows), rng.integers(0, 2, rows)
    labels = rng.integers(0, 2, rows)
    wrong = rng.random(rows) < 0.1 + 0.5 * questions + 0.2 * contrasts
    scores = made_scores(
        np.where((labels == 1) ^ wrong, 1.0, -1.0),
        tokens=[10] * rows,
        questions=questions,
        contrasts=contrasts,
        negations=negations,
    )
    found = find_slices(made_table(labels), scores)
    assert [(each.dimension, each.name, each.stands_out) for each in found] == [
        (QUESTIONS, "one", True),
        (CONTRAST, "one", True),
        (CONTRAST, "none", True),
        (QUESTIONS, "none", True),
        (NEGATION, "none", False),
        (NEGATION, "over 2", False),
    ]
    assert found[0].difference == pytest.approx(0.5, abs=0.05)


def test_chance_alone_seldom_stands_out():
    alarms = 0
    for seed in range(60):
        table, scores = random_scored(150, seed)
        alarms += any(each.stands_out for each in find_slices(table, scores))
    assert alarms <= 6  # at a level of 5 %, which Fisher's test stays below


@pytest.mark.parametrize(
    ("dimension", "name"), [("colour", "red"), (QUESTIONS, "red"), (FORGET, "up to 0.5"), (RATING, "")]
)
def test_slice_that_is_not_there_is_refused(dimension, name):
    with pytest.raises(ReviewError, match="no such slice"):
        slice_rows(made_table([1, 0]), made_scores([1.0, 1.0]), dimension, name)


def test_a_fixed_slice_without_rows_is_empty():
    assert not slice_rows(made_table([1, 0]), made_scores([1.0, 1.0]), QUESTIONS, "one").any()


def test_finding_slices_loads_neither_training_data_nor_scipy_before_it_is_asked():
    check = "import sys, model.workbench.slices; assert not {'model.training.data', 'scipy'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)
