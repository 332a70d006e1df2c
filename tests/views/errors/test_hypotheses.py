"""The card of a hypothesis: its numbers against the trial, what its buttons send, and that texts are text."""

from __future__ import annotations

import numpy as np
import pytest

from model.tables.labels import NO_LABEL
from model.workbench.hypotheses import INTERVENTIONS, Group, Intervention, Skipped, Trial
from model.workbench.mcnemar import Change, Interval, apart, changes, paired
from model.workbench.workbench import HYPOTHESIS
from tests.scored import made_table
from tests.views.errors.pages import NASTY, sent, text_of
from views.errors.hypotheses import about, trial_card

LABELS = np.array([1, 0, 0, 1, 0, 0, NO_LABEL])
TABLE = made_table(LABELS, ["a film", "a bad film", "dull", "fine", "so dull", "not dull", NASTY + " film"])


def group_of(rows, before, later):
    rows, before, later = np.array(rows), np.array(before, np.float32), np.array(later, np.float32)
    found = changes(LABELS[rows], before > 0, later > 0)
    turned = int((before > 0).__ne__(later > 0).sum())
    share = Interval(turned / len(rows), 0.1, 0.9)
    return Group(rows, before, later, found, paired(found), turned, share, float(np.abs(later - before).mean()))


def trial_of(group, control, intervention=None):
    both = control is not None and group.paired.net and control.paired.net
    difference = apart(group.paired.net, control.paired.net) if both else None
    shown = intervention or Intervention("film → movie", "", lambda text: text.replace("film", "movie"))
    return Trial(shown, 9, 4, (Skipped("Nothing is left of the review.", 2),), group, control, 1, difference, 0.4)


@pytest.fixture
def trial():
    return trial_of(group_of([0, 1, 2, 6], [-1, 1, -1, 1], [2, 1, 3, -1]), group_of([3, 4], [1, -1], [1, -1]))


def test_both_sides_carry_their_numbers(trial):
    part = trial_card(TABLE, [trial])
    words = text_of(part)
    assert "applies to 4 of the 9 reviews" in words
    assert "4 of them were read" in words
    assert "Skipped, 2: Nothing is left of the review." in words
    assert "slice 4 read control 2 read" in words
    assert "fixed 1 0 broken 1 0 another verdict, no label 1 0" in words
    assert "accuracy before 33.3 % 100.0 %" in words
    assert "McNemar's test, p 1.000 1.000" in words
    assert "Slice less control: 0.0" in words
    assert "Chance alone could explain it" in words
    assert "1 have none" in words
    picks = [each for each in sent(part) if "change" in each]
    assert [each["change"] for each in picks] == [
        [HYPOTHESIS, int(each)] for each in (Change.FIXED, Change.BROKEN, Change.DIFFER)
    ]
    assert [each["row"] for each in sent(part) if "row" in each][:2] == [2, 0]


def test_texts_and_patterns_are_text_and_no_markup(trial):
    nasty = trial_of(trial.group, None, Intervention(NASTY, "", lambda text: text + NASTY))
    part = trial_card(TABLE, [trial, nasty])
    assert "<img" not in part
    assert NASTY in text_of(part)
    assert "There is no control" in text_of(part)
    assert "<del>film</del> <ins>movie</ins>" in trial_card(TABLE, [trial])


def test_several_tests_are_corrected_for_their_number(trial):
    assert "Tested on this file so far" not in text_of(trial_card(TABLE, [trial]))
    part = text_of(trial_card(TABLE, [trial, trial_of(trial.group, None, INTERVENTIONS[-1])]))
    assert "Tested on this file so far" in part
    assert part.count("film → movie") == 1


def test_without_labels_there_is_only_what_changed():
    part = text_of(trial_card(TABLE, [trial_of(group_of([6], [1], [-1]), None)]))
    assert "accuracy" not in part
    assert "McNemar" not in part
    assert "verdicts changed, interval 100.0 %" in part


def test_what_is_swapped_is_listed():
    assert "James – Mary" in about(next(each for each in INTERVENTIONS if each.name == "names swapped"))
    assert about(Intervention("own", "")) == ""


@pytest.mark.parametrize(("before", "said"), [(-1, "can only fix it"), (1, "can only break it")])
def test_a_slice_that_was_chosen_by_its_outcome_is_not_held_against_its_control(before, said):
    trial = trial_of(group_of([0, 3], [before, before], [1, -1]), group_of([0, 3], [1, -1], [1, -1]))
    part = text_of(trial_card(TABLE, [trial]))
    assert said in part
    assert "than chance explains" not in part
    assert "95 %" in part
