"""Threads: never more than the cores that this process may use, whoever says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from model import cores
from model.cores import usable_cores
from tests.conftest import ROOT

IN_A_CONTAINER = "0::/\n"
OF_VERSION_1 = "4:memory:/box\n3:cpu,cpuacct:/box\n0::/\n"


@pytest.fixture(autouse=True)
def sixteen(monkeypatch):
    """A large host, of which this process may use every core."""
    monkeypatch.setattr(cores, "_present", lambda: 16)


@pytest.fixture
def usable(tmp_path):
    """How many are usable, of an environment, what names the own groups, and files below the mount."""

    def count(environment: dict[str, str], own: str = "", **files: str) -> int:
        (tmp_path / "own").write_text(own)
        for name, text in files.items():
            path = tmp_path / "mount" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return usable_cores(environment, tmp_path / "mount", tmp_path / "own")

    return count


def test_all_cores_are_used_where_nothing_says_otherwise(usable):
    assert usable({}) == 16
    assert usable({}, IN_A_CONTAINER, **{"cpu.max": "max 100000\n"}) == 16
    assert usable_cores({}, Path("nowhere"), Path("nowhere")) == 16


@pytest.mark.parametrize(("said", "count"), [("2", 2), ("2.5", 2), ("0.5", 1), ("64", 16), ("", 16), ("two", 16)])
def test_hugging_face_says_how_many(usable, said, count):
    assert usable({"CPU_CORES": said}) == count


@pytest.mark.parametrize("said", ["0", "-1", "nan", "inf"])
def test_what_is_no_number_of_cores_does_not_count(usable, said):
    assert usable({"CPU_CORES": said}) == 16


def test_one_who_wants_fewer_gets_fewer_and_nobody_more(usable):
    assert usable({"OMP_NUM_THREADS": "1", "CPU_CORES": "2"}) == 1
    assert usable({"OMP_NUM_THREADS": "99"}) == 16


@pytest.mark.parametrize(("quota", "count"), [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1)])
def test_quota_of_version_2_counts(usable, quota, count):
    assert usable({}, IN_A_CONTAINER, **{"cpu.max": f"{quota}\n"}) == count


def test_quota_of_a_group_above_counts_too(usable):
    files = {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n", "cpu.max": "max 100000\n"}
    assert usable({}, "0::/a/b\n", **files) == 3


def test_quota_of_version_1_counts_wherever_it_is_mounted(usable):
    for mount in ("cpu", "cpu,cpuacct"):
        files = {f"{mount}/box/cpu.cfs_quota_us": "400000\n", f"{mount}/box/cpu.cfs_period_us": "100000\n"}
        assert usable({}, OF_VERSION_1, **files) == 4


def test_no_quota_of_version_1_is_no_limit(usable):
    files = {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}
    assert usable({}, "1:cpu:/box\n", **files) == 16


def test_quota_of_the_memory_or_of_another_group_does_not_count(usable):
    assert usable({}, OF_VERSION_1, **{"memory/box/cpu.cfs_quota_us": "100000", "other/cpu.max": "1 1"}) == 16


def test_the_app_tells_torch_before_it_is_loaded():
    """Below the app, since a thread's number of threads is set when it first asks."""
    asks = "import app, threading, torch; print(torch.get_num_threads())"
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"} | {"CPU_CORES": "1"}
    done = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["1"], done.stderr
