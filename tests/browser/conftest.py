"""The browser, and a page on the running app."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.person import WAIT, launch

expect.set_options(timeout=WAIT)  # a busy machine is slow, not wrong


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the session, since Playwright holds an event loop open as long."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """A page on the running app; it fails the test on a script error or a request to anybody else."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith((served, "data:", "blob:")) else wrong.append(request.url),
    )
    page.goto(served)
    yield page
    context.close()
    assert wrong == []
