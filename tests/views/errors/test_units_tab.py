"""A unit across the reviews of a file: made once, of this file's reviews alone, and refused with a sentence."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from model.network import checkpoint
from model.reading.explanation import Question
from model.workbench.scoring import score
from tests.scored import made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import bench_of, text_of
from views.errors.units_tab import UnitsTab

TEXTS = ["the film is good and great", "a dull film , not good", "it is bad !", "you and i"]


@pytest.fixture
def tab(explainer):
    return on_a_page(lambda: UnitsTab(explainer, gr.State(None)))


@pytest.fixture
def scored(checkpoints):
    table = made_table([1, 0, 0, 1], TEXTS)
    return bench_of(table, score(checkpoint.load("bilstm", checkpoints), table.texts))


def silent(share, desc=""):
    """Progress that nobody sees."""


def test_card_shows_contexts_of_the_files_own_reviews(tab, scored):
    card = text_of(tab._show(scored, 2, "backward", 3, silent))
    assert "2 ← unit 3 across reviews" in card
    assert "over 4 texts of made.csv" in card
    gates = [tab._explainer.read(each) for each in (Question(text, "bilstm") for text in TEXTS)]
    highest = max(float(each.gates.of(2, "backward").memory[:, 3].max()) for each in gates)
    assert f"{highest:+.2f}".replace("-", "−") in card


def test_reviews_are_read_once_for_all_units(tab, scored):
    tab._show(scored, 1, "forward", 0, silent)
    atlas = scored.atlas
    tab._show(scored, 1, "backward", 4, silent)
    assert scored.atlas is atlas
    assert tab._explainer.atlas("bilstm") is None  # what ships with the checkpoint is not touched


def test_what_there_is_not_shows_the_nearest_and_nothing_shows_nothing(tab, scored):
    assert "1 → unit 4 across reviews" in text_of(tab._show(scored, 1, "forward", 99, silent))
    assert tab._show(None, 1, "forward", 0, silent) == ""


def test_a_file_without_a_text_that_can_be_read_is_refused(tab, scored):
    scored.table = replace(scored.table, texts=(" ",) * 4)
    with pytest.raises(gr.Error, match="no text that can be read"):
        tab._show(scored, 1, "forward", 0, silent)
