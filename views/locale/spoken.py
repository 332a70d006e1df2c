"""Whoever asks is answered in their own language: refusals too, which are made before a callback is reached.

What a page asks for tells by its address which page that is (`Referer`, which `Headers` allows within this server);
programs, which send none, are answered in English. A browser that opens the address of the app is led to the page in
the language that it likes best (Accept-Language), unless a link to a language brought it there.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from model.language import speaking, spoken
from views.api.doors import path_below
from views.locale.languages import PAGES, Language, language_of, language_of_code, language_of_page

_TAG = re.compile(rb'(<html\b[^>]*\blang=")[^"]*')
_TELL = b'<script>Object.defineProperty(navigator, "language", { value: document.documentElement.lang });</script>'


class Spoken:
    """ASGI middleware: what stands behind it speaks the language of whoever asks."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or lead a browser to another page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, query = Headers(scope=scope), scope["query_string"].decode("latin-1")
        path = path_below(scope)
        address = path.strip("/")
        language = _asks_in(address, query, headers)
        there = f"{language.page}?{query}" if query else language.page
        if language.page and not address and "text/html" in headers.get("accept", ""):
            await RedirectResponse(there, 307, {"vary": "Accept-Language"})(scope, receive, send)
            return
        if address in PAGES and path == f"/{address}/":  # what it refers to would lie below it
            await RedirectResponse(f"../{there}", 307)(scope, receive, send)
            return
        with speaking(language.code):
            await self._app(scope, receive, send)


def _asks_in(address: str, query: str, headers: Headers) -> Language:
    """The language of the page that is asked for, or from which something is; that of the browser for the app's own
    address, unless it names one.
    """
    if address and address not in PAGES:
        return language_of_page(urlsplit(headers.get("referer", "")).path.rpartition("/")[2])
    named = parse_qs(query).get("language")
    if not address and named:
        return language_of_code(named[0])
    return language_of_page(address) if address else language_of(headers.get("accept-language"))


def in_its_language(page: bytes) -> bytes:
    """A page of Gradio's, with the language that is spoken now. Gradio takes each page to be English, and its own words
    (of an upload, say) are in what the browser tells it to be the language of whoever uses it: here, that of the page.
    """
    tag = language_of_code(spoken()).tag.encode()
    return _TAG.sub(rb"\1" + tag, page, count=1).replace(b"<head>", b"<head>" + _TELL, 1)
