"""Going through reviews, below the browser: what the listeners answer."""

from __future__ import annotations

import re

import gradio as gr
import numpy as np
import pytest

from model.tables.labels import NO_LABEL
from model.workbench.mcnemar import Change
from model.workbench.overview import Outcome
from model.workbench.scoring import score
from model.workbench.versus import compare
from model.workbench.workbench import CHECKPOINTS
from tests.scored import made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import bench_of, sent, text_of
from views.errors.corrections import CHOICES, UNSAID, label_said
from views.errors.keeper_tab import Keeper
from views.errors.keeping import file_of
from views.errors.picks import PICKED, ChangePick, ListPick, OutcomesPick, RowPick, SlicePick, WordPick
from views.errors.reviews_tab import ReviewsTab
from views.scripts import attached

TEXTS = ["a good film", "a dull film", "good , good", "what a bad film", "dull"]
HOW = (1, "forward", "f")


@pytest.fixture
def scored(explainer):
    """Five rows as the small network reads them, the last without a label."""
    table = made_table([1, 0, 0, 1, NO_LABEL], TEXTS, [9, 2, 3, 8, np.nan])
    return bench_of(table, score(explainer.checkpoint("bilstm"), table.texts))


@pytest.fixture
def tab(explainer):
    def build():
        bench, pressed = gr.State(None), gr.HTML("", js_on_load=attached("errors/picks.js", PICKED))
        with gr.Tabs() as tabs, gr.Tab("reviews"):
            found = ReviewsTab(explainer, bench, pressed, Keeper())
            found.listen(tabs)
        return found

    return on_a_page(build)


def rows(drawing, tab):
    """The numbers of the rows that a list names."""
    return [each["row"] for each in sent(drawing[tab._list])]


def test_everything_that_is_filled_is_drawn(tab, scored):
    assert tab.fill(scored).keys() == set(tab.filled)
    assert sorted(rows(tab.fill(scored), tab)) == [0, 1, 2, 3, 4]


def test_another_file_takes_the_correction_of_the_last_review_back(tab, scored):
    assert tab.fill(scored)[tab._naming.corrected] == UNSAID


def test_without_a_file_nothing_is_drawn(tab):
    skipped = gr.skip()
    assert tab.refill(None) == skipped
    assert tab._reset(None, -1) == tab._turn_on(None, None, 1, -1) == tab._move(1, None, None, -1, *HOW) == skipped
    assert tab._picked(RowPick(row=1).sent, None, None, -1, *HOW) == skipped
    assert tab._list_again(None, -1, "", [], "any", "any", 50, 100, None, "longest") == skipped


def test_a_pressed_row_is_explained(tab, scored):
    drawing = tab._picked(RowPick(row=3).sent, scored, np.arange(5), -1, *HOW)
    assert drawing[tab.detail.row] == 3
    assert "4 of 5 in the list" in text_of(drawing[tab.detail.head])
    assert "what" in text_of(drawing[tab.detail.reading])
    assert drawing[tab._naming.corrected] == UNSAID
    assert drawing[tab._tabs].selected == "reviews"  # it may be pressed in another tab


def test_what_a_second_checkpoint_breaks_is_listed_while_the_comparison_is_there(tab, scored):
    broken = ChangePick(change=(CHECKPOINTS, Change.BROKEN)).sent
    with pytest.raises(gr.Error, match="make it again"):
        tab._picked(broken, scored, np.arange(5), -1, *HOW)
    scored.versus = compare(scored.table, scored.scores, "other", -scored.scores.logits)
    drawing = tab._picked(broken, scored, np.arange(5), -1, *HOW)
    right = (scored.table.labels != NO_LABEL) & (scored.scores.predicted == (scored.table.labels == 1))
    assert sorted(drawing[tab.shown].tolist()) == np.flatnonzero(right).tolist()
    assert drawing[tab._tabs].selected == "reviews"


