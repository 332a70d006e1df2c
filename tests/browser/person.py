"""What a person does on the page. Things are found by label and role."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

REVIEW = "The plot is dull, but what a wonderful ending!"
WAIT = 60_000


def launch(playwright: Playwright) -> Browser:
    """Chromium: the machine's own, or Playwright's."""
    own = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return playwright.chromium.launch(executable_path=own, args=quiet)


@contextmanager
def visit(browser: Browser, address: str) -> Iterator[Page]:
    """A page in a browser that has not been here before."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.goto(address)
    yield page
    context.close()


def box_of(page: Page) -> Locator:
    """Where the review is typed."""
    return page.get_by_role("textbox", name=re.compile("^Review"))


def analyse(page: Page, text: str) -> None:
    """Type a review and wait until its words are on the page."""
    box = box_of(page)
    box.fill(text)
    page.get_by_role("button", name="Analyse").click()
    first = text.split()[0].strip(".,!")
    last = re.sub(r"\W+", "", text.split()[-1])
    words = page.get_by_label("The review, word by word")
    expect(words).to_contain_text(first, timeout=WAIT)
    expect(words).to_contain_text(last, timeout=WAIT)


def token(page: Page, word: str) -> Locator:
    """A word of the review as running text."""
    return page.get_by_role("button", name=re.compile(rf"^{word}, [+−0]"))
