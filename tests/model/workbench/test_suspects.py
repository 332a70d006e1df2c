"""Labels that are likely to be wrong: the example's planted ones, the thresholds by hand, the neighbours by a loop."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from model.assets import ASSETS
from model.network import checkpoint
from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import read_table
from model.workbench import suspects
from model.workbench.filters import SUSPECTED_FIRST, Filter, select
from model.workbench.neighbours import nearest, nearest_each
from model.workbench.scoring import score
from model.workbench.suspects import find_suspects, self_confidence
from tests.scored import made_scores, made_table, random_scored


@pytest.fixture(scope="module")
def example():
    table = read_table(ASSETS / "reviews.csv")
    return table, score(checkpoint.load("bilstm"), table.texts)


@pytest.fixture(scope="module")
def planted():
    """The rows, from 0, whose label was written wrong on purpose."""
    listed = json.loads((ASSETS / "reviews.json").read_text(encoding="utf-8"))["wrong_labels"]
    return {row - 1 for row in listed}


def test_the_planted_labels_of_the_example_come_first(example, planted):
    """Of the first ten nine are planted, precision 0.9; the first twelve hold all ten, precision 0.83."""
    rows = [each.row for each in find_suspects(*example).rows]
    assert len(planted) == 10
    assert len(planted & set(rows[:10])) == 9
    assert planted <= set(rows[:12])


def test_they_come_first_without_the_stars_as_well(example, planted):
    table, scores = example
    found = find_suspects(replace(table, columns=replace(table.columns, rating=None)), scores)
    assert found.stars is None
    assert planted <= {each.row for each in found.rows[:13]}
    assert planted <= set(select(table, scores, Filter(), SUSPECTED_FIRST, {})[:13].tolist())


def test_each_planted_label_has_both_reasons_and_stars_accuse_no_other(example, planted):
    found = {each.row: each for each in find_suspects(*example).rows}
    assert all(found[row].confident and found[row].stars is not None for row in planted)
    assert {row for row, each in found.items() if each.stars is not None} == planted
    by_neighbours = [each for each in found.values() if each.by_neighbours]
    assert len([each for each in by_neighbours if each.row in planted]) >= 5
    assert all(each.near == 10 for each in found.values())


def test_thresholds_and_disagreement_by_hand():
    """Self-confidences of the positive ones .9 .8 .1, mean .6; of the negative ones .9 .7 .35, mean .65."""
    own = np.array([0.9, 0.8, 0.1, 0.9, 0.7, 0.35])
    labels = [1, 1, 1, 0, 0, 0]
    logits = np.log(own / (1 - own)) * np.where(np.array(labels) == 1, 1, -1)
    found = find_suspects(made_table(labels), made_scores(logits))
    assert found.thresholds == pytest.approx((0.65, 0.6), abs=1e-6)
    assert [each.row for each in found.rows] == [2, 5]  # .9 reaches .65, .65 reaches .6
    assert [each.self_confidence for each in found.rows] == pytest.approx([0.1, 0.35], abs=1e-6)
    assert (found.count, found.confident, found.labelled) == (2, 2, 6)
    assert found.expected == pytest.approx(3 * 1 / 3 + 3 * 1 / 3)  # of each class two of its own, one of the other


def test_where_both_classes_reach_their_thresholds_the_likelier_one_counts():
    """Means .5 and .3: of the last row both reach theirs, and its own, .55, is likelier."""
    own = np.array([0.9, 0.1, 0.05, 0.55])
    labels = [1, 1, 0, 0]
    logits = np.log(own / (1 - own)) * np.where(np.array(labels) == 1, 1, -1)
    found = find_suspects(made_table(labels), made_scores(logits))
    assert [each.row for each in found.rows] == [2, 1]


def test_self_confidence_is_the_probability_of_the_label():
    table, scores = random_scored(40, 3)
    own, probabilities = self_confidence(table.labels, scores), scores.probabilities
    for row, label in enumerate(table.labels.tolist()):
        expected = np.nan if label == NO_LABEL else probabilities[row] if label == 1 else 1 - probabilities[row]
        assert own[row] == pytest.approx(expected, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("seed", range(3))
def test_all_neighbours_at_once_are_those_of_each_row(seed, monkeypatch):
    monkeypatch.setattr("model.workbench.neighbours.BLOCK", 7)
    table, scores = random_scored(60, seed)
    among, rows = table.labels != NO_LABEL, np.array([0, 5, 59, 31])
    rows = rows[among[rows]]
    found = nearest_each(scores, rows, 10, among)
    assert found.tolist() == [nearest(scores, row, 10, among).rows.tolist() for row in rows.tolist()]


def test_neighbours_that_mostly_disagree_are_a_reason():
    labels = [1, *[0] * 8, 1, 1]
    states = np.tile([[1.0, 0, 0, 0]], (11, 1))
    logits = [-4, *[-1.5] * 8, 1.5, 1.5]
    found = find_suspects(made_table(labels), made_scores(logits, states=states))
    first = found.rows[0]
    assert (first.row, first.others, first.near, first.by_neighbours) == (0, 8, 10, True)


@pytest.mark.parametrize("labels", [[], [NO_LABEL] * 3, [1, 1, 1], [0]])
def test_without_labels_of_both_classes_nobody_is_suspected(labels):
    found = find_suspects(made_table(labels), made_scores([-3.0] * len(labels)))
    assert (found.rows, found.count, found.expected) == ((), 0, 0)


def test_two_rows_have_one_neighbour_each():
    found = find_suspects(made_table([1, 0]), made_scores([-3.0, 3.0], states=np.eye(2, 4)))
    assert [(each.row, each.near, each.others) for each in found.rows] == [(0, 1, 1), (1, 1, 1)]


def test_only_the_first_ones_are_given_and_all_are_counted(monkeypatch):
    monkeypatch.setattr(suspects, "MOST", 3)
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 100)
    found = find_suspects(made_table(labels), made_scores(generator.normal(size=100) * 3))
    assert len(found.rows) == 3 < found.count


def starred(labels, ratings):
    table = made_table(labels, ratings=ratings)
    return replace(table, columns=Columns(("text", "label", "stars"), "text", "label", "stars"))


def test_stars_on_a_scale_of_five_and_of_ten():
    logits = [5.0, -5.0, 5.0, -5.0]
    found = find_suspects(starred([1, 0, 1, 0], [1, 5, 5, 3]), made_scores(logits))
    assert (found.stars, [(each.row, each.stars) for each in found.rows]) == (5, [(0, 1.0), (1, 5.0)])
    found = find_suspects(starred([1, 0, 1, 0], [9, 5, 4, np.nan]), made_scores(logits))
    assert (found.stars, [(each.row, each.stars) for each in found.rows]) == (10, [(2, 4.0)])


def test_stars_beyond_any_scale_and_labels_made_of_stars_say_nothing():
    logits = [5.0, -5.0]
    assert find_suspects(starred([0, 1], [900, 1]), made_scores(logits)).stars is None
    table = starred([1, 0], [1, 5])
    alone = replace(table, columns=replace(table.columns, label=None))
    assert find_suspects(alone, made_scores(logits)).rows == ()
