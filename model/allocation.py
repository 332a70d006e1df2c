"""Memory that torch gives back is kept for its next step, and goes back to the system when nothing is computed.

By itself glibc hands every large block back at once and takes the next one anew, page by page, which costs a fifth of
an explanation (`python -m tests.benchmarks.run`), and keeps for each thread what that thread gave back. See `mallopt`
and `malloc_trim` in its manual; where the C library has no such functions, nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time

from model.worker import Worker

KEPT = 2**30  # bytes: blocks up to this size are kept, and so much of what is free
IDLE = 5.0  # seconds without work after which what is free goes back
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # names of glibc's malloc.h


def keep_memory() -> bool:
    """From now on. Gives back whether the C library does so; to be called before other threads begin."""
    mallopt = _function("mallopt")
    return mallopt is not None and all(
        [mallopt(_MMAP_THRESHOLD, KEPT), mallopt(_TRIM_THRESHOLD, KEPT), mallopt(_ARENA_MAX, 1)]
    )


def return_memory() -> None:
    """What is free goes back to the system at once."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


def return_memory_when_idle(worker: Worker, idle: float = IDLE) -> None:
    """Each time that `worker` has computed and then rested for `idle` seconds, from a thread of its own."""

    def watch() -> None:
        seen = returned = 0
        while True:
            time.sleep(idle)
            if returned != seen == worker.computed:
                return_memory()
                returned = seen
            seen = worker.computed

    threading.Thread(target=watch, name="memory", daemon=True).start()


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
