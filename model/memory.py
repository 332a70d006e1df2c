"""What the C library does with memory that was given back to it.

By itself glibc hands every large block to the system at once and takes the next one anew, page by page, which costs a
fifth of an explanation (`python -m tests.benchmarks.run`); and it holds what was scattered, some hundred MB after many
reviews. So the app tells it to keep what may be needed again, and now and then returns what is free. Training does not:
its batches of ever other shapes would leave gigabytes in pieces. See `mallopt` and `malloc_trim` in its manual; where
the C library has no such functions, nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable

KEPT = 2**30  # bytes: blocks up to this size are kept, and so much of what is free
SECONDS = 10.0  # between two times at which memory is given back
WORKED = 0.2  # seconds of processors since the last time, without which there is nothing to give
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # glibc's malloc.h


def keep_memory() -> bool:
    """Keep from now on what is given back; gives back whether the C library does. Other threads should not have begun,
    or each would keep its own.
    """
    mallopt = _function("mallopt")
    settings = {_MMAP_THRESHOLD: KEPT, _TRIM_THRESHOLD: KEPT, _ARENA_MAX: 1}
    return mallopt is not None and all(mallopt(name, value) for name, value in settings.items())


def give_back() -> None:
    """Return what is free to the system; takes some milliseconds."""
    if trim := _function("malloc_trim"):
        trim(0)


def give_back_now_and_then(seconds: float = SECONDS) -> None:
    """Each time that something was done in the last `seconds`, from a thread of its own."""

    def tidy() -> None:
        used = time.process_time()
        while True:
            time.sleep(seconds)
            if time.process_time() - used >= WORKED:
                give_back()
                used = time.process_time()

    threading.Thread(target=tidy, name="memory", daemon=True).start()


def _function(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