def test_a_row_that_is_not_there_is_refused_with_a_sentence(tab, scored):
    with pytest.raises(gr.Error, match="no such row"):
        tab._picked(RowPick(row=99).sent, scored, np.arange(5), -1, *HOW)
    with pytest.raises(gr.Error, match="nothing of that kind"):
        tab._picked('{"row": "x"}', scored, np.arange(5), -1, *HOW)


@pytest.mark.parametrize(
    ("pick", "wanted"),
    [
        (WordPick(word="dull"), [1, 4]),
        (OutcomesPick(outcomes=(Outcome.UNLABELLED,)), [4]),
    ],
)
def test_what_is_pressed_is_listed(tab, scored, pick, wanted):
    drawing = tab._picked(pick.sent, scored, np.arange(5), -1, *HOW)
    assert sorted(drawing[tab.shown].tolist()) == sorted(rows(drawing, tab)) == wanted


def test_a_pressed_slice_lists_its_rows(tab, scored):
    assert scored.slices
    for each in scored.slices:
        drawing = tab._picked(SlicePick(slice=(each.dimension, each.name)).sent, scored, np.arange(5), -1, *HOW)
        assert len(rows(drawing, tab)) == each.rows
    with pytest.raises(gr.Error, match="no such slice"):
        tab._picked(SlicePick(slice=("stars", "99")).sent, scored, np.arange(5), -1, *HOW)


def test_a_sample_opens_with_the_first_review_not_yet_gone_through(tab, scored):
    plan = scored.draw_sample("simple", 3, 1)
    scored.say(plan.rows[0], label=int(scored.table.labels[plan.rows[0]]))
    drawing = tab._picked(ListPick(list="audit").sent, scored, np.arange(5), -1, *HOW)
    assert drawing[tab.shown].tolist() == list(plan.rows)
    assert drawing[tab.detail.row] == plan.rows[1]
    assert "2 of 3 in the list" in text_of(drawing[tab.detail.head])
    assert "1 of the 3 reviews of the audit" in text_of(drawing[tab._naming.kept])
    tell(tab, scored, {"row": plan.rows[1], "choice": "unclear"}, {"row": plan.rows[2], "choice": "right"})
    assert scored.audit.first is None
    drawing = tab._picked(ListPick(list="audit").sent, scored, np.arange(5), -1, *HOW)
    assert tab.detail.row not in drawing


def test_a_label_called_right_or_unclear_is_shown_so_again(tab, scored):
    for choice, mark in (("right", "→ right"), ("unclear", "→ unclear"), ("negative", "→ negative")):
        drawing = tell(tab, scored, {"row": 0, "choice": choice})
        assert mark in text_of(drawing[tab._list])
        opened = tab._picked(RowPick(row=0).sent, scored, np.arange(5), -1, *HOW)
        assert opened[tab._naming.corrected] == choice


def test_filters_narrow_the_list(tab, scored):
    drawing = tab._list_again(scored, 1, "DULL", [], "any", "any", 50, 100, None, "order of the file")
    assert rows(drawing, tab) == [1, 4]
    assert "1 of 2 in the list" in text_of(drawing[tab.detail.head])
    with pytest.raises(gr.Error, match="no such order"):
        tab._list_again(scored, 1, "", [], "any", "any", 50, 100, None, "backwards")


def test_next_and_back_stay_within_the_list(tab, scored):
    shown = np.array([4, 2, 0])
    assert tab._move(1, scored, shown, -1, *HOW)[tab.detail.row] == 4
    assert tab._move(1, scored, shown, 4, *HOW)[tab.detail.row] == 2
    assert tab._move(1, scored, shown, 0, *HOW)[tab.detail.row] == 0
    assert tab._move(-1, scored, shown, 2, *HOW)[tab.detail.row] == 4


def tell(tab, scored, *said, row=-1, **more):
    """What the page shows when the script tells that this was said."""
    message = {"number": 7, "file": file_of(scored).key, "said": list(said), **more}
    return tab._tell(message, scored, np.arange(5), 1, row)


