"""One step back: each number against the Jacobians by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

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
from views.gradients.steps import steps_card


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
    for row, values in zip(rows, expected, strict=True):
        shown = numbers_of(row)
        assert [each is None for each in shown] == [each is None for each in values]
        logs = {place: math.log10(value) for place, value in enumerate(values) if value is not None}
        clipped = {place: min(0.5, max(-2, value)) for place, value in logs.items()}
        (line,) = row.lines(-2, 0.5)
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
    assert row.lines(-2, 0.5) == [pytest.approx(dict.fromkeys(range(1, 8), -2))]


def test_plain_rnn_has_one_term_and_says_so(explainer):
    page = steps_card(*measured(explainer, "rnn"))
    assert "dhₜ/dhₜ₋₁, a single term" in page
    assert "dCₜ/dCₜ₋₁, the sum of four terms" in steps_card(*measured(explainer))
