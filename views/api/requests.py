"""Answers calls of the endpoints that Gradio itself would meet with an empty error: too few fields, unknown names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 4_000_000  # bytes; far above any review, so that longer texts still get their own sentence


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an endpoint in order: those that a caller must send, then those that have a default."""

    required: tuple[str, ...]
    defaults: Mapping[str, object]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.required, *self.defaults)


class Guard:
    """ASGI middleware for POST …/call/NAME with `{"data": […]}`: fills defaults in, refuses the rest with a sentence.

    `endpoints` maps each name to its fields.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Fields]) -> None:
        """Stand before `app`."""
        self._app, self._endpoints = app, endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, changed or not, or answer it."""
        call = scope["type"] == "http" and scope["method"] == "POST" and "/call/" in scope["path"]
        if not call:
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        name = scope["path"].rpartition("/")[2]
        status, answer = self._check(name, body, by_name="/call/v2/" in scope["path"])
        if status != 200:
            await JSONResponse({"detail": answer}, status)(scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": answer, "more_body": False}

        headers = [(key, value) for key, value in scope["headers"] if key != b"content-length"]
        headers.append((b"content-length", str(len(answer)).encode()))
        await self._app({**scope, "headers": headers}, replay, send)

    def _check(self, name: str, body: bytes | None, by_name: bool) -> tuple[int, bytes | str]:
        """The status and the body to go on with, or the sentence to answer."""
        if name not in self._endpoints:
            return 404, f"There is no endpoint of that name; there are: {', '.join(self._endpoints)}."
        if body is None:
            return 413, f"The request is larger than {MAX_BODY:,} bytes."
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            return 422, "The request is not valid JSON."
        if by_name:
            return self._check_names(name, fields, body)
        data = fields.get("data") if isinstance(fields, dict) else None
        known = self._endpoints[name]
        least, most = len(known.required), len(known.names)
        if not isinstance(data, list) or not least <= len(data) <= most:
            return 422, f'Send {{"data": [{", ".join(known.required)}, …]}} with {least} to {most} fields.'
        filled = [*data, *list(known.defaults.values())[len(data) - least :]]
        return 200, json.dumps({**fields, "data": filled}).encode()

    def _check_names(self, name: str, fields: object, body: bytes) -> tuple[int, bytes | str]:
        known = self._endpoints[name]
        missing = [field for field in known.required if not isinstance(fields, dict) or field not in fields]
        if missing:
            return 422, f"The field '{missing[0]}' is missing."
        if not fields.keys() <= set(known.names):
            return 422, f"There is an unknown field; the fields are: {', '.join(known.names)}."
        return 200, body


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None where it is too large."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body
