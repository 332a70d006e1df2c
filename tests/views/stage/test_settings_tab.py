"""A review is explained anew by other settings, once."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest
from gradio.utils import deep_hash

from model.reading.explanation import Question
from tests.views.blocks import on_a_page
from views.panel import ANALYSE
from views.stage.settings_tab import Other, others
from views.stage.stage_tab import Staged
from views.stage.tab import ExplainTab

ASKED = Question("Not a good film", "bilstm")
SHOWN = Staged("an answer", plays=False, place=0)
SAME = (ASKED.checkpoint, ASKED.method, ASKED.baseline)


def test_settings_of_the_question_are_no_others():
    assert others(ASKED, SHOWN, *SAME) == gr.skip()  # a list that was left as it was


@pytest.mark.parametrize("settings", [("rnn", *SAME[1:]), (SAME[0], "saliency", SAME[2]), (*SAME[:2], "padding")])
def test_other_settings_are_heard_once_of_an_answer(settings):
    """A list of Gradio's says that something is chosen, and says it again when it is left: the state stays the same."""
    found = others(ASKED, SHOWN, *settings)
    assert found == others(ASKED, SHOWN, *settings)
    assert deep_hash(found) == deep_hash(others(ASKED, SHOWN, *settings))
    assert deep_hash(found) != deep_hash(others(ASKED, replace(SHOWN, asked="another answer"), *settings))


def test_settings_are_others_before_anything_is_asked():
    assert others(None, None, *SAME) == Other("", *SAME)


def test_review_is_explained_anew_when_other_settings_are_chosen_and_not_when_a_list_is_left(explainer):
    tab = on_a_page(lambda: ExplainTab(explainer))
    page = tab.checkpoint.parent
    while page.parent:
        page = page.parent
    (event,) = [each for each in page.fns.values() if (tab.checkpoint._id, "input") in each.targets]
    (state,) = event.outputs
    assert event.fn is others
    (asking,) = [each for each in page.fns.values() if (state._id, "change") in each.targets]
    assert asking.js == ANALYSE
