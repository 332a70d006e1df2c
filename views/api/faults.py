"""What is printed of a fault that nobody expected: where it arose and of what kind, never what it says.

The words of an error repeat what was given: a choice that there is not, a value that is no number, a whole review.
Gradio prints them by `traceback.print_exc`, uvicorn by its logger.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TextIO

SERVER = "uvicorn.error"  # the logger of what no response could be made of


def print_no_words() -> None:
    """From now on, for the whole process."""
    traceback.print_exc = _print_place  # type: ignore[assignment]
    logging.getLogger(SERVER).addFilter(_without_words)


def place_of(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """A line that says where an error arose, the outermost call first, and of what kind it is."""
    frames = traceback.extract_tb(trace)
    calls = [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
    return f"Traceback: {' > '.join([*calls, kind.__name__ if kind else 'nothing'])}"


def _print_place(limit: int | None = None, file: TextIO | None = None, chain: bool = True) -> None:
    kind, _, trace = sys.exc_info()
    (file or sys.stderr).write(f"{place_of(kind, trace)}\n")


def _without_words(record: logging.LogRecord) -> bool:
    if record.exc_info:
        kind, _, trace = record.exc_info
        record.msg, record.args, record.exc_info = f"{record.getMessage()}{place_of(kind, trace)}", None, None
    return True
