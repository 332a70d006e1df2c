"""A view fitted to what is here: what is missing is said and the nearest shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.recurrence.clamps import Clamp
from views.fitting import fitted
from views.links import MAX_UNIT, View

VIEW = View("Good.", "rnn", "memory", 2, "backward", 3, 4, "c")  # the small checkpoints: two layers of five units


def test_what_is_here_is_left_as_it_is(explainer):
    found = fitted(VIEW, explainer)
    assert found.view == VIEW
    assert found.missing == ()
    held = replace(VIEW, held=(Clamp("h", 0.0, 2, "forward", 4, 1),))
    assert fitted(held, explainer).view == held


@pytest.mark.parametrize(
    ("wrong", "right", "sentence"),
    [
        (
            {"checkpoint": "gone"},
            {"checkpoint": "bilstm"},
            "The checkpoint of this view is not here; bilstm reads the review instead.",
        ),
        ({"layer": 3}, {"layer": 2}, "Layer 3 of this view is not here; layer 2 is shown instead."),
        ({"unit": MAX_UNIT}, {"unit": 4}, f"Unit {MAX_UNIT} of this view is not here; unit 4 is shown instead."),
        ({"text": " \n"}, {}, "There is no review in this view."),
        (
            {"tab": "compare", "other_checkpoint": "gone"},
            {"other_checkpoint": "rnn"},
            "The second checkpoint of this view is not here; rnn reads B instead.",
        ),
        ({"tab": "errors"}, {}, "A link holds no file: load it again to see its reviews."),
        (
            {"held": (Clamp("h", 0.0, unit=5),)},
            {"held": ()},
            "Nothing is held, as it was in this view: There is no such unit: choose one from 0 to 4, or all units.",
        ),
        (
            {"held": (Clamp("h", 0.0, start=2),)},
            {"held": ()},
            "Nothing is held, as it was in this view: Choose tokens within the review, which has 2 tokens.",
        ),
    ],
)
def test_what_is_not_here_is_said_and_the_nearest_shown(explainer, wrong, right, sentence):
    asked = replace(VIEW, **wrong)
    found = fitted(asked, explainer)
    assert found.view == replace(asked, **right)
    assert found.missing == (sentence,)


def test_one_checkpoint_reads_both_where_the_view_names_one(explainer):
    found = fitted(replace(VIEW, tab="compare"), explainer)
    assert found.view.other_checkpoint == "rnn"
    assert found.missing == ()


def test_a_second_checkpoint_counts_in_compare_alone(explainer):
    asked = replace(VIEW, other_checkpoint="gone")
    assert fitted(asked, explainer).view == asked
    assert fitted(asked, explainer).missing == ()
