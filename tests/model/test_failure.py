"""What happens when something fails below the page: memory, the disk, a checkpoint that is taken away, the clock."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time

import pytest
import torch

from model.errors import CheckpointError, TooLargeError
from model.network import checkpoint
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.reading.fitting import load_what_fits
from tests.conftest import ROOT, save_checkpoint

LIMITED = """
import resource, sys
from pathlib import Path
from model.reading.explainer import Explainer
from model.reading.fitting import load_what_fits
Explainer(Path(sys.argv[1])).classify("a good film", "rnn")  # so that all is imported and every thread begun
explainer = Explainer(Path(sys.argv[1]))
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 60_000_000,) * 2)
print(load_what_fits(explainer, Path(sys.argv[1])).sentence)
print(explainer.default, explainer.names)
print(explainer.classify("a good film", explainer.default).label)
"""


@pytest.fixture
def folder(tmp_path):
    save_checkpoint(tmp_path / "bilstm")
    save_checkpoint(tmp_path / "rnn", cell="rnn")
    return tmp_path


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the memory of a process is limited here by Linux")
def test_start_without_memory_for_the_largest_checkpoint_takes_a_smaller_one_and_says_so(folder):
    save_checkpoint(folder / "bilstm", hidden_size=1_300)  # 200 MB as it is computed with
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    said, offered, label = done.stdout.splitlines() or ["", done.stderr, ""]
    assert said == "There is not enough memory for the checkpoint 'bilstm': 'rnn' takes its place."
    assert offered == "rnn ['rnn']"
    assert label in ("positive", "negative")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory: you tried 1 bytes"),
        torch.OutOfMemoryError("CUDA out of memory"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_memory_that_is_not_enough_is_said_in_a_sentence(folder, monkeypatch, error):
    monkeypatch.setattr(checkpoint, "safe_open", lambda *_, **__: (_ for _ in ()).throw(error))
    with pytest.raises(TooLargeError, match="not enough memory for the checkpoint 'rnn': choose a smaller one"):
        checkpoint.load("rnn", folder)


def test_any_other_fault_while_loading_is_not_hidden(folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "safe_open", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("another")))
    with pytest.raises(RuntimeError, match="another"):
        checkpoint.load("rnn", folder)


def test_checkpoints_that_all_do_not_fit_end_the_start_with_a_sentence(folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "safe_open", lambda *_, **__: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(TooLargeError, match="not enough memory"):
        load_what_fits(Explainer(folder), folder)


def test_start_with_memory_says_nothing(folder):
    explainer = Explainer(folder)
    assert (load_what_fits(explainer, folder), explainer.default, explainer.names) == (
        None,
        "bilstm",
        ["bilstm", "rnn"],
    )


def test_checkpoint_that_is_taken_away_reads_on_once_it_was_loaded_and_is_missed_otherwise(folder):
    explainer = Explainer(folder)
    before = explainer.classify("a good film", "bilstm").logit
    shutil.rmtree(folder / "bilstm")
    shutil.rmtree(folder / "rnn")
    assert explainer.classify("a good film", "bilstm").logit == before
    assert explainer.explain(Question("a dull film", "bilstm")).attribution.scores
    with pytest.raises(CheckpointError, match="There is no checkpoint of that name"):
        explainer.classify("a good film", "rnn")
    save_checkpoint(folder / "rnn", cell="rnn")
    assert explainer.classify("a good film", "rnn").label in ("positive", "negative")


def test_full_disk_ends_saving_with_a_sentence_and_leaves_the_last_checkpoint(folder, monkeypatch):
    before = checkpoint.load("rnn", folder).network.state_dict()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(CheckpointError, match="is the disk full"):
        save_checkpoint(folder / "rnn", cell="rnn", hidden_size=3)
    monkeypatch.undo()
    torch.testing.assert_close(checkpoint.load("rnn", folder).network.state_dict(), before)


def test_clock_that_jumps_changes_no_answer(folder, monkeypatch):
    explainer = Explainer(folder)
    before = explainer.explain(Question("a good film", "bilstm")).attribution.scores
    for jump in (-1e9, 1e9):
        moved = time.time() + jump
        monkeypatch.setattr(time, "time", lambda moved=moved: moved)
        assert Explainer(folder).explain(Question("a good film", "bilstm")).attribution.scores == before
