"""Comparing two explanations: the numbers against plain loops."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from model.attribution.methods import METHODS
from model.errors import ReviewError
from model.reading.alignment import Pair
from model.reading.comparison import compare
from model.reading.explainer import Explainer
from tests.conftest import save_checkpoint


@pytest.fixture(scope="module")
def explainer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    save_checkpoint(folder / "bilstm")
    save_checkpoint(folder / "other", seed=1)
    save_checkpoint(folder / "rnn", cell="rnn")
    save_checkpoint(folder / "shallow", layers=1)
    return Explainer(folder)


@pytest.fixture
def edit(ask):
    """One review before and after a "but" was put in: places 0 to 3 stay, 4 is new, 4 to 7 become 5 to 8."""
    return compare(ask("the film is a good film but dull"), ask("the film is a but good film but dull"))


def test_scores_stand_beside_their_pairs(edit):
    left, right = edit.left.attribution.scores, edit.right.attribution.scores
    for place, pair in enumerate(edit.pairs):
        if place == 4:
            assert pair == Pair(None, 4)
            assert math.isnan(edit.score_change[place])
            assert math.isnan(edit.left_scores[place])
            assert edit.right_scores[place] == edit.shift[place] == right[4]
        else:
            assert edit.score_change[place] == pytest.approx(right[pair.right] - left[pair.left])
            assert edit.shift[place] == edit.score_change[place]
    assert edit.same.tolist() == [place != 4 for place in range(9)]


def test_token_that_went_counts_with_its_score_taken_away(ask):
    compared = compare(ask("the film is not good"), ask("the film is good"))
    assert compared.pairs[3] == Pair(3, None)
    assert compared.shift[3] == -compared.left.attribution.scores[3]
    assert math.isnan(compared.score_change[3])


def test_shifts_and_baselines_add_up_to_the_change_of_the_logit(edit):
    error = abs(edit.left.attribution.delta) + abs(edit.right.attribution.delta)
    assert edit.shift.sum() + edit.baseline_change == pytest.approx(edit.logit_change, abs=error + 1e-5)
    assert edit.logit_change == edit.right.prediction.logit - edit.left.prediction.logit
    assert abs(edit.logit_change) > 10 * error


@pytest.mark.parametrize("symbol", list("ifogch"))
def test_gate_changes_equal_a_plain_loop(edit, symbol):
    change, distance = edit.change(symbol, 2, "backward"), edit.distance(symbol, 2, "backward")
    means = edit.means(symbol, 2, "backward")
    left, right = (side.gates.of(2, "backward").values(symbol).tolist() for side in (edit.left, edit.right))
    for place, pair in enumerate(edit.pairs):
        if pair.left is None:
            assert np.isnan([change[place], distance[place], means.left[place]]).all()
            assert means.right[place] == pytest.approx(sum(right[4]) / 5)
            continue
        before, after = left[pair.left], right[pair.right]
        assert change[place] == pytest.approx((sum(after) - sum(before)) / 5)
        squares = [(new - old) ** 2 for new, old in zip(after, before, strict=True)]
        assert distance[place] == pytest.approx(math.sqrt(sum(squares) / 5))


def test_units_have_moved_at_least_as_far_as_their_mean(edit):
    change, distance = edit.change("g", 1, "forward"), edit.distance("g", 1, "forward")
    both = ~np.isnan(change)
    assert (distance[both] >= np.abs(change[both]) - 1e-9).all()
    assert distance[both].max() > 0.01


def test_first_layer_moves_only_after_the_edit_in_the_order_in_which_it_reads(edit):
    forward, backward = (edit.distance("c", 1, direction) for direction in ("forward", "backward"))
    assert forward[:4] == pytest.approx(np.zeros(4), abs=1e-6)
    assert (forward[5:] > 1e-3).all()
    assert backward[5:] == pytest.approx(np.zeros(4), abs=1e-6)
    assert (backward[:4] > 1e-4).all()


def test_review_compared_with_itself_does_not_change(ask):
    compared = compare(ask("good film"), ask("good film"))
    assert compared.logit_change == compared.baseline_change == 0
    assert compared.shift.tolist() == compared.distance("c", 2, "forward").tolist() == [0, 0]


def test_units_of_two_checkpoints_are_not_compared_one_by_one(ask):
    compared = compare(ask("good film"), ask("good film", "other"))
    assert not compared.same_checkpoint
    assert compared.common_quantities == tuple("ifogch")
    assert np.isnan(compared.distance("f", 1, "forward")).all()
    left, right = (side.gates.of(1, "forward").values("f") for side in (compared.left, compared.right))
    assert compared.change("f", 1, "forward") == pytest.approx(right.mean(axis=1) - left.mean(axis=1), abs=1e-6)


def test_lstm_and_plain_rnn_share_the_hidden_state_alone(ask):
    for sides in (("bilstm", "rnn"), ("rnn", "bilstm")):
        compared = compare(*(ask("good film", side) for side in sides))
        assert compared.common_quantities == ("h",)
        assert np.isfinite(compared.change("h", 2, "forward")).all()
        for lacking in (compared.change, compared.distance, compared.means):
            with pytest.raises(KeyError):
                lacking("f", 2, "forward")


def test_layer_that_one_network_lacks_is_a_key_error(ask):
    compared = compare(ask("good film"), ask("good film", "shallow"))
    assert np.isfinite(compared.change("f", 1, "backward")).all()
    with pytest.raises(KeyError):
        compared.change("f", 2, "backward")


def test_scores_of_two_kinds_are_refused_with_the_way_out(ask):
    with pytest.raises(ReviewError, match=r"saliency and occlusion: choose one method"):
        compare(ask("good", "bilstm", "saliency"), ask("bad", "bilstm", "occlusion"))
    with pytest.raises(ReviewError, match=r"zero and padding: choose one baseline"):
        compare(ask("good", "bilstm", METHODS[0].name, "zero"), ask("bad", "bilstm", METHODS[0].name, "padding"))


def test_baseline_does_not_matter_where_the_method_has_none(ask):
    compared = compare(ask("good", "bilstm", "saliency", "zero"), ask("bad", "bilstm", "saliency", "padding"))
    assert compared.baseline_change is None
    assert len(compared.pairs) == 1


def test_comparison_cannot_be_changed(edit):
    with pytest.raises(AttributeError):
        edit.pairs = ()
    assert replace(edit, pairs=()).same.shape == (0,)
