"""The Errors tab on the running app: load, score, filter, go through, name, restart, take away."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from playwright.sync_api import Browser, Page, expect

from model.reading.explainer import Explainer
from model.tables.table import read_table
from model.workbench.overview import Outcome, outcomes, overview
from model.workbench.scoring import score
from tests.browser.person import REVIEW, WAIT, analyse
from tests.conftest import ROOT, wait_until_served
from views.errors.tab import EXAMPLE

ROWS = (
    ("text", "label"),
    ("A wonderful film, really.", "positive"),
    ("=1+1 is the score of this dull mess", "negative"),
    ("", "positive"),
    ("Not good, not bad, but long.", "maybe"),
    ("I loved every minute of it!", "pos"),
    ("What a waste of time?", "neg"),
)


@pytest.fixture(scope="module")
def scored():
    """The example as the shipped network reads it."""
    explainer = Explainer()
    table = read_table(EXAMPLE)
    return table, score(explainer.checkpoint(explainer.default), table.texts)


def write_csv(path: Path, rows=ROWS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def open_errors(page: Page) -> None:
    page.get_by_role("tab", name="Errors", exact=True).click()


def try_example(page: Page) -> None:
    open_errors(page)
    page.get_by_role("button", name="Try the example").click()
    expect(page.get_by_label("What was read")).to_contain_text("180 reviews", timeout=WAIT)


def upload(page: Page, path: Path) -> None:
    open_errors(page)
    page.locator("#gs-errors-file input[type=file]").set_input_files(path)


def score_file(page: Page, path: Path) -> None:
    upload(page, path)
    page.get_by_role("button", name="Score the file").click()
    expect(page.get_by_label("What was read")).to_contain_text(path.name, timeout=WAIT)


def inner(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def await_keys(page: Page) -> None:
    """Until keys are heard: the script comes a moment after the list."""
    expect(page.locator("#gs-errors-detail[aria-keyshortcuts]")).to_have_count(1, timeout=WAIT)


def listed(page: Page):
    return page.get_by_role("region", name="Reviews", exact=True)


def test_example_is_scored_in_one_click_and_its_figures_are_right(page, scored):
    try_example(page)
    found = overview(*scored)
    card = page.get_by_role("region", name="Overview", exact=True)
    expect(card).to_contain_text(f"{100 * found.metrics.accuracy:.2f}")
    expect(card).to_contain_text(f"{found.metrics.roc_auc:.4f}")
    for count in found.confusion.ravel().tolist():
        expect(card).to_contain_text(str(count))
    expect(page.locator(".js-plotly-plot").locator("visible=true")).to_have_count(2)


def test_cell_of_the_confusion_matrix_leads_to_its_reviews_which_open_explained(page, scored):
    try_example(page)
    table, scores = scored
    wrong = outcomes(table, scores) == Outcome.FALSE_POSITIVE
    page.get_by_role("button", name=re.compile("false positive: show them")).click()
    expect(listed(page)).to_contain_text(f"of {wrong.sum()} reviews", timeout=WAIT)
    surest = max((row for row in range(len(wrong)) if wrong[row]), key=lambda row: scores.logits[row])
    listed(page).get_by_role("button").first.click()
    head = page.get_by_role("region", name="The chosen review")
    expect(head).to_contain_text(f"P(positive) = {scores.probabilities[surest]:.3f}", timeout=WAIT)
    detail = page.locator("#gs-errors-detail")
    expect(detail.get_by_label("The review, word by word")).to_contain_text(table.texts[surest].split()[0])
    expect(detail.get_by_label("The gates, word by word")).to_be_visible()
    expect(detail.get_by_role("region", name="Nearest reviews")).to_contain_text("0.")


def test_reviews_are_gone_through_and_named_by_keyboard(page):
    try_example(page)
    page.get_by_role("button", name="Go through all mistakes").click()
    expect(listed(page)).to_be_visible(timeout=WAIT)
    head = page.get_by_role("region", name="The chosen review")
    for place, key in enumerate("121", start=1):
        page.locator("body").press("j")
        expect(head).to_contain_text(re.compile(rf"(^|\D){place} of "), timeout=WAIT)
        page.locator("body").press(key)
        expect(page.locator(f'#gs-errors-detail [data-key="{key}"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-key="1"]')).to_contain_text("negation 2")
    expect(page.get_by_text("3 of 180 reviews have a note")).to_be_visible()
    page.locator("body").press("k")
    expect(head).to_contain_text("2 of ", timeout=WAIT)
    expect(page.locator('[data-key="2"]')).to_have_attribute("aria-pressed", "true")
    page.locator("body").press("0")
    expect(page.get_by_text("2 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    page.get_by_label("A category of your own").fill("double plot")
    page.get_by_label("A category of your own").press("Enter")
    expect(page.get_by_role("group", name="Category", exact=True)).to_contain_text("double plot 1", timeout=WAIT)


def test_keys_that_come_faster_than_reviews_name_the_right_ones(page, scored):
    try_example(page)
    page.get_by_role("button", name="Go through all mistakes").click()
    expect(listed(page)).to_be_visible(timeout=WAIT)
    await_keys(page)
    for key in "j1j2j3k9":
        page.keyboard.press(key)
    expect(page.get_by_text("3 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    names = listed(page).locator("tbody tr")
    expect(names.nth(0)).to_contain_text("negation", timeout=WAIT)
    expect(names.nth(1)).to_contain_text("not a review", timeout=WAIT)
    expect(names.nth(2)).to_contain_text("contrast", timeout=WAIT)


def test_slice_and_word_and_search_filter_the_list(page, scored):
    try_example(page)
    questions = (scored[1].questions == 0).sum()
    page.get_by_role("region", name="Slices", exact=True).locator("tr", has_text="question marks").get_by_role(
        "button", name="none: show its reviews"
    ).click()
    expect(listed(page)).to_contain_text(f"of {questions} reviews", timeout=WAIT)
    page.get_by_role("button", name="Take all filters back").click()
    expect(listed(page)).to_contain_text("of 180 reviews", timeout=WAIT)
    page.get_by_label("Search in the text").fill("WONDERFUL")
    expected = sum("wonderful" in text.lower() for text in scored[0].texts)
    expect(listed(page)).to_contain_text(f"of {expected} reviews", timeout=WAIT)
    inner(page, "Words")
    words = page.get_by_role("region", name="Words", exact=True)
    word = words.get_by_role("button").first.inner_text()
    page.get_by_role("button", name="Sum up attributions").click()
    expect(words).to_contain_text("summed over", timeout=WAIT)
    words.get_by_role("button").first.click()
    token = Explainer().checkpoint("bilstm").field.vocab.stoi[word]
    holding = sum(
        token in scored[1].ids[start:end] for start, end in zip(scored[1].offsets, scored[1].offsets[1:], strict=False)
    )
    expect(listed(page)).to_contain_text(f"of {holding} reviews", timeout=WAIT)


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
    page.get_by_label("Column of the label").click()
    page.get_by_role("option", name="label", exact=True).click()
    page.get_by_role("button", name="Score the file").click()
    expect(read).to_contain_text("4 reviews of mine.csv, 4 with a label", timeout=WAIT)
    expect(read).to_contain_text("2 rows skipped")
    read.get_by_text("2 rows skipped").click()
    expect(read).to_contain_text("line 4: no text")
    expect(read).to_contain_text("line 5: unknown label")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("zip.csv", b"PK\x03\x04" + b"x" * 50, "mine"),
        ("empty.csv", b"", "empty"),
        ("wide.csv", (",".join(f"c{n}" for n in range(1_000)) + "\n").encode(), "1,000 columns"),
        ("numbers.csv", b"a,b\n1,2\n3,4\n", "text"),
        ("broken.parquet", b"PAR1" + b"x" * 50, "Parquet"),
    ],
)
def test_file_that_cannot_be_read_gets_a_sentence_and_the_next_is_served(page, tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    upload(page, path)
    told = page.locator("#gs-errors-progress")
    expect(told).to_contain_text(name if says == "mine" else re.compile(says, re.I), timeout=WAIT)
    assert "Traceback" not in told.inner_text()
    assert "/tmp" not in told.inner_text()
    expect(page.get_by_role("button", name="Score the file")).to_be_hidden()
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
    analyse_tab = page.get_by_role("tab", name="Explain", exact=True)
    analyse_tab.click()
    analyse(page, REVIEW)


@pytest.mark.parametrize("kind", ["CSV", "JSON lines", "Parquet"])
def test_rows_are_taken_away_with_their_names(page, tmp_path, kind):
    score_file(page, write_csv(tmp_path / "mine.csv"))
    inner(page, "Go through them")
    listed(page).get_by_role("button", name=re.compile("1 is the score")).click()
    expect(page.get_by_role("region", name="The chosen review")).to_contain_text("line 3", timeout=WAIT)
    await_keys(page)
    page.locator("body").press("8")
    expect(page.get_by_text("1 of 4 reviews have a note")).to_be_visible(timeout=WAIT)
    page.get_by_label("Note", exact=True).fill("=HYPERLINK(1)")
    page.get_by_label("Note", exact=True).blur()
    expect(listed(page)).to_contain_text("✎", timeout=WAIT)
    inner(page, "Take away")
    page.get_by_role("radio", name=kind, exact=True).check(force=True)
    page.get_by_label("with the words that did most").check()
    with page.expect_download(timeout=WAIT) as started:
        page.get_by_role("button", name="Prepare the file").click()
    rows = read_back(kind, started.value.path())
    assert len(rows) == 4
    row = next(each for each in rows if "is the score" in each["text"])
    safe = "'" if kind == "CSV" else ""
    assert row["text"] == safe + ROWS[2][0]
    assert (row["label"], row["category"], row["note"]) == ("negative", "wrong label", f"{safe}=HYPERLINK(1)")
    assert row["top_tokens"]


def read_back(kind: str, path: Path) -> list[dict]:
    if kind == "CSV":
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    if kind == "JSON lines":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return parquet.read_table(path).to_pylist()


def test_report_and_notes_are_taken_away_and_notes_come_back(page, tmp_path):
    score_file(page, write_csv(tmp_path / "mine.csv"))
    inner(page, "Go through them")
    listed(page).get_by_role("button").first.click()
    expect(page.get_by_role("region", name="The chosen review")).to_be_visible(timeout=WAIT)
    await_keys(page)
    page.locator("body").press("3")
    expect(page.get_by_text("1 of 4 reviews have a note")).to_be_visible(timeout=WAIT)
    inner(page, "Take away")
    files = {}
    for name in ("Report to print (HTML)", "Notes alone (to load here again)"):
        page.get_by_role("radio", name=name, exact=True).check(force=True)
        with page.expect_download(timeout=WAIT) as started:
            page.get_by_role("button", name="Prepare the file").click()
        files[name[:5]] = tmp_path / started.value.suggested_filename
        started.value.save_as(files[name[:5]])
    assert "contrast" in files["Repor"].read_text(encoding="utf-8")
    page.reload()
    score_file(page, tmp_path / "mine.csv")
    inner(page, "Take away")
    page.get_by_role("button", name=re.compile("Bring notes back")).click()
    page.locator("#gs-errors-notes input[type=file]").set_input_files(files["Notes"])
    expect(page.get_by_text("1 note is back")).to_be_visible(timeout=WAIT)
    inner(page, "Go through them")
    expect(listed(page)).to_contain_text("contrast", timeout=WAIT)


def test_note_is_kept_while_it_is_written_and_label_corrected_by_key(page):
    try_example(page)
    page.get_by_role("button", name="Go through all mistakes").click()
    expect(listed(page)).to_be_visible(timeout=WAIT)
    await_keys(page)
    page.locator("body").press("j")
    head = page.get_by_role("region", name="The chosen review")
    expect(head).to_contain_text("1 of ", timeout=WAIT)
    page.locator("body").press("n")
    page.keyboard.type("a quick note", delay=20)
    expect(page.get_by_text("1 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(head).to_contain_text("2 of ", timeout=WAIT)
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    page.keyboard.press("-")
    expect(listed(page)).to_contain_text("→ negative", timeout=WAIT)
    page.keyboard.press("k")
    expect(head).to_contain_text("1 of ", timeout=WAIT)
    expect(page.get_by_label("Note", exact=True)).to_have_value("a quick note")


def test_two_visitors_do_not_see_each_others_rows(browser: Browser, served, page, tmp_path):
    score_file(page, write_csv(tmp_path / "mine.csv"))
    other = browser.new_context(reduced_motion="reduce").new_page()
    other.set_default_timeout(WAIT)
    other.goto(served)
    try_example(other)
    inner(other, "Go through them")
    other.get_by_label("Search in the text").fill("is the score of this dull mess")
    expect(other.get_by_text("No review passes these filters")).to_be_visible(timeout=WAIT)
    other.context.close()
    expect(page.get_by_label("What was read")).to_contain_text("mine.csv")


def start(port: int, notes: Path, log: Path) -> subprocess.Popen:
    environment = os.environ | {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--notes", str(notes)], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    wait_until_served(f"http://127.0.0.1:{port}/", process, log)
    return process


def test_notes_outlive_a_killed_server_and_belong_to_one_browser(browser: Browser, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    notes, log = tmp_path / "notes", tmp_path / "log"
    server = start(port, notes, log)
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.goto(f"http://127.0.0.1:{port}/")
    try_example(page)
    page.get_by_role("button", name="Go through all mistakes").click()
    listed(page).get_by_role("button").first.click()
    expect(page.get_by_role("region", name="The chosen review")).to_be_visible(timeout=WAIT)
    await_keys(page)
    page.locator("body").press("2")
    expect(page.get_by_text("1 of 180 reviews have a note")).to_be_visible(timeout=WAIT)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server = start(port, notes, log)
    stranger = browser.new_context(reduced_motion="reduce")
    try:
        for visit, expected in ((context, "irony"), (stranger, None)):
            page = visit.new_page()
            page.set_default_timeout(WAIT)
            page.goto(f"http://127.0.0.1:{port}/")
            try_example(page)
            page.get_by_role("button", name="Go through all mistakes").click()
            expect(listed(page)).to_be_visible(timeout=WAIT)
            assert (listed(page).get_by_text("irony").count() > 0) == (expected is not None)
    finally:
        server.terminate()
        server.wait(timeout=20)
        context.close()
        stranger.close()
    assert "Traceback" not in log.read_text()
