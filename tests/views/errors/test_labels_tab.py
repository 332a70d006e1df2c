"""The tab about labels: suspected ones with reasons, an audit from its draw to its end, and what corrections change."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.workbench.filters import select
from model.workbench.note import UNCLEAR
from tests.scored import made_scores, made_table
from tests.views.blocks import on_a_page
from tests.views.errors.pages import NASTY, bench_of, sent, text_of
from views.errors.audit import audit_card, audit_line
from views.errors.corrected import corrected_card
from views.errors.filters_tab import Filters, narrowed_to
from views.errors.labels_tab import LabelsTab
from views.errors.listed import first_of
from views.errors.picks import ListPick
from views.errors.rows import row_heading
from views.errors.samples import MOST, with_sample
from views.errors.suspects import suspects_card

SIMPLE, AUDIT, SUSPECTS = "simple", ListPick(list="audit"), ListPick(list="suspects")


def made(labels, logits, ratings=np.nan, **arrays):
    table = made_table(labels, ratings=ratings)
    return bench_of(table, made_scores(logits, **arrays))


@pytest.fixture
def bench():
    """Twenty rows: 12 hits, and 8 mistakes, of which the first two are surest, the very first against its stars."""
    labels = [1, 0, 1, 0] * 5
    sure = [-6.0, 5.0, -1.5, 1.5, -1.0, 1.0, -0.5, 0.5]
    logits = [*sure, *[2.0, -2.0] * 6]
    texts = [NASTY, *(f"review {row}" for row in range(1, 20))]
    table = made_table(labels, texts, ratings=[1, *[np.nan] * 18, 9])
    table = replace(table, columns=Columns(("text", "label", "stars"), "text", "label", "stars"))
    states = np.repeat([[0.0, 1, 0, 0], [1.0, 0, 0, 0]], 10, axis=0)
    return bench_of(table, made_scores(logits, states=states))


@pytest.fixture
def tab():
    def build():
        bench = gr.State(None)
        with gr.Tabs(), gr.Tab("labels") as here:
            found = LabelsTab(bench)
            found.listen(here)
        return found

    return on_a_page(build)


def test_suspected_labels_stand_with_their_reasons_the_least_likely_first(bench):
    card = suspects_card(bench)
    assert [each["row"] for each in sent(card) if "row" in each][:2] == [0, 1]
    said = text_of(card)
    assert "negative 99.8 %, on average" in said
    assert "1 of 10 stars" in said
    assert "of 20 labels are suspected" in said
    assert "<img" not in card
    assert "Go through these" in said


def test_the_heading_of_a_suspected_label_says_why_once_they_were_looked_for(bench):
    assert "label suspected" not in row_heading(bench, 0, 0, 20)
    suspects_card(bench)
    assert "label suspected: negative 99.8 %" in text_of(row_heading(bench, 0, 0, 20))
    assert "label suspected" not in row_heading(bench, 8, 0, 20)


def test_what_was_said_of_a_suspected_label_stands_beside_it(bench):
    bench.say(0, label=0)
    bench.say(1, label=0)
    bench.say(2, label=UNCLEAR)
    cells = re.findall(r"<td>([^<]*)</td></tr>", suspects_card(bench))
    assert cells[:3] == ["negative", "right", "unclear"]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([NO_LABEL, NO_LABEL], "No row has a label"),
        ([], "No row has a label"),
        ([1, 1], "All labels are alike"),
        ([1, 0], "No label looks wrong"),
    ],
)
def test_where_nothing_is_suspected_a_sentence_says_why(labels, sentence):
    bench = made(labels, [3.0, -3.0][: len(labels)])
    assert sentence in text_of(suspects_card(bench))


def test_an_audit_from_its_draw_to_its_end(tab, bench):
    assert "No sample has been drawn yet" in text_of(audit_card(bench))
    assert audit_line(bench) == ""
    said = text_of(tab._draw_sample(bench, {}, SIMPLE, 6, 3)[tab._audit])
    assert "0 of 6 gone through" in said
    assert "seed 3" in said
    assert "not yet" in said
    rows = bench.sample.rows
    assert f"the next on line {rows[0] + 2}" in said
    for row in rows:
        bench.say(row, label=int(bench.table.labels[row]))
    said = text_of(audit_card(bench))
    assert "6 of 6 gone through" in said
    assert "all gone through" in said
    assert "6 of the 6 reviews of the audit" in text_of(audit_line(bench))
    assert "accuracy in the sample alone" in said


def test_figures_of_an_audit_are_those_of_the_model(bench):
    bench.draw_sample("stratified", 20, 0)
    for row in range(20):
        bench.say(row, label=1 - int(bench.table.labels[row]) if row in (0, 8) else int(bench.table.labels[row]))
    said = text_of(audit_card(bench))
    assert "accuracy by the labels of the file 60.0 % 38.7 to 78.1" in said  # 12 of 20, Wilson
    assert "accuracy after the audit, for the whole file 60.0 % counted" in said  # one gained, one lost
    assert "labels that are wrong, in the whole file 10.0 % counted" in said
    assert "differs from that by the file's labels by 0.0 percentage points" in said
    assert "taken for right 12 12 11 1 0 0" in said
    assert "taken for wrong 8 8 7 1 0 0" in said
    assert "in the sample alone" not in said.split("95 % intervals")[0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((SIMPLE, 21, 0), "20 labelled reviews"),
        ((SIMPLE, None, 0), "1 to 2,000"),
        ((SIMPLE, 5, -1), "seed"),
        (("by mood", 5, 0), "simple or stratified"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_the_sample_that_is_there(tab, bench, given, sentence):
    plan = bench.draw_sample(SIMPLE, 4, 0)
    with pytest.raises(gr.Error, match=sentence):
        tab._draw_sample(bench, {}, *given)
    assert bench.sample == plan


def test_a_file_without_labels_has_nothing_to_audit(tab):
    with pytest.raises(gr.Error, match="No row has a label"):
        tab._draw_sample(made([NO_LABEL] * 3, [1.0] * 3), {}, SIMPLE, 1, 0)


def test_a_sample_of_other_answers_is_said_not_to_fit_and_lists_nothing(bench):
    bench.draw_sample(SIMPLE, 6, 0)
    bench.sample = replace(bench.sample, labelled=19)
    assert "does not fit the rows" in text_of(audit_card(bench))
    assert audit_line(bench) == ""
    assert narrowed_to(bench, AUDIT).narrowed.rows == ()
    assert first_of(bench, AUDIT) is None


def test_a_sample_and_suspected_labels_are_gone_through_in_their_own_order(bench):
    plan = bench.draw_sample("stratified", 10, 5)
    chosen = narrowed_to(bench, AUDIT)
    shown = select(bench.table, bench.scores, chosen.filter({}), chosen.order, {})
    assert shown.tolist() == list(plan.rows)
    assert first_of(bench, AUDIT) == plan.rows[0]
    bench.say(plan.rows[0], label=UNCLEAR)
    assert first_of(bench, AUDIT) == plan.rows[1]
    chosen = narrowed_to(bench, SUSPECTS)
    shown = select(bench.table, bench.scores, chosen.filter({}), chosen.order, {})
    assert shown.tolist() == [each.row for each in bench.suspects.rows]
    assert first_of(bench, SUSPECTS) is None


def test_the_list_is_named_above_the_reviews(bench):
    filters = on_a_page(Filters)
    for pick, name in ((AUDIT, "the sample of the audit"), (SUSPECTS, "labels suspected wrong")):
        assert filters.show(bench, narrowed_to(bench, pick))[filters.narrowed_shown] == name


def test_without_corrections_nothing_is_changed_and_a_sentence_says_so(bench):
    assert "No label has been corrected yet" in text_of(corrected_card(bench.correction))
    bench.say(0, category="irony")
    assert "No label has been corrected yet" in text_of(corrected_card(bench.correction))


def test_measures_stand_before_and_after_with_intervals(bench):
    bench.say(0, label=0)
    said = text_of(corrected_card(bench.correction))
    assert "Labels changed: 1 of mistakes, 0 of hits" in said
    assert "accuracy 60.00 % (38.7 to 78.1) 65.00 % (43.3 to 81.9) +5.00" in said
    assert "can only raise the accuracy" in said
    bench.say(8, label=0)
    said = text_of(corrected_card(bench.correction))
    assert "1 of mistakes, 1 of hits" in said
    assert "can only raise" not in said
    assert "accuracy 60.00 % (38.7 to 78.1) 60.00 % (38.7 to 78.1) 0.00" in said


def test_slices_stand_with_their_places_before_and_after():
    tokens = [5] * 12 + [300] * 12
    bench = made([1] * 24, [*[-1.0] * 6, *[1.0] * 6, *[-1.0] * 4, *[1.0] * 8], tokens=tokens)
    for row in range(5):
        bench.say(row, label=0)
    card = corrected_card(bench.correction)
    assert "2 → 1 33.3 % 33.3 %" in text_of(card)
    assert "1 → 2 50.0 % 8.3 %" in text_of(card)
    assert {each["slice"][0] for each in sent(card)} == {"tokens"}


def test_labels_of_one_class_alone_are_said_to_lack_measures():
    bench = made([1, 1, 0], [1.0, -1.0, 1.0])
    bench.say(2, label=1)
    said = text_of(corrected_card(bench.correction))
    assert "All labels are positive" in said
    assert "ROC AUC 0.2500 – –" in said


def test_the_tab_is_drawn_when_it_is_looked_at(tab, bench):
    assert set(tab._show(bench, {})) == set(tab.filled) == set(tab.fill())
    assert tab._show(None, {}) == tab.fill()
    assert tab._draw_sample(None, {}, SIMPLE, 1, 0) == gr.skip()


def again(bench):
    """The same file, loaded anew by a browser whose server keeps no notes."""
    return bench_of(bench.table, bench.scores)


def test_a_sample_comes_back_from_the_browser_when_the_page_is_loaded_anew(tab, bench):
    kept = json.loads(json.dumps(tab._draw_sample(bench, {}, SIMPLE, 6, 3)[tab._samples]))
    later = again(bench)
    assert later.sample is None
    assert "0 of 6 gone through" in text_of(tab._show(later, kept)[tab._audit])
    assert later.sample == bench.sample
    other = made([1, 0], [1.0, 1.0])
    other.table = replace(other.table, digest="1" * 64)
    tab._show(other, kept)
    assert other.sample is None


def test_a_sample_that_the_server_keeps_is_not_replaced_by_the_browsers(tab, bench):
    kept = tab._draw_sample(bench, {}, SIMPLE, 6, 3)[tab._samples]
    later = again(bench)
    plan = later.draw_sample(SIMPLE, 4, 1)
    tab._show(later, kept)
    assert later.sample == plan


def test_only_the_latest_samples_are_kept_in_a_browser(bench):
    bench.draw_sample(SIMPLE, 2, 0)
    many = {f"file {number}": {} for number in range(MOST)}
    kept = with_sample(many, bench)
    assert len(kept) == MOST
    assert "file 0" not in kept
    assert "file 1" in kept
    assert len(with_sample(kept, bench)) == MOST


@pytest.mark.parametrize("strange", [None, "x", [], 3, {"rows": 1}, {}])
def test_what_no_page_put_into_the_browser_draws_nothing(tab, bench, strange):
    key = next(iter(tab._draw_sample(bench, strange, SIMPLE, 6, 3)[tab._samples]))
    later = again(bench)
    for kept in (strange, {key: strange}):
        assert "No sample has been drawn yet" in text_of(tab._show(later, kept)[tab._audit])
