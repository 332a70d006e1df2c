"""Checkpoints: what is saved comes back, what is wrong is refused with one sentence."""

from __future__ import annotations

import json
import pickle

import pytest
import torch
from safetensors.torch import load_file, save_file

from model.errors import CheckpointError
from model.network import checkpoint, sums
from model.network.checkpoint import Candidate
from model.text import pad
from tests.conftest import WORDS, make_network, save_checkpoint


@pytest.fixture
def folder(tmp_path):
    save_checkpoint(tmp_path / "net")
    return tmp_path


def refused(folder, says):
    with pytest.raises(CheckpointError, match=says) as caught:
        checkpoint.load("net", folder)
    assert "\n" not in str(caught.value)
    assert str(folder) not in str(caught.value)


def test_network_comes_back_but_for_half_precision(folder):
    loaded = checkpoint.load("net", folder)
    ids, lengths = pad([[3, 4, 5], [6]])
    torch.testing.assert_close(loaded.network(ids, lengths), make_network()(ids, lengths), atol=1e-2, rtol=0)
    assert loaded.field.vocab.itos[2:] == WORDS
    assert not loaded.network.training
    assert (loaded.report, loaded.history) == (None, ())


def test_temperature_and_candidates_are_stored(folder):
    checkpoint.set_temperature(folder / "net", 1.5)
    checkpoint.set_candidates(folder / "net", (Candidate("a", "preset recipe", 3, 0.5),))
    loaded = checkpoint.load("net", folder)
    assert loaded.network.config.temperature == 1.5
    assert loaded.training.candidates == (Candidate("a", "preset recipe", 3, 0.5),)


def test_unknown_name_is_refused_and_says_what_there_is(folder):
    for name in ("other", "../net", "", "net/../net", str(folder / "net")):
        with pytest.raises(CheckpointError, match="there are: net"):
            checkpoint.load(name, folder)


def test_missing_weights_are_refused(folder):
    (folder / "net" / "model.safetensors").unlink()
    refused(folder, "no model.safetensors")


def test_pickle_is_refused(folder):
    (folder / "net" / "model.safetensors").write_bytes(pickle.dumps({"a": 1}))
    refused(folder, "pickles are not loaded")


def test_half_written_weights_are_refused(folder):
    path = folder / "net" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused(folder, "damaged")


@pytest.mark.parametrize("change", ["missing", "extra", "shape", "nan"])
def test_weights_that_do_not_fit_are_refused(folder, change):
    path = folder / "net" / "model.safetensors"
    weights = load_file(path)
    if change == "missing":
        del weights["output.bias"]
    elif change == "extra":
        weights["more"] = torch.zeros(1)
    elif change == "shape":
        weights["output.bias"] = torch.zeros(2)
    else:
        weights["output.bias"] = torch.full((1,), torch.nan)
    save_file(weights, path)
    refused(folder, "do not fit|not all finite")


def test_vocabulary_of_another_size_is_refused(folder):
    (folder / "net" / "vocabulary.txt").write_text("one\ntwo\n")
    refused(folder, "2 words")


def test_vocabulary_with_a_word_twice_is_refused(folder):
    (folder / "net" / "vocabulary.txt").write_text("\n".join(WORDS[:-1] + WORDS[:1]))
    refused(folder, "words")


@pytest.mark.parametrize(
    ("key", "value"), [("format", 99), ("network", {}), ("network", None), ("training", {"more": 1}), (None, "no JSON")]
)
def test_wrong_settings_are_refused(folder, key, value):
    path = folder / "net" / "config.json"
    settings = json.loads(path.read_text())
    settings[key] = value
    path.write_text(json.dumps(settings) if key else value)
    refused(folder, "format|settings")


def test_settings_from_before_there_were_networks_that_read_forward_only_load_unchanged(folder):
    path = folder / "net" / "config.json"
    settings = json.loads(path.read_text())
    assert settings["network"].pop("bidirectional") is True
    path.write_text(json.dumps(settings))
    (folder / "net" / sums.FILE).unlink()  # nor were there any sums then
    assert checkpoint.load("net", folder).network.config.bidirectional is True


def test_network_that_reads_forward_only_comes_back_as_it_was(tmp_path):
    save_checkpoint(tmp_path / "net", bidirectional=False, layers=1)
    loaded = checkpoint.load("net", tmp_path).network
    assert loaded.config.directions == ("forward",)
    assert not any("backward" in name for name in loaded.state_dict())


def test_impossible_sizes_are_refused(folder):
    path = folder / "net" / "config.json"
    path.write_text(path.read_text().replace('"hidden_size": 5', '"hidden_size": -5'))
    refused(folder, "settings")


def test_damaged_metrics_are_refused(folder):
    (folder / "net" / "metrics.json").write_text('{"test": 1}')
    refused(folder, "metrics.json")
