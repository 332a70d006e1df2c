"""What the cards of the Errors tab share."""

from __future__ import annotations

from model.language import gettext, speaking
from model.tables.labels import NO_LABEL
from model.workbench.overview import Outcome
from views.drawing.cards import sentence_card
from views.errors.parts import MARKS, label_name, note_line, outcome_name, slice_names, snippet, sorted_by


def test_snippet_is_one_line_and_says_where_it_is_cut():
    assert snippet("one<br />two\n three") == "one two three"
    assert snippet("x " * 400).endswith("…")
    assert len(snippet("word " * 50, 40)) == 40


def test_every_outcome_has_a_name_and_a_mark():
    assert [outcome_name(each) for each in Outcome] == [each.words for each in Outcome]
    assert [MARKS[each] for each in Outcome] == ["✓", "✗", "✓", "✗", "·"]


def test_a_label_that_is_none_is_named_as_its_place_wants_it():
    assert [label_name(each) for each in (1, 0, NO_LABEL)] == ["positive", "negative", "–"]
    assert label_name(NO_LABEL, "none") == "none"


def test_sentences_are_escaped():
    assert sentence_card("x < y") == '<section class="gs-card gs-empty">x &lt; y</section>'
    assert note_line("x < y", live=True) == '<p class="gs-note" aria-live="polite">x &lt; y</p>'


def test_own_column_and_its_values_keep_their_names_in_any_language():
    key = ("column 'a'b'", "irony", "tokens", "up to 100", "column 'x'", "(empty)")
    assert slice_names(key) == [("column 'a'b'", "irony"), ("tokens", "up to 100"), ("column 'x'", "(empty)")]
    with speaking("zh"):
        assert slice_names(key) == [("列“a'b”", "irony"), ("词元", "至多 100"), ("列“x”", "（空）")]
        assert sorted_by("column 'x', downwards") == "列“x”，降序"
        assert sorted_by("order of the file") == gettext("order of the file") != "order of the file"
