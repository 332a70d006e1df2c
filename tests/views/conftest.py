"""What tests of the page share: a page of one part alone, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import gradio as gr
import pytest

Part = TypeVar("Part")


@pytest.fixture
def on_a_page() -> Callable[[Callable[[], Part]], Part]:
    """Builds a part of the page on a page of its own."""

    async def built(build: Callable[[], Part]) -> Part:
        with gr.Blocks():
            return build()

    return lambda build: asyncio.run(built(build))  # within a loop, Gradio leaves none of its own open
