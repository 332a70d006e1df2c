"""What the cards of the Errors tab share."""

from __future__ import annotations

from model.tables.labels import NO_LABEL
from model.workbench.overview import Outcome
from views.drawing.cards import sentence_card
from views.errors.parts import MARKS, label_name, note_line, outcome_name, snippet


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
