"""What a person does on the page. Things are found by label and role."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Frame, Locator, Page, Playwright, expect

from views.links import View, encode_view

REVIEW = "The plot is dull, but what a wonderful ending!"
WAIT = 60_000


def launch(playwright: Playwright) -> Browser:
    """Chromium: the machine's own, or Playwright's."""
    own = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return playwright.chromium.launch(executable_path=own, args=quiet)


@contextmanager
def page_of(browser: Browser, **settings: Any) -> Iterator[Page]:
    """A page of a browser that has not been here before, on which nothing moves by itself if not told otherwise."""
    context = browser.new_context(**{"reduced_motion": "reduce"} | settings)
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


@contextmanager
def visit(browser: Browser, address: str, **settings: Any) -> Iterator[Page]:
    """As `page_of`, at an address."""
    with page_of(browser, **settings) as page:
        page.goto(address)
        yield page


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


def await_reading(page: Page | Frame) -> None:
    """Until the stage shows what there is at each token, and what each did."""
    expect(page.locator(".gs-stage polyline.gs-thin")).to_have_attribute("points", re.compile(r"\d"), timeout=WAIT)
    expect(page.locator(".gs-stage[data-pending]")).to_have_count(0, timeout=WAIT)


def put_in_address(page: Page, view: View) -> None:
    """Open a link where the page stands open."""
    link = f"#view={encode_view(view)}"
    page.evaluate("link => { history.replaceState(null, '', '#'); location.hash = link; }", link)


def open_view(page: Page, view: View) -> None:
    """The same, and wait until it is drawn."""
    before = page.locator(".gs-stage").get_attribute("data-asked")
    put_in_address(page, view)
    expect(page.locator(".gs-stage")).not_to_have_attribute("data-asked", before or "", timeout=WAIT)
    await_reading(page)


def token(page: Page | Frame, word: str) -> Locator:
    """A word of the review as running text."""
    return page.get_by_role("button", name=re.compile(rf"^{word}, [+−0]"))


def choose(page: Page, option: str) -> None:
    """Press one of the choices of which one counts; what is scrolled or drawn meanwhile is waited for."""
    radio = page.get_by_role("radio", name=option, exact=True).locator("visible=true").first
    radio.locator("xpath=ancestor::label").click()
    expect(radio).to_be_checked()


def open_tab(page: Page, name: str) -> None:
    """Look at a tab below the stage."""
    page.get_by_role("tab", name=name, exact=True).click()


def settle(page: Page, checkpoint: str) -> None:
    """Let another checkpoint read the review."""
    page.get_by_role("button", name=re.compile("^Settings")).locator("visible=true").first.click()
    page.get_by_label("Checkpoint", exact=True).locator("visible=true").first.click()
    page.get_by_role("option", name=checkpoint, exact=True).click()
