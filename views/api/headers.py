"""What a browser may do with the page: a Content-Security-Policy, and the usual headers beside it.

A script runs if it comes from here, or stands in the page that the server sent: those get a nonce, another for each
response, so that markup that slipped in from a review brings no script with it. Gradio makes functions of the text of
its event handlers, which `'unsafe-eval'` allows, and sets styles in attributes. The page may stand in a frame of
Hugging Face Spaces, and of nobody else.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from views.locale.spoken import in_its_language

_SELF, _DATA, _BLOB = "'self'", "data:", "blob:"
_SOURCES = {
    "default-src": (_SELF,),
    "script-src": (_SELF, "'nonce-{nonce}'", "'unsafe-eval'"),
    "style-src": (_SELF, "'unsafe-inline'"),
    "img-src": (_SELF, _DATA, _BLOB),
    "media-src": (_SELF, _DATA, _BLOB),
    "font-src": (_SELF, _DATA),
    "worker-src": (_SELF, _BLOB),
    "connect-src": (_SELF,),
    "object-src": ("'none'",),
    "base-uri": (_SELF,),
    "form-action": (_SELF,),
    "frame-ancestors": (_SELF, "https://huggingface.co", "https://*.huggingface.co", "https://*.hf.space"),
}
_POLICY = "; ".join(" ".join((name, *sources)) for name, sources in _SOURCES.items())
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_SCRIPT = re.compile(rb"(<script\b)([^>]*>.*?</script>)", re.DOTALL | re.IGNORECASE)


class Headers:
    """ASGI middleware that adds them to every response."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on. A page is sent as a whole, since its scripts are marked; all else as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: Message | None = None  # the start of a page, until all of it is there
        page = bytearray()

        async def with_headers(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_ALWAYS)
                if headers.get("content-type", "").startswith("text/html"):
                    held = message
                    return
            if held is None:
                await send(message)
                return
            page.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _send_page(held, bytes(page), send)

        await self._app(scope, receive, with_headers)


async def _send_page(start: Message, page: bytes, send: Send) -> None:
    nonce = secrets.token_urlsafe(16)
    body = _SCRIPT.sub(rb'\1 nonce="' + nonce.encode() + rb'"\2', in_its_language(page))
    headers = MutableHeaders(scope=start)
    headers["content-security-policy"] = _POLICY.format(nonce=nonce)
    if "content-length" in headers and page:  # not that of an answer to HEAD
        headers["content-length"] = str(len(body))
    await send(start)
    await send({"type": "http.response.body", "body": body})
