"""The errors that a person may read. Each message is one plain sentence with the way out.

GatescopeError
├── ReviewError       a text, method, baseline, clamp or link that cannot be worked on
├── CheckpointError   a folder that is not a usable checkpoint
│   └── TooLargeError one for which there is not enough memory
├── DataError         a data set, prepared file or word-vector file that cannot be used
│   └── UnclearError  a file of which something has to be said before it can be used
└── ClosingError      something new, where the page is about to be closed

OutOfTime             no error: a run that stops because its time is over
"""

from __future__ import annotations

from pathlib import Path

from model.language import gettext


class GatescopeError(Exception):
    """Base of all errors whose message may be shown to a person as it is."""


class ReviewError(GatescopeError):
    """A text, method, baseline, clamp or link that cannot be worked on."""


class CheckpointError(GatescopeError):
    """A folder that is not a usable checkpoint."""


class TooLargeError(CheckpointError):
    """A checkpoint for which there is not enough memory."""


class DataError(GatescopeError):
    """A data set, prepared file or word-vector file that cannot be used."""


class UnclearError(DataError):
    """A file of which something has to be said before it can be used. The message asks for it."""


class ClosingError(GatescopeError):
    """Something new, where the page is about to be closed."""

    def __init__(self) -> None:
        super().__init__(gettext("This page is about to be closed and begins nothing new: come back in a minute."))


class OutOfTime(Exception):
    """The time that a run was given is over; its state is on disk. Says how to go on."""

    def __init__(self, out: Path) -> None:
        super().__init__(gettext("The time is over; go on with --resume --out {out}").format(out=out))
