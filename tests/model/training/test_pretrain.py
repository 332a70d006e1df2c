"""Pre-training on a few made reviews: it learns, leaves out what it must not read, resumes, starts a classifier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model.command_line import main
from model.errors import DataError
from model.network import checkpoint
from model.network.network import RecurrentNetwork
from model.text import PADDING_ID
from model.training import data, language_model, pretrain
from model.training.data import Split
from model.training.language_model import LanguageModel
from model.training.presets import PRESETS
from tests.made import WORDS, made_data


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Small streams, of which there are enough for some steps."""
    for name, settings in pretrain.SETTINGS.items():
        small = replace(settings, streams=4, chunk=8, epochs=3, cutoffs=(10,), keep=20, learning_rate=0.02)
        monkeypatch.setitem(pretrain.SETTINGS, name, small)


def command(workplace, out, *more):
    paths = ["--data", str(workplace / "imdb.npz"), "--out", str(workplace / out)]
    return main(["pretrain", "bilstm", *paths, "--device", "cpu", *more])


def test_loss_falls_on_reviews_that_are_held_out(workplace):
    assert command(workplace, "run", "--vectors", str(workplace / "vectors.txt")) == 0
    losses = [point["validation_loss"] for point in checkpoint.json.loads((workplace / "run/history.json").read_text())]
    assert losses[-1] < losses[0] - 0.05
    assert losses[-1] < np.log(len(WORDS))


def test_streams_hold_the_training_and_unlabelled_reviews_and_no_others():
    prepared = made_data()
    rows = np.concatenate([prepared.rows(Split.TRAIN), prepared.rows(Split.UNLABELLED)])
    streams = pretrain._side_by_side(prepared, rows, 1, len(WORDS) + 2)
    text = [word for row in rows for word in (*prepared.review(row, len(WORDS) + 2), PADDING_ID)]
    assert streams[0, 0].tolist() == text
    assert streams[1, 0].tolist() == text[::-1]


def test_reviews_of_validation_and_test_are_never_read(workplace, monkeypatch):
    read = set()
    original = pretrain._side_by_side

    def spy(prepared, rows, *rest):
        read.update(prepared.splits[rows].tolist())
        return original(prepared, rows, *rest)

    monkeypatch.setattr(pretrain, "_side_by_side", spy)
    monkeypatch.setattr(pretrain.Pretraining, "_held_out", lambda self: np.full((2, 1, 9), 2, dtype=np.uint16))
    assert command(workplace, "run") == 0
    assert read == {Split.TRAIN, Split.UNLABELLED}


def test_resumed_run_ends_like_an_uninterrupted_one(workplace, capsys):
    assert command(workplace, "whole") == 0
    assert command(workplace, "parts", "--minutes", "0") == 0
    assert "go on with --resume" in capsys.readouterr().out
    for _ in range(3):
        assert command(workplace, "parts", "--minutes", "0.001", "--resume") == 0
    assert command(workplace, "parts", "--resume") == 0
    whole, parts = (load_file(workplace / run / "state.safetensors") for run in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_paddings_are_not_predicted_and_the_loss_is_that_of_the_words():
    torch.manual_seed(0)
    model = LanguageModel(PRESETS["bilstm"].network, (1_500, 8_000), 0.0).eval()
    states = [torch.zeros(1, 1, 256) for _ in range(4)]
    ids = torch.tensor([[[5, 6, PADDING_ID, 7]], [[7, PADDING_ID, 6, 5]]])
    loss, _ = model(ids, states)
    expected = 0.0
    for direction, rnn in enumerate((model.layer.forward_rnn, model.layer.backward_rnn)):
        hidden, _ = rnn(model.embedding(ids[direction, :, :-1]))
        scores = model.softmax.log_prob(hidden[0])
        for place, target in enumerate(ids[direction, 0, 1:].tolist()):
            expected -= scores[place, target].item() * (target != PADDING_ID)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_states_are_carried_from_chunk_to_chunk():
    torch.manual_seed(0)
    model = LanguageModel(PRESETS["bilstm"].network, (1_500, 8_000), 0.0).eval()
    ids = torch.randint(2, 1_000, (2, 3, 13))
    zero = [torch.zeros(1, 3, 256) for _ in range(4)]
    whole, _ = model(ids, zero)
    first, states = model(ids[..., :7], zero)
    second, _ = model(ids[..., 6:], states)
    assert (first + second).item() == pytest.approx(whole.item(), rel=1e-5)


def test_language_model_starts_the_first_layer_and_nothing_else(workplace):
    assert command(workplace, "lm") == 0
    torch.manual_seed(0)
    network = RecurrentNetwork(PRESETS["bilstm"].network)
    before = {name: weights.clone() for name, weights in network.state_dict().items()}
    language_model.start(network, WORDS, workplace / "lm")
    stored = load_file(workplace / "lm" / language_model.WEIGHTS)
    torch.testing.assert_close(network.embedding.weight.data, stored["embedding.weight"].float())
    forward = network.layers[0].forward_rnn.weight_hh_l0.data
    torch.testing.assert_close(forward, stored["layer.forward_rnn.weight_hh_l0"].float())
    assert torch.equal(network.layers[1].forward_rnn.weight_hh_l0.data, before["layers.1.forward_rnn.weight_hh_l0"])
    assert torch.equal(network.output.weight.data, before["output.weight"])


def test_classifier_records_what_it_was_started_from(workplace):
    assert command(workplace, "lm") == 0
    arguments = ["--data", str(workplace / "imdb.npz"), "--from", str(workplace / "lm"), "--epochs", "1"]
    assert main(["train", "bilstm", *arguments, "--out", str(workplace / "run"), "--device", "cpu"]) == 0
    record = checkpoint.load("best", workplace / "run").training
    assert 0 < record.language_model < np.log(len(WORDS)) + 1
    assert record.unlabelled == 20


def test_language_model_of_other_words_or_sizes_is_refused(workplace):
    assert command(workplace, "lm") == 0
    network = RecurrentNetwork(PRESETS["bilstm"].network)
    with pytest.raises(DataError, match="another vocabulary"):
        language_model.start(network, WORDS[::-1], workplace / "lm")
    wider = RecurrentNetwork(replace(PRESETS["bilstm"].network, hidden_size=9))
    with pytest.raises(DataError, match="another size"):
        language_model.start(wider, WORDS, workplace / "lm")
    with pytest.raises(DataError, match="no language model"):
        language_model.start(network, WORDS, workplace / "none")
    (workplace / "lm" / language_model.WEIGHTS).write_bytes(b"half")
    with pytest.raises(DataError, match="no language model"):
        language_model.start(network, WORDS, workplace / "lm")


def test_loss_that_is_no_number_leaves_the_last_good_state(workplace, capsys, monkeypatch):
    assert command(workplace, "run", "--minutes", "0") == 0
    good = (workplace / "run" / "state.safetensors").read_bytes()
    monkeypatch.setattr(
        language_model.LanguageModel,
        "forward",
        lambda self, ids, states: (self.embedding.weight.sum() * torch.nan, states),
    )
    assert command(workplace, "run", "--resume") == 1
    assert "no longer a number" in capsys.readouterr().err
    assert (workplace / "run" / "state.safetensors").read_bytes() == good


def test_prepared_file_that_is_missing_or_too_small_is_one_sentence(workplace, capsys):
    assert command(workplace, "run", "--data", "none.npz") == 1
    prepared = made_data()
    few = replace(prepared, splits=np.full_like(prepared.splits, Split.TEST))
    data.save(few, workplace / "few.npz")
    assert command(workplace, "run", "--data", str(workplace / "few.npz")) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
