"""The tab of two checkpoints, below the browser: reads, can be stopped, and refuses with a sentence."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from model.errors import ReviewError
from model.network import checkpoint
from model.workbench.mcnemar import Change
from model.workbench.scoring import score
from model.workbench.workbench import CHECKPOINTS
from tests.scored import made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import bench_of, text_of
from views.errors.versus_tab import VersusTab

TEXTS = ["the film is good and great", "a dull film , not good", "it is bad !", "you and i"]


@pytest.fixture
def tab(explainer):
    return on_a_page(lambda: VersusTab(explainer, gr.State(None)))


@pytest.fixture
def scored(checkpoints):
    table = made_table([1, 0, 0, 1], TEXTS)
    return bench_of(table, score(checkpoint.load("bilstm", checkpoints), table.texts))


def test_a_second_checkpoint_reads_and_is_compared(tab, scored, checkpoints):
    *steps, last = tab._run(scored, "rnn")
    assert "0 of 4 reviews" in text_of(steps[0][tab._card])
    assert steps[0][tab._stop].visible
    second = score(checkpoint.load("rnn", checkpoints), scored.table.texts)
    np.testing.assert_array_equal(scored.versus.logits, second.logits)
    assert "rnn against bilstm" in text_of(last[tab._card])
    assert not last[tab._stop].visible
    right = [bench.predicted == (scored.table.labels == 1) for bench in (scored.scores, second)]
    np.testing.assert_array_equal(scored.compared(CHECKPOINTS, Change.FIXED), ~right[0] & right[1])


def test_a_reading_that_is_stopped_leaves_nothing(tab, scored):
    running = tab._run(scored, "rnn")
    next(running)
    running.close()
    assert scored.versus is None
    with pytest.raises(ReviewError, match="no longer there"):
        scored.compared(CHECKPOINTS, Change.FIXED)


@pytest.mark.parametrize(
    ("name", "said"),
    [("bilstm", "has scored this file already"), (None, "Choose a second"), ("no such", "no checkpoint")],
)
def test_what_cannot_be_compared_is_said(tab, scored, name, said):
    (drawing,) = tab._run(scored, name)
    assert said.lower() in text_of(drawing[tab._card]).lower()
    assert scored.versus is None


def test_a_new_file_proposes_another_checkpoint_than_its_own(tab, scored):
    drawing = tab.fill(scored)
    assert drawing.keys() == set(tab.filled)
    assert drawing[tab._second].value == "rnn"
    assert list(tab._run(None, "rnn")) == []
