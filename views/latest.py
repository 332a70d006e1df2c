"""What a visitor waits for now, so that what is computed for something that was left can stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class SupersededError(Exception):
    """Something else is waited for by now."""


@dataclass(slots=True)
class Latest:
    """A visitor's own, in a state of the page, changed in place: what was asked for last, by any name."""

    asked: object = None

    def stop_after(self, asked: object) -> Callable[[float], None]:
        """The progress of what is computed for `asked`: raises `SupersededError` once something else is waited for."""

        def go_on(share: float = 0) -> None:
            if self.asked != asked:
                raise SupersededError

        go_on()
        return go_on
