"""The stream of answers to a page stays open as long as the page does.

Gradio closes a page's stream of server-sent events whenever nothing is pending, and the page opens another with its
next event. Between the two an event can be lost: the server has decided to close, the page hears that its new event is
queued before it hears of the closing, takes the old stream for open, and waits in vain. So the closing is not passed
on: where the stream of the app ends, this one goes on with the next, under the same response. Programs, which send no
Fetch metadata, see Gradio's own behaviour: their clients wait for the end.

The page of a visitor who leaves may ask once more for the stream of a visit that is forgotten by then, and a program
for the answer to a question that nobody asked. Gradio says so, and then raises in a response that has begun: that
response is ended here.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSING = b'"msg":"close_stream"'


class OpenStream:
    """ASGI middleware for GET …/queue/data and …/call/NAME/EVENT."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; that of a page for its stream again and again, until the page is gone."""
        if not _is_stream(scope):
            await self._app(scope, receive, send)
            return
        if not _is_of_a_page(scope):
            await self._until_forgotten(scope, receive, send)
            return
        started = False
        while True:
            closed = False

            async def pass_on(message: Message) -> None:
                nonlocal closed, started
                if message["type"] == "http.response.start":
                    if started:
                        return
                    started = True
                elif CLOSING in message.get("body", b""):
                    closed = True
                    return
                elif closed:
                    return  # the end of a response that goes on
                await send(message)

            await self._until_forgotten(scope, receive, pass_on)
            if not closed:
                return

    async def _until_forgotten(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app's response; where it has begun and the visit turns out to be forgotten, it ends."""
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:  # Starlette's: it cannot answer with the HTTPException any more
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body"})


def _is_stream(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return scope["path"].endswith("/queue/data") or "/call/" in scope["path"]


def _is_of_a_page(scope: Scope) -> bool:
    return "/call/" not in scope["path"] and any(name == b"sec-fetch-mode" for name, _ in scope["headers"])
