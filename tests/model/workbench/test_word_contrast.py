"""Words of mistakes and hits: the statistic against a loop, attributions against those of single reviews."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.attribution.attribution import attribute
from model.errors import ReviewError
from model.network.checkpoint import Checkpoint
from model.workbench import word_contrast
from model.workbench.overview import Outcome, outcomes
from model.workbench.word_contrast import (
    COMPARISONS,
    DEFAULT_COMPARISON,
    compare_words,
    spread,
    top_tokens,
    word_attributions,
)
from tests.conftest import make_network
from tests.scored import made_scores, made_table, random_scored

VOCABULARY = ["<unk>", "<pad>", *(f"word{id_}" for id_ in range(2, 19))]
REVIEWS = [[3, 4, 5, 6, 0, 8, 2], [7, 7, 7], [2], [9, 10, 0, 0, 11, 3, 3, 5, 12, 13, 14], [4, 4]]


def by_loop(table, scores, mistakes, hits, among):
    """z of each id by the formula of the paper, one word at a time; and in how many compared reviews it is."""
    codes = outcomes(table, scores)
    reviews = [scores.ids[scores.offsets[row] : scores.offsets[row + 1]].tolist() for row in range(len(codes))]
    reviews = [[id_ for id_ in review if id_ > 1] for review in reviews]
    sides = [[review for review, code, ok in zip(reviews, codes, among, strict=True) if ok and code in side]
             for side in (mistakes, hits)]  # fmt: skip
    size = min(sum(map(len, side)) for side in sides)
    everything = sum(map(len, reviews))
    z, found_in = {}, {}
    for id_ in range(2, len(VOCABULARY)):
        prior = size * sum(review.count(id_) for review in reviews) / everything
        counts = [sum(review.count(id_) for review in side) for side in sides]
        totals = [sum(map(len, side)) for side in sides]
        found_in[id_] = sum(id_ in review for side in sides for review in side)
        logs = [math.log((count + prior) / (total + size - count - prior))
                for count, total in zip(counts, totals, strict=True)]  # fmt: skip
        z[id_] = (logs[0] - logs[1]) / math.sqrt(sum(1 / (count + prior) for count in counts))
    return z, found_in


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(list(COMPARISONS)), st.booleans(), st.integers(1, 50))
def test_z_scores_equal_a_loop(seed, comparison, some, block):
    table, scores = random_scored(120, seed)
    among = np.random.default_rng(seed).random(120) < 0.8 if some else np.ones(120, dtype=bool)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_contrast, "BLOCK", block)
        found = compare_words(VOCABULARY, table, scores, among, comparison, top=99)
    z, found_in = by_loop(table, scores, *COMPARISONS[comparison], among)
    for side, sign in ((found.mistakes, 1), (found.hits, -1)):
        expected = [id_ for id_ in z if found_in[id_] >= word_contrast.MIN_REVIEWS and sign * z[id_] > 0]
        expected.sort(key=lambda id_: -abs(z[id_]))
        assert side.ids.tolist() == expected
        assert side.z == pytest.approx([z[id_] for id_ in expected])
        assert side.words == tuple(VOCABULARY[id_] for id_ in expected)


def test_the_word_of_the_mistakes_comes_first():
    reviews = [[5, 6, 7, 0, 1]] * 10 + [[5, 6, 8]] * 30
    table = made_table([1] * 40)
    scores = made_scores([-1.0] * 10 + [1.0] * 30, reviews)
    found = compare_words(VOCABULARY, table, scores)
    assert (found.mistakes.words[0], found.hits.words[0]) == ("word7", "word8")
    assert (found.mistakes.mistakes[0], found.mistakes.hits[0]) == (10, 0)
    assert (found.hits.mistakes[0], found.hits.hits[0]) == (0, 30)
    assert (found.mistake_rows, found.hit_rows, found.missing) == (10, 30, "")
    assert found.mistakes.z[0] > 2
    assert compare_words(VOCABULARY, table, scores, top=1).mistakes.words == ("word7",)


def test_a_word_of_few_reviews_is_left_out_however_often_it_is_said():
    reviews = [[5, 9, 9, 9, 9, 9, 9, 9, 9]] * (word_contrast.MIN_REVIEWS - 1) + [[5, 7]] * 10 + [[5, 6]] * 30
    scores = made_scores([-1.0] * (len(reviews) - 30) + [1.0] * 30, reviews)
    found = compare_words(VOCABULARY, made_table([1] * len(reviews)), scores)
    assert "word9" not in found.mistakes.words
    assert "word7" in found.mistakes.words


def test_unknown_words_are_left_out():
    reviews = [[0, 1, 5]] * 10 + [[5, 6]] * 10
    found = compare_words(VOCABULARY, made_table([1] * 20), made_scores([-1.0] * 10 + [1.0] * 10, reviews))
    assert not {"<unk>", "<pad>"} & {*found.mistakes.words, *found.hits.words}


def test_a_single_word_differs_from_nothing():
    found = compare_words(VOCABULARY, made_table([1] * 20), made_scores([-1.0] * 10 + [1.0] * 10, [[5]] * 20))
    assert found.mistakes.words == found.hits.words == ()


def test_sides_are_restricted_to_their_cells():
    table = made_table([1, 0, 0, 1, -1])
    scores = made_scores([1.0, 1.0, -1.0, -1.0, 1.0])
    for comparison, (mistakes, hits) in COMPARISONS.items():
        found = compare_words(VOCABULARY, table, scores, comparison=comparison)
        assert (found.mistake_rows, found.hit_rows) == (len(mistakes), len(hits))
        assert Outcome.UNLABELLED not in {*mistakes, *hits}


@pytest.mark.parametrize(
    ("labels", "lacking"), [([1, 1], "no mistakes"), ([0, 0], "no hits"), ([-1, -1], "rows with labels"), ([], "rows")]
)
def test_where_one_side_is_empty_a_sentence_says_so(labels, lacking):
    found = compare_words(VOCABULARY, made_table(labels), made_scores([1.0] * len(labels)))
    assert lacking in found.missing
    assert len(found.mistakes.ids) == len(found.hits.ids) == 0


def test_unknown_comparison_is_refused():
    with pytest.raises(ReviewError, match="no such comparison"):
        compare_words(VOCABULARY, made_table([1]), made_scores([1.0]), comparison="left against right")
    assert DEFAULT_COMPARISON in COMPARISONS


def singles(network, reviews):
    return [attribute(network, review, word_contrast.METHOD).scores for review in reviews]


@pytest.mark.parametrize("pooling", ["last", "max_mean"])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_summed_attributions_equal_those_of_single_reviews(tiny: Checkpoint, cell, pooling):
    checkpoint = replace(tiny, network=make_network(cell=cell, pooling=pooling))
    found = word_attributions(checkpoint, made_scores([0.0] * 5, REVIEWS), np.array([0, 1, 3, 4]))
    totals, counts = np.zeros(19), np.zeros(19, dtype=int)
    chosen = [REVIEWS[row] for row in (0, 1, 3, 4)]
    for review, scores in zip(chosen, singles(checkpoint.network, chosen), strict=True):
        np.add.at(totals, review, scores)
        np.add.at(counts, review, 1)
    assert found.totals == pytest.approx(totals, abs=1e-4)
    assert found.counts.tolist() == counts.tolist()
    assert found.means[7] == pytest.approx(totals[7] / 3, abs=1e-4)
    assert math.isnan(found.means[18])
    assert (found.rows, found.chosen) == (4, 4)


def test_batches_and_the_temperature_change_nothing_but_the_scale(tiny: Checkpoint, monkeypatch):
    scores = made_scores([0.0] * 5, REVIEWS)
    whole = word_attributions(tiny, scores, np.arange(5)).totals
    monkeypatch.setattr(word_contrast, "GRADIENT_TOKENS", 1)
    assert word_attributions(tiny, scores, np.arange(5)).totals == pytest.approx(whole, abs=1e-5)
    cooler = replace(tiny, network=make_network(temperature=2.0))
    assert word_attributions(cooler, scores, np.arange(5)).totals == pytest.approx(
        word_attributions(replace(tiny, network=make_network()), scores, np.arange(5)).totals / 2, abs=1e-5
    )


def test_top_tokens_are_merged_by_word_and_equal_single_reviews(tiny: Checkpoint):
    found = top_tokens(tiny, made_scores([0.0] * 5, REVIEWS), np.array([3, 1, 2]), k=3)
    vocabulary = tiny.field.vocab.itos
    assert set(found) == {1, 2, 3}
    for row, tokens in found.items():
        sums: dict[str, float] = {}
        for id_, score in zip(
            REVIEWS[row], attribute(tiny.network, REVIEWS[row], word_contrast.METHOD).scores, strict=True
        ):
            sums[vocabulary[id_]] = sums.get(vocabulary[id_], 0.0) + score
        expected = sorted(sums.items(), key=lambda pair: -abs(pair[1]))[:3]
        assert [word for word, _ in tokens] == [word for word, _ in expected]
        assert [score for _, score in tokens] == pytest.approx([score for _, score in expected], abs=1e-4)


def test_too_many_rows_are_thinned_out_evenly(tiny: Checkpoint, monkeypatch):
    assert spread(np.arange(10), 5).tolist() == [0, 2, 4, 6, 8]
    assert spread([7, 5, 3], 5).tolist() == [7, 5, 3]
    assert len(np.unique(spread(np.arange(100_000)))) == word_contrast.MAX_ATTRIBUTED
    monkeypatch.setattr(word_contrast, "spread", lambda rows, most=2: spread(rows, min(most, 2)))
    found = word_attributions(tiny, made_scores([0.0] * 5, REVIEWS), np.arange(5))
    assert (found.rows, found.chosen) == (2, 5)
    assert found.counts.sum() == len(REVIEWS[0]) + len(REVIEWS[2])


def test_top_tokens_may_be_asked_for_fewer_rows(tiny: Checkpoint):
    assert set(top_tokens(tiny, made_scores([0.0] * 5, REVIEWS), np.arange(5), most=2)) == {0, 2}


def test_progress_rises_to_one_and_stop_keeps_what_is_done(tiny: Checkpoint, monkeypatch):
    monkeypatch.setattr(word_contrast, "GRADIENT_TOKENS", 1)
    scores, shares = made_scores([0.0] * 5, REVIEWS), []
    word_attributions(tiny, scores, np.arange(5), shares.append)
    assert shares == sorted(shares)
    assert (len(shares), shares[-1]) == (5, 1)
    shares.clear()
    found = word_attributions(tiny, scores, np.arange(5), shares.append, stop=lambda: len(shares) == 2)
    assert (found.rows, found.chosen) == (2, 5)
    assert found.counts.sum() == 3  # the two shortest
    assert len(top_tokens(tiny, scores, np.arange(5), stop=lambda: True)) == 0


def test_no_rows_have_no_attributions(tiny: Checkpoint):
    found = word_attributions(tiny, made_scores([0.0] * 5, REVIEWS), [])
    assert (found.rows, found.chosen, found.counts.sum()) == (0, 0, 0)
    assert top_tokens(tiny, made_scores([0.0] * 5, REVIEWS), []) == {}


def test_the_network_that_others_use_is_left_as_it_is(tiny: Checkpoint):
    before = {name: weights.clone() for name, weights in tiny.network.state_dict().items()}
    word_attributions(tiny, made_scores([0.0] * 5, REVIEWS), np.arange(5))
    assert not tiny.network.training
    assert not any(module._forward_hooks or module._backward_hooks for module in tiny.network.modules())
    assert not any(weights.requires_grad or weights.grad is not None for weights in tiny.network.parameters())
    assert all(torch.equal(before[name], weights) for name, weights in tiny.network.state_dict().items())
