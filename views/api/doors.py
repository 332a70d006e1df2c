"""Which addresses of the server are open, and to whom.

Gradio answers many that this page has no use for: one that fetches any address on the web for whoever asks, one that
writes what a visit holds to disk, others that describe the server, and more with each release. So what is open is
listed, and all else is not there. Nothing may be sent by the page of another site (browsers say where a request comes
from, https://www.w3.org/TR/fetch-metadata/), and no such page may read an answer: Gradio's middleware would tell
browsers that pages of any origin may, so it is taken out.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from model.language import gettext
from views.api.refusal import Refusal
from views.locale.languages import PAGES

_OPEN = re.compile(
    rf"""
    /(?: {" | ".join(PAGES)} ) | /config/? | /health | /theme\.css | /favicon\.ico | /robots\.txt | /manifest\.json
    | /(?: assets | static | scripts )/.+
    | /gradio_api/(?:
        info/? | app_id/? | startup-events | heartbeat/[^/]+
        | queue/join | queue/data | call/.+ | run/predict | cancel | reset/?
        | upload | upload_progress | file=(?![A-Za-z][A-Za-z0-9+.-]*:).+
    )""",
    re.VERBOSE,
)
_SAFE = ("GET", "HEAD", "OPTIONS")
_FOREIGN = (b"cross-site", b"same-site")


class Doors:
    """ASGI middleware: whatever is not open is not found, and what a foreign page sends is refused."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and (refusal := _refused(scope)):
            await refusal.answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _refused(scope: Scope) -> Refusal | None:
    if not _OPEN.fullmatch(path_below(scope)) or _asks_for_another_page(scope):
        return Refusal(404, gettext("There is nothing at this address."))
    if scope["method"] not in _SAFE and dict(scope["headers"]).get(b"sec-fetch-site") in _FOREIGN:
        return Refusal(403, gettext("The page of another site cannot send anything here."))
    return None


def _asks_for_another_page(scope: Scope) -> bool:
    """Whether a page is named by Gradio's parameter that is none of a language: that is a fault to Gradio."""
    return any(
        name == "page" and value not in PAGES for name, value in parse_qsl(scope["query_string"].decode("latin-1"))
    )


def path_below(scope: Scope) -> str:
    """The path below the address of the page."""
    root = scope.get("root_path", "").rstrip("/")
    path = scope["path"]
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


@asynccontextmanager
async def answers_for_this_page_alone(app: Starlette) -> AsyncIterator[None]:
    """For the time that the app runs, no middleware tells a browser that pages of other sites may read its answers."""
    app.user_middleware = [each for each in app.user_middleware if "CORS" not in getattr(each.cls, "__name__", "")]
    app.middleware_stack = app.build_middleware_stack()
    yield
