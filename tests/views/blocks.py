"""Components outside the app, below the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import gradio as gr

Built = TypeVar("Built")


def on_a_page(build: Callable[[], Built]) -> Built:
    """What `build` makes of components, on a page of its own; within a loop, or Gradio would leave one open."""

    async def within() -> Built:
        with gr.Blocks(analytics_enabled=False):
            return build()

    return asyncio.run(within())
