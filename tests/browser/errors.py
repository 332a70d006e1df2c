"""What a person does in the Errors tab."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.person import WAIT

ROWS = (
    ("text", "label"),
    ("A wonderful film, really.", "positive"),
    ("=1+1 is the score of this dull mess", "negative"),
    ("", "positive"),
    ("Not good, not bad, but long.", "maybe"),
    ("I loved every minute of it!", "pos"),
    ("What a waste of time?", "neg"),
)


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


def unfold(page: Page, name: str) -> None:
    """Open what is folded under a heading that holds this, if it is."""
    heading = page.get_by_role("button", name=re.compile(name)).locator("visible=true").first
    content = heading.locator("xpath=following-sibling::*[1]")
    if content.is_hidden():
        heading.click()
    expect(content).to_be_visible(timeout=WAIT)


def listed(page: Page):
    return page.get_by_role("region", name="Reviews", exact=True)


def go_through_mistakes(page: Page) -> None:
    """From the example, by keyboard."""
    try_example(page)
    page.get_by_role("button", name="Go through all mistakes").click()
    expect(listed(page)).to_be_visible(timeout=WAIT)
    await_keys(page)


def name_one(page: Page, key: str, shows: str | re.Pattern[str] = "") -> None:
    """Of a scored file of four rows, name the first review, or the one that `shows` this, by a category's key."""
    inner(page, "Go through them")
    buttons = listed(page).get_by_role("button", name=shows) if shows else listed(page).get_by_role("button")
    buttons.first.click()
    expect(page.get_by_role("region", name="The chosen review")).to_be_visible(timeout=WAIT)
    await_keys(page)
    page.locator("body").press(key)
    expect(page.get_by_text("1 of 4 reviews have a note")).to_be_visible(timeout=WAIT)
