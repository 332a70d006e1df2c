"""Training, on a few made reviews: it learns, resumes to the same numbers, stops in time, and keeps the best."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from model.command_line import main
from model.network import checkpoint
from model.text import UNKNOWN_ID
from model.training import data, objective, trainer
from model.training.data import Split
from model.training.logits import logits_and_labels
from model.training.presets import PRESETS, Preset, changed_preset
from model.training.run import Processes
from tests.conftest import ROOT
from tests.made import made_data


def command(workplace, out, *more, preset="recipe"):
    paths = ["--data", str(workplace / "imdb.npz"), "--vectors", str(workplace / "vectors.txt")]
    return main(["train", preset, *paths, "--out", str(workplace / out), "--device", "cpu", *more])


@pytest.mark.parametrize(
    ("preset", "least"),
    [("recipe", 0.9), ("rnn", 0.9), ("bilstm", 0.9), ("teacher", 0.9), ("small-lstm", 0.8), ("small-rnn", 0.8)],
)  # one reader whose last state decides needs longer than two
def test_network_learns_and_the_best_epoch_is_kept(workplace, preset, least):
    assert command(workplace, "run", preset=preset) == 0
    best = checkpoint.load("best", workplace / "run")
    accuracies = [epoch.validation_accuracy for epoch in best.history]
    assert len(accuracies) == 6
    assert max(accuracies) > least
    assert accuracies[best.training.best_epoch - 1] == max(accuracies)
    loaded = data.load(workplace / "imdb.npz")
    logits, labels = logits_and_labels(best.network, loaded, loaded.rows(Split.VALIDATION))
    assert ((logits > 0) == (labels == 1)).mean() == pytest.approx(max(accuracies), abs=0.05)


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


@pytest.mark.parametrize(
    ("preset", "more"), [("recipe", ()), ("bilstm", ()), ("bilstm", ("--set", "masked=0.2")), ("teacher", ())]
)
def test_run_stopped_in_the_middle_of_an_epoch_ends_like_an_uninterrupted_one(workplace, preset, more):
    more = ("--epochs", "2", *more)
    assert command(workplace, "whole", *more, preset=preset) == 0
    assert command(workplace, "parts", *more, "--minutes", "0", preset=preset) == 0  # after one batch
    assert load_progress(workplace / "parts")["partial"]["batches"] == 1
    for _ in range(3):
        assert command(workplace, "parts", *more, "--minutes", "0", "--resume", preset=preset) == 0
    assert command(workplace, "parts", *more, "--resume", preset=preset) == 0
    whole, parts = (load_file(workplace / run / "state.safetensors") for run in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    ends = [checkpoint.load("best", workplace / run).history[-1] for run in ("whole", "parts")]
    assert ends[0].train_loss == pytest.approx(ends[1].train_loss, abs=1e-9)
    assert ends[0].validation_loss == ends[1].validation_loss


def test_masked_words_are_unknown_others_in_each_step_and_none_without_the_setting(workplace):
    prepared = made_data()
    run = trainer.Run("recipe", replace(PRESETS["recipe"], masked=0.25), (), "glove", None, None, seed=3)
    learner = trainer.Trainer(run, prepared, workplace / "run", "cpu", Processes())
    ids = np.arange(10, 4010)
    first, again = learner._masked(ids, 5), learner._masked(ids, 5)
    np.testing.assert_array_equal(first, again)
    hidden = first != ids
    assert (first[hidden] == UNKNOWN_ID).all()
    assert hidden.mean() == pytest.approx(0.25, abs=0.03)
    assert not np.array_equal(hidden, learner._masked(ids, 6) != ids)
    learner.step += 1
    assert not np.array_equal(hidden, learner._masked(ids, 5) != ids)
    learner.preset = PRESETS["recipe"]
    np.testing.assert_array_equal(learner._masked(ids, 5), ids)


def load_progress(folder):
    with safe_open(folder / "state.safetensors", framework="pt") as file:
        return json.loads(file.metadata()["progress"])


def test_what_is_kept_is_the_moving_average_of_the_weights(workplace):
    assert command(workplace, "run", "--epochs", "1", preset="bilstm") == 0
    kept = load_file(workplace / "run" / "best" / "model.safetensors")["output.weight"].float()
    state = load_file(workplace / "run" / "state.safetensors")
    torch.testing.assert_close(kept, state["average.module.output.weight"].half().float())
    assert not torch.equal(kept, state["network.output.weight"].half().float())


def test_moving_average_forgets_the_start_within_few_steps_and_settles_on_its_decay():
    average = torch.tensor(1.0)
    for step in range(1, 200):
        average = trainer._moved_average(0.999, average, torch.tensor(0.0), step)
    assert average < 1e-6
    late = trainer._moved_average(0.999, torch.tensor(1.0), torch.tensor(0.0), 10**6)
    assert float(late) == pytest.approx(0.999)


def test_settings_can_be_changed_and_are_recorded(workplace, capsys):
    assert (
        command(workplace, "run", "--epochs", "1", "--set", "adversarial=0", "unlabelled=false", preset="bilstm") == 0
    )
    assert checkpoint.load("best", workplace / "run").training.changed == ("adversarial=0", "unlabelled=false")
    assert checkpoint.load("best", workplace / "run").training.unlabelled == 0
    assert changed_preset(PRESETS["recipe"], ["dropout=0.4"]).network.dropout == 0.4
    for wrong in ("adversarial", "dropout=2", "nothing=1", "network=3", "batch=many", "unlabelled=2", "batch=-1"):
        assert command(workplace, "wrong", "--set", wrong) == 1
    assert capsys.readouterr().err.count("cannot be set; settings are batch, ") == 7


TWO_PROCESSES = """
import sys
from pathlib import Path
import torch
from model.command_line import main
from model.training import trainer, pretrain
from model.training.presets import PRESETS
from tests.made import small_presets
torch.set_num_threads(1)
PRESETS.update(small_presets(dropout=0.0))
trainer.prefers_half = pretrain.prefers_half = lambda device: False
sys.exit(main(["train", *sys.argv[1:]]))
"""


def test_two_processes_have_the_loss_curve_of_one(workplace):
    """DistributedDataParallel over gloo, as under `torchrun`; without dropout, since each process draws its own."""
    curves = []
    for count in (1, 2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        out = workplace / f"processes{count}"
        arguments = ["bilstm", "--data", workplace / "imdb.npz", "--vectors", workplace / "vectors.txt", "--out", out]
        shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count)}
        started = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    TWO_PROCESSES,
                    *map(str, arguments),
                    "--device",
                    "cpu",
                    "--epochs",
                    "2",
                    "--set",
                    "batch=7",
                ],
                cwd=ROOT,
                env=os.environ | shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
                stderr=subprocess.PIPE,
            )
            for rank in range(count)
        ]
        errors = [process.communicate(timeout=120)[1].decode() for process in started]
        assert [process.returncode for process in started] == [0] * count, errors
        curves.append(json.loads((out / "best" / "history.json").read_text()))
    for one, two in zip(*curves, strict=True):
        assert two["train_loss"] == pytest.approx(one["train_loss"], abs=1e-4)
        assert two["validation_loss"] == pytest.approx(one["validation_loss"], abs=1e-4)
        assert two["train_accuracy"] == one["train_accuracy"]


def test_run_is_not_overwritten_nor_mixed_with_another(workplace, capsys):
    assert command(workplace, "run", "--epochs", "1") == 0
    assert command(workplace, "run") == 1
    assert "holds a run already" in capsys.readouterr().err
    assert command(workplace, "run", "--resume", "--seed", "7") == 1
    assert "of another run" in capsys.readouterr().err
    assert command(workplace, "nothing", "--resume") == 1
    assert "start without --resume" in capsys.readouterr().err


def test_state_survives_a_setting_that_the_code_gains_later(workplace, monkeypatch):
    @dataclass(frozen=True, slots=True)
    class Later(Preset):
        invented: float = 0.0

    settings = {each.name: getattr(PRESETS["recipe"], each.name) for each in fields(Preset)}
    assert command(workplace, "run", "--epochs", "1") == 0
    monkeypatch.setattr(trainer, "Preset", Later)
    monkeypatch.setitem(PRESETS, "recipe", Later(**settings))
    assert command(workplace, "run", "--epochs", "2", "--resume") == 0
    monkeypatch.setitem(PRESETS, "recipe", Later(**settings, invented=1.0))
    assert command(workplace, "run", "--epochs", "3", "--resume") == 1


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
    together, _ = logits_and_labels(network, prepared, rows)
    alone, _ = logits_and_labels(network, prepared, rows[::-1], batch=1)
    np.testing.assert_allclose(alone[::-1], together, atol=1e-5)
