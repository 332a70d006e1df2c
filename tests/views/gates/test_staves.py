"""The staves and the map of units: escaped, and carrying the numbers that the page shows."""

from __future__ import annotations

import base64
import html
import json
import re

import numpy as np
import pytest

from model.attribution.methods import METHODS
from model.reading.explanation import Question
from model.recurrence.summary import summarise
from tests.views.harmless import NASTY
from views.gates.staves import staves
from views.gates.unit_map import map_card, shown_in


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_text_of_a_person_never_becomes_markup(explainer, method):
    explanation = explainer.explain(Question(NASTY, "bilstm", method))
    for part in (staves(explanation, 1, "forward", "f"), map_card(explanation, 1, "forward", "f", "peak")):
        tags = set(re.findall(r"<\s*(\w+)", part))
        assert not tags & {"script"}
        bare = re.sub(r'(aria-label|data-numbers|data-tokens)="[^"]*"', "", part)
        assert "onerror" not in "".join(re.findall(r"<[^>]*>", bare))
        assert not re.search(r"<img(?! src=\"data:image/png;base64,)", part)


def test_saliency_has_no_sign_and_so_no_sign_colour(explainer):
    explanation = explainer.explain(Question("good film", "bilstm", "saliency"))
    picture = staves(explanation, 1, "forward")
    assert not re.search(r'gs-pos|gs-neg|class="gs-(up|down)" d="M|gs-scale-score', picture)
    assert "logits per unit" in picture


def test_staves_carry_the_numbers_that_the_page_shows(explanation):
    part = staves(explanation, 2, "backward")
    numbers = json.loads(html.unescape(re.search(r'data-numbers="([^"]*)"', part)[1]))
    trace = explanation.gates.of(2, "backward")
    assert numbers["tokens"] == ["Not", "a", "good", "film", ",", "but", "great", "!"]
    assert [each["symbol"] for each in numbers["quantities"]] == list("ifogch")
    assert [each["symbol"] for each in numbers["quantities"] if "below 0.1" in each["ends"]] == list("ifo")
    for each in numbers["quantities"]:
        found = summarise(trace, each["symbol"])
        for name in ("up", "down", "low", "high"):
            assert each[name] == getattr(found, name).tolist()
        assert each["middle"] == [float(f"{value:.2f}") for value in np.median(trace.values(each["symbol"]), axis=1)]
    assert numbers["first"] == {"symbol": "f", "gate": True, "units": 5}


def test_quantity_that_stands_in_a_map_is_marked_and_no_other(explanation):
    assert "gs-shown" not in staves(explanation, 1, "forward")
    marked = re.findall(r'gs-shown"><b data-symbol="(\w)"', staves(explanation, 1, "forward", "g"))
    assert marked == ["g"]


def test_map_carries_every_value_of_every_unit(explanation):
    part = map_card(explanation, 2, "backward", "c", "peak")
    data = dict(re.findall(r'data-(tokens|step|values|units|symbol)="([^"]*)"', part.partition(">")[0]))
    trace = explanation.gates.of(2, "backward")
    values = np.frombuffer(base64.b64decode(data["values"]), "<i2").reshape(trace.h.shape) * float(data["step"])
    np.testing.assert_allclose(values, trace.values("c"), atol=float(data["step"]))
    assert sorted(np.frombuffer(base64.b64decode(data["units"]), "<u2")) == list(range(5))
    assert json.loads(html.unescape(data["tokens"]))[2] == "good"
    assert data["symbol"] == "c"
    assert "logarithmic" in part
    assert "logarithmic" not in map_card(explanation, 2, "backward", "f", "number")


def test_plain_rnn_shows_its_hidden_state_and_says_why(explainer):
    explanation = explainer.explain(Question("good film", "rnn"))
    part = staves(explanation, 1, "forward")
    assert "has no gates" in part
    assert 'data-symbol="h"' in part
    assert "forget gate" not in part
    assert shown_in(explanation.gates.of(1, "forward"), "f") == "h"
    assert 'data-symbol="h"' in map_card(explanation, 1, "forward", "f", "number")


def test_single_token_is_said_to_have_nothing_to_differ_from(explainer, explanation):
    one = explainer.explain(Question("good", "bilstm"))
    assert "A review of a single token: there is no other from which its units" in staves(one, 1, "forward")
    assert "single token" not in staves(explanation, 1, "forward")
