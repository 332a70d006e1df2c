"""A unit across the reviews of a file: made once, of this file's reviews alone, and refused with a sentence."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from model.network import checkpoint
from model.network.network import RecurrentNetwork
from model.reading.explainer import Explainer
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


@pytest.mark.parametrize(("unit", "said"), [(99, "There is no unit 99"), (-1, "no unit -1"), (1.5, "is a whole one")])
def test_a_unit_that_there_is_not_is_refused_before_any_is_shown(tab, scored, unit, said):
    with pytest.raises(gr.Error, match=said):
        tab._show(scored, 1, "forward", unit, silent)
    assert tab._show(None, 1, "forward", 0, silent) == ""


def test_layers_and_directions_are_those_of_the_network_that_scored_the_file(tab, scored, monkeypatch):
    offered = tab.fill(scored)
    assert [value for _, value in offered[tab._layer].choices] == [1, 2]
    assert [value for _, value in offered[tab._direction].choices] == ["forward", "backward"]
    loaded = tab._explainer.checkpoint("bilstm")
    network = RecurrentNetwork(replace(loaded.network.config, layers=1, bidirectional=False))
    monkeypatch.setattr(Explainer, "checkpoint", lambda self, name: replace(loaded, network=network))
    offered = tab.fill(scored)
    assert [value for _, value in offered[tab._layer].choices] == [1]
    assert [value for _, value in offered[tab._direction].choices] == ["forward"]


def test_a_file_without_a_text_that_can_be_read_is_refused(tab, scored):
    scored.table = replace(scored.table, texts=(" ",) * 4)
    with pytest.raises(gr.Error, match="no text that can be read"):
        tab._show(scored, 1, "forward", 0, silent)
