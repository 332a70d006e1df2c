"""Components outside the app, below the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import gradio as gr

Built = TypeVar("Built")


def built(build: Callable[[], Built]) -> Built:
    """What `build` makes, such as a whole page; within a loop, or Gradio would leave one open."""

    async def within() -> Built:
        return build()

    return asyncio.run(within())


def on_a_page(build: Callable[[], Built]) -> Built:
    """What `build` makes of components, on a page of its own."""

    def page() -> Built:
        with gr.Blocks(analytics_enabled=False):
            return build()

    return built(page)
