"""Many reviews at once against one at a time: the same ids, logits, states and gates."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from model.errors import ReviewError
from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.network.classify import classify
from model.recurrence.replay import trace_gates
from model.text import MAX_TOKENS, encode
from model.workbench import scoring
from model.workbench.scoring import Scores, exact_layers, fingerprint, join, score, score_chunks
from tests.conftest import WORDS, save_checkpoint

TEXTS = [
    "The film is good.",
    "NOT a dull film, but it IS a BAD one! I am AMAZED",
    "x",
    "naïve <br /> café\n\nÅngström?? You didn't, however; you cannot. Why?",
    " ".join(f"{WORDS[n % len(WORDS)]}" for n in range(1_300)),
    "a:) b ( : ... unknownword " * 20,
    *(" ".join(WORDS[(n * k) % len(WORDS)] for k in range(2 + n)) for n in range(1, 30)),
]


@pytest.fixture(scope="module", params=["max_mean", "last", "rnn"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A network of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    kind = {"cell": "rnn"} if request.param == "rnn" else {"pooling": request.param}
    save_checkpoint(folder / request.param, temperature=0.7, **kind)
    return checkpoint.load(request.param, folder)


def test_verdicts_are_those_of_single_reviews(loaded):
    scores = score(loaded, TEXTS)
    single = [classify(loaded, text) for text in TEXTS]
    np.testing.assert_allclose(scores.logits, [each.logit for each in single], atol=1e-4)
    np.testing.assert_allclose(scores.probabilities, [each.probability for each in single], atol=1e-4)
    assert scores.predicted.tolist() == [each.label == "positive" for each in single]
    assert not scores.half
    assert scores.checkpoint == loaded.name


def test_ids_are_those_of_the_text_path(tiny):
    scores = score(tiny, TEXTS)
    for row, text in enumerate(TEXTS):
        review = encode(text, tiny.field)
        assert tuple(scores.ids[scores.offsets[row] : scores.offsets[row + 1]]) == review.ids
        assert (scores.tokens[row], scores.omitted[row]) == (len(review.ids), review.omitted)
        assert scores.unknown[row] == len(review.unknown)
    assert scores.omitted[4] == 1_300 - MAX_TOKENS
    assert scores.ids.dtype == np.uint16


def test_words_are_counted_among_the_tokens_that_are_read(tiny):
    scores = score(tiny, [TEXTS[1], TEXTS[3], "good " * 900 + "not " * 400, "I A ? BUT 3D U.S."])
    assert scores.negations.tolist() == [1, 2, 400, 0]
    assert scores.contrasts.tolist() == [1, 1, 0, 1]
    assert scores.capitals.tolist() == [4, 0, 0, 1]
    assert scores.questions.tolist() == [0, 3, 0, 1]


def test_gates_are_those_of_the_replay(loaded):
    scores = score(loaded, TEXTS)
    for row, text in enumerate(TEXTS):
        ids = torch.tensor([encode(text, loaded.field).ids])
        traces = trace_gates(loaded.network, loaded.network.embed(ids)).traces
        if loaded.network.config.cell == "rnn":
            assert np.isnan(scores.forget[row])
            assert np.isnan(scores.saturated[row])
            continue
        gates = np.concatenate([trace.values("f").ravel() for trace in traces])
        assert scores.forget[row] == pytest.approx(gates.mean(), abs=1e-5)
        assert scores.saturated[row] == pytest.approx(((gates < 0.1) | (gates > 0.9)).mean(), abs=1e-5)


def test_states_are_what_the_output_layer_reads(loaded):
    scores = score(loaded, TEXTS)
    network = loaded.network
    logits = network.output(torch.from_numpy(scores.states).float()).squeeze(-1) / network.config.temperature
    np.testing.assert_allclose(logits, scores.logits, atol=0.02)
    assert scores.states.dtype == np.float16


def test_company_does_not_change_a_verdict(tiny):
    together = score(tiny, TEXTS)
    for row, text in enumerate(TEXTS):
        assert score(tiny, [text]).logits[0] == pytest.approx(together.logits[row], abs=1e-5)


def test_parts_come_in_order_and_join_to_the_whole(tiny):
    parts = list(score_chunks(tiny, TEXTS, chunk=8))
    assert [len(part.logits) for part in parts] == [8, 8, 8, 8, 3]
    whole, joined = score(tiny, TEXTS), join(parts)
    for field in fields(Scores):
        if field.name in ("checkpoint", "half"):
            assert getattr(joined, field.name) == getattr(whole, field.name)
        else:
            expected = getattr(whole, field.name)
            assert getattr(joined, field.name).dtype == expected.dtype
            np.testing.assert_allclose(getattr(joined, field.name), expected, atol=1e-3)


def test_parts_of_different_checkpoints_do_not_join(tiny):
    part = score(tiny, TEXTS[:2])
    with pytest.raises(ValueError, match="different"):
        join([part, replace(part, checkpoint="another")])
    with pytest.raises(ValueError, match="none"):
        join([])


def test_a_chunk_has_the_same_numbers_whatever_came_before(tiny):
    *_, last = score_chunks(tiny, TEXTS[:16], chunk=8)
    (alone,) = score_chunks(tiny, TEXTS[8:16], chunk=8)
    np.testing.assert_array_equal(last.logits, alone.logits)
    np.testing.assert_array_equal(last.forget, alone.forget)


def test_no_text_gives_empty_scores(tiny):
    scores = score(tiny, [])
    assert scores.logits.shape == scores.ids.shape == (0,)
    assert scores.offsets.tolist() == [0]


def test_progress_counts_the_texts_that_are_done(tiny):
    told: list[int] = []
    first, whole = scoring.FIRST, scoring.FIRST + scoring.CHUNK
    score(tiny, ["good"] * (whole + 1), progress=told.append)
    assert told == [first, whole, whole + 1]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 70, 600, 1_100])
@pytest.mark.parametrize("chunk", [4, 512])
def test_chunks_are_all_texts_in_order_the_first_a_small_one(count, chunk):
    texts = [str(place) for place in range(count)]
    found = scoring.chunks(texts, chunk)
    assert [text for piece in found for text in piece] == texts
    assert len(found[0]) == min(count, chunk, scoring.FIRST)
    assert all(len(piece) == chunk for piece in found[1:-1])


def test_first_part_comes_before_the_last_text_is_cut_into_tokens(tiny, monkeypatch):
    seen, encode = [], scoring.encode_texts
    monkeypatch.setattr(scoring, "encode_texts", lambda loaded, texts: seen.append(len(texts)) or encode(loaded, texts))
    parts = scoring.score_chunks(tiny, ["good"] * 40, chunk=4)
    next(parts)
    assert sum(seen) < 40
    parts.close()


def test_a_text_that_cannot_be_read_is_refused(tiny):
    with pytest.raises(ReviewError, match="nothing to read"):
        score(tiny, ["good", "  "])


def test_a_consumer_that_stops_leaves_no_thread_and_no_setting_behind(tiny):
    before = torch.get_num_threads()
    parts = score_chunks(tiny, TEXTS, chunk=4)
    next(parts)
    assert any(thread.name.startswith("scoring") for thread in threading.enumerate())
    parts.close()
    assert not any(thread.name.startswith("scoring") for thread in threading.enumerate())
    with ThreadPoolExecutor(1) as fresh:
        assert fresh.submit(torch.get_num_threads).result() == torch.get_num_threads() == before


def test_visitors_who_score_at_once_get_the_same(tiny):
    expected = score(tiny, TEXTS)
    with ThreadPoolExecutor(4) as visitors:
        for scores in visitors.map(lambda _: score(tiny, TEXTS), range(4)):
            np.testing.assert_array_equal(scores.logits, expected.logits)


def test_batches_hold_all_rows_and_no_more_tokens_than_they_may():
    lengths = np.random.default_rng(0).integers(1, 1_000, 300)
    batches = list(scoring._batches(lengths, 4_096))
    assert sorted(np.concatenate(batches).tolist()) == list(range(300))
    assert all(len(rows) * scoring._padded(lengths[rows].max()) <= 4_096 for rows in batches)
    assert [rows.tolist() for rows in scoring._batches(np.array([5_000, 1]), 4_096)] == [[0], [1]]


def test_bfloat16_goes_as_far_down_as_it_holds_the_logits(loaded, monkeypatch):
    monkeypatch.setattr(scoring, "prefers_half", lambda device: True)
    texts = TEXTS * 10
    assert exact_layers(loaded, texts[:20]) == 2  # too few to try
    assert exact_layers(loaded, texts, half=True) == 0
    assert exact_layers(loaded, texts, half=False) == 2
    for tolerance, exact in ((1.0, 0), (0.0, 2)):
        monkeypatch.setattr(scoring, "PROBE_TOLERANCE", tolerance)
        assert exact_layers(loaded, texts) == exact
    monkeypatch.setattr(scoring, "prefers_half", lambda device: False)
    assert exact_layers(loaded, texts) == 2


def test_bfloat16_stays_near(loaded):
    half, full = score(loaded, TEXTS, half=True), score(loaded, TEXTS, half=False)
    assert half.half
    assert not full.half
    assert 0 < np.abs(half.logits - full.logits).max() < 0.1
    np.testing.assert_allclose(half.forget, full.forget, atol=5e-3)


def test_a_fingerprint_is_of_weights_settings_and_words(tmp_path):
    for name, seed in (("first", 0), ("same", 0), ("other", 1)):
        save_checkpoint(tmp_path / name, seed=seed)
    prints = [fingerprint(checkpoint.load(name, tmp_path)) for name in ("first", "same", "other")]
    assert prints[0] == prints[1] != prints[2]
