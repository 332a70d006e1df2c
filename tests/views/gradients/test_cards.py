"""All cards of the Gradient flow tab: other weights, a single token, text that tries everything."""

from __future__ import annotations

import math

import pytest
import torch

from model.recurrence.jacobians import untrained
from model.text import tokenize
from tests.views.gradients.measured import (
    BOTH,
    CELLS,
    measured,
)
from tests.views.harmless import NASTY, assert_harmless, table_of, tracks_of
from views.gradients.arrivals import arrivals_card
from views.gradients.curves import curves_card
from views.gradients.decay import decay_card
from views.gradients.steps import steps_card


@CELLS
def test_untrained_weights_are_said_and_are_others(explainer, name):
    explanation, found = measured(explainer, name, weights="untrained")
    pages = [
        steps_card(explanation, found),
        decay_card(found),
        arrivals_card(explanation, found),
        curves_card(found),
    ]
    for page in pages:
        assert '<span class="gs-badge">untrained weights</span>' in page
    trained = measured(explainer, name)[1]
    assert table_of(pages[1]) != table_of(decay_card(trained))
    network = untrained(explainer.checkpoint(name).network)
    words = network.embed(torch.tensor([explanation.review.ids])).clone().requires_grad_()
    network.forward_embedded(words, torch.tensor([words.shape[1]])).sum().backward()
    assert [float(row["word vector"]) for row in table_of(pages[2])] == pytest.approx(
        words.grad[0].norm(dim=1).tolist(), rel=1e-4
    )


@BOTH
@CELLS
@pytest.mark.parametrize("weights", ["trained", "untrained"])
def test_single_token_has_no_step_back(explainer, name, direction, weights):
    explanation, found = measured(explainer, name, 2, direction, "good", weights)
    steps = steps_card(explanation, found)
    assert "A review of a single token has no step back." in steps
    assert tracks_of(steps) == []
    assert "A review of a single token has no steps back." in decay_card(found)
    arrivals = table_of(arrivals_card(explanation, found))
    assert len(arrivals) == 1
    state = "h" if name == "rnn" else "c"
    assert float(arrivals[0]["log10 chain alone"]) == pytest.approx(math.log10(float(arrivals[0][state])), abs=1e-4)
    assert "% of" in curves_card(found)


def test_text_of_a_person_never_becomes_markup(explainer):
    explanation, found = measured(explainer, text=NASTY)
    steps, arrivals = steps_card(explanation, found), arrivals_card(explanation, found)
    for page in (steps, arrivals, decay_card(found), curves_card(found)):
        assert_harmless(page)
    for page in (steps, arrivals):
        cells = [row["token"] for row in table_of(page)]
        assert cells == ["'" + token.text if token.text[0] in "=+-@" else token.text for token in tokenize(NASTY)]
