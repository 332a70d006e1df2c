"""The Units tab's own listeners and what it draws, called as Gradio calls them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
import pytest
from gradio.context import get_blocks_context

from model.reading.explanation import Question
from model.reading.passing import PASSES
from model.reading.stretch import STANDS_OUT
from model.reading.telling import JUMPS
from tests.views.blocks import on_a_page
from views.panel import Focus, Panel, Shared
from views.units import tab

ASKED = Question("Not a good film, but great!", "bilstm")
FOCUS = Focus(1, "forward", 2, 3)


@dataclass(frozen=True, slots=True)
class Built:
    """The panel, and what choosing a measure calls."""

    panel: Panel
    offer: Any

    def card(self, reading, *own):
        return self.panel.draw(reading, FOCUS, *own)[self.panel.outputs[0]]


@pytest.fixture
def built(explainer):
    def build():
        shared = Shared(
            question=gr.State(None),
            layer=gr.Radio([1, 2]),
            direction=gr.Radio(["forward", "backward"]),
            place=gr.Number(0),
            unit=gr.Number(0),
            symbol=gr.Radio(["f"]),
        )
        panel = tab.build(explainer, shared)
        (listener,) = get_blocks_context().fns.values()
        return Built(panel, listener.fn)

    return on_a_page(build)


@pytest.fixture
def reading(explainer):
    return explainer.read(ASKED)


def test_numbers_of_a_stretch_are_there_where_they_count_and_begin_around_the_chosen_token(built):
    first, last = built.offer(STANDS_OUT, ASKED, 2)
    assert (first.value, last.value, first.visible, last.visible) == (2, 4, True, True)
    assert [each.value for each in built.offer(STANDS_OUT, ASKED, 99)] == [7, 8]
    assert not any(each.visible for each in built.offer(JUMPS, ASKED, 2))
    assert all(each.visible for each in built.offer(STANDS_OUT, None, 2))


def test_a_stretch_shows_its_words_and_is_shaded(built, reading):
    card = built.card(reading, STANDS_OUT, 2, 4)
    assert "Units that stand out from “a” to “film”" in card
    assert 'd="M1 0H4V100H1z"' in card
    assert "Units that stand out at “good”" in built.card(reading, STANDS_OUT, 3, 3)


def test_empty_numbers_mean_the_chosen_token_with_its_neighbours(built, reading):
    assert built.card(reading, STANDS_OUT, None, None) == built.card(reading, STANDS_OUT, 2, 4)
    assert built.card(reading, STANDS_OUT, 3, None) == built.card(reading, STANDS_OUT, 3, 4)


@pytest.mark.parametrize(
    ("first", "last", "said"), [(4, 2, "ends before it starts"), (0, 3, "8 tokens"), (2, 99, "8 tokens")]
)
def test_a_stretch_that_there_is_not_is_said_in_the_card(built, reading, first, last, said):
    assert said in built.card(reading, STANDS_OUT, first, last)


def test_one_token_alone_has_a_card_that_says_why_nothing_stands_out(built, explainer):
    reading = explainer.read(Question("Good", "bilstm"))
    assert "needs a token beside it" in built.card(reading, STANDS_OUT, None, None)


def test_other_measures_shade_nothing(built, reading):
    card = built.card(reading, JUMPS, 2, 4)
    assert "Units that jump most at a word" in card
    assert "gs-behind" not in card


def test_units_below_the_last_layer_are_computed_after_the_rest_is_drawn(built, reading):
    assert "Being computed" in built.card(reading, PASSES, None, None)
    (card,) = built.panel.later_outputs
    assert "logits if held at its mean" in built.panel.later(reading, FOCUS, PASSES, None, None)[card]
    assert built.panel.later(reading, FOCUS, JUMPS, None, None) == gr.skip()
