"""Memory that is given back: kept for the next step, and returned when nothing is computed."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from model import allocation
from model.allocation import return_memory_when_idle
from model.worker import Worker
from tests.conftest import ROOT, await_that

WORK = """
import resource, numpy
from model.allocation import keep_memory, return_memory
def resident():
    return int(open("/proc/self/statm").read().split()[1])
{first}
for _ in range(40):
    numpy.ones(5_000_000)
faults, before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, resident()
{last}
print(faults, before - resident())
"""  # blocks of 40 MB, in pages of 4 kB


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_block_is_taken_once_and_returned_when_it_is_asked_for():
    def measured(first: str, last: str) -> tuple[int, int]:
        told = subprocess.run(
            [sys.executable, "-c", WORK.format(first=first, last=last)], cwd=ROOT, capture_output=True, text=True
        )
        faults, returned = map(int, told.stdout.split())
        return faults, returned

    by_itself, _ = measured("", "")
    kept, returned = measured("assert keep_memory()", "return_memory()")
    assert kept < by_itself / 2
    assert returned > 20_000_000 / 4096


def test_memory_is_returned_once_after_work_and_not_while_there_is_some(monkeypatch):
    returned, worker = [], Worker()
    monkeypatch.setattr(allocation, "return_memory", lambda: returned.append(worker.computed))
    return_memory_when_idle(worker, 0.05)
    for number in (1, 2):
        worker.run(lambda: None)
        await_that(lambda number=number: returned == list(range(1, number + 1)))
    resting = threading.Event()
    assert not resting.wait(0.3)
    assert returned == [1, 2]


def test_other_c_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not allocation.keep_memory()
    allocation.return_memory()
