"""What comes as JSON, looked at once before anything else sees it.

Gradio takes from programs what its own page would never send. A value that names a file by a web address makes the
server fetch that address, whichever component it is meant for; not-a-number and numbers beyond all bounds pass as
numbers; a thousand lists in one another, and the event of a visit without a name or with half an emoji in it, end in a
traceback.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.language import gettext
from views.api.refusal import Refusal

MAX_BODY = 4_000_000  # bytes that a program sends; far above any review, so that longer texts get their own sentence
MAX_EVENT = 10_000_000  # bytes that the page sends, which may be a list that was pasted
MAX_DEPTH = 40  # of lists and objects in one another; what the page sends has ten
_NAME = re.compile(r"[!-~]{1,100}")  # of a visit, as the page and clients make it up
SENT = "gatescope.sent"  # where a scope keeps it


@dataclass(frozen=True, slots=True)
class Sent:
    """The body of a request, and what it says."""

    body: bytes
    content: object

    def field(self, name: str) -> object:
        """What it says by that name; None where it says nothing by names."""
        return self.content.get(name) if isinstance(self.content, dict) else None


class Looked:
    """ASGI middleware for POST with anything but an upload: reads the body, and refuses what cannot be meant.

    Those behind it find a `Sent` in the scope; `uploads` is the folder of uploaded files.
    """

    def __init__(self, app: ASGIApp, uploads: Path) -> None:
        """Stand before `app`."""
        self._app, self._uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with its body, or answer it."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"].endswith("/upload"):
            await self._app(scope, receive, send)
            return
        most = MAX_EVENT if scope["path"].endswith("/queue/join") else MAX_BODY
        body = await _read(receive, most)
        found = _too_large(most) if body is None else self._look(body)
        if isinstance(found, Refusal):
            await found.answer(scope, receive, send)
            return
        try:
            await self._app({**scope, SENT: found}, replayed(found.body, receive), send)
        except UnicodeEncodeError:  # of a refusal that repeats half an emoji
            await Refusal(422, gettext("The request is not understood.")).answer(scope, receive, send)

    def _look(self, body: bytes) -> Sent | Refusal:
        try:
            content = json.loads(body, parse_constant=_no_constant)  # not pydantic: it refuses the halves of an emoji
        except (ValueError, RecursionError):
            return Refusal(422, gettext("The request is not valid JSON."))
        sent = Sent(body, content)
        visit = sent.field("session_hash")
        if isinstance(visit, str) and not _NAME.fullmatch(visit):
            return Refusal(400, gettext("The request's session_hash is not understood."))
        for value, depth in _walk(content):
            if depth > MAX_DEPTH and isinstance(value, (dict, list)):
                return Refusal(400, gettext("The request has too many lists and objects in one another."))
            if isinstance(value, float) and not math.isfinite(value):
                return Refusal(400, gettext("The request has a number that is too large."))
            if isinstance(value, dict) and "path" in value and "meta" in value and (why := self._no_upload(value)):
                return Refusal(400, why)  # the page takes 422 for a list of what is wrong
        return sent

    def _no_upload(self, value: dict[str, object]) -> str | None:
        """Why this does not name a file that was uploaded here."""
        path, meta = value["path"], value["meta"]
        if not isinstance(path, str) or not isinstance(meta, dict):
            return gettext("The request names a file in a way that is not understood.")
        try:
            file = Path(path).resolve()
            if file.is_relative_to(self._uploads.resolve()):
                return None if file.is_file() else gettext("The file is not here any more: choose it again.")
        except (OSError, ValueError, RuntimeError):
            pass  # a name that cannot be
        return gettext("Only a file that was uploaded here can be read: upload it first.")


def _too_large(most: int) -> Refusal:
    sentence = gettext("The request is larger than {most:,} bytes: bring a long list as a file.")
    return Refusal(413, sentence.format(most=most))


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole body first."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _walk(content: object) -> Iterator[tuple[object, int]]:
    """Every value within, and how deep it lies."""
    waiting = [(content, 1)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((each, depth + 1) for each in inner)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body, or None where it has more than `most` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)
