"""Going through mistakes: the review beside its list, and what is said of it is never lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.errors import await_keys, inner, listed, score_file, unfold, write_csv
from tests.browser.person import WAIT, page_of

ROWS = (
    ("text", "label"),
    ("A wonderful film, really.", "positive"),
    ("The plot is dull.", "positive"),
    ("I loved every minute of it!", "negative"),
    ("What a waste of time.", "negative"),
)
BLOCKED = (
    """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });"""
)

FULL = """const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, text) {
    if (name.startsWith("gatescope:note:")) throw new DOMException("full", "QuotaExceededError");
    set.call(this, name, text);
};"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "mine.csv", ROWS)


def note_box(page: Page):
    return page.locator("#gs-errors-note textarea")


def open_row(page: Page, shows: str) -> None:
    inner(page, "Go through them")
    await_keys(page)
    listed(page).get_by_role("button", name=re.compile(shows)).click()
    expect(page.locator("#gs-errors-detail .gs-text")).to_contain_text(shows.split()[0], timeout=WAIT)
    expect(note_box(page)).to_be_enabled(timeout=WAIT)
    expect(page.locator("#gs-errors-detail.gs-fetching")).to_have_count(0, timeout=WAIT)
    expect(page.get_by_text("The words' scores follow")).to_have_count(0, timeout=WAIT)  # nothing is under way


def category(page: Page, name: str):
    return page.get_by_role("group", name="Category").get_by_role("button", name=re.compile(name))


def expect_sent(page: Page) -> None:
    """Until the server has confirmed all that this browser keeps."""
    page.wait_for_function(
        """() => Object.keys(localStorage).filter((name) => name.startsWith("gatescope:note:"))
                   .every((name) => JSON.parse(localStorage[name]).unsent.length === 0)""",
        timeout=WAIT,
    )


def test_notes_are_found_again_when_the_page_is_loaded_anew(browser: Browser, served: str, path):
    with page_of(browser) as page:
        page.goto(served)
        score_file(page, path)
        open_row(page, "dull")
        category(page, "irony").click()
        note_box(page).fill("a remark")
        expect(listed(page)).to_contain_text("irony ✎", timeout=WAIT)
        page.reload()
        page.get_by_role("tab", name="Errors", exact=True).click()
        expect(page.get_by_text("You were going through mine.csv")).to_be_visible(timeout=WAIT)
        score_file(page, path)
        expect(page.get_by_text("1 note found, kept in this browser")).to_be_visible(timeout=WAIT)
        open_row(page, "dull")
        expect(category(page, "irony")).to_have_attribute("aria-pressed", "true", timeout=WAIT)
        expect(note_box(page)).to_have_value("a remark")
        changed = write_csv(path, [*ROWS[:3], ("A row that is new.", "negative")])
        unfold(page, "load others")
        page.get_by_role("button", name=re.compile("Clear|Remove")).first.click()
        score_file(page, changed)
        expect(page.get_by_text("its content has changed")).to_be_visible(timeout=WAIT)
        page.get_by_role("button", name="Take them over").click()
        expect(page.get_by_text("1 note was taken over")).to_be_visible(timeout=WAIT)
        inner(page, "Go through them")
        expect(listed(page)).to_contain_text("irony ✎", timeout=WAIT)


def test_two_tabs_on_one_file_do_not_overwrite_each_other(browser: Browser, served: str, path):
    with page_of(browser) as one:
        other = one.context.new_page()
        for page in (one, other):
            page.goto(served)
            score_file(page, path)
            open_row(page, "dull")
        category(one, "irony").click()
        expect(category(other, "irony")).to_have_attribute("aria-pressed", "true", timeout=WAIT)
        note_box(other).fill("from the other tab")
        expect(note_box(one)).to_have_value("from the other tab", timeout=WAIT)
        open_row(other, "waste")
        category(other, "negation").click()
        expect(listed(one)).to_contain_text("negation", timeout=WAIT)
        category(one, "contrast").click()
        expect(listed(other)).to_contain_text("contrast ✎", timeout=WAIT)


def test_what_is_said_without_a_connection_is_kept_and_sent_later(browser: Browser, served: str, path):
    with page_of(browser) as page:
        page.goto(served)
        score_file(page, path)
        open_row(page, "dull")
        page.context.set_offline(True)
        lost = page.get_by_text("The connection to the server is lost.")
        expect(lost).to_be_visible(timeout=WAIT)
        note_box(page).fill("said in between")
        category(page, "contrast").click()
        expect(category(page, "contrast")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="▼ Next").click()
        expect(note_box(page)).to_have_value("said in between")
        page.context.set_offline(False)
        expect(lost).to_be_hidden(timeout=WAIT)
        expect(listed(page)).to_contain_text("contrast ✎", timeout=WAIT)
        expect_sent(page)
        page.get_by_role("button", name="▼ Next").click()
        expect(note_box(page)).not_to_have_value("said in between", timeout=WAIT)


def test_browser_that_keeps_nothing_says_so_and_the_page_works(browser: Browser, served: str, path):
    with page_of(browser) as page:
        page.add_init_script(BLOCKED)
        page.goto(served)
        score_file(page, path)
        expect(page.get_by_text("This browser lets the page keep nothing")).to_be_visible(timeout=WAIT)
        open_row(page, "dull")
        category(page, "irony").click()
        expect(listed(page)).to_contain_text("irony", timeout=WAIT)


def test_review_stands_beside_its_list_or_one_swipe_away(browser: Browser, served: str, path):
    with page_of(browser, viewport={"width": 1280, "height": 800}) as page:
        page.goto(served)
        score_file(page, path)
        open_row(page, "dull")
        for part in (
            listed(page),
            page.get_by_role("region", name="The chosen review"),
            page.locator("#gs-errors-detail .gs-text"),
        ):
            expect(part).to_be_in_viewport(ratio=0.5)
        page.set_viewport_size({"width": 375, "height": 812})
        page.get_by_role("button", name="◀ List").click()
        expect(page.locator("#gs-errors-detail .gs-text")).not_to_be_in_viewport(ratio=0.2)
        expect(listed(page)).to_be_in_viewport(ratio=0.5)
        page.get_by_role("button", name="Review ▶").click()
        expect(page.locator("#gs-errors-detail .gs-text")).to_be_in_viewport(ratio=0.5)
        page.get_by_role("button", name="Open in Explain").click()
        expect(page.get_by_role("textbox", name=re.compile("^Review"))).to_have_value("The plot is dull.", timeout=WAIT)


def test_full_storage_is_said_and_what_is_said_reaches_the_server(browser: Browser, served: str, path):
    with page_of(browser) as page:
        page.add_init_script(FULL)
        page.goto(served)
        score_file(page, path)
        open_row(page, "dull")
        category(page, "irony").click()
        expect(page.get_by_text("The storage of this browser is full")).to_be_visible(timeout=WAIT)
        expect(listed(page)).to_contain_text("irony", timeout=WAIT)


def test_what_a_browser_keeps_is_text_of_known_fields_or_passed_over(browser: Browser, served: str):
    stored = ["{", "null", "3", "[1]", '{"category": 7, "text": {}, "unsent": "x"}']
    stored.append('{"text": "said", "unsent": ["text"]}')
    with page_of(browser) as page:
        page.goto(f"{served}scripts/errors/kept.js")
        notes = page.evaluate(
            "async (stored) => { const { readNote } = await import(location.href); return stored.map(readNote); }",
            stored,
        )
    said = {"category": "", "text": "", "choice": "", "mark": "", "at": "", "unsent": []}
    assert notes == [None, None, None, None, said, {**said, "text": "said", "unsent": ["text"]}]
