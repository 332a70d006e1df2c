"""The Errors tab on the running app: load, score, filter, cancel, clear."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from model.reading.explainer import Explainer
from model.tables.table import read_table
from model.workbench.overview import Outcome, outcomes, overview
from model.workbench.scoring import score
from tests.browser.errors import (
    ROWS,
    inner,
    listed,
    score_file,
    try_example,
    unfold,
    upload,
    write_csv,
)
from tests.browser.person import WAIT, visit
from views.errors.tab import EXAMPLE


@pytest.fixture(scope="module")
def scored():
    """The example as the shipped network reads it."""
    explainer = Explainer()
    table = read_table(EXAMPLE)
    return table, score(explainer.checkpoint(explainer.default), table.texts)


@pytest.fixture(scope="module")
def example(browser, served):
    """A page on which the example is scored, for the tests that only look and filter."""
    with visit(browser, served) as page:
        try_example(page)
        yield page


def test_example_is_scored_in_one_click_and_its_figures_are_right(example, scored):
    found = overview(*scored)
    card = example.get_by_role("region", name="Overview", exact=True)
    expect(card).to_contain_text(f"{100 * found.metrics.accuracy:.2f}")
    expect(card).to_contain_text(f"{found.metrics.roc_auc:.4f}")
    for count in found.confusion.ravel().tolist():
        expect(card).to_contain_text(str(count))
    expect(example.locator(".js-plotly-plot").locator("visible=true")).to_have_count(2)


def test_cell_of_the_confusion_matrix_leads_to_its_reviews_which_open_explained(example, scored):
    inner(example, "Overview")
    table, scores = scored
    wrong = outcomes(table, scores) == Outcome.FALSE_POSITIVE
    example.get_by_role("button", name=re.compile("false positive: show them")).click()
    expect(listed(example)).to_contain_text(f"of {wrong.sum()} reviews", timeout=WAIT)
    surest = max((row for row in range(len(wrong)) if wrong[row]), key=lambda row: scores.logits[row])
    listed(example).get_by_role("button").first.click()
    head = example.get_by_role("region", name="The chosen review")
    expect(head).to_contain_text(f"P(positive) = {scores.probabilities[surest]:.3f}", timeout=WAIT)
    detail = example.locator("#gs-errors-detail")
    expect(detail.get_by_label("The review, word by word")).to_contain_text(table.texts[surest].split()[0])
    expect(detail.get_by_label("The gates, word by word")).to_be_visible()
    expect(detail.get_by_role("region", name="Nearest reviews")).to_contain_text("0.")


def test_slice_and_word_and_search_filter_the_list(example, scored):
    inner(example, "Overview")
    questions = (scored[1].questions == 0).sum()
    example.get_by_role("region", name="Slices", exact=True).locator("tr", has_text="question marks").get_by_role(
        "button", name="none: show its reviews"
    ).click()
    expect(listed(example)).to_contain_text(f"of {questions} reviews", timeout=WAIT)
    unfold(example, "^Filters: ")
    example.get_by_role("button", name="Take all filters back").click()
    expect(listed(example)).to_contain_text("of 180 reviews", timeout=WAIT)
    example.get_by_label("Search in the text").fill("WONDERFUL")
    expected = sum("wonderful" in text.lower() for text in scored[0].texts)
    expect(listed(example)).to_contain_text(f"of {expected} reviews", timeout=WAIT)
    inner(example, "Words")
    words = example.get_by_role("region", name="Words", exact=True)
    word = words.get_by_role("button").first.inner_text()
    example.get_by_role("button", name="Sum up attributions").click()
    expect(words).to_contain_text("summed over", timeout=WAIT)
    words.get_by_role("button").first.click()
    token = Explainer().checkpoint("bilstm").field.vocab.stoi[word]
    holding = sum(
        token in scored[1].ids[start:end] for start, end in zip(scored[1].offsets, scored[1].offsets[1:], strict=False)
    )
    expect(listed(example)).to_contain_text(f"of {holding} reviews", timeout=WAIT)


def test_bad_rows_are_counted_with_their_lines_and_columns_can_be_changed(page, tmp_path):
    path = write_csv(tmp_path / "mine.csv", [(*row, "a comment") for row in ROWS])
    upload(page, path)
    expect(page.get_by_label("How the file will be read")).to_contain_text("rows to read", timeout=WAIT)
    page.get_by_label("Column of the label").click()
    page.get_by_role("option", name="(none)").click()
    page.get_by_role("button", name="Score the file").click()
    read = page.get_by_label("What was read")
    expect(read).to_contain_text("5 reviews of mine.csv, 0 with a label", timeout=WAIT)
    expect(page.get_by_text("No row has a label").first).to_be_visible()
    unfold(page, "load others")
    page.get_by_label("Column of the label").click()
    page.get_by_role("option", name="label", exact=True).click()
    page.get_by_role("button", name="Score the file").click()
    expect(read).to_contain_text("4 reviews of mine.csv, 4 with a label", timeout=WAIT)
    expect(read).to_contain_text("2 rows skipped")
    read.get_by_text("2 rows skipped").click()
    expect(read).to_contain_text("line 4: no text")
    expect(read).to_contain_text("line 5: unknown label")


def test_file_that_cannot_be_read_gets_a_sentence_and_the_next_is_served(page, tmp_path):
    told = page.locator("#gs-errors-progress")
    for name, content, says in (
        ("zip.csv", b"PK\x03\x04" + b"x" * 50, "zip.csv"),
        ("wide.csv", (",".join(f"c{n}" for n in range(1_000)) + "\n").encode(), "1,000 columns"),
        ("broken.parquet", b"PAR1" + b"x" * 50, "broken.parquet"),
    ):
        (tmp_path / name).write_bytes(content)
        upload(page, tmp_path / name)
        expect(told).to_contain_text(says)
        assert "Traceback" not in told.inner_text()
        assert "/tmp" not in told.inner_text()
        expect(page.get_by_role("button", name="Score the file")).to_be_hidden()
        page.get_by_role("button", name=re.compile("Clear|Remove")).first.click()
    page.get_by_role("button", name="Try the example").click()
    expect(page.get_by_label("What was read")).to_contain_text("180 reviews", timeout=WAIT)


def test_what_a_label_counts_as_is_shown_and_can_be_changed_before_it_is_scored(page, tmp_path):
    upload(page, write_csv(tmp_path / "mine.csv", [("text", "label"), ("a good film", "1"), ("a dull film", "2")]))
    preview = page.get_by_label("How the file will be read")
    expect(preview).to_contain_text("a dull film", timeout=WAIT)
    counts = preview.get_by_label("2 counts as")
    expect(counts).to_have_value("1")
    counts.select_option("none")
    expect(preview).to_contain_text("1 without a label", timeout=WAIT)
    page.get_by_role("button", name="Score the file").click()
    read = page.get_by_label("What was read")
    expect(read).to_contain_text("2 reviews of mine.csv, 1 with a label", timeout=WAIT)
    expect(preview).to_be_hidden()


def test_file_that_is_cleared_cannot_be_scored(page, tmp_path):
    upload(page, write_csv(tmp_path / "mine.csv", ROWS))
    expect(page.get_by_role("button", name="Score the file")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name=re.compile("Clear|Remove")).first.click()
    expect(page.get_by_role("button", name="Score the file")).to_be_hidden(timeout=WAIT)
    expect(page.get_by_label("How the file will be read")).to_be_hidden()


def test_nothing_of_a_file_that_was_cleared_is_shown(page, tmp_path):
    score_file(page, write_csv(tmp_path / "mine.csv", ROWS))
    unfold(page, "load others")
    page.get_by_role("button", name=re.compile("Clear|Remove")).first.click()
    expect(page.get_by_label("What was read")).to_be_hidden(timeout=WAIT)
    expect(page.get_by_role("region", name="Overview", exact=True)).to_be_hidden(timeout=WAIT)


def test_running_score_can_be_cancelled_and_the_page_goes_on(page, tmp_path):
    many = [("text",), *((f"This is film number {number}. " + "It goes on and on. " * 60,) for number in range(6_000))]
    upload(page, write_csv(tmp_path / "many.csv", many))
    page.get_by_role("button", name="Score the file").click()
    expect(page.get_by_label("Progress")).to_contain_text("of 6,000 reviews", timeout=WAIT)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Stopped. What was loaded before is still there.")).to_be_visible(timeout=WAIT)
    try_example(page)


def test_two_visitors_do_not_see_each_others_rows(browser: Browser, served, page, tmp_path):
    score_file(page, write_csv(tmp_path / "mine.csv"))
    with visit(browser, served) as other:
        score_file(other, write_csv(tmp_path / "other.csv", [("text", "label"), ("A dull film.", "neg")]))
        inner(other, "Go through them")
        unfold(other, "^Filters: ")
        other.get_by_label("Search in the text").fill("is the score of this dull mess")
        expect(other.get_by_text("No review passes these filters")).to_be_visible(timeout=WAIT)
    expect(page.get_by_label("What was read")).to_contain_text("mine.csv")
