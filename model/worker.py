"""The one thread that computes with torch for everybody who looks at the page.

GNU OpenMP keeps a team of threads for each thread that calls it, and its teams stop spinning once there are more of
them than cores: work that is handed to ever another thread is slower by half. So one long-lived thread does all of it,
in the order in which it was asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Value = TypeVar("Value")


class Worker:
    """A thread, begun when it is first needed, that computes one thing after another."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="torch", initializer=self._begin)
        self._own: int | None = None  # the thread's number

    def run(self, compute: Callable[[], Value]) -> Value:
        """What `compute` gives back, or raises; it sees the caller's context (the language, for one).

        What the worker itself asks for is computed at once.
        """
        if threading.get_ident() == self._own:
            return compute()
        return self._executor.submit(copy_context().run, compute).result()

    def _begin(self) -> None:
        self._own = threading.get_ident()


TORCH = Worker()
