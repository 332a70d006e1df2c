"""Which two networks race, and that what they are measured by is the gradient that autograd finds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.network import checkpoint
from model.network.cells.registry import CELLS
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.reading.race import LONG, pair_of
from tests.conftest import save_checkpoint

TEXT = "not a good film , but great"


def made(folder, **each):
    """Checkpoints of that name with those settings, in a folder."""
    for name, settings in each.items():
        save_checkpoint(folder / name, **settings)
    return [checkpoint.load(name, folder) for name in each]


def names_of(pair):
    return None if pair is None else tuple(each.name for each in pair)


def gradients_at_words(explainer, name, text):
    """The norm of d logit / d word vector at each token, by autograd of PyTorch's own modules."""
    loaded = explainer.checkpoint(name)
    ids = explainer.read(Question(text, name)).review.ids
    words = loaded.network.embed(torch.tensor([ids])).clone().requires_grad_()
    loaded.network.forward_embedded(words, torch.tensor([len(ids)])).sum().backward()
    return words.grad[0].double().norm(dim=1).numpy()


def test_pair_has_one_head_and_two_cells(tmp_path):
    there = made(
        tmp_path,
        pools={"pooling": "max_mean"},
        pools_too={"pooling": "max_mean", "cell": "rnn"},
        one={"layers": 1},
        other={"layers": 1, "cell": "rnn"},
        deeper={"layers": 3, "cell": "rnn"},
    )
    assert names_of(pair_of(there)) == names_of(pair_of(there[::-1])) == ("one", "other")


def test_of_two_pairs_the_smaller_one_races(tmp_path):
    there = made(
        tmp_path,
        large={},
        large_rnn={"cell": "rnn"},
        small={"layers": 1, "hidden_size": 3},
        small_rnn={"layers": 1, "hidden_size": 3, "cell": "rnn"},
    )
    assert names_of(pair_of(there)) == ("small", "small_rnn")


def test_those_that_read_one_way_race_rather_than_smaller_ones(tmp_path):
    there = made(
        tmp_path,
        both={"layers": 1, "hidden_size": 2},
        both_rnn={"layers": 1, "hidden_size": 2, "cell": "rnn"},
        one={"bidirectional": False},
        one_rnn={"bidirectional": False, "cell": "rnn"},
    )
    assert names_of(pair_of(there)) == ("one", "one_rnn")


@pytest.mark.parametrize(
    "other",
    [
        {"cell": "rnn", "pooling": "max_mean"},
        {"cell": "rnn", "layers": 1},
        {"bidirectional": False, "cell": "rnn"},
        {"seed": 1},
    ],
)
def test_other_heads_and_equal_cells_do_not_race(tmp_path, other):
    assert pair_of(made(tmp_path, one={}, other=other)) is None


@pytest.mark.parametrize("text", [TEXT, "good"])
def test_race_is_by_what_autograd_finds_at_the_words(tmp_path, text):
    made(
        tmp_path,
        lstm={"bidirectional": False},
        rnn={"cell": "rnn", "bidirectional": False},
        pools={"pooling": "max_mean"},
    )
    explainer = Explainer(tmp_path)
    race = explainer.race(explainer.read(Question(text, "pools")))
    assert race.directions == ("forward",)
    assert race.tokens == len(text.split())
    assert [each.checkpoint for each in (*race.runners, race.pooled)] == ["lstm", "rnn", "pools"]
    for runner in (*race.runners, race.pooled):
        norms = gradients_at_words(explainer, runner.checkpoint, text)[::-1]
        assert runner.cell is explainer.checkpoint(runner.checkpoint).network.cell
        assert runner.accuracy is None
        assert runner.reach.distances.tolist() == list(range(len(norms)))
        np.testing.assert_allclose(10**runner.reach.log10_gain, norms / norms[0], rtol=1e-4)


def test_race_of_both_directions_counts_from_the_nearer_end(explainer):
    race = explainer.race(explainer.read(Question(TEXT, "bilstm")))
    assert race.directions == ("forward", "backward")
    assert race.tokens == 7
    assert race.pooled is None
    norms = gradients_at_words(explainer, "rnn", TEXT)
    assert race.runners[1].reach.distances.tolist() == [0, 1, 2, 3]
    mean = np.sqrt((norms[:4] ** 2 + norms[::-1][:4] ** 2) / 2)
    np.testing.assert_allclose(10 ** race.runners[1].reach.log10_gain, mean / mean[0], rtol=1e-4)


@pytest.mark.parametrize(("tokens", "short"), [(1, True), (LONG - 1, True), (LONG, False)])
def test_a_review_is_short_below_a_stated_number_of_tokens(explainer, tokens, short):
    race = explainer.race(explainer.read(Question("good " * tokens, "bilstm")))
    assert (race.tokens, race.short) == (tokens, short)


def test_the_network_that_is_explained_stands_for_those_that_pool(tmp_path):
    made(tmp_path, a={"pooling": "max_mean"}, b={}, c={"cell": "rnn"}, d={"pooling": "max_mean", "seed": 1})
    explainer = Explainer(tmp_path)
    pooled = {name: explainer.race(explainer.read(Question(TEXT, name))).pooled.checkpoint for name in "abcd"}
    assert pooled == {"a": "a", "b": "a", "c": "a", "d": "d"}


@pytest.mark.parametrize("cell", list(CELLS))
def test_one_kind_of_cell_alone_has_no_race(tmp_path, cell):
    made(tmp_path, one={"cell": cell}, other={"cell": cell, "seed": 1})
    explainer = Explainer(tmp_path)
    assert explainer.race(explainer.read(Question(TEXT, "one"))) is None


def test_a_damaged_checkpoint_is_passed_over(tmp_path):
    made(tmp_path, a={}, b={"cell": "rnn"}, c={"layers": 1}, d={"layers": 1, "cell": "rnn"})
    (tmp_path / "c" / "model.safetensors").write_bytes(b"no weights")
    explainer = Explainer(tmp_path)
    race = explainer.race(explainer.read(Question(TEXT, "a")))
    assert [each.checkpoint for each in race.runners] == ["a", "b"]


def test_same_review_is_raced_once(explainer):
    reading = explainer.read(Question(TEXT, "bilstm"))
    assert explainer.race(reading) is explainer.race(explainer.read(Question(TEXT, "bilstm", "saliency")))
    assert explainer.race(reading) is not explainer.race(explainer.read(Question(TEXT + " !", "bilstm")))


def test_twin_of_a_gradient_reads_in_its_direction(tmp_path):
    made(tmp_path, both={}, one_way={"cell": "rnn", "bidirectional": False})
    explainer = Explainer(tmp_path)
    reading = explainer.read(Question(TEXT, "both"))
    twins = [
        [flow.checkpoint for flow in explainer.gradients(reading, 1, way).flows] for way in ("forward", "backward")
    ]
    assert twins == [["both", "one_way"], ["both"]]
