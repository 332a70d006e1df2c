"""Where bfloat16 is the faster number format."""

from __future__ import annotations

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