def test_a_category_is_given_to_the_row_that_is_named(tab, scored):
    drawing = tell(tab, scored, {"row": 2, "category": "irony"})
    assert scored.note(2).category == "irony"
    assert "1 of 5 reviews have a note" in drawing[tab._naming.kept]
    assert tab._naming.categories not in drawing  # by now another row may be seen
    tell(tab, scored, {"row": 1, "category": "names"})
    assert scored.note(1).category == "names"
    tell(tab, scored, {"row": 2, "category": ""})
    assert scored.note(2).category == ""


def test_buttons_of_the_categories_are_those_of_the_row_that_is_seen(tab, scored):
    tell(tab, scored, {"row": 2, "category": "irony"})
    assert re.search(
        r'data-row="2".*aria-pressed="true"[^>]*>(<kbd>\d</kbd> )?<bdi>irony', tab._naming.categories_of(scored, 2)
    )
    assert 'aria-pressed="true"' not in tab._naming.categories_of(scored, 1)
    assert tab._naming.categories_of(None, 1) == tab._naming.categories_of(scored, -1) == gr.skip()


def test_list_shows_a_note(tab, scored):
    drawing = tell(tab, scored, {"row": 1, "text": "so so"})
    assert scored.note(1).text == "so so"
    assert "✎" in drawing[tab._list]
    assert "1 of 5 reviews have a note" in drawing[tab._naming.kept]


def test_notes_and_corrections_are_kept(tab, scored):
    for name in CHOICES:
        tell(tab, scored, {"row": 1, "choice": name})
        assert scored.note(1).label == label_said(name, 0)
    tell(tab, scored, {"row": 1, "category": " my own "})
    assert scored.note(1).category == "my own"
    drawing = tell(tab, scored, {"row": 1, "category": "x" * 61}, {"row": 2, "text": "after it"})
    assert "at most 60" in text_of(drawing[tab._keeper.found])
    assert scored.note(1).category == "my own"
    assert scored.note(2).text == "after it"


def test_every_message_is_answered_by_what_is_kept(tab, scored):
    answer = tell(tab, scored, {"row": 1, "category": " NEGATION ", "text": "so so"})[tab._keeper.channel]
    assert answer["answers"] == 7
    assert [(each["row"], each["category"], each["text"]) for each in answer["notes"]] == [(1, "negation", "so so")]


def test_what_is_told_of_another_file_is_kept_of_none(tab, scored):
    message = {"number": 3, "file": "0" * 32, "said": [{"row": 1, "category": "irony"}]}
    answer = tab._tell(message, scored, np.arange(5), 1, -1)[tab._keeper.channel]
    assert (answer["answers"], answer["notes"]) == (3, ())
    assert answer["file"]["key"] == file_of(scored).key
    assert tab._tell(message, None, None, 1, -1)[tab._keeper.channel]["file"] is None
    assert not scored.notes


def test_what_another_tab_said_of_the_seen_review_stands_there(tab, scored):
    drawing = tell(tab, scored, {"row": 2, "text": "from there", "choice": "positive"}, row=2, elsewhere=[2])
    assert drawing[tab._naming.note] == "from there"
    assert drawing[tab._naming.corrected] == "positive"
    assert tab._naming.note not in tell(tab, scored, {"row": 2, "text": "from here"}, row=2)


def test_newly_scored_file_hands_all_notes_to_the_browser(tab, scored):
    scored.say(3, text="kept before")
    handed = tab.fill(scored, "again-button")[tab._keeper.channel]
    assert handed["answers"] is None
    assert handed["file"]["again"] == "again-button"
    assert [(each["row"], each["text"]) for each in handed["notes"]] == [(3, "kept before")]


@pytest.mark.parametrize("strange", [None, "x", {}, {"number": "x"}, {"number": 1, "file": "<b>"}])
def test_what_no_script_tells_is_refused_with_a_sentence(tab, scored, strange):
    with pytest.raises(gr.Error, match="cannot be read"):
        tab._tell(strange, scored, np.arange(5), 1, -1)
