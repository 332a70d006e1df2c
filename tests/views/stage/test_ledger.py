"""The ledger on the stage: its inks are the model's sums."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from model.reading.explanation import Question
from views.drawing.numbers import signed
from views.stage.ledger import HELD, INKS, LEVELS, READ, changed_inks, held_inks, ledger_note, read_inks


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great flembic!", "bilstm"))


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_held_inks_are_the_shares_of_the_layer(explainer, explanation, direction):
    ledger = explainer.written(explanation, 2, direction)
    found = json.loads(json.dumps(held_inks(explanation, ledger, "a")))
    tokens = len(explanation.review.tokens)
    shares = np.frombuffer(base64.b64decode(found["shares"]), dtype=np.uint8).reshape(tokens, tokens)
    np.testing.assert_allclose(shares / LEVELS, ledger.shares(), atol=0.5 / LEVELS + 1e-9)
    assert (found["asked"], found["kind"], found["tokens"][2]) == ("a", HELD, "good")
    assert "{token}" in found["sentence"]
    assert "{words}" in found["sentence"]
    assert "layer 2" in found["sentence"]


def test_read_inks_are_what_was_read_at_each_token(explainer, explanation):
    ledger = explainer.read_off(explanation)
    found = json.loads(json.dumps(read_inks(explanation, ledger, "a")))
    assert found["weights"] == pytest.approx(np.clip(ledger.by_token, -1, 1).tolist(), abs=1e-3)
    assert found["kind"] == READ
    assert signed(ledger.by_token[0]) in found["tips"][0]
    assert signed(explanation.prediction.logit) in found["said"][0]
    hidden = ledger.read.shape[1] // 2
    (first,) = ledger.units_at(0, 1).tolist()
    side = "forward" if first < hidden else "backward"
    assert f"most of it from unit {first % hidden} ({side})" in found["said"][0]


def test_what_a_word_does_to_others_has_its_sum_and_its_arcs(explainer, explanation):
    changes = explainer.interactions(explanation, 0)
    found = json.loads(json.dumps(changed_inks(explanation, changes, "a")))
    assert found["place"] == 0
    assert found["weights"] == pytest.approx(np.clip(changes.changes, -1, 1).tolist(), abs=1e-3)
    assert [arc["to"] for arc in found["arcs"]] == changes.strongest(len(found["arcs"]))
    assert all(arc["sign"] * changes.changes[arc["to"]] > 0 for arc in found["arcs"])
    side = "lower" if changes.effect > 0 else "higher"
    assert found["sentence"].endswith(f"Without it the logit would be {abs(changes.effect):.2f} {side}.")
    turned = changed_inks(explanation, replace(changes, effect=-changes.effect), "a")["sentence"]
    assert turned != found["sentence"]
    assert "“Not”" in found["sentence"]


def test_each_kind_of_colour_says_what_it_is_not():
    assert len({ledger_note(kind) for kind in INKS}) == len(INKS)
    assert all(re.search("not (what|which)|give other", ledger_note(kind)) for kind in INKS)
