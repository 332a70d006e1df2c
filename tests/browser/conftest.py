"""The browser, and a page on the running app."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, Request, expect, sync_playwright

from tests.browser.person import WAIT, launch

expect.set_options(timeout=WAIT)  # a busy machine is slow, not wrong


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the session, since Playwright holds an event loop open as long."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def reused(browser: Browser) -> Iterator[Page]:
    """What `page` stands on: a new one would start a process and compile all scripts for each test."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(reused: Page, served: str) -> Iterator[Page]:
    """The running app as a browser shows it that was never here; the example is read.

    It fails the test on a script error or a request to anybody else.
    """
    wrong: list[str] = []

    def note_error(error: Error) -> None:
        wrong.append(f"script error: {error}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((served, "data:", "blob:")):
            wrong.append(request.url)

    reused.on("pageerror", note_error)
    reused.on("request", note_request)
    reused.set_viewport_size({"width": 1280, "height": 900})
    reused.goto(served)
    expect(reused.locator(".gs-stage polyline.gs-thin")).to_have_attribute("points", re.compile(r"\d"))
    yield reused
    reused.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    reused.goto("about:blank")  # what was asked for and has not come is not heard of any more
    reused.remove_listener("pageerror", note_error)
    reused.remove_listener("request", note_request)
    assert wrong == []
