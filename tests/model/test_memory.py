"""What is free is given back to the system."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import pytest

from model import memory
from model.memory import give_back


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


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    give_back()


def test_in_passing_it_is_given_back_now_and_then_and_not_each_time(monkeypatch):
    times, clock = [], [0.0]
    monkeypatch.setattr(memory, "give_back", lambda: times.append(clock[0]))
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    tidying = memory.Tidying()
    for clock[0] in (1.0, memory.SECONDS, memory.SECONDS + 1, 2 * memory.SECONDS - 1, 3 * memory.SECONDS):
        tidying.pass_by()
    assert times == [memory.SECONDS, 3 * memory.SECONDS]
