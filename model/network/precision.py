"""Reading in bfloat16, and where that is the faster number format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch


def prefers_half(device: str) -> bool:
    """Whether bfloat16 is faster here: on a GPU, and on a CPU with instructions for it."""
    return device == "cuda" or (torch.backends.cpu.get_cpu_capability() == "AVX512" and _has_bf16())


def _has_bf16() -> bool:
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


@contextmanager
def autocast(device: str, half: bool) -> Iterator[None]:
    """bfloat16 autocast, or nothing."""
    with torch.autocast(device, torch.bfloat16, enabled=half):
        yield
