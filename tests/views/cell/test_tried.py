"""What the server answers when a valve is grabbed: both curves of what was asked, and one sentence for what is none."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from model.errors import ReviewError
from model.reading.explanation import Question
from model.recurrence.openings import Valve
from views.cell.tried import answer, valve_of

VALVE = Valve("f", 2, "backward", 3, 1)


def test_answer_is_what_was_asked_with_both_curves(explainer):
    reading = explainer.read(Question("not a good film", "bilstm"))
    alone, together = (explainer.openings(reading, each) for each in (VALVE, replace(VALVE, unit=None)))
    found = json.loads(json.dumps(answer(alone, together, reading.prediction.logit)))
    assert valve_of(found["valve"]) == VALVE
    assert found["logit"] == reading.prediction.logit
    assert found["alone"]["probabilities"] == pytest.approx(alone.probabilities)
    assert found["alone"]["openings"] == pytest.approx(alone.openings)
    assert found["together"]["probabilities"] == pytest.approx(together.probabilities)
    assert len(found["alone"]["openings"]) == 12
    assert len(found["together"]["openings"]) == 11


def test_what_a_page_sends_becomes_a_valve():
    assert valve_of(asdict(VALVE)) == VALVE


@pytest.mark.parametrize(
    "sent",
    [None, "f", 3, [], {}, {"symbol": "f"}, *(asdict(VALVE) | {name: {}} for name in asdict(VALVE))],
)
def test_what_is_no_valve_is_refused_by_one_sentence(sent):
    with pytest.raises(ReviewError) as caught:
        valve_of(sent)
    assert str(caught.value) == "There is no such valve: choose one in the drawing."


@pytest.mark.parametrize("changed", [{"symbol": "g"}, {"layer": 9}, {"direction": "up"}, {"unit": -1}, {"place": 99}])
def test_valve_that_a_review_has_not_is_refused(explainer, changed):
    reading = explainer.read(Question("not a good film", "bilstm"))
    with pytest.raises(ReviewError):
        explainer.openings(reading, valve_of(asdict(VALVE) | changed))
