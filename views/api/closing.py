"""The page is closed without a loss: what is computed is finished, what waits is refused with a sentence.

A host asks for it by SIGTERM, and ends the process by force some time later. Open pages hold a stream of answers each,
for which the server would wait in vain: they are ended as if their visitors had left.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time

import gradio as gr
from gradio.server_messages import ProcessCompletedMessage
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.errors import ClosingError
from model.language import gettext
from model.worker import TORCH, Worker
from views.api.calls import Calls

PATIENCE = 20.0  # seconds for what is begun
DELIVERY = 0.5  # seconds in which the last answers go out
LOOK = 0.5  # seconds after which the main thread looks whether it was told to end
STREAMS = 2  # seconds, whole ones, after which a connection that is open still is cut


def exit_when_told() -> None:
    """SIGTERM ends the process from now on: nobody is served yet. A container's first process would go on without."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))


def end_when_told() -> threading.Event:
    """What SIGTERM sets from now on."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: told.set())
    return told


def wait_until_told(told: threading.Event) -> None:
    """In the main thread, which alone runs what a signal asks for; where another thread took the signal it is not
    woken, so it looks by itself.
    """
    while not told.wait(LOOK):
        pass


class Connections:
    """The requests that are open, all of which can be ended at once."""

    def __init__(self) -> None:
        """None yet."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    def opened(self) -> asyncio.Event:
        """What is set when they end; asked for within the server's loop."""
        if self._ended is None:
            self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        return self._ended

    def end(self) -> None:
        """End them, from another thread."""
        if self._loop and self._ended:
            self._loop.call_soon_threadsafe(self._ended.set)


class Endable:
    """ASGI middleware: to the app, a request that is ended looks like one whose visitor has left."""

    def __init__(self, app: ASGIApp, connections: Connections) -> None:
        """Stand before `app`."""
        self._app, self._connections = app, connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ended = asyncio.ensure_future(self._connections.opened().wait())

        async def receive_or_end() -> Message:
            received = asyncio.ensure_future(receive())
            try:
                await asyncio.wait({received, ended}, return_when=asyncio.FIRST_COMPLETED)
                return received.result() if received.done() else {"type": "http.disconnect"}
            finally:
                received.cancel()

        try:
            await self._app(scope, receive_or_end, send)
        finally:
            ended.cancel()


def close(
    page: gr.Blocks, calls: Calls, connections: Connections, worker: Worker = TORCH, patience: float = PATIENCE
) -> bool:
    """Close a page that was launched; whether all that was begun could be finished within `patience` seconds."""
    worker.close()
    last = time.monotonic() + patience
    while (calls.active or len(page._queue)) and time.monotonic() < last:
        time.sleep(0.05)
    finished = not calls.active
    _refuse_the_rest(page)
    time.sleep(DELIVERY)
    connections.end()
    page.server.config.timeout_graceful_shutdown = STREAMS
    page.close(verbose=False)
    sys.stdout.flush()
    return finished


def _refuse_the_rest(page: gr.Blocks) -> None:
    """Tell those for whom it still computes that they wait in vain."""
    said = {"error": str(ClosingError())}
    for event in [each for job in page._queue.active_jobs for each in job or ()]:
        message = ProcessCompletedMessage(output=said, success=False, title=gettext("Not possible"))
        page._queue.send_message(event, message)
