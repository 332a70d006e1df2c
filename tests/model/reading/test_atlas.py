"""The atlas: by hand on a unit whose memory is known, as a loop over a small network, written, read, and spoilt."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.errors import CheckpointError, ReviewError
from model.network import checkpoint
from model.network.network import NetworkConfig, RecurrentNetwork
from model.reading import across, atlas
from model.reading.across import make_atlas, own_texts
from model.reading.atlas import EACH, FILE, HIGHEST, KINDS, LOWEST, MIDDLE, NONE, fingerprint
from model.recurrence.replay import trace_gates
from model.text import encode
from tests.conftest import save_checkpoint

TEXTS = ("The film is good, not dull.", "A bad film!", "I and you", "not bad but not great", "Good", "it is dull . . .")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_checkpoint(tmp_path_factory.mktemp("atlas") / "net")


@pytest.fixture(scope="module")
def loaded(folder):
    return checkpoint.load(folder.name, folder.parent)


@pytest.fixture(scope="module")
def made(loaded, folder):
    return make_atlas(loaded, TEXTS, fingerprint(folder))


def counting() -> RecurrentNetwork:
    """A plain RNN of one unit that reads forward and shows tanh of a number of the word alone."""
    config = NetworkConfig(19, 1, 1, 1, cell="rnn", dropout=0, bidirectional=False)
    network = RecurrentNetwork(config).eval().requires_grad_(False)
    for weights in network.parameters():
        weights.zero_()
    network.embedding.weight[2:, 0] = torch.linspace(-1, 1, 17)  # the, a, film, is, good, bad, …, and
    network.layers[0].forward_rnn.weight_ih_l0[0, 0] = 1.0
    return network


def test_contexts_are_those_of_the_tokens_at_which_a_unit_is_highest_nearest_to_its_middle_and_lowest(loaded):
    found = make_atlas(replace(loaded, network=counting()), ["it is the film", "but and , a", "A dull film"], "")
    unit = found.of(1, "forward", 0)
    said = [[" ".join([*c.words[: c.marked], f"[{c.words[c.marked]}]", *c.words[c.marked + 1 :]]) for c in kind]
            for kind in unit.contexts]  # fmt: skip
    assert said[HIGHEST] == ["but [and] , a", "[it] is the film", "A [dull] film"]
    assert said[LOWEST] == ["it is [the] film", "but and , [a]", "[A] dull film"]
    # of it is the film but and , a A dull film: the median is that of is, film and dull
    assert said[MIDDLE][0] == "it [is] the film"
    values = np.tanh(np.linspace(-1, 1, 17))
    assert unit.contexts[HIGHEST][0].value == pytest.approx(values[16], abs=1e-6)
    assert unit.mean == found.traces[0].means[0]
    assert found.traces[0].means == pytest.approx([values[[15, 3, 0, 2, 7, 16, 11, 1, 1, 8, 2]].mean()], abs=1e-6)


def test_the_same_context_is_shown_once_and_at_most_one_of_a_review(loaded):
    found = make_atlas(replace(loaded, network=counting()), ["a good film and", "A good film and", "and and"], "")
    contexts = found.of(1, "forward", 0).contexts[HIGHEST]
    assert [each.words for each in contexts] == [("a", "good", "film", "and"), ("and", "and")]


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}, {"layers": 1, "bidirectional": False}])
def test_atlas_equals_a_loop_over_the_traces_of_each_review(tmp_path, settings):
    folder = save_checkpoint(tmp_path / "other", **settings)
    loaded = checkpoint.load("other", tmp_path)
    found = make_atlas(loaded, TEXTS, fingerprint(folder))
    encoded = [encode(text, loaded.field) for text in TEXTS]
    read = [trace_gates(loaded.network, loaded.network.embed(torch.tensor([each.ids]))) for each in encoded]
    assert [(each.layer, each.direction) for each in found.traces] == [(e.layer, e.direction) for e in read[0].traces]
    for index, trace in enumerate(found.traces):
        hidden = np.concatenate([each.traces[index].h for each in read])
        assert trace.means == pytest.approx(hidden.mean(axis=0), abs=1e-6)
        for unit in range(5):
            memories = [each.traces[index].memory[:, unit] for each in read]
            middle = np.median(np.concatenate(memories))
            expected = {
                HIGHEST: sorted((memory.max() for memory in memories), reverse=True),
                MIDDLE: sorted(np.abs(memory - middle).min() for memory in memories),
                LOWEST: sorted(memory.min() for memory in memories),
            }
            shown = found.of(trace.layer, trace.direction, unit).contexts
            for kind in KINDS:
                values = [each.value for each in shown[kind]]
                values = np.abs(np.array(values) - middle) if kind == MIDDLE else values
                assert values == pytest.approx(expected[kind][:EACH], abs=1e-5)


def test_reviews_are_read_the_same_in_batches_of_any_size(loaded, made, monkeypatch):
    monkeypatch.setattr(across, "BATCH", 1)
    alone = make_atlas(loaded, TEXTS, made.weights)
    for one, other in zip(alone.traces, made.traces, strict=True):
        np.testing.assert_allclose(one.values, other.values, atol=1e-5)


def test_progress_ends_with_all_and_each_batch_is_read_where_it_should_be(loaded):
    shares, runs = [], []
    make_atlas(loaded, TEXTS, "", progress=shares.append, run=lambda read: runs.append(read) or read())
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert runs


def test_what_cannot_be_read_is_left_out_and_nothing_to_read_is_refused(loaded, monkeypatch):
    assert len(make_atlas(loaded, ["", "A film.", "x" * 30_000], "").reviews) == 1
    with pytest.raises(ReviewError, match="no text that can be read"):
        make_atlas(loaded, [" "], "")
    monkeypatch.setattr(across, "MAX_TOKENS", 6)
    assert make_atlas(loaded, ["A film .", "not bad", "it is dull"], "").reviews == (("A", "film", "."), ("not", "bad"))


def test_one_token_is_a_review(loaded):
    found = make_atlas(loaded, ["Good"], "").of(2, "backward", 4)
    assert [[each.words for each in kind] for kind in found.contexts] == [[("Good",)]] * 3
    assert found.concepts == ()


def test_unit_that_there_is_not_is_an_error(made):
    with pytest.raises(KeyError):
        made.of(3, "forward", 0)
    with pytest.raises(IndexError):
        made.of(1, "forward", 5)


def test_atlas_is_read_as_it_was_written_and_written_the_same_twice(folder, loaded, made):
    atlas.write(folder / FILE, made)
    first = (folder / FILE).read_bytes()
    found = atlas.read(folder, loaded.network.config)
    assert found.reviews == made.reviews
    assert (found.means.reviews, found.source) == (len(TEXTS), "")
    for one, other in zip(found.traces, made.traces, strict=True):
        np.testing.assert_array_equal(one.places, other.places)
        np.testing.assert_allclose(one.values, other.values, atol=6e-4)
        np.testing.assert_allclose(found.means.values[one.layer, one.direction], other.means, atol=6e-5)
    for one, other in zip(found.tested, made.tested, strict=True):
        assert one.concept == other.concept
        np.testing.assert_array_equal(one.claimed, other.claimed)
        np.testing.assert_allclose(one.held_out, other.held_out, atol=6e-4)
    atlas.write(folder / FILE, found)
    assert (folder / FILE).read_bytes() == first


def test_checkpoint_without_an_atlas_has_none(tmp_path, loaded):
    assert atlas.read(save_checkpoint(tmp_path / "bare"), loaded.network.config) is None


def spoilt(change):
    """What `change` makes of a stored atlas."""

    def spoil(stored):
        change(stored)
        return gzip.compress(json.dumps(stored).encode())

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: b"no gzip",
        lambda stored: gzip.compress(b"no json"),
        lambda stored: gzip.compress(b"[]"),
        lambda stored: gzip.compress(json.dumps(stored).encode())[:-20],
        spoilt(lambda stored: stored.update(format=2)),
        spoilt(lambda stored: stored.pop("traces")),
        spoilt(lambda stored: stored["traces"].pop()),
        spoilt(lambda stored: stored["traces"][0]["means"].pop()),
        spoilt(lambda stored: stored["traces"][0]["values"][0][0].__setitem__(0, float("nan"))),
        spoilt(lambda stored: stored["traces"][0]["places"][0][0].__setitem__(0, 10**6)),
        spoilt(lambda stored: stored["traces"][1].update(direction="sideways")),
        spoilt(lambda stored: stored["tested"].append({"concept": "x"})),
    ],
)
def test_a_broken_atlas_is_refused_with_a_sentence(folder, loaded, made, spoil):
    atlas.write(folder / FILE, made)
    (folder / FILE).write_bytes(spoil(json.loads(gzip.decompress((folder / FILE).read_bytes()))))
    with pytest.raises(CheckpointError, match=r"atlas\.json\.gz of checkpoint 'net' cannot be used"):
        atlas.read(folder, loaded.network.config)


def test_an_atlas_of_other_weights_is_refused_with_a_sentence(folder, loaded, made):
    atlas.write(folder / FILE, replace(made, weights="0" * 64))
    with pytest.raises(CheckpointError, match="of other weights"):
        atlas.read(folder, loaded.network.config)


def test_an_atlas_that_is_too_large_is_refused(folder, loaded, made, monkeypatch):
    atlas.write(folder / FILE, made)
    monkeypatch.setattr(atlas, "MAX_BYTES", 100)
    with pytest.raises(CheckpointError, match="cannot be used"):
        atlas.read(folder, loaded.network.config)


def test_texts_of_the_page_are_those_of_its_own_files():
    texts = own_texts()
    assert len(texts) > 700
    assert "loved it, went back with my sister two days later" in texts
    assert all(isinstance(text, str) and text.strip() for text in texts)


def test_few_reviews_leave_places_empty(made):
    assert (made.traces[0].places != NONE).sum(axis=-1).max() == EACH
