"""The one thread that computes with torch for everybody who looks at the page.

GNU OpenMP keeps a team of threads for each thread that calls it, and its teams stop spinning once there are more of
them than cores: work that is handed to ever another thread is slower by half. So one long-lived thread does all of it,
in the order in which it was asked for; but what is quick goes first, and what takes long gives way to it between two of
its steps. Should the thread die, another takes its place, and what waited for it is asked anew.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar

from model.errors import ClosingError
from model.tally import current

Value = TypeVar("Value")

LOOK = 1.0  # seconds after which somebody who waits looks whether the thread is still there


class Worker:
    """A thread, begun when it is first needed, that computes one thing after another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = _Thread()
        self._asking: set[object] = set()  # those who wait; adding and discarding is one step to other threads
        self._first: deque[_Job[Any]] = deque()  # what goes before all else; taken by the thread alone
        self._closing = False

    @property
    def alive(self) -> bool:
        """Whether its thread is there, or not needed yet. A dead one is replaced when somebody asks."""
        return not self._thread.is_dead

    @property
    def waiting(self) -> int:
        """How many wait for it, besides the one for whom it computes."""
        return len(self._asking)

    @property
    def closing(self) -> bool:
        """Whether it begins nothing new."""
        return self._closing

    def close(self) -> None:
        """Begin nothing new: whoever waits is refused. What is begun for a request is finished, step by step."""
        self._closing = True

    def run(self, compute: Callable[[], Value], first: bool = False) -> Value:
        """What `compute` gives back, or raises; it sees the caller's context (the language, for one).

        What is quick may go `first`. What the worker itself asks for is computed at once. Raises `ClosingError` where
        it begins nothing new, and `TimeoutError` where the thread died of it.
        """
        if self._thread.is_this_one:
            return compute()
        ticket = object()
        self._asking.add(ticket)
        try:
            return self._answer(partial(copy_context().run, self._compute, compute, ticket, time.monotonic()), first)
        finally:
            self._asking.discard(ticket)

    def give_way(self) -> None:
        """Called by what takes long, between two of its steps: what goes first is computed now."""
        while self._thread.is_this_one and self._first:
            self._first.popleft().do()

    def _answer(self, work: Callable[[], Value], first: bool) -> Value:
        while True:
            thread, job = self._living(), _Job(work)
            if first:
                self._first.append(job)
            thread.submit(self._do, job)
            while not wait((job.future,), LOOK).done and not thread.is_dead:
                pass
            if not job.future.cancel():  # it is done, or was begun
                return job.future.result(timeout=LOOK)

    def _do(self, job: _Job[Any]) -> None:
        self.give_way()
        job.do()

    def _compute(self, compute: Callable[[], Value], ticket: object, asked: float) -> Value:
        self._asking.discard(ticket)
        tally = current()
        if self._closing and not (tally and tally.begun):
            raise ClosingError
        if tally:
            tally.waited += time.monotonic() - asked
            tally.begun = True
        return compute()

    def _living(self) -> _Thread:
        with self._lock:
            if self._thread.is_dead:
                self._thread = _Thread()
            return self._thread


class _Job(Generic[Value]):
    """Work that is done once, whoever comes to it first, and its `future` result."""

    def __init__(self, work: Callable[[], Value]) -> None:
        self.future: Future[Value] = Future()
        self._work = work

    def do(self) -> None:
        """Do it, unless that was done, begun or called off."""
        if self.future.running() or self.future.done() or not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self._work())
        except BaseException as error:
            self.future.set_exception(error)


class _Thread(ThreadPoolExecutor):
    """A pool of one thread that knows whether it lives; the pool itself would wait for a dead one for ever."""

    def __init__(self) -> None:
        super().__init__(1, thread_name_prefix="torch", initializer=self._begin)
        self._own: threading.Thread | None = None

    @property
    def is_this_one(self) -> bool:
        return threading.current_thread() is self._own

    @property
    def is_dead(self) -> bool:
        return self._own is not None and not self._own.is_alive()

    def _begin(self) -> None:
        self._own = threading.current_thread()


TORCH = Worker()
