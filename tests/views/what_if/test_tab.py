"""The What if tab's own listeners, called as Gradio calls them."""

from __future__ import annotations

import gradio as gr
import pytest
from gradio.context import get_blocks_context

from model.reading.explanation import Question
from model.reading.telling import KEEPS
from model.recurrence.clamps import Clamp
from tests.views.blocks import on_a_page, shared_components
from views.panel import Focus
from views.what_if import tab
from views.what_if.controls import ALL, NOTHING_HELD, SOME, THIS, Held
from views.what_if.presets import PRESETS, preset_labels

ASKED = Question("Not a good film", "bilstm")
CHOSEN = (2, "backward", 1, 3)  # above the tabs: layer, direction, place, unit


@pytest.fixture
def listeners(explainer):
    """What each button calls, by its label."""

    def build():
        tab.build(explainer, shared_components())
        page = get_blocks_context()
        buttons = {key: block.value for key, block in page.blocks.items() if isinstance(block, gr.Button)}
        return {buttons[key]: each.fn for each in page.fns.values() for key, _ in each.targets if key in buttons}

    return on_a_page(build)


def test_what_is_held_is_what_the_controls_say(listeners):
    held = listeners["Hold it"](ASKED, NOTHING_HELD, *CHOSEN, "f", 0.5, THIS, ALL, THIS, SOME, 2, 3)
    assert held == Held(ASKED.text, "bilstm", (Clamp("f", 0.5, 2, None, 3, 1, 3),))
    held = listeners["Switch it off (h = 0)"](ASKED, held, *CHOSEN, ALL, THIS, ALL, THIS, 1, 1)
    assert held.clamps[1:] == (Clamp("h", 0.0, None, "backward", None, 1, 2),)
    assert listeners["Take the last back"](held).clamps == held.clamps[:1]
    assert listeners["Take all back"]() == NOTHING_HELD


def test_what_cannot_be_held_is_refused_with_a_sentence(listeners):
    hold = listeners["Hold it"]
    with pytest.raises(gr.Error, match="Analyse a review first"):
        hold(None, NOTHING_HELD, *CHOSEN, "f", 0.5, THIS, ALL, THIS, ALL, 1, 1)
    with pytest.raises(gr.Error, match="Choose tokens within the review"):
        hold(ASKED, NOTHING_HELD, *CHOSEN, "f", 0.5, THIS, ALL, THIS, SOME, 1, 99)


def test_hold_of_what_another_cell_has_not_is_of_the_first_that_it_has(listeners):
    held = listeners["Hold it"](Question(ASKED.text, "rnn"), NOTHING_HELD, *CHOSEN, "f", 0.0, ALL, ALL, ALL, ALL, 1, 1)
    assert held == Held(ASKED.text, "rnn", (Clamp("h", 0.0),))


def test_presets_hold_what_they_say_in_place_of_what_was_held(listeners, explainer):
    (keeper,) = explainer.telling(explainer.read(ASKED), KEEPS, 1)
    other = {"forward": "backward", "backward": "forward"}[keeper.direction]
    held = {name: listeners[name](ASKED, *CHOSEN).clamps for name in PRESETS}
    assert held == {
        "Forget everything at the chosen word": (Clamp("f", 0.0, start=1, end=2),),
        "Forget at every word": (Clamp("f", 0.0),),
        "No reader in the chosen direction": (Clamp("h", 0.0, None, "backward"),),
        "The chosen unit silent": (Clamp("h", 0.0, 2, "backward", 3),),
        "Only what the longest keeper holds": (
            Clamp("h", 0.0, keeper.layer, other),
            Clamp("h", 0.0, keeper.layer, keeper.direction, keeper.unit, spared=True),
        ),
    }


def test_where_no_unit_keeps_anything_the_preset_says_so(listeners):
    with pytest.raises(gr.Error, match="No unit keeps anything here"):
        listeners["Only what the longest keeper holds"](Question("Not a good film", "rnn"), *CHOSEN)


def test_the_same_held_again_takes_the_place_of_what_was_held_there(listeners):
    held = listeners["Hold it"](ASKED, NOTHING_HELD, *CHOSEN, "f", 0.5, ALL, ALL, ALL, ALL, 1, 1)
    held = listeners["Hold it"](ASKED, held, *CHOSEN, "i", 0.5, ALL, ALL, ALL, ALL, 1, 1)
    held = listeners["Hold it"](ASKED, held, *CHOSEN, "f", 0.75, ALL, ALL, ALL, ALL, 1, 1)
    assert held.clamps == (Clamp("i", 0.5), Clamp("f", 0.75))


def test_presets_name_the_word_the_direction_and_the_unit(explainer):
    reading = explainer.read(ASKED)
    labels = preset_labels(reading, Focus(2, "backward", 0, 3))
    assert labels == [
        "Forget everything at “Not”",
        "Forget at every word",
        "No reader ← backward",
        "Silence unit 3 of layer 2",
        "Only what the longest keeper holds",
    ]
    assert len(labels) == len(PRESETS)


def test_presets_follow_the_chosen_word(explainer):
    panel = on_a_page(lambda: tab.build(explainer, shared_components()))
    reading = explainer.read(ASKED)
    said = [button.value for button in panel.follow(reading, Focus(1, "forward", 2, 0)).values()]
    assert said == preset_labels(reading, Focus(1, "forward", 2, 0))
    assert set(panel.follow_outputs) <= set(panel.outputs)
