"""The curves of telling units: escaped, what they say is what was measured, and their CSV has every value."""

from __future__ import annotations

import base64
import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest

from model.reading.explanation import Question
from model.reading.passing import PASSES, PassingUnits
from model.reading.stretch import STANDS_OUT
from model.reading.telling import DECIDES, JUMPS, KEEPS, SWITCHES, TellingUnit
from tests.views.harmless import NASTY, assert_harmless
from views.units.curves import MEASURE_NAMES, passing_card, told, units_card

UNIT = TellingUnit(JUMPS, 2, "backward", 4, 1.234, (2,), np.array([0.5, -0.25] * 4, dtype=np.float32))


@pytest.fixture
def reading(explainer):
    return explainer.read(Question("Not a good film, but great!", "bilstm"))


def test_text_of_a_person_never_becomes_markup(explainer):
    reading = explainer.read(Question(NASTY, "bilstm"))
    assert_harmless(units_card(reading, explainer.six_units(reading), "Units", "Note"))


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        (replace(UNIT, measure=KEEPS, value=69.2, places=()), "half its memory would last 69 tokens"),
        (replace(UNIT, measure=KEEPS, value=0.72, places=()), "half its memory would last 0.72 tokens"),
        (replace(UNIT, measure=KEEPS, value=np.inf, places=()), "its memory never fades"),
        (UNIT, "jumps at “good”, by 1.23"),
        (replace(UNIT, measure=SWITCHES, places=(2, 6)), "turns at “good”, back at “great”"),
        (replace(UNIT, measure=DECIDES, value=-0.5, places=(6,)), "−0.50 logits read off it, most at “great”"),
        (replace(UNIT, measure=STANDS_OUT, value=0.5, places=(2, 6)), "higher from “good” to “great”, by 0.50"),
        (replace(UNIT, measure=STANDS_OUT, value=-0.5, places=(6, 2)), "lower from “great” to “good”, by 0.50"),
        (replace(UNIT, measure=STANDS_OUT, value=-0.5, places=(6,)), "lower at “great”, by 0.50"),
        (replace(UNIT, measure=PASSES, value=-0.5, places=()), "−0.50 logits if held at its mean"),
        (replace(UNIT, measure=STANDS_OUT, value=0.5, places=(6,)), "higher at “great”, by 0.50"),
    ],
)
def test_a_unit_says_what_it_was_found_by(reading, unit, says):
    assert told(reading, unit) == says


def test_names_lead_to_layer_direction_and_unit(reading):
    card = units_card(reading, [UNIT], "Title", "Note")
    name = re.search(r'<button[^>]*gs-open-unit"([^>]*)>([^<]*)', card)
    assert dict(re.findall(r'data-(\w+)="([^"]*)"', name[1])) == {"layer": "2", "direction": "backward", "unit": "4"}
    assert name[2] == "2 ← unit 4"
    assert "±0.5" in card
    assert "There is no such unit" in units_card(reading, [], "Title", "Note")


def test_csv_has_what_each_holds_after_each_token(explainer, reading):
    found = explainer.telling(reading, JUMPS, 3)
    link = re.search(r'base64,([^"]+)', units_card(reading, found, "T", "N"))[1]
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(link).decode("utf-8-sig"))))
    assert [row["token"] for row in rows] == [token.text for token in reading.review.tokens]
    for unit in found:
        arrow = "→" if unit.direction == "forward" else "←"
        column = [float(row[f"{unit.layer} {arrow} unit {unit.unit}"]) for row in rows]
        np.testing.assert_allclose(column, unit.memory, rtol=1e-5)


def test_every_measure_has_a_name(explainer, reading):
    for measure in MEASURE_NAMES:
        assert explainer.telling(reading, measure, 2)


def test_card_of_units_below_the_last_layer_says_over_what_the_means_are(explainer, reading):
    found = explainer.passing_on(reading, 3)
    assert "at its mean over this review, since the checkpoint has no atlas" in passing_card(reading, found)
    assert "at its mean over 570 reviews" in passing_card(reading, PassingUnits(found.units, 570))
    assert "at its mean over 1 review," in passing_card(reading, PassingUnits(found.units, 1))
    assert "There is no such unit" in passing_card(reading, PassingUnits((), 0))


@pytest.mark.parametrize("measure", [JUMPS, SWITCHES, STANDS_OUT])
def test_a_unit_that_swings_by_itself_is_said_to_swing_and_not_to_answer_a_word(explainer, measure):
    words = [
        "The",
        "plot",
        "is",
        "thin",
        "but",
        "two",
        "old",
        "friends",
        "are",
        "played",
        "with",
        "such",
        "warmth",
        "that",
        "we",
        "forgave",
        "it",
        "all",
    ]
    reading = explainer.read(Question(" ".join(words), "bilstm"))
    swings = np.where(np.arange(len(words)) % 4 < 2, 1.0, -1.0).astype(np.float32)
    unit = replace(UNIT, measure=measure, places=(2, 6), memory=swings)
    assert told(reading, unit) == "swings every 4 tokens, whatever the words"
    card = units_card(reading, [unit], "Title", "Note")
    assert "comes round again after so many tokens all through the review (correlation of 0.95 or more)" in card
    still = replace(unit, memory=np.linspace(0, 1, len(words), dtype=np.float32))
    assert "swings" not in told(reading, still)
    assert "comes round" not in units_card(reading, [still], "Title", "Note")
    decides = replace(unit, measure=DECIDES, value=0.5, places=(2,))
    assert told(reading, decides).startswith("+0.50 logits read off it")


def test_single_token_is_said_to_have_single_values(explainer, reading):
    one = explainer.read(Question("good", "bilstm"))
    card = units_card(one, explainer.six_units(one), "Units", "Note")
    assert "each curve is a single value" in card
    assert "it takes a second token" in units_card(one, explainer.telling(one, SWITCHES, 3), "Units", "Note")
    assert "single" not in units_card(reading, [UNIT], "Units", "Note")
