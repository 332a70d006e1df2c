"""The verdict as it reads, on the page."""

from __future__ import annotations

import numpy as np
import pytest

from model.recurrence.prefixes import PrefixCurve
from tests.views.harmless import NASTY, assert_harmless, table_of, tracks_of
from views.drawing.running import running_numbers, running_verdict

CURVE = PrefixCurve(np.array([1, 2, 4]), np.array([0.0, -1.0, 2.0]), np.array([0.5, 0.25, 0.75]))


def test_text_of_a_person_never_becomes_markup(ask, explainer):
    explanation = ask(NASTY)
    assert_harmless(running_verdict(explanation, explainer.prefixes(explanation)))


def test_line_goes_through_each_prefix_and_its_numbers_say_so(ask, explainer):
    explanation = ask("Not a good film")
    curve = explainer.prefixes(explanation)
    page = running_verdict(explanation, curve)
    (track,) = tracks_of(page)
    assert track.name == "verdict as it reads"
    assert track.numbers == [f"{value:.2f}" for value in curve.probabilities]
    (line,) = track.lines(0, 1)
    assert list(line.values()) == pytest.approx(curve.probabilities, abs=1e-3)
    assert "prefixes were read" not in page


def test_prefixes_that_were_not_read_are_said_and_estimated(ask):
    page = running_verdict(ask("Not a good film"), CURVE)
    assert "Of this long review 3 prefixes were read; between them the line is straight." in " ".join(page.split())
    assert running_numbers(CURVE, 4) == ["0.50", "0.25", "≈ 0.50", "0.75"]
    assert tracks_of(page)[0].numbers == running_numbers(CURVE, 4)


def test_csv_has_the_prefixes_that_were_read(ask):
    rows = table_of(running_verdict(ask("Not a good film"), CURVE))
    assert [row["tokens read"] for row in rows] == ["1", "2", "4"]
    assert [float(row["logit"]) for row in rows] == CURVE.logits.tolist()
    assert [float(row["P(positive)"]) for row in rows] == CURVE.probabilities.tolist()
