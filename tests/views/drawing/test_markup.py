"""HTML and CSV: escaped, complete, and saying what was computed."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from model.attribution.attribution import METHODS
from model.reading.explanation import Question
from model.recurrence.replay import GateTrace
from model.tables.csv_cells import without_formula
from tests.views.harmless import NASTY
from views.api import traces
from views.gates import staves, table
from views.stage import reading, verdict


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


def everything(explanation):
    return [
        verdict.verdict(explanation),
        reading.reading(explanation, 0, "a"),
        staves.staves(explanation, 1, "forward", "f", "peak"),
        table.table(explanation, 2, "backward"),
    ]


@pytest.mark.parametrize("method", METHODS)
def test_text_of_a_person_never_becomes_markup(explainer, method):
    for part in everything(explainer.explain(Question(NASTY, "bilstm", method))):
        tags = set(re.findall(r"<\s*(\w+)", part))
        assert not tags & {"script"}
        assert "onerror" not in "".join(re.findall(r"<[^>]*>", re.sub(r'(aria-label|data-numbers)="[^"]*"', "", part)))
        assert not re.search(r"<img(?! src=\"data:image/png;base64,)", part)


def test_every_token_stands_in_the_text_with_its_number(explanation):
    part = reading.reading(explanation, 0, "a")
    places = re.findall(r'data-place="(\d+)" data-tip="([^"]+)"', part)
    assert [int(place) for place, _ in places] == list(range(len(explanation.review.tokens)))
    assert [float(tip.split(" ")[0].replace("−", "-")) for _, tip in places] == pytest.approx(
        explanation.attribution.scores, abs=0.005
    )
    plain = html.unescape(re.sub(r"<[^>]+>", "", re.search(r'<p class="gs-text".*?</p>', part, re.DOTALL)[0]))
    assert plain == "Not a good film, but great!"


def test_only_the_strongest_token_is_in_the_tab_order(explanation):
    part = reading.reading(explanation, 0, "a")
    assert part.count('tabindex="0" data-place') == 1
    strongest = int(np.argmax(np.abs(explanation.attribution.scores)))
    assert f'tabindex="0" data-place="{strongest}"' in part


def test_unknown_words_are_marked(explainer):
    part = reading.reading(explainer.explain(Question("good flembic", "bilstm")), 0, "a")
    assert re.search(r'gs-unknown" role="button"[^>]*unknown word[^>]*><bdi>flembic', part)
    assert "1 unknown" in verdict.verdict(explainer.explain(Question("good flembic", "bilstm")))
    assert "says nothing about the text" in verdict.verdict(explainer.explain(Question("flembic", "bilstm")))


def test_cut_is_said_and_shown_where_it_is(explainer):
    explanation = explainer.explain(Question("good " * 1_100, "bilstm", "input × gradient"))
    assert "first 250 and the last 750" in verdict.verdict(explanation)
    before, after = reading.reading(explanation, 0, "a").split("100 tokens left out")
    assert before.count("data-place") == 250
    assert after.count("data-place") == 750


def test_verdict_near_one_half_is_a_doubt(explanation):
    for logit, says in ((0.1, "In doubt, leaning positive"), (-0.1, "In doubt, leaning negative"), (3, "Positive")):
        prediction = replace(explanation.prediction, logit=logit, probability=1 / (1 + np.exp(-logit)))
        assert says in verdict.verdict(replace(explanation, prediction=prediction))


def test_completeness_is_said_as_it_is(explanation):
    attribution = explanation.attribution
    assert "✓ The words add up" in verdict.completeness(attribution)
    rough = replace(attribution, delta=0.5 * (attribution.logit - attribution.baseline_logit))
    assert "only roughly" in verdict.completeness(rough)
    assert "50 % off" in verdict.completeness(rough)
    assert "need not add up" in verdict.completeness(replace(attribution, delta=None))


def test_gates_that_differ_are_not_called_exact(explanation):
    assert "✓ Gates are exact" in verdict.verdict(explanation)
    gates = replace(explanation.gates, parity=0.01)
    assert "Gates are not exact" in verdict.verdict(replace(explanation, gates=gates))


def test_staves_carry_the_numbers_that_the_page_shows(explanation):
    part = staves.staves(explanation, 2, "backward", "c", "peak")
    data = dict(re.findall(r'data-(numbers|step|values|units|symbol)="([^"]*)"', part.partition(">")[0]))
    numbers = json.loads(html.unescape(data["numbers"]))
    trace = explanation.gates.of(2, "backward")
    values = np.frombuffer(base64.b64decode(data["values"]), "<i2").reshape(trace.c.shape) * float(data["step"])
    np.testing.assert_allclose(values, trace.c, atol=float(data["step"]))
    assert sorted(np.frombuffer(base64.b64decode(data["units"]), "<u2")) == list(range(5))
    assert numbers["tokens"] == ["Not", "a", "good", "film", ",", "but", "great", "!"]
    assert [each["symbol"] for each in numbers["quantities"]] == list("ifogch")
    assert numbers["quantities"][4]["mean"] == [float(f"{mean:.2f}") for mean in trace.c.mean(axis=1)]


def test_largest_change_is_counted_in_the_order_of_reading():
    states = np.array([[1.0, 0.0], [1.0, 3.0], [-1.0, 3.5]], dtype=np.float32)
    assert staves._largest_changes(GateTrace(1, "forward", h=states)) == [[0, 0, 1], [1, 0, 3], [0, 1, -1]]
    assert staves._largest_changes(GateTrace(1, "backward", h=states)) == [[1, 3, 0], [0, -1, 1], [1, 0, 3.5]]


def test_plain_rnn_shows_its_hidden_state_and_says_why(explainer):
    explanation = explainer.explain(Question("good film", "rnn"))
    part = staves.staves(explanation, 1, "forward", "f", "number")
    assert "has no gates" in part
    assert 'data-symbol="h"' in part
    assert "forget gate" not in part


def test_csv_holds_every_token_and_every_mean(explanation):
    rows = list(csv.DictReader(io.StringIO(table.csv_table(explanation))))
    assert len(rows) == len(explanation.review.tokens)
    assert len(rows[0]) == 6 + 4 * 6
    assert rows[2]["token"] == "good"
    assert float(rows[2]["attribution"]) == pytest.approx(explanation.attribution.scores[2], rel=1e-4)
    trace = explanation.gates.of(2, "backward")
    assert float(rows[2]["layer2.backward.c"]) == pytest.approx(trace.c[2].mean(), rel=1e-4)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-2+3", "@SUM(A1)", "＝1"])
def test_no_cell_of_the_csv_starts_a_formula(cell):
    assert without_formula(cell) == "'" + cell
    assert without_formula("plain") == "plain"


def test_download_link_holds_the_csv(explanation):
    link = re.search(r"base64,([^\"]+)\"", table.table(explanation, 1, "forward"))[1]
    assert base64.b64decode(link).decode("utf-8-sig") == table.csv_table(explanation)


def test_means_for_programs_are_named_by_layer_and_direction(explanation):
    means = traces.mean_traces(explanation.gates)
    assert list(means) == ["layer1.forward", "layer1.backward", "layer2.forward", "layer2.backward"]
    assert means["layer1.backward"]["f"] == pytest.approx(explanation.gates.of(1, "backward").f.mean(axis=1))


def test_saliency_has_no_sign_and_so_no_sign_colour(explainer):
    explanation = explainer.explain(Question("good film", "bilstm", "saliency"))
    pictures = reading.reading(explanation, 0, "a") + staves.staves(explanation, 1, "forward", "f", "number")
    assert not re.search(r"gs-pos|gs-neg|gs-up|gs-down|gs-scale-score", pictures)
    assert "logits per unit" in pictures
