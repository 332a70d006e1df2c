"""One step back: each number against the Jacobians by hand."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from tests.views.gradients.measured import (
    BOTH,
    CELLS,
    at_tokens,
    factor,
    measured,
    numbers_of,
    step_matrices,
)
from tests.views.harmless import table_of, tracks_of
from views.gradients.log_scale import factor as written
from views.gradients.steps import KEPT, PART, WHOLE, scale_of_steps, steps_card
from views.stage.examples import read_examples


@BOTH
@CELLS
@pytest.mark.parametrize("layer", [1, 2])
def test_steps_are_the_jacobians_by_hand(explainer, name, layer, direction):
    explanation, found = measured(explainer, name, layer, direction)
    steps = step_matrices(explainer, explanation, layer, direction)
    expected = [at_tokens([factor(terms[k]) for terms in steps], direction) for k in range(len(steps[0]))]
    names = ["through h"] if name == "rnn" else ["kept by f", "through f", "through i", "through g"]
    if name == "bilstm":
        names.append("all together")
        expected.append(at_tokens([factor(sum(terms)) for terms in steps], direction))
    page = steps_card(explanation, found)
    rows = tracks_of(page)
    assert [row.name for row in rows] == names
    scales = [WHOLE] if name == "rnn" else [KEPT, PART, PART, PART, KEPT]
    for row, values, scale in zip(rows, expected, scales, strict=True):
        low, high = math.log10(scale.low), math.log10(scale.high)
        assert row.note.endswith(f" · {scale.low:g} to {scale.high:g}")
        shown = numbers_of(row)
        assert [each is None for each in shown] == [each is None for each in values]
        logs = {place: math.log10(value) for place, value in enumerate(values) if value is not None}
        clipped = {place: min(high, max(low, value)) for place, value in logs.items()}
        (line,) = row.lines(low, high)
        assert line == pytest.approx(clipped, abs=0.002)
        for one, other in zip(shown, values, strict=True):
            assert one is None or one == pytest.approx(other, rel=0.051)
    assert f"Layer {layer}, {'→ forward' if direction == 'forward' else '← backward'}." in page


@BOTH
@CELLS
def test_table_of_steps_holds_the_terms_and_their_sum(explainer, name, direction):
    explanation, found = measured(explainer, name, 1, direction)
    steps = step_matrices(explainer, explanation, 1, direction)
    table = table_of(steps_card(explanation, found))
    assert [row["token"] for row in table] == [token.text for token in explanation.review.tokens]
    names = list(table[0])[2:]
    assert names[-1] == "sum"
    for position, column in enumerate(names):
        for row, value in zip(
            table,
            at_tokens([factor(sum(terms) if column == "sum" else terms[position]) for terms in steps], direction),
            strict=True,
        ):
            assert row[column] == "" if value is None else float(row[column]) == pytest.approx(value, rel=1e-4)


def test_gradient_of_nothing_runs_along_the_lower_edge(explainer):
    explanation, found = measured(explainer)
    steps = found.flows[0].flow
    none = replace(steps, terms=(replace(steps.terms[0], norms=np.array([np.nan] + 7 * [0.0])),))
    changed = replace(found, flows=(replace(found.flows[0], flow=none),))
    (row,) = tracks_of(steps_card(explanation, changed))
    assert row.numbers == ["", *["0"] * 7]
    low, high = math.log10(KEPT.low), math.log10(KEPT.high)
    assert row.lines(low, high) == [pytest.approx(dict.fromkeys(range(1, 8), low))]


def test_plain_rnn_has_one_term_and_says_so(explainer):
    page = steps_card(*measured(explainer, "rnn"))
    assert "dhₜ/dhₜ₋₁, a single term" in page
    assert "dCₜ/dCₜ₋₁, the sum of four terms" in steps_card(*measured(explainer))


def said(page):
    """The sentence of the card, in one line, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", "", re.search(r'<p class="gs-said">(.*?)</p>', page, re.DOTALL)[1]).split())


@BOTH
def test_sentence_names_where_least_and_most_gets_past_and_the_largest_term(explainer, direction):
    explanation, found = measured(explainer, layer=1, direction=direction)
    words = [token.text for token in explanation.review.tokens]
    steps = step_matrices(explainer, explanation, 1, direction)
    whole = at_tokens([factor(sum(terms)) for terms in steps], direction)
    there = [place for place, value in enumerate(whole) if value is not None]
    least, most = (choose(there, key=lambda place: whole[place]) for choose in (min, max))
    first = [max(range(4), key=lambda k: factor(terms[k])) for terms in steps]
    term, count = Counter(first).most_common(1)[0]
    label = ["kept by f", "through f", "through i", "through g"][term]
    assert said(steps_card(explanation, found)) == (
        f"Most of a gradient goes back by “{label}”: of the terms it is the largest in {count} of 7 steps. "
        f"Least gets past “{words[least]}” (times {written(whole[least])}), "
        f"most past “{words[most]}” (times {written(whole[most])})."
    )


def test_a_single_term_is_not_said_to_be_the_largest(explainer):
    page = said(steps_card(*measured(explainer, "rnn")))
    assert page.startswith("Least gets past “")
    assert "largest" not in page


@pytest.mark.parametrize("name", Explainer().names)
def test_ranges_hold_nearly_all_steps_of_the_shipped_networks(name):
    explainer = Explainer()
    reading = explainer.read(Question("It is slow and a little dull, yet the last act made up for it all.", name))
    flow = explainer.gradients(reading, 1, "forward").flows[0].flow
    whole = scale_of_steps(flow.cell)
    parts = [(term.norms, PART) for term in flow.terms[1:]]
    for norms, scale in ((flow.step_norms, whole), (flow.terms[0].norms, whole), *parts):
        beyond = (norms[1:] < scale.low) | (norms[1:] > scale.high)
        assert beyond.mean() < 0.1


def test_steps_of_the_default_network_differ_by_what_can_be_seen():
    explainer = Explainer()
    reading = explainer.read(Question(read_examples()[0].text, explainer.default))
    for layer, direction in ((1, "forward"), (1, "backward"), (2, "forward"), (2, "backward")):
        norms = explainer.gradients(reading, layer, direction).flows[0].flow.step_norms
        spread = math.log10(np.nanmax(norms) / np.nanmin(norms))
        assert spread > 0.05 * math.log10(KEPT.high / KEPT.low)  # of the height of a row
