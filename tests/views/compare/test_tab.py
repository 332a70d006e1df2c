"""The wiring of the Compare tab, below the browser."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from model.errors import ReviewError
from model.reading.explanation import Question
from tests.views.blocks import on_a_page
from views.compare.tab import CompareTab, CompareValues
from views.links import View

VALUES = CompareValues("A good film", "A dull film", "bilstm", "rnn", 2, "backward", "h")
VIEW = View("A good film", "bilstm", "compare", 2, "backward", 1, 3, "h", "A dull film", "rnn")


@pytest.fixture
def tab(explainer):
    return on_a_page(lambda: CompareTab(explainer))


def test_a_view_of_compare_is_restored_and_any_other_leaves_the_tab_alone(tab):
    drawn = tab.restore(VIEW)
    assert CompareValues(*(drawn[each] for each in tab.asked)) == VALUES
    assert tab.restore(replace(VIEW, tab="gates")) == {}


def test_tab_opens_with_the_review_that_is_explained_where_nothing_was_written_yet(tab):
    question = Question("A good film", "rnn")
    drawn = tab.begin("", " ", question)
    assert drawn == {
        tab.text: "A good film",
        tab.other: "A good film",
        tab.checkpoint: "rnn",
        tab.other_checkpoint: "rnn",
    }
    assert tab.begin("", "", None) == tab.begin("mine", "", question) == tab.begin("", "mine", question) == gr.skip()


def test_where_a_link_led_here_both_are_compared_at_once(tab):
    assert "Two verdicts on one scale" in tab.answer(VIEW, VALUES)
    assert tab.answer(replace(VIEW, tab="gates"), VALUES) == gr.skip()
    assert tab.answer(None, VALUES) == gr.skip()


def test_a_link_holds_what_is_compared():
    assert VALUES.put_in(View("Another.", "rnn", "compare", place=1, unit=3)) == VIEW


@pytest.mark.parametrize("missing", [{"text": ""}, {"other": " \n"}, {"other": None}])
def test_a_link_to_half_a_comparison_is_refused(missing):
    with pytest.raises(ReviewError, match="Compare two reviews first"):
        replace(VALUES, **missing).put_in(VIEW)


def test_of_two_choices_in_one_breath_the_last_is_answered_last(tab):
    events = [each for each in tab.result.parent.fns.values() if tab.result in each.outputs]
    assert [(each.concurrency_id, each.concurrency_limit) for each in events] == [("compare", 1)]  # first in, first out
