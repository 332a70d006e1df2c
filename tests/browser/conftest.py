"""The browser, and a page on the running app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from tests.browser.person import REVIEW, WAIT, await_reading, launch, open_view, page_of
from views.links import View

expect.set_options(timeout=WAIT)  # a busy machine is slow, not wrong


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the session, since Playwright holds an event loop open as long."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@contextmanager
def watched(page: Page, served: str) -> Iterator[Page]:
    """The page; it fails the test on a script error, a request to anybody else, and what its own policy forbids it."""
    wrong: list[str] = []

    def note_error(error: Error) -> None:
        wrong.append(f"script error: {error}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((served, "data:", "blob:")):
            wrong.append(request.url)

    def note_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    page.on("console", note_console)
    page.on("pageerror", note_error)
    page.on("request", note_request)
    page.set_viewport_size({"width": 1280, "height": 900})
    yield page
    page.remove_listener("console", note_console)
    page.remove_listener("pageerror", note_error)
    page.remove_listener("request", note_request)
    assert wrong == []


@pytest.fixture(scope="package")
def reused(browser: Browser) -> Iterator[Page]:
    """What `page` stands on: a new one would start a process and compile all scripts for each test."""
    with page_of(browser) as page:
        yield page


@pytest.fixture
def page(reused: Page, served: str) -> Iterator[Page]:
    """The running app as a browser shows it that was never here; the example is read."""
    with watched(reused, served) as page:
        page.goto(served)
        await_reading(page)
        yield page
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")  # what was asked for and has not come is not heard of any more


@pytest.fixture(scope="module")
def standing(browser: Browser, served: str) -> Iterator[Page]:
    """What `reviewed` stands on."""
    with page_of(browser) as page:
        page.goto(served)
        await_reading(page)
        yield page


@pytest.fixture
def reviewed(standing: Page, served: str) -> Iterator[Page]:
    """The running app on which `REVIEW` is explained, "dull" chosen, in the tab of the gates, as a link restores it.

    The page is shared by the tests of a module: for those that change nothing but what a link restores.
    """
    with watched(standing, served) as page:
        open_view(page, View(REVIEW, "bilstm", "gates", place=3))
        page.evaluate("() => { history.replaceState(null, '', location.pathname); scrollTo(0, 0); }")
        yield page
