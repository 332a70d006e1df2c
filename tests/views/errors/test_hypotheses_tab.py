"""The tab of hypotheses, below the browser: tests the reviews that pass the filters, and refuses with a sentence."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from model.network import checkpoint
from model.workbench.mcnemar import Change
from model.workbench.scoring import score
from model.workbench.workbench import HYPOTHESIS
from tests.scored import made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import bench_of, text_of
from views.errors.hypotheses_tab import KEPT, OWN, HypothesesTab

TEXTS = ["the film is good and great", "a dull film , not good", "it is bad !", "you and i"] * 3
ALL = np.arange(12)


@pytest.fixture
def tab(explainer):
    return on_a_page(lambda: HypothesesTab(explainer, gr.State(None), gr.State(None)))


@pytest.fixture
def scored(checkpoints):
    table = made_table([1, 0, 0, 1] * 3, TEXTS)
    return bench_of(table, score(checkpoint.load("bilstm", checkpoints), table.texts))


def test_a_pattern_is_tested_on_what_passes_the_filters(tab, scored):
    *steps, last = tab._run(scored, np.array([0, 1, 4]), OWN, "good", "bad", 300)
    assert steps[0][tab._stop].visible
    assert not last[tab._stop].visible
    (trial,) = scored.trials
    assert sorted(trial.group.rows.tolist()) == [0, 1, 4]
    assert set(trial.control.rows.tolist()) <= {5, 8, 9}
    assert "good → bad" in text_of(last[tab._card])
    turned = trial.group.rows[trial.group.changes == Change.FIXED]
    assert np.flatnonzero(scored.compared(HYPOTHESIS, Change.FIXED)).tolist() == sorted(turned.tolist())


@pytest.mark.parametrize("name", ["nothing changed", "backward reader silenced"])
def test_what_is_chosen_is_tested(tab, scored, name):
    *_, last = tab._run(scored, ALL, name, None, None, 5)
    assert name in text_of(last[tab._card])
    assert len(scored.trials[-1].group.rows) == 5
    assert (scored.trials[-1].group.moved == 0) == (name == "nothing changed")


@pytest.mark.parametrize(
    ("chosen", "pattern", "said"),
    [
        (OWN, "(", "cannot be read"),
        (OWN, None, "Write a pattern"),
        (OWN, "zebra", "changes none of these"),
        ("names swapped", None, "changes none of these"),
        ("no such", None, "Write a pattern"),
    ],
)
def test_what_cannot_be_tested_is_said(tab, scored, chosen, pattern, said):
    *_, last = tab._run(scored, ALL, chosen, pattern, None, None)
    assert said in text_of(last[tab._card])
    assert scored.trials == []


def test_what_is_stopped_leaves_nothing_and_nothing_is_tested_without_a_file(tab, scored):
    running = tab._run(scored, ALL, OWN, "good", "bad", 10)
    next(running)
    next(running)
    running.close()
    assert scored.trials == []
    assert list(tab._run(None, None, OWN, "good", "bad", 10)) == []


def test_tests_are_kept_up_to_a_number(tab, scored):
    *_, _ = tab._run(scored, ALL, "nothing changed", None, None, 1)
    scored.trials *= KEPT
    *_, _ = tab._run(scored, ALL, "nothing changed", None, None, 2)
    assert len(scored.trials) == KEPT
    assert len(scored.trials[-1].group.rows) == 2


def test_the_choice_says_what_it_does(tab, scored):
    drawing = tab._say(None, "names swapped")
    assert "James – Mary" in text_of(drawing[tab._about])
    assert not drawing[tab._own].visible
    assert tab._say(None, OWN)[tab._own].visible
    assert tab.fill().keys() == set(tab.filled)


def test_what_was_tested_stays_below_another_choice_and_a_refusal(tab, scored):
    *_, _ = tab._run(scored, ALL, "nothing changed", None, None, 5)
    assert "Tested on this file so far" in text_of(tab._say(scored, "names swapped")[tab._card])
    assert "Before and after" not in text_of(tab._say(scored, "names swapped")[tab._card])
    *_, last = tab._run(scored, ALL, OWN, "(", None, 5)
    assert "cannot be read" in text_of(last[tab._card])
    assert "nothing changed" in text_of(last[tab._card])
