"""How often somebody may ask: a bucket of tokens for each visit and one for each address, filled again as time goes by.

A visit, one page in one browser, sends some 15 events when it is opened and one for each click or key; a held arrow key
sends up to 30 a second. So it may send 300 at once and 15 a second from then on: nobody gets there by hand. A school's
address is shared by a class: 200 pages that are opened in the same second send 3,000 events, and 200 pupils at work,
with one event in two seconds each, 100 a second. So an address may send 9,000 at once and 300 a second. What is
computed at a time is limited elsewhere: by the queue. On the machine itself nobody is limited.

The package limits counts by the wall clock, with which a visitor would be locked out when it jumps back; this counts by
the one that cannot jump, and keeps no more buckets than it has room for.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import ASGIApp, Receive, Scope, Send

from model.language import ngettext
from views.api.refusal import Refusal
from views.api.sent import SENT
from views.api.visitor import address_of

KEPT = 20_000  # buckets of either kind; those are forgotten, full, that were not seen longest


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests at once, and how many more each second."""

    most: float
    each_second: float


VISIT, ADDRESS = Rate(300, 15), Rate(9_000, 300)


class Buckets:
    """Buckets of one kind by their key."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(KEPT)  # tokens, and when that was

    def seconds_until_one(self, key: str) -> float:
        """Take a token out of a bucket: 0. Where it is empty: after how many seconds there is one."""
        now = time.monotonic()
        tokens, then = self._left.get(key, (self._rate.most, now))
        tokens = min(self._rate.most, tokens + (now - then) * self._rate.each_second)
        taken = tokens >= 1
        self._left[key] = (tokens - taken, now)
        return 0.0 if taken else (1 - tokens) / self._rate.each_second


class Rates:
    """ASGI middleware for POST: answers with 429 whoever asks too often. It stands behind `Looked`."""

    def __init__(self, app: ASGIApp, visit: Rate = VISIT, address: Rate = ADDRESS) -> None:
        """Stand before `app`."""
        self._app = app
        self._visits, self._addresses = Buckets(visit), Buckets(address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        seconds = self._seconds_to_wait(scope) if scope["type"] == "http" and scope["method"] == "POST" else 0
        if not seconds:
            await self._app(scope, receive, send)
            return
        sentence = ngettext("Too many requests: wait a second.", "Too many requests: wait {count} seconds.", seconds)
        refusal = Refusal(429, sentence.format(count=seconds), seconds)
        answer = refusal.answer if SENT in scope else refusal.answer_upload
        await answer(scope, receive, send)

    def _seconds_to_wait(self, scope: Scope) -> int:
        """In whole seconds. The address comes first, so that nobody fills the memory with visits that he makes up."""
        address = address_of(scope)
        if address is None:
            return 0
        seconds = self._addresses.seconds_until_one(address)
        if not seconds and (visit := _visit(scope)):
            seconds = self._visits.seconds_until_one(visit)
        return math.ceil(seconds)


def _visit(scope: Scope) -> str | None:
    found = scope[SENT].field("session_hash") if SENT in scope else None
    return found[:40] if isinstance(found, str) else None
