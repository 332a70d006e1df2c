"""Memory that is free but still held: glibc keeps what threads gave back, some hundred MB after many reviews."""

from __future__ import annotations

import ctypes
import sys
import threading
import time

SECONDS = 10.0  # between two times at which memory is given back in passing


def give_back() -> None:
    """Return what is free to the system, where its C library can (glibc); takes some milliseconds."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)


class Tidying:
    """Gives memory back in passing, now and then: between the threads of many visitors what is free is scattered, and
    a process would grow with each visit.
    """

    def __init__(self) -> None:
        """None was given back yet."""
        self._lock = threading.Lock()
        self._next = time.monotonic() + SECONDS

    def pass_by(self) -> None:
        """Give back what is free, if that was not done in the last `SECONDS`."""
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + SECONDS
        give_back()
