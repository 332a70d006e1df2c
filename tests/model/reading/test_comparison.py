"""Comparing two explanations: the alignment against all alignments there are, the numbers against plain loops."""

from __future__ import annotations

import difflib
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attribution.attribution import METHODS
from model.errors import ReviewError
from model.reading.comparison import ALIKE, EXTEND, OPEN, SAME_KIND, SAME_MARK, SAME_WORD, Pair, align, compare
from model.reading.explainer import Explainer
from tests.conftest import save_checkpoint

TOKENS = st.lists(st.sampled_from(["good", "Good", "goods", "bad", "dull", ".", ",", "a"]), max_size=12)
FEW = st.lists(st.sampled_from(["like", "liked", "unlike", "li", "lili", ".", ","]), max_size=4)


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
    """One review before and after "not" was put in: places 0 to 3 stay, 4 is new, 4 to 7 become 5 to 8."""
    return compare(ask("the film is a good film but dull"), ask("the film is a not good film but dull"))


def aligned(left, right):
    """The alignment as two texts, with a dot where a side has no token."""
    ours, theirs = left.split(), right.split()
    pairs = align(ours, theirs)
    return (
        " ".join("·" if pair.left is None else ours[pair.left] for pair in pairs),
        " ".join("·" if pair.right is None else theirs[pair.right] for pair in pairs),
    )


def test_word_that_is_put_in_stands_alone():
    assert aligned("the film is good .", "the film is not good .") == ("the film is · good .", "the film is not good .")
    assert aligned("the film is not good", "the film is good") == ("the film is not good", "the film is · good")


def test_replaced_words_pair_one_to_one():
    assert align(["a", "dull", "slow", "film"], ["a", "great", "quick", "film"]) == tuple(
        Pair(place, place) for place in range(4)
    )


def test_what_is_too_much_on_one_side_stands_alone_after_the_pairs():
    assert aligned("a dull film", "a truly great big film") == ("a dull · · film", "a truly great big film")


def test_replaced_word_pairs_with_the_one_that_looks_like_it():
    assert aligned("I liked it", "I did n't like it") == ("I · · liked it", "I did n't like it")


def test_shared_ends_count_as_likeness_too():
    assert aligned("a forgettable film", "an odd unforgettable film") == (
        "a · forgettable film",
        "an odd unforgettable film",
    )


def test_upper_and_lower_case_are_the_same_token():
    assert aligned("Not a film", "so not a film") == ("· Not a film", "so not a film")


def test_empty_sides_are_aligned():
    assert align([], []) == ()
    assert align(["a", "b"], []) == (Pair(0, None), Pair(1, None))
    assert align([], ["a"]) == (Pair(None, 0),)


@given(TOKENS, TOKENS)
def test_every_place_stands_in_the_alignment_once_and_in_order(left, right):
    pairs = align(left, right)
    assert [pair.left for pair in pairs if pair.left is not None] == list(range(len(left)))
    assert [pair.right for pair in pairs if pair.right is not None] == list(range(len(right)))
    assert Pair(None, None) not in pairs


@given(st.lists(st.text(max_size=20), max_size=20))
def test_equal_texts_pair_one_to_one(tokens):
    assert align(tokens, tokens) == tuple(Pair(place, place) for place in range(len(tokens)))


@settings(deadline=None)
@given(FEW, FEW)
def test_no_alignment_is_worth_more(left, right):
    best = max(worth(pairs, left, right) for pairs in every_alignment(0, 0, len(left), len(right)))
    assert worth(align(left, right), left, right) == best


@given(TOKENS, TOKENS)
def test_alignment_is_worth_the_same_from_both_sides(left, right):
    assert worth(align(left, right), left, right) == worth(align(right, left), right, left)


def every_alignment(left, right, lefts, rights):
    if (left, right) == (lefts, rights):
        yield ()
    if left < lefts:
        yield from ((Pair(left, None), *rest) for rest in every_alignment(left + 1, right, lefts, rights))
    if right < rights:
        yield from ((Pair(None, right), *rest) for rest in every_alignment(left, right + 1, lefts, rights))
    if left < lefts and right < rights:
        yield from ((Pair(left, right), *rest) for rest in every_alignment(left + 1, right + 1, lefts, rights))


def worth(pairs, left, right):
    """The value of an alignment, added up pair by pair."""
    total, before = 0, "both"
    for pair in pairs:
        kind = "right" if pair.left is None else "left" if pair.right is None else "both"
        if kind == "both":
            total += worth_of_pair(left[pair.left].lower(), right[pair.right].lower())
        else:
            total -= EXTEND + (OPEN if kind != before else 0)
        before = kind
    return total


def worth_of_pair(one, other):
    word, other_word = (any(letter.isalnum() for letter in token) for token in (one, other))
    if one == other:
        return SAME_WORD if word else SAME_MARK
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = min(len(one), len(other)) if start is None else start
    backwards = list(zip(reversed(one), reversed(other), strict=False))
    end = next((place for place, (a, b) in enumerate(backwards) if a != b), len(backwards))
    likeness = min(start + end, len(one), len(other)) / max(len(one), len(other))
    if likeness >= 0.5:
        return round(ALIKE * likeness)
    return SAME_KIND if word == other_word else 0


@given(st.lists(st.sampled_from(["good", "film", "slow", "acted", "it", ".", ","]), unique=True), st.data())
def test_one_new_word_is_found_as_difflib_finds_it(tokens, data):
    place = data.draw(st.integers(0, len(tokens)))
    edited = [*tokens[:place], "xyz", *tokens[place:]]
    blocks = difflib.SequenceMatcher(None, tokens, edited, autojunk=False).get_matching_blocks()
    same = {(block.a + step, block.b + step) for block in blocks for step in range(block.size)}
    assert {(pair.left, pair.right) for pair in align(tokens, edited) if pair.left is not None} == same


@given(st.lists(st.sampled_from(["good", "."]), max_size=12), st.data())
def test_one_new_word_between_repeated_ones_loses_no_pair(tokens, data):
    place = data.draw(st.integers(0, len(tokens)))
    pairs = align(tokens, [*tokens[:place], "xyz", *tokens[place:]])
    assert [pair.right for pair in pairs if pair.left is None] == [place]


def test_tokens_are_alike_only_within_their_own_length():
    assert align(["aa"], ["aaaa", "b"]) == (Pair(0, 0), Pair(None, 1))
    assert align(["long" * 30 + "a"], ["long" * 30 + "b"]) == (Pair(0, 0),)


def test_two_long_texts_of_few_words_are_aligned():
    pairs = align(["good", "bad"] * 500, ["bad", "good"] * 500)
    assert len(pairs) == 1001
    assert sum(pair.left is not None and pair.right is not None for pair in pairs) == 999


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
    left, right = (side.gates.of(1, "forward").f for side in (compared.left, compared.right))
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
        compare(ask("good", "bilstm", METHODS[0], "zero"), ask("bad", "bilstm", METHODS[0], "padding"))


def test_baseline_does_not_matter_where_the_method_has_none(ask):
    compared = compare(ask("good", "bilstm", "saliency", "zero"), ask("bad", "bilstm", "saliency", "padding"))
    assert compared.baseline_change is None
    assert len(compared.pairs) == 1


def test_comparison_cannot_be_changed(edit):
    with pytest.raises(AttributeError):
        edit.pairs = ()
    assert replace(edit, pairs=()).same.shape == (0,)
