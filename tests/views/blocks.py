"""Components outside the app, below the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import gradio as gr

from views.panel import Shared

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


def shared_components() -> Shared:
    """What the tabs about one review share."""
    return Shared(
        question=gr.State(None),
        checkpoint=gr.Dropdown(["bilstm"]),
        layer=gr.Radio([1, 2]),
        direction=gr.Radio(["forward", "backward"]),
        place=gr.Number(0),
        unit=gr.Number(0),
        symbol=gr.Radio(["f"]),
    )
