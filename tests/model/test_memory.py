"""What is free is given back to the system."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from model import memory
from model.memory import give_back, keep_memory
from tests.conftest import ROOT, await_that


def held() -> int:
    """MB of this process."""
    status = Path("/proc/self/status")
    (found,) = re.findall(r"^VmRSS:\s+(\d+)", status.read_text(), re.MULTILINE)
    return int(found) // 1024


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this C library keeps or gives as it likes")
def test_memory_that_is_free_below_what_is_used_is_given_back():
    blocks = [bytes(2_000) for _ in range(60_000)]
    used = blocks[::1_000]  # as much as keeps the heap from shrinking by itself
    full = held()
    del blocks
    give_back()
    assert full - held() > 80
    assert len(used) == 60


WORK = """
import ctypes, numpy
from model.memory import keep_memory
class Info(ctypes.Structure):  # of malloc.h
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]
told = ctypes.CDLL(None).mallinfo2
told.restype = Info
{first}
numpy.ones(5_000_000)
print(told().fordblks)
"""  # bytes that are free and kept, after a block of 40 MB


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="this C library keeps or gives as it likes")
def test_large_block_is_kept_for_the_next_one():
    def kept(first: str) -> int:
        ran = [sys.executable, "-c", WORK.format(first=first)]
        return int(subprocess.run(ran, cwd=ROOT, capture_output=True, text=True).stdout)

    assert kept("assert keep_memory()") > 40_000_000 > kept("")


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    give_back()
    assert not keep_memory()


def test_it_is_given_back_after_work_and_not_while_nothing_is_done(monkeypatch):
    times, clock = [], [0.0]
    monkeypatch.setattr(memory, "give_back", lambda: times.append(clock[0]))
    monkeypatch.setattr("time.process_time", lambda: clock[0])
    memory.give_back_now_and_then(seconds=0.02)
    for clock[0] in (1.0, 2.0):
        await_that(lambda: times[-1:] == [clock[0]])
    clock[0] += memory.WORKED / 2
    threading.Event().wait(0.2)
    assert times == [1.0, 2.0]
