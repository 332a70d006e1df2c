"""The button that ends a long reading, below the browser."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr
import pytest

from tests.views.blocks import on_a_page
from tests.views.errors.pages import text_of
from views.errors.stop_tab import Asked, Stopper, _ask
from views.panel import Drawing


class Reading:
    """A run of `total` steps that remembers how many were taken and whether it was closed."""

    def __init__(self, card: gr.HTML, total: int = 5) -> None:
        self.card, self.total = card, total
        self.taken, self.closed = 0, False

    def run(self, name: str) -> Iterator[Drawing]:
        try:
            for step in range(self.total):
                self.taken = step + 1
                yield {self.card: f"{name} {step}"}
        finally:
            self.closed = True


@pytest.fixture
def parts():
    def build():
        card, button = gr.HTML(""), gr.Button("Stop")
        return card, button, Stopper(button, card, "It was stopped.")

    return on_a_page(build)


def test_a_reading_that_nobody_stops_goes_through(parts):
    card, _, stopper = parts
    reading = Reading(card)
    drawn = [drawing[card] for drawing in stopper.stoppable(reading.run)(Asked(), "one")]
    assert drawn == [f"one {step}" for step in range(5)]
    assert reading.closed


def test_a_reading_that_is_stopped_ends_between_two_steps_and_says_so(parts):
    card, button, stopper = parts
    reading, asked = Reading(card), Asked()
    running = stopper.stoppable(reading.run)(asked, "one")
    next(running)
    assert not _ask(asked).visible
    (last,) = running
    assert text_of(last[card]) == "It was stopped."
    assert not last[button].visible
    assert (reading.taken, reading.closed) == (2, True)


def test_what_is_begun_after_a_stop_is_not_stopped(parts):
    card, _, stopper = parts
    asked = Asked(to_stop=True)
    assert len(list(stopper.stoppable(Reading(card).run)(asked, "two"))) == 5
