"""Values that were computed lately, found again by what was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

from model.worker import TORCH

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values used last, at most `size` of them, computed by the worker. Two threads that ask at once for a new one
    get the same.
    """

    def __init__(self, size: int) -> None:
        """None yet."""
        self._values: LRUCache[Hashable, Value] = LRUCache(size)
        self._lock = threading.Lock()  # looking a value up changes the order, too

    def get(self, key: Hashable, compute: Callable[[], Value], first: bool = False) -> Value:
        """The value, computed if it is not kept; `first` as for the worker."""
        found = self.find(key)
        return found[0] if found else TORCH.run(lambda: self._computed(key, compute), first)

    def find(self, key: Hashable) -> tuple[Value] | None:
        """The value alone in a tuple, or None."""
        with self._lock:
            return (self._values[key],) if key in self._values else None

    def _computed(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        found = self.find(key)  # another thread may have asked meanwhile
        if found:
            return found[0]
        value = compute()
        with self._lock:
            self._values[key] = value
        return value
