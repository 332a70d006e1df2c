"""Every call of a callback: counted while it is worked on, finished or refused when the page is closed, and logged.

A line of the log says what was called, by which checkpoints how many tokens were read, how long it waited and worked,
and what came of it: never a text, a name of a file, a path or an address. So of an error that nobody foresaw the log
has its kind and where it arose, not its words, which may quote a review.
"""

from __future__ import annotations

import functools
import inspect
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.context import LocalContext

from model.errors import ClosingError, GatescopeError
from model.language import gettext, speaking
from model.tally import Tally, counting
from model.worker import TORCH, Worker
from views.api.endpoints import refusal
from views.locale.languages import language_of_page

LOGGER = logging.getLogger("gatescope.calls")
COMPUTING = ("compute", "read", "scoring")  # what the page calls the queues of what takes long


@dataclass(frozen=True, slots=True)
class Call:
    """One that is finished: `called` is an endpoint or a function; times in seconds.

    `outcome` is "ok", "refused", "failed", or "left" where the visitor did not wait for the end. `error` is the kind
    of what it failed by, `arose` the modules and lines through which that came, the innermost last.
    """

    called: str
    checkpoints: tuple[str, ...]
    tokens: int
    waited: float
    worked: float
    outcome: str
    error: str | None = None
    arose: tuple[str, ...] = ()


class Calls:
    """The calls of a page."""

    def __init__(self, worker: Worker = TORCH) -> None:
        """None yet."""
        self._worker = worker
        self._lock = threading.Lock()
        self._active = 0

    @property
    def active(self) -> int:
        """How many are being worked on."""
        return self._active

    def watch(self, page: gr.Blocks) -> None:
        """Stand before each callback of a page that is built; each speaks the language of the page it belongs to."""
        for function in page.fns.values():
            if function.fn is not None and not inspect.iscoroutinefunction(function.fn):  # Gradio's own
                function.fn = self._watched(function, function.fn)
            if function.validator is not None:
                function.validator = _in_its_language(function, function.validator)

    def _watched(self, function: BlockFunction, callback: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(callback):

            @functools.wraps(callback)
            def in_steps(*values: Any, **named: Any) -> Iterator[Any]:
                course = _Course(function, callback)
                with self._following(course):
                    steps = callback(*values, **named)
                    while True:
                        with course.speaking(), course.working():
                            try:
                                step = next(steps)
                            except StopIteration:
                                return
                        yield step

            return in_steps

        @functools.wraps(callback)
        def at_once(*values: Any, **named: Any) -> Any:
            course = _Course(function, callback)
            with self._following(course), course.speaking(), course.working():
                return callback(*values, **named)

        return at_once

    @contextmanager
    def _following(self, course: _Course) -> Iterator[None]:
        """One call from its beginning to its end."""
        self._count(1)
        outcome, caught = "ok", None
        try:
            if self._worker.closing and course.computes:
                with course.speaking():
                    raise ClosingError
            yield
        except GeneratorExit:
            outcome = "left"
            raise
        except gr.Error:
            outcome = "refused"
            raise
        except GatescopeError as error:
            outcome = "refused"
            with course.speaking():
                raise refusal(str(error), gettext("Not possible")) from None
        except Exception as error:
            outcome, caught = "failed", error
            with course.speaking():
                said = gettext("Something went wrong here. Try again; what you typed was not kept.")
            raise gr.Error(said, print_exception=False) from None
        finally:
            self._count(-1)
            course.log(outcome, caught)

    def _count(self, more: int) -> None:
        with self._lock:
            self._active += more


class _Course:
    """What becomes of one call."""

    def __init__(self, function: BlockFunction, callback: Callable[..., Any]) -> None:
        self._endpoint = function.api_name if function.api_visibility == "public" else None
        self._name = f"/{self._endpoint}" if self._endpoint else _name_of(callback)
        self.computes = bool(self._endpoint) or function.concurrency_id in COMPUTING
        self._language = language_of_page(function.page).code
        self._tally = Tally(waited=_queued())
        self._queued = self._tally.waited
        self._worked = 0.0

    def speaking(self) -> AbstractContextManager[None]:
        """Within it, sentences are made in its language. Gradio takes each step of a generator in another context."""
        return speaking(self._language)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Within it, its function runs. Gradio has another thread take each step of a generator."""
        began = time.monotonic()
        try:
            with counting(self._tally):
                yield
        finally:
            self._worked += time.monotonic() - began

    def log(self, outcome: str, error: Exception | None) -> None:
        """Write the line, of what computes or fails."""
        tally = self._tally
        if error is None and not self.computes and not tally.begun:
            return
        worked = max(0.0, self._worked - (tally.waited - self._queued))
        arose = tuple(
            f"{frame.f_globals.get('__name__')}:{line}"
            for frame, line in traceback.walk_tb(error.__traceback__ if error else None)
            if frame.f_globals.get("__name__") not in (__name__, "contextlib")
        )
        call = Call(
            self._name, tuple(tally.checkpoints), tally.tokens, tally.waited, worked, outcome,
            type(error).__name__ if error else None, arose,
        )  # fmt: skip
        LOGGER.log(logging.ERROR if error else logging.INFO, call)


def _in_its_language(function: BlockFunction, check: Callable[..., Any]) -> Callable[..., Any]:
    """What looks at the values before the callback of a `function` gets them."""
    language = language_of_page(function.page).code

    @functools.wraps(check)
    def checked(*values: Any, **named: Any) -> Any:
        with speaking(language):
            return check(*values, **named)

    return checked


def _name_of(callback: Callable[..., Any]) -> str:
    while isinstance(callback, functools.partial):
        callback = callback.func
    return f"{callback.__module__}.{callback.__qualname__}".replace(".<locals>", "")


def _queued() -> float:
    """Seconds for which the call that begins here stood in Gradio's queue; 0 where it did not."""
    page, event_id = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    event = page._queue.event_ids_to_events.get(event_id) if page and event_id else None
    return time.monotonic() - event.enqueue_time if event else 0.0
