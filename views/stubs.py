"""Gradio, imported without type stubs.

Each time it is imported it parses the sources of its components and writes stubs for editors beside them: a second of
the app's start, and files outside any temporary folder. It spares components that come from no file, so for as long as
it is imported none of its classes does.
"""

from __future__ import annotations

import inspect
from typing import Any


def import_gradio() -> None:
    """Import Gradio for the first time; later imports find it."""
    file_of = inspect.getfile

    def file_of_others(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError
        return file_of(thing)

    inspect.getfile = file_of_others  # type: ignore[assignment]  # it is asked about classes alone
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = file_of
