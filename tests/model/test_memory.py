"""What is free is given back to the system."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import pytest

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
