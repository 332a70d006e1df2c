"""The wiring of the Explain tab, below the browser: what it draws for what the page's components hold."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from model.errors import ReviewError
from model.network.cells.registry import SYMBOLS
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp
from tests.conftest import save_checkpoint
from tests.views.blocks import on_a_page
from views.latest import Latest
from views.links import View
from views.panel import PageValues
from views.stage.focus_tab import focus_of
from views.stage.tab import ExplainTab, valid, view_of

ASKED = Question("Not a good film, but great!", "bilstm")
PAGE = PageValues(ASKED, "gates", 1, "forward", 2, 3)


@pytest.fixture
def tab(explainer, monkeypatch):
    """The tab on a page of its own; what it tells the person is kept in `tab.told`."""
    tab = on_a_page(lambda: ExplainTab(explainer))
    tab.told = []
    for kind in ("Info", "Warning"):
        monkeypatch.setattr(gr, kind, lambda message, title="": tab.told.append((title, message)))
    return tab


def page_of(tab, page=PAGE, **changed):
    """The page's values with those of all tabs' own inputs, as they stand when the page is opened."""
    return replace(page, own=tuple(each.value for panel in tab.panels for each in panel.inputs), **changed)


def values_of(page):
    """The same as Gradio hands them over."""
    return page.question, page.active, page.layer, page.direction, page.place, page.unit, *page.own


def test_values_are_taken_in_the_order_of_the_components():
    assert PageValues.of(ASKED, "gates", 1, "forward", 2, 3) == PAGE
    assert PageValues.of(None, "table", 2, "backward", None, None, "f", "number").own == ("f", "number")


def test_first_review_is_read_before_it_is_scored(tab, monkeypatch):
    scored = tab._explainer.explain
    monkeypatch.setattr(tab._explainer, "explain", None)  # takes longer than a person waits for a click
    drawn = tab._show(ASKED, None, Latest(), page_of(tab, question=None))
    assert drawn[tab.question] == ASKED
    assert "data-pending" in drawn[tab._staging.reading]
    assert "P(positive)" in drawn[tab._verdict]
    assert "is being computed" in drawn[tab._verdict]
    assert drawn.keys() >= set(tab.panels[0].outputs)
    assert "data-pending" in drawn[tab.panels[0].outputs[0]]
    monkeypatch.setattr(tab._explainer, "explain", scored)
    staged = drawn[tab._staging.staged]
    page = page_of(tab)
    drawn = tab._score(staged, Latest(staged.asked), *values_of(page))
    explanation = scored(ASKED)
    found = drawn[tab._staging.scores]
    assert found["asked"] == staged.asked
    assert found["chosen"] == explanation.attribution.strongest
    assert found["first"] == f"“{explanation.review.tokens[found['chosen']].text}” pulls hardest, against the verdict."
    assert found["values"] == [round(score, 4) for score in explanation.attribution.scores]
    assert all("In the whole review it is credited with" in said for said in found["said"])
    assert "add up" in drawn[tab._verdict]
    assert tab.told == []


def test_tab_of_scores_is_drawn_with_them(tab):
    page, table = page_of(tab, active="table"), next(panel for panel in tab.panels if panel.scored)
    drawn = tab._show(ASKED, None, Latest(), page)
    assert not drawn.keys() & set(table.outputs)
    staged = drawn[tab._staging.staged]
    drawn = tab._score(staged, Latest(staged.asked), *values_of(page))
    assert drawn.keys() >= set(table.outputs)


def test_scores_of_an_answer_that_nobody_waits_for_any_more_are_given_up(tab):
    asked = replace(ASKED, text="A film that nobody has asked for before.")
    latest = Latest()
    staged = tab._show(asked, None, latest, page_of(tab, question=None))[tab._staging.staged]
    tab._show(ASKED, None, latest, page_of(tab, question=asked))
    page = page_of(tab, question=asked)
    assert tab._score(staged, latest, *values_of(page)) == gr.skip()
    assert tab._explainer.known(asked).scored is None


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("Not a good film, but great!", 2, []),
        ("Not such a good film, but great!", 3, []),
        ("Not a film, but great!", None, ["The chosen token is no longer in the review: the one that did most is "]),
        ("Dull.", None, []),
    ],
)
def test_chosen_token_follows_an_edit(tab, text, place, told):
    asked = replace(ASKED, text=text)
    drawn = tab._show(asked, None, Latest(), page_of(tab))
    assert drawn[tab._staging.staged].place == place
    assert drawn[tab.place] == (place or 0)
    assert [message.startswith(start) for (_, message), start in zip(tab.told, told, strict=True)] == [True] * len(told)


def test_a_link_says_which_token_of_its_text_is_chosen(tab):
    view = View(ASKED.text, "bilstm", "gates", place=5)
    assert tab._show(ASKED, view, Latest(), page_of(tab, question=None))[tab.place] == 5
    assert tab._show(ASKED, view, Latest(), page_of(tab))[tab.place] == 2  # the text stays: so does what was clicked


def test_nothing_is_drawn_before_a_review_is_explained(tab):
    page = page_of(tab, question=None)
    assert tab._draw(page) == tab._follow(page) == tab._draw_later(page) == gr.skip()


@pytest.mark.parametrize("name", ["gates", "whole", "step", "memory", "gradients", "whatif", "table"])
def test_each_tab_is_drawn_when_it_is_looked_at(tab, name):
    page = page_of(tab, active=name)
    panel = next(panel for panel in tab.panels if panel.name == name)
    assert tab._draw(page).keys() <= set(panel.outputs)
    if panel.later:
        assert tab._draw_later(page).keys() <= set(panel.later_outputs)
    if panel.follow:
        assert tab._follow(page).keys() <= set(panel.follow_outputs)


def test_a_unit_that_is_not_there_is_mended_and_said(tab):
    assert tab._draw(page_of(tab, unit=99))[tab.unit] == 4
    assert tab.told == [("Unit", "This layer has 5 units, numbered from 0: unit 4 is shown instead of 99.")]


def test_a_network_that_reads_forward_only_shows_what_it_has_and_says_so_once(tmp_path, monkeypatch):
    save_checkpoint(tmp_path / "small", layers=1, bidirectional=False)
    reading = Explainer(tmp_path).read(replace(ASKED, checkpoint="small"))
    told = []
    monkeypatch.setattr("views.stage.focus_tab.gr.Warning", lambda said, title: told.append(title))
    asked = replace(PAGE, layer=2, direction="backward")
    focus = focus_of(reading, asked)
    assert (focus.layer, focus.direction) == (1, "forward")
    assert told == ["Layer", "Direction"]
    assert focus_of(reading, asked, said_before=True) == focus
    assert told == ["Layer", "Direction"]


def test_what_is_emptied_or_beyond_the_review_is_the_nearest_there_is(tab):
    explanation = tab._explainer.explain(ASKED)
    assert focus_of(explanation, replace(PAGE, place=None, unit=None)).place == 0
    trace = explanation.gates.of(1, "forward")
    jumps, shows = np.abs(np.diff(trace.memory, axis=0, prepend=0)).max(axis=0), np.abs(trace.h).min(axis=0) >= 0.005
    assert 0 < shows.sum() < len(shows)
    unit = focus_of(
        explanation, replace(PAGE, unit=None)
    ).unit  # that jumps most of those that show something everywhere
    assert shows[unit]
    assert jumps[unit] == jumps[shows].max()
    focus = focus_of(explanation, replace(PAGE, layer=7, place=50))
    assert (focus.layer, focus.place, focus.unit) == (2, 7, 3)
    assert [title for title, _ in tab.told] == ["Layer", "Token"]


@pytest.mark.parametrize("name", ["memory", "compare", "errors"])
def test_a_view_is_restored_by_the_components_that_it_names(tab, name):
    view = View("Good.", "rnn", name, 2, "backward", 0, 4, "h")
    drawn = tab.restore(view)
    assert drawn.keys() <= set(tab.restored)
    assert [drawn[each] for each in (tab.review, tab.checkpoint, tab.question, tab.kept)] == [
        "Good.",
        "rnn",
        None,
        view,
    ]
    assert [drawn[each] for each in tab.focus] == [2, "backward", 0, 4]
    assert (drawn[tab.symbol].value, drawn[tab.symbol].choices) == ("h", [(symbol, symbol) for symbol in SYMBOLS])
    assert drawn.get(tab.active) == ("memory" if name == "memory" else None)


def test_colours_of_the_words_begin_anew_with_another_review_but_not_with_a_link_to_it(tab):
    view = View(ASKED.text, "bilstm", "gates", ink="read")
    assert tab._show(ASKED, None, Latest(), page_of(tab, question=replace(ASKED, text="Other.")))[tab.ink] == "credited"
    assert tab.ink not in tab._show(ASKED, view, Latest(), page_of(tab, question=None))
    assert tab.ink not in tab._show(ASKED, None, Latest(), page_of(tab))


def test_what_the_tabs_hold_is_restored_and_goes_into_a_link_again(tab):
    held = (Clamp("h", 0.0, 1, "forward", 2),)
    view = View(ASKED.text, "bilstm", "whatif", 1, "backward", 2, 3, "c", held=held, weights="untrained", ink="read")
    drawn = tab.restore(view)
    assert drawn.keys() == set(tab.restored)
    drawn[tab.question] = ASKED  # the analysis follows
    drawn[tab.symbol] = drawn[tab.symbol].value
    shown = [drawn.get(each, each.value) for each in tab.viewed]
    assert tab.view(None, *shown) == view
    assert tab.view("errors", *shown) == replace(view, tab="errors")
    drawn[tab.question] = replace(ASKED, text="Another one.")
    shown = [drawn.get(each, each.value) for each in tab.viewed]
    assert tab.view(None, *shown).held == ()  # what was held of another review counts no more


def test_what_is_shown_and_what_a_link_restores_are_the_same(tab):
    view = view_of(PAGE, "c", "table")
    assert view == View(ASKED.text, "bilstm", "table", 1, "forward", 2, 3, "c")
    with pytest.raises(ReviewError, match="Analyse a review first"):
        view_of(replace(PAGE, question=None), "c", "table")


def test_a_text_that_cannot_be_read_is_refused_beside_its_box():
    assert [each["is_valid"] for each in valid("good", 1, 2)] == [True, True, True]
    assert [each["is_valid"] for each in valid("  ", 1, 2)] == [False, True, True]


def test_a_new_review_is_read_by_itself_and_one_that_a_link_leads_to_is_not(tab):
    def plays(kept, page):
        return tab._show(ASKED, kept, Latest(), page)[tab._staging.staged].plays

    assert plays(None, page_of(tab, question=None))
    assert not plays(View(ASKED.text, ASKED.checkpoint, "gates", 1, "forward", 2, 3, "f"), page_of(tab, question=None))
    assert not plays(None, page_of(tab))


def test_colours_of_the_words_say_what_is_asked_of_them(tab):
    staging = tab._staging
    staged = tab._show(ASKED, None, Latest(), page_of(tab, question=None))[staging.staged]
    for ink in ("held", "read", "changed"):
        inks, note = staging._show_inks(ASKED, staged, ink, 1, "backward", 2)
        assert (inks["kind"], inks["asked"]) == (ink, staged.asked)
        assert "gs-ink-note" in note
    assert staging._show_inks(ASKED, staged, "credited", 1, "forward", 2)[0] is None
    assert staging._show_inks(None, None, "held", 1, "forward", 2)[0] is None
    assert staging._show_inks(ASKED, staged, "changed", 1, "forward", 99)[0]["place"] == 7
    found = staging._show_moments(ASKED, staged)
    assert found["play"] is True
    assert found["asked"] == staged.asked


def test_a_layer_whose_memory_does_not_add_up_is_refused_with_a_sentence(tab):
    staged = tab._show(ASKED, None, Latest(), page_of(tab, question=None))[tab._staging.staged]
    with pytest.raises(gr.Error, match="writes over all that it holds"):
        tab._staging._show_inks(replace(ASKED, checkpoint="rnn"), staged, "held", 1, "forward", 2)
