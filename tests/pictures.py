"""Makes the README's pictures anew from the running app.

python -m tests.pictures
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.person import WAIT, launch
from tests.conftest import ROOT, running_app

ASSETS = ROOT / "assets"
WIDTH, HEIGHT = 1280, 960


def main() -> None:
    """Take all pictures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "log") as address,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce", color_scheme="light"
        )
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto(address)
        take_explain(page)
        take_cell(page)
        take_errors(page)
        browser.close()


def take_explain(page: Page) -> None:
    """The stage above the gates."""
    page.locator(".gs-staves").wait_for()
    expect(page.locator(".gs-said").first).to_contain_text("the verdict so far")
    page.locator("#gs-reading").evaluate("each => scrollTo(0, each.getBoundingClientRect().top + scrollY - 12)")
    page.wait_for_timeout(1_500)
    page.screenshot(path=ASSETS / "screenshot.png")


def take_cell(page: Page) -> None:
    """One unit at one token."""
    page.get_by_role("tab", name="Step through").click()
    page.locator(".gs-cell-diagram").wait_for()
    page.wait_for_timeout(1_500)
    page.locator(".gs-cell-figure").screenshot(path=ASSETS / "cell.png")


def take_errors(page: Page) -> None:
    """The example, scored."""
    page.get_by_role("tab", name="Errors").click()
    page.get_by_role("button", name="Try the example").click()
    page.get_by_label("What was read").wait_for()
    page.wait_for_timeout(3_000)
    page.get_by_label("What was read").evaluate("each => scrollTo(0, each.getBoundingClientRect().top + scrollY - 12)")
    page.wait_for_timeout(1_000)
    page.screenshot(path=ASSETS / "errors.png")


if __name__ == "__main__":
    main()
