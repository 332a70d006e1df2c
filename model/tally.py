"""What one request cost: counts and times, written down as it is worked on, for whoever keeps a log. Never a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """`checkpoints` that read, in the order in which they first did; `tokens` that they read; seconds `waited` for the
    worker; whether the worker has `begun` anything for it.
    """

    checkpoints: dict[str, None] = field(default_factory=dict)
    tokens: int = 0
    waited: float = 0.0
    begun: bool = False


_CURRENT: ContextVar[Tally | None] = ContextVar("tally", default=None)


def current() -> Tally | None:
    """That of the request that is worked on here, if one is kept."""
    return _CURRENT.get()


@contextmanager
def counting(tally: Tally) -> Iterator[None]:
    """Within it, what is worked on is written down there."""
    token = _CURRENT.set(tally)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def count(checkpoint: str, tokens: int) -> None:
    """A checkpoint was given so many tokens to read. `checkpoint` is the name of one that there is."""
    tally = current()
    if tally is not None:
        tally.checkpoints[checkpoint] = None
        tally.tokens += tokens
