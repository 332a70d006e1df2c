"""Uploaded files share the disk with everybody: how much there may be of them, of one visitor and for how long.

Gradio limits each file, takes a thousand of them in one request, and forgets those of an upload that broke off.
"""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from anyio import to_thread
from cachetools import LRUCache
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.language import gettext
from views.api.refusal import Refusal
from views.api.visitor import address_of

MEGABYTE = 1024**2
KEPT_ADDRESSES = 10_000  # of whom it is known how much they sent; then those are forgotten that were not seen longest


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes there is room for.

    A class of 200 behind one address has 10 MB for each pupil; a Space has 50 GB of disk, a small server some.
    """

    request: int  # of one upload
    address: int = 2_000 * MEGABYTE  # from one address within `seconds`
    whole: int = 4_000 * MEGABYTE  # in the whole folder
    free: int = 200 * MEGABYTE  # that stay free on the disk for all else
    seconds: float = 3_600.0  # after which a file is deleted


class Store:
    """The folder of uploads: how full it is, and who filled it. Safe to share between threads."""

    def __init__(self, folder: Path, room: Room) -> None:
        self._folder, self._room = folder, room
        self._lock = Lock()
        self._coming = 0  # bytes of uploads that are under way
        self._sent: LRUCache[str, deque[tuple[float, int]]] = LRUCache(KEPT_ADDRESSES)

    @contextmanager
    def taking(self, address: str | None, size: int) -> Iterator[Refusal | None]:
        """Keep room for an upload while it comes, or say why there is none."""
        with self._lock:
            refusal = self._refusal(address, size)
            self._coming += 0 if refusal else size
        try:
            yield refusal
        finally:
            with self._lock:
                self._coming -= 0 if refusal else size

    def took(self, address: str | None, size: int) -> None:
        """Note that somebody sent so many bytes."""
        if address is not None:
            with self._lock:
                self._sent.setdefault(address, deque()).append((time.monotonic(), size))

    def _refusal(self, address: str | None, size: int) -> Refusal | None:
        self._folder.mkdir(parents=True, exist_ok=True)
        full = _tidied(self._folder, self._room.seconds) + self._coming + size > self._room.whole
        if full or shutil.disk_usage(self._folder).free - self._coming - size < self._room.free:
            return Refusal(507, gettext("There is no room for more files just now: try again in a while."), 600)
        if address is not None and self._sent_lately(address) + size > self._room.address:
            sentence = gettext("Too much was sent from your address within an hour: try again in a while.")
            return Refusal(429, sentence, 600)
        return None

    def _sent_lately(self, address: str) -> int:
        sent = self._sent.get(address, deque())
        while sent and sent[0][0] < time.monotonic() - self._room.seconds:
            sent.popleft()
        return sum(size for _, size in sent)


def _tidied(folder: Path, seconds: float) -> int:
    """The bytes in a folder, after what is older than `seconds` was deleted: leftovers of uploads that broke off, too.

    Of a file only its clock time is known: should the clock jump ahead, files are gone too early, and the page says so.
    """
    size, oldest = 0, time.time() - seconds
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        with suppress(OSError):
            about = path.lstat()
            if path.is_dir() and not path.is_symlink():
                if about.st_mtime < oldest:
                    path.rmdir()  # if it is empty
            elif max(about.st_mtime, about.st_ctime) < oldest:
                path.unlink()
            else:
                size += about.st_size
    return size


class _TooLarge(Exception):
    """More comes than there is room for."""


@dataclass(slots=True)
class _Counted:
    """A `receive` that counts the bytes of a body, and takes no more than `most`. Raises `_TooLarge`."""

    receive: Receive
    most: int
    count: int = field(default=0, init=False)

    async def __call__(self) -> Message:
        message = await self.receive()
        self.count += len(message.get("body", b""))
        if self.count > self.most:
            raise _TooLarge
        return message


class Uploads:
    """ASGI middleware for POST …/upload: lets one through if there is room for it, or answers with a sentence."""

    def __init__(self, app: ASGIApp, folder: Path, room: Room) -> None:
        """Stand before `app`; `folder` is where uploads are kept, and nothing else."""
        self._app, self._room = app, room
        self._store = Store(folder, room)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith("/upload"):
            await self._app(scope, receive, send)
            return
        size = _declared(scope, self._room.request)
        if size > self._room.request:
            await self._too_large().answer_upload(scope, receive, send)
            return
        await self._take(scope, _Counted(receive, size), send)

    async def _take(self, scope: Scope, counted: _Counted, send: Send) -> None:
        address = address_of(scope)
        taking = self._store.taking(address, counted.most)
        refusal = await to_thread.run_sync(taking.__enter__)
        try:
            if refusal:
                await refusal.answer_upload(scope, counted, send)
            else:
                await self._app(scope, counted, send)
        except ClientDisconnect:
            return  # nobody is there to be answered; what came of the file is deleted when it is old
        except _TooLarge:
            await self._too_large().answer_upload(scope, counted, send)
        finally:
            taking.__exit__(None, None, None)
            self._store.took(address, counted.count)

    def _too_large(self) -> Refusal:
        sentence = gettext("A file may have {most:,} MB at most: split it.")
        return Refusal(413, sentence.format(most=self._room.request // MEGABYTE))


def _declared(scope: Scope, otherwise: int) -> int:
    """How many bytes the request says that it has; `otherwise` where it does not say so."""
    said = dict(scope["headers"]).get(b"content-length", b"").decode("latin-1")
    return int(said) if said.isdecimal() and len(said) < 16 else otherwise
