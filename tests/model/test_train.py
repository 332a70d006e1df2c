"""Training, on a few made reviews: it learns, resumes to the same numbers, stops in time, and keeps the best."""

from __future__ import annotations

import time
from dataclasses import astuple, replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model import checkpoint, data, evaluate, objective, publish, train, vectors
from model.data import PreparedData, Split
from model.errors import DataError
from model.network import NetworkConfig
from model.predict import predict
from model.presets import PRESETS

WORDS = ("good", "bad", *(f"word{number}" for number in range(40)))


def made_data() -> PreparedData:
    """Reviews of 3 to 11 words; one that holds "good" is positive, one that holds "bad" negative."""
    rng = np.random.default_rng(0)
    reviews, labels, splits = [], [], []
    for split, count in ((Split.TRAIN, 120), (Split.VALIDATION, 40), (Split.TEST, 40), (Split.UNLABELLED, 20)):
        for number in range(count):
            review = rng.integers(4, len(WORDS) + 2, rng.integers(3, 12))
            review[rng.integers(len(review))] = 2 if number % 2 else 3
            reviews.append(review)
            labels.append(-1 if split is Split.UNLABELLED else number % 2)
            splits.append(split)
    return PreparedData(
        ids=np.concatenate(reviews).astype(np.uint16),
        offsets=np.cumsum([0, *map(len, reviews)]),
        labels=np.array(labels, dtype=np.int8),
        splits=np.array(splits, dtype=np.int8),
        ratings=np.zeros(len(labels), dtype=np.uint8),
        vocabulary=WORDS,
    )


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A folder with prepared data, word vectors, and small presets of the real names."""
    data.save(made_data(), tmp_path / "imdb.npz")
    rng = np.random.default_rng(1)
    lines = [f"{word} " + " ".join(f"{value:.3f}" for value in rng.normal(size=8)) for word in WORDS[:30]]
    (tmp_path / "vectors.txt").write_text("\n".join(lines) + "\n")
    small = NetworkConfig(vocabulary_size=len(WORDS) + 2, embedding_size=8, hidden_size=8, dropout=0.1)
    for name, preset in PRESETS.items():
        network = replace(small, cell=preset.network.cell, pooling=preset.network.pooling)
        scaled = {"adversarial": preset.adversarial / 10, "virtual": preset.virtual / 10, "average": preset.average / 2}
        scaled |= {"batch": 10, "learning_rate": 0.02, "epochs": 6, "epoch_reviews": 0}
        monkeypatch.setitem(PRESETS, name, replace(preset, network=network, **scaled))
    return tmp_path


def command(workplace, out, *more, preset="recipe"):
    paths = ["--data", str(workplace / "imdb.npz"), "--vectors", str(workplace / "vectors.txt")]
    return train.main([preset, *paths, "--out", str(workplace / out), "--device", "cpu", *more])


@pytest.mark.parametrize("preset", ["recipe", "rnn", "bilstm", "teacher"])
def test_network_learns_and_the_best_epoch_is_kept(workplace, preset):
    assert command(workplace, "run", preset=preset) == 0
    best = checkpoint.load("best", workplace / "run")
    accuracies = [epoch.validation_accuracy for epoch in best.history]
    assert len(accuracies) == 6
    assert max(accuracies) > 0.9
    assert accuracies[best.training.best_epoch - 1] == max(accuracies)
    loaded = data.load(workplace / "imdb.npz")
    logits, labels = predict(best.network, loaded, loaded.rows(Split.VALIDATION))
    assert ((logits > 0) == (labels == 1)).mean() == pytest.approx(max(accuracies), abs=0.05)
    assert (workplace / "run" / "best" / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_resumed_run_ends_like_an_uninterrupted_one(workplace):
    assert command(workplace, "whole") == 0
    assert command(workplace, "parts", "--epochs", "1") == 0
    assert command(workplace, "parts", "--epochs", "3", "--resume") == 0
    assert command(workplace, "parts", "--resume") == 0
    whole, parts = (load_file(workplace / run / "state.safetensors") for run in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_run_stops_when_its_time_is_over_and_goes_on_afterwards(workplace, capsys):
    assert command(workplace, "run", "--epochs", "1") == 0
    started = time.monotonic()
    assert command(workplace, "run", "--resume", "--minutes", "0") == 0
    assert time.monotonic() - started < 30
    assert "go on with --resume" in capsys.readouterr().out
    assert len(checkpoint.load("best", workplace / "run").history) == 1
    assert command(workplace, "run", "--resume", "--epochs", "2") == 0
    assert len(checkpoint.load("best", workplace / "run").history) == 2


def test_run_is_not_overwritten_nor_mixed_with_another(workplace, capsys):
    assert command(workplace, "run", "--epochs", "1") == 0
    assert command(workplace, "run") == 1
    assert "holds a run already" in capsys.readouterr().err
    assert command(workplace, "run", "--resume", "--seed", "7") == 1
    assert "of another run" in capsys.readouterr().err
    assert command(workplace, "nothing", "--resume") == 1
    assert "start without --resume" in capsys.readouterr().err


def test_loss_that_is_no_number_ends_the_run_and_leaves_the_last_good_state(workplace, capsys, monkeypatch):
    assert command(workplace, "run", "--epochs", "1") == 0
    monkeypatch.setattr(objective, "_cross_entropy", lambda logits, batch: logits * torch.nan)
    assert command(workplace, "run", "--resume") == 1
    assert "no longer a number" in capsys.readouterr().err
    assert len(checkpoint.load("best", workplace / "run").history) == 1


def test_missing_data_or_vectors_is_one_sentence(workplace, capsys):
    for more in (["--data", "none.npz"], ["--vectors", "none.txt"]):
        assert command(workplace, "run", *more) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_prediction_does_not_depend_on_batch_or_order(workplace):
    assert command(workplace, "run", "--epochs", "1") == 0
    network = checkpoint.load("best", workplace / "run").network
    prepared = data.load(workplace / "imdb.npz")
    rows = prepared.rows(Split.TEST)
    together, _ = predict(network, prepared, rows)
    alone, _ = predict(network, prepared, rows[::-1], batch=1)
    np.testing.assert_allclose(alone[::-1], together, atol=1e-5)


def test_vectors_are_those_of_the_file_and_the_rest_is_drawn(workplace):
    found = vectors.read(str(workplace / "vectors.txt"), WORDS, 8, seed=1)
    first = (workplace / "vectors.txt").read_text().split()[1:9]
    assert found.known == 30
    assert found.matrix[2].tolist() == pytest.approx([float(value) for value in first])
    assert not found.matrix[:2].any()
    assert found.matrix[-1].any()
    assert torch.equal(found.matrix, vectors.read(str(workplace / "vectors.txt"), WORDS, 8, seed=1).matrix)
    with pytest.raises(DataError, match="8 dimensions"):
        vectors.read(str(workplace / "vectors.txt"), WORDS, 100, seed=1)


def test_vectors_are_learnt_on_the_reviews(workplace):
    pytest.importorskip("gensim")
    out = workplace / "learnt.txt"
    options = ["--words", "42", "--size", "8", "--epochs", "1", "--workers", "1"]
    assert vectors.main(["--data", str(workplace / "imdb.npz"), "--out", str(out), *options]) == 0
    assert vectors.read(str(out), WORDS, 8, seed=1).known == len(WORDS)


def test_best_run_is_published_and_evaluated_the_same_twice(workplace, capsys):
    assert command(workplace, "short", "--epochs", "1") == 0
    assert command(workplace, "long") == 0
    folder = workplace / "checkpoints"
    best = publish.publish("net", [workplace / "short", workplace / "long"], folder)
    assert len(checkpoint.load("net", folder).training.candidates) == 2
    assert best.epochs == 6
    arguments = ["net", "--data", str(workplace), "--folder", str(folder), "--device", "cpu"]
    assert evaluate.main(arguments) == 0
    first = checkpoint.load("net", folder).report
    assert evaluate.main(arguments) == 0
    again = checkpoint.load("net", folder).report
    for split in ("validation", "test"):
        assert astuple(getattr(again, split)) == pytest.approx(astuple(getattr(first, split)), abs=1e-6)
    assert first.test.accuracy > 0.9
    assert f"{first.test.accuracy:.4f}" in (folder / "net" / "README.md").read_text()
    assert "test" in capsys.readouterr().out


def test_evaluation_refuses_data_of_another_vocabulary(workplace):
    assert command(workplace, "run", "--epochs", "1") == 0
    other = replace(made_data(), vocabulary=WORDS[::-1])
    with pytest.raises(DataError, match="another vocabulary"):
        evaluate.evaluate(checkpoint.load("best", workplace / "run"), other)


def test_glove_is_taken_from_torchtexts_cache_folder(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    vectors.CACHE.mkdir()
    (vectors.CACHE / "glove.6B.8d.txt").write_text((workplace / "vectors.txt").read_text())
    assert vectors.read("glove", WORDS, 8, seed=1).known == 30
    assert [path.name for path in vectors.CACHE.iterdir()] == ["glove.6B.8d.txt"]  # no pickled copy


def test_vectors_that_cannot_be_downloaded_are_one_sentence(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    with pytest.raises(DataError, match="cannot be had"):
        vectors.read("glove", WORDS, 9, seed=1)  # there is no glove.6B of 9 dimensions
