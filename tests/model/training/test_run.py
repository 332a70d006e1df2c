"""What training commands share: states on disk."""

from __future__ import annotations

import errno

import pytest
import torch

from model.errors import DataError
from model.training import run


def test_state_comes_back_as_it_was_written(tmp_path):
    parts = {"network": {"a.b": torch.arange(3.0)}, "optimizer": {"0.step": torch.tensor(2.0)}}
    run.write_state(tmp_path, parts, {"seed": 1}, {"step": 7})
    state = run.read_state(tmp_path, {"seed": 1}, "cpu")
    assert state.progress == {"step": 7}
    assert state.of("network")["a.b"].tolist() == [0, 1, 2]
    assert list(state.of("optimizer")) == ["0.step"]


def test_state_of_another_run_or_half_a_state_is_refused(tmp_path):
    run.write_state(tmp_path, {"network": {"a": torch.zeros(1)}}, {"seed": 1}, {})
    with pytest.raises(DataError, match="another run"):
        run.read_state(tmp_path, {"seed": 2}, "cpu")
    path = tmp_path / run.STATE
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(DataError, match="no usable state"):
        run.read_state(tmp_path, {"seed": 1}, "cpu")


def test_full_disk_leaves_the_last_good_state(tmp_path, monkeypatch):
    run.write_state(tmp_path, {"network": {"a": torch.zeros(1)}}, {}, {"step": 1})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run, "save_file", full)
    with pytest.raises(DataError, match="disk full"):
        run.write_state(tmp_path, {"network": {"a": torch.zeros(1)}}, {}, {"step": 2})
    assert run.read_state(tmp_path, {}, "cpu").progress == {"step": 1}
    assert [path.name for path in tmp_path.iterdir()] == [run.STATE]


def test_optimizer_goes_on_as_if_it_had_never_stopped():
    def step(optimizer, weights):
        optimizer.zero_grad()
        weights.square().sum().backward()
        optimizer.step()

    first = torch.nn.Parameter(torch.ones(3))
    whole = torch.optim.Adam([first])
    step(whole, first)
    second = torch.nn.Parameter(first.detach().clone())
    resumed = torch.optim.Adam([second])
    run.restore_optimizer(resumed, {name: each.clone() for name, each in run.optimizer_tensors(whole).items()})
    step(whole, first)
    step(resumed, second)
    assert torch.equal(first, second)
