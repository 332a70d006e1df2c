"""What buttons send is read back as it was; what no button sends is refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import ReviewError
from model.workbench.mcnemar import Change
from model.workbench.overview import MISTAKES, Outcome
from views.errors.picks import ChangePick, ListPick, OutcomesPick, RowPick, SlicePick, WordPick, read_pick

PICKS = (
    RowPick(row=3),
    OutcomesPick(outcomes=MISTAKES),
    SlicePick(slice=("stars", "over 1,000 (cut)")),
    WordPick(word='né"<b>'),
    ChangePick(change=("checkpoints", Change.BROKEN)),
    ListPick(list="audit"),
)


@pytest.mark.parametrize("pick", PICKS, ids=lambda pick: type(pick).__name__)
def test_what_is_sent_is_read_back(pick):
    assert read_pick(pick.sent) == pick
    assert type(read_pick(pick.sent)) is type(pick)


def test_outcomes_are_read_as_outcomes():
    assert read_pick('{"outcomes": [1, 3]}').outcomes == (Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE)


@given(st.text())
def test_any_word_survives_the_way(text):
    assert read_pick(WordPick(word=text).sent).word == text


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_pressed_is_nothing(nothing):
    assert read_pick(nothing) is None


@pytest.mark.parametrize(
    "strange",
    [
        "nonsense",
        "[1]",
        "3",
        "{}",
        '{"row": "x"}',
        '{"row": null}',
        '{"row": 1, "word": "a"}',
        '{"outcomes": [9]}',
        '{"outcomes": 1}',
        '{"slice": ["stars"]}',
        '{"category": ["x", "y"]}',
        '{"change": ["checkpoints", 9]}',
        '{"more": 1}',
        '{"list": "all"}',
        "[" * 5_000,
    ],
)
def test_what_no_button_sends_is_refused(strange):
    with pytest.raises(ReviewError, match="nothing of that kind"):
        read_pick(strange)
