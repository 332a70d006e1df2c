"""The Units tab's own listeners and what it draws, called as Gradio calls them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
import pytest
from gradio.context import get_blocks_context

from model.reading import across
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.reading.passing import PASSES
from model.reading.stretch import STANDS_OUT
from model.reading.telling import JUMPS
from tests.conftest import save_checkpoint
from tests.views.blocks import on_a_page, shared_components
from views.panel import Focus, Panel
from views.units import tab

ASKED = Question("Not a good film, but great!", "bilstm")
FOCUS = Focus(1, "forward", 2, 3)


@dataclass(frozen=True, slots=True)
class Built:
    """The panel, what choosing a measure calls, and what the button below the card of one unit calls."""

    panel: Panel
    offer: Any
    make: Any

    def card(self, reading, *own):
        return self.panel.draw(reading, FOCUS, *own)[self.panel.outputs[0]]


@pytest.fixture
def built(explainer):
    def build():
        panel = tab.build(explainer, shared_components())
        make, offer = get_blocks_context().fns.values()
        return Built(panel, offer.fn, make.fn)

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


def test_without_an_atlas_one_can_be_made_of_the_texts_of_the_page(built, reading, monkeypatch):
    monkeypatch.setattr(across, "OWN", across.OWN[1:2])
    card, button = built.panel.outputs[1:]
    drawn = built.panel.draw(reading, FOCUS, JUMPS, None, None)
    assert "Nobody has looked yet" in drawn[card]
    assert drawn[button].visible
    shares = []
    drawn = built.make(ASKED, 2, "backward", 3, lambda share, desc: shares.append(share))
    assert "2 ← unit 3 across reviews" in drawn[card]
    assert not drawn[button].visible
    assert shares[-1] == pytest.approx(1)
    drawn = built.panel.draw(reading, FOCUS, JUMPS, None, None)
    assert "1 → unit 3 across reviews" in drawn[card]
    assert "over 300 texts" in drawn[card]
    assert built.make(None, 1, "forward", 0) == gr.skip()


@pytest.mark.parametrize("settings", [{"cell": "rnn"}, {"layers": 1, "bidirectional": False}])
def test_a_broken_atlas_is_a_sentence_and_the_units_are_there(tmp_path, settings):
    (save_checkpoint(tmp_path / "net", **settings) / "atlas.json.gz").write_bytes(b"broken")
    explainer = Explainer(tmp_path)
    panel = on_a_page(lambda: tab.build(explainer, shared_components()))
    reading = explainer.read(Question("Good", "net"))
    for measure in (JUMPS, PASSES, STANDS_OUT):
        drawn = panel.draw(reading, FOCUS, measure, None, None)
        units, card, button = panel.outputs
        assert "of checkpoint &#39;net&#39; cannot be used" in drawn[card]
        assert drawn[button].visible
        assert drawn[units]
    later = panel.later(reading, FOCUS, PASSES, None, None)[units]
    assert "at its mean over this review" in later
