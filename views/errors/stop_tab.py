"""The button that ends a long reading: it asks, and the reading ends between two of its steps.

Gradio's own `cancels` walks through the listed runs one by one in the browser, waiting for the step that each is in:
what was begun meanwhile is cancelled with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import gradio as gr

from model.language import gettext, marked
from views.drawing.cards import sentence_card
from views.panel import QUIET, Drawing

STOPPED = marked("Stopped. Nothing is shown of what was not read to its end.")


@dataclass(slots=True)
class Asked:
    """Whether a visitor's running reading is to end. It changes: the button's click and the reading share it."""

    to_stop: bool = False


class Stopper:
    """A stop button's wiring: `asked` (state) is the first input of every run that it can end."""

    def __init__(self, button: gr.Button, card: gr.HTML, said: str = STOPPED) -> None:
        """`said` stands in the card that told how far the run was, once it is stopped."""
        self._button, self._card, self._said = button, card, said
        self.asked = gr.State(Asked())
        button.click(_ask, self.asked, button, queue=False, **QUIET)

    def stoppable(self, run: Callable[..., Iterator[Drawing]]) -> Callable[..., Iterator[Drawing]]:
        """`run`, which draws after each of its steps, ended after the step in which it is asked to stop."""

        def steps(asked: Asked, *given: object) -> Iterator[Drawing]:
            asked.to_stop = False
            with closing(run(*given)) as drawings:  # type: ignore[type-var]  # they are generators
                for drawing in drawings:
                    if asked.to_stop:
                        yield {self._card: sentence_card(gettext(self._said)), self._button: gr.Button(visible=False)}
                        return
                    yield drawing

        return steps


def _ask(asked: Asked) -> gr.Button:
    asked.to_stop = True
    return gr.Button(visible=False)
