"""What the controls of the What if tab say, as a clamp."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.reading.explanation import Question
from model.recurrence.clamps import Clamp
from views.panel import Focus
from views.what_if.controls import ALL, NOTHING_HELD, SOME, THIS, Controls, Held

FOCUS = Focus(2, "backward", 4, 7)
EVERYWHERE = Controls("f", 0.25, ALL, ALL, ALL, ALL, 1, 1)


@pytest.mark.parametrize(
    ("said", "clamp"),
    [
        ({}, Clamp("f", 0.25)),
        ({"layers": THIS}, Clamp("f", 0.25, layer=2)),
        ({"directions": THIS}, Clamp("f", 0.25, direction="backward")),
        ({"units": THIS}, Clamp("f", 0.25, unit=7)),
        ({"places": THIS}, Clamp("f", 0.25, start=4, end=5)),
        ({"places": SOME, "first": 2, "last": 6}, Clamp("f", 0.25, start=1, end=6)),
        ({"places": SOME, "first": None, "last": None}, Clamp("f", 0.25, start=-1, end=0)),
        ({"places": ALL, "first": 2, "last": 6}, Clamp("f", 0.25)),
        ({"symbol": "h", "value": 0.0}, Clamp("h", 0.0)),
    ],
)
def test_controls_say_what_to_hold_and_where(said, clamp):
    assert replace(EVERYWHERE, **said).clamp(FOCUS) == clamp


def test_what_was_held_of_another_review_or_checkpoint_counts_no_more(explainer):
    explanation = explainer.explain(Question("good film", "bilstm"))
    clamps = (Clamp("f", 0.0),)
    assert Held("good film", "bilstm", clamps).of(explanation) == clamps
    assert Held("good film", "rnn", clamps).of(explanation) == ()
    assert Held("dull film", "bilstm", clamps).of(explanation) == ()
    assert NOTHING_HELD.of(explanation) == ()
