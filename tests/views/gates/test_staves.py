"""The staves: escaped, and carrying the numbers that the page shows."""

from __future__ import annotations

import base64
import html
import json
import re

import numpy as np
import pytest

from model.attribution.methods import METHODS
from model.reading.explanation import Question
from tests.views.harmless import NASTY
from views.gates import staves


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_text_of_a_person_never_becomes_markup(explainer, method):
    part = staves.staves(explainer.explain(Question(NASTY, "bilstm", method)), 1, "forward", "f", "peak")
    tags = set(re.findall(r"<\s*(\w+)", part))
    assert not tags & {"script"}
    assert "onerror" not in "".join(re.findall(r"<[^>]*>", re.sub(r'(aria-label|data-numbers)="[^"]*"', "", part)))
    assert not re.search(r"<img(?! src=\"data:image/png;base64,)", part)


def test_saliency_has_no_sign_and_so_no_sign_colour(explainer):
    explanation = explainer.explain(Question("good film", "bilstm", "saliency"))
    picture = staves.staves(explanation, 1, "forward", "f", "number")
    assert not re.search(r'gs-pos|gs-neg|class="gs-(up|down)" d="M|gs-scale-score', picture)
    assert "logits per unit" in picture


def test_staves_carry_the_numbers_that_the_page_shows(explanation):
    part = staves.staves(explanation, 2, "backward", "c", "peak")
    data = dict(re.findall(r'data-(numbers|step|values|units|symbol)="([^"]*)"', part.partition(">")[0]))
    numbers = json.loads(html.unescape(data["numbers"]))
    trace = explanation.gates.of(2, "backward")
    values = np.frombuffer(base64.b64decode(data["values"]), "<i2").reshape(trace.h.shape) * float(data["step"])
    np.testing.assert_allclose(values, trace.values("c"), atol=float(data["step"]))
    assert sorted(np.frombuffer(base64.b64decode(data["units"]), "<u2")) == list(range(5))
    assert numbers["tokens"] == ["Not", "a", "good", "film", ",", "but", "great", "!"]
    assert [each["symbol"] for each in numbers["quantities"]] == list("ifogch")
    assert [each["symbol"] for each in numbers["quantities"] if "shut" in each["ends"]] == list("ifo")
    assert numbers["quantities"][4]["mean"] == [float(f"{mean:.2f}") for mean in trace.values("c").mean(axis=1)]


def test_plain_rnn_shows_its_hidden_state_and_says_why(explainer):
    explanation = explainer.explain(Question("good film", "rnn"))
    part = staves.staves(explanation, 1, "forward", "f", "number")
    assert "has no gates" in part
    assert 'data-symbol="h"' in part
    assert "forget gate" not in part
