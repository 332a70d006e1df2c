"""The button that ends a long reading: what is said then, and which runs it ends."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr
from gradio.events import Dependency

from model.language import gettext, marked
from views.errors.parts import sentence_card
from views.panel import QUIET

STOPPED = marked("Stopped. Nothing is shown of what was not read to its end.")


def listen_to_stop(stop: gr.Button, runs: Sequence[Dependency], card: gr.HTML, said: str = STOPPED) -> None:
    """End `runs` when `stop` is pressed, say so in the card that told how far they were, and hide the button."""
    stop.click(
        lambda: {card: sentence_card(gettext(said)), stop: gr.Button(visible=False)},
        None,
        [card, stop],
        cancels=list(runs),
        queue=False,
        **QUIET,
    )
