"""What the filters hold, and what they let through."""

from __future__ import annotations

import pytest

from model.errors import ReviewError
from model.tables.labels import NO_LABEL
from model.workbench.filters import AS_FILED, LABELS, MISTAKES_FIRST, NOT_NAMED, Filter
from model.workbench.mcnemar import Change
from model.workbench.overview import Outcome
from model.workbench.versus import compare
from model.workbench.workbench import CHECKPOINTS
from tests.scored import made_scores, made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import bench_of
from views.errors.filters_tab import ANY, UNNAMED, Chosen, Filters, category_choices, free, narrowed_to
from views.errors.picks import ChangePick, OutcomesPick, SlicePick, WordPick

VOCABULARY = {"<unk>": 0, "good": 7}


def test_filters_taken_back_let_every_row_through(bench):
    assert free(bench).filter(VOCABULARY) == Filter()
    assert free(bench).order == MISTAKES_FIRST
    assert free(bench_of(made_table([NO_LABEL]), made_scores([1]))).order == AS_FILED


@pytest.mark.parametrize(
    ("category", "kept"), [(ANY, ""), (None, ""), (UNNAMED, NOT_NAMED), ("irony", "irony"), ("", "")]
)
def test_category_may_be_any_or_none(category, kept):
    assert Chosen("", [], category, ANY, 50, 100, None, AS_FILED).filter({}).category == kept


def test_what_components_hold_becomes_a_filter():
    chosen = Chosen(" dull ", [1, 3], ANY, "no label", 90, 60, None, AS_FILED).filter({})
    assert chosen.search == "dull"
    assert chosen.outcomes == (Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE)
    assert (chosen.low, chosen.high) == (0.6, 0.9)
    assert LABELS[chosen.label] == NO_LABEL
    assert Chosen(None, None, None, None, 50, 100, None, AS_FILED).filter({}) == Filter()


def test_a_search_that_no_box_lets_through_is_refused():
    assert Chosen("a" * 200, [], ANY, ANY, 50, 100, None, AS_FILED).filter({}).search
    with pytest.raises(ReviewError, match="At most 200 characters"):
        Chosen("a" * 201, [], ANY, ANY, 50, 100, None, AS_FILED).filter({})


def test_what_is_pressed_narrows_to_it_alone(bench):
    assert narrowed_to(bench, OutcomesPick(outcomes=(Outcome.FALSE_NEGATIVE,))).filter({}) == Filter(
        outcomes=(Outcome.FALSE_NEGATIVE,)
    )
    assert narrowed_to(bench, SlicePick(slice=("stars", "8"))).filter({}) == Filter(slice=("stars", "8"))
    assert narrowed_to(bench, WordPick(word="good")).filter(VOCABULARY) == Filter(phrase=(7,))
    assert narrowed_to(bench, WordPick(word="good what")).filter(VOCABULARY) == Filter(phrase=(7, 0))


def test_a_word_that_the_vocabulary_lacks_is_the_unknown_one(bench):
    assert narrowed_to(bench, WordPick(word="flembic")).filter(VOCABULARY).phrase == (0,)
    assert "flembic" not in VOCABULARY


def test_components_are_set_in_the_order_in_which_they_are_read(bench):
    filters = on_a_page(Filters)
    chosen = narrowed_to(bench, SlicePick(slice=("stars", "8")))
    drawn = filters.show(bench, chosen)
    assert drawn.keys() == set(filters.shown)
    assert drawn[filters.narrowed_shown] == "stars: 8"
    values = [drawn[each] for each in filters.chosen]
    values[2], values[-1] = chosen.category, chosen.order
    assert Chosen(*values) == chosen
    shown = filters.show(bench, narrowed_to(bench, WordPick(word="good")))
    assert shown[filters.narrowed_shown] == "the word “good”"


def test_every_category_of_the_file_can_be_chosen(bench):
    bench.say(1, category="my own")
    values = [value for _, value in category_choices(bench)]
    assert values[:2] == [ANY, UNNAMED]
    assert {"irony", "my own"} < set(values)


def test_list_is_narrowed_to_what_a_comparison_found(bench):
    bench.versus = compare(bench.table, bench.scores, "other", -bench.scores.logits)
    chosen = narrowed_to(bench, ChangePick(change=(CHECKPOINTS, Change.FIXED)))
    assert chosen.among(bench).tolist() == [False, False, True, True, False]
    assert narrowed_to(bench, WordPick(word="good")).among(bench) is None
    filters = on_a_page(Filters)
    assert filters.show(bench, chosen)[filters.narrowed_shown] == "two checkpoints: fixed"
    bench.versus = None
    with pytest.raises(ReviewError, match="make it again"):
        chosen.among(bench)
