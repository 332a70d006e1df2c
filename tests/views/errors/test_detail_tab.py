"""The review beside its list, below the browser: read at once, scored afterwards, and only if it is still seen."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from model.reading.explanation import Question
from model.workbench.scoring import score
from tests.scored import made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import bench_of, text_of
from views.errors.detail_tab import Detail, _see
from views.latest import Latest

HOW = (1, "forward", "f")
TEXTS = ["the film is good and never dull", "a dull film , not good by far"]
FOLLOW = "scores follow"


@pytest.fixture
def detail(explainer):
    return on_a_page(lambda: Detail(explainer, gr.State(None)))


@pytest.fixture
def scored(explainer):
    table = made_table([1, 0], TEXTS)
    return bench_of(table, score(explainer.checkpoint("bilstm"), table.texts))


def coloured(drawing, detail) -> bool:
    return "gs-pos" in drawing[detail.reading] or "gs-neg" in drawing[detail.reading]


def test_a_review_is_read_at_once_and_its_words_are_scored_afterwards(detail, scored):
    opened = detail.open(scored, np.arange(2), 1, *HOW)
    assert "not good by far" in text_of(opened[detail.reading]).replace(" ,", ",")
    assert FOLLOW in text_of(opened[detail.reading])
    assert not coloured(opened, detail)
    assert opened[detail._waiting] == 1
    then = detail._score(scored, 1, 1, Latest(1), *HOW)
    assert coloured(then, detail)
    assert FOLLOW not in text_of(then[detail.reading])
    assert "data-pending" in opened[detail._staves]
    assert "data-pending" not in then[detail._staves]


def test_what_is_scored_already_is_shown_so_and_not_asked_for_again(detail, scored, explainer):
    explainer.explain(Question(TEXTS[0], "bilstm"))
    opened = detail.open(scored, np.arange(2), 0, *HOW)
    assert coloured(opened, detail)
    assert detail._score(scored, 0, opened[detail._waiting], Latest(0), *HOW) == gr.skip()


def test_the_scores_of_a_review_that_is_no_longer_seen_are_not_shown(detail, scored, monkeypatch):
    seen = Latest()
    _see(1, seen)
    explain = detail._explainer.explain

    def turned_meanwhile(question, progress):
        _see(0, seen)
        return explain(question)

    monkeypatch.setattr(detail._explainer, "explain", turned_meanwhile)
    assert detail._score(scored, 1, 1, seen, *HOW) == gr.skip()
    assert detail._score(scored, 1, 1, seen, *HOW) == gr.skip()  # and not even computed
    assert seen.asked == 0
