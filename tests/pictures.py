"""Makes the README's pictures anew from the running app.

python -m tests.pictures
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.person import WAIT
from tests.conftest import ROOT, wait_until_served

ASSETS = ROOT / "assets"
WIDTH, HEIGHT = 1280, 960


def main() -> None:
    """Take all pictures."""
    own = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=own, args=["--no-sandbox", "--disable-gpu"])
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


@contextmanager
def app() -> Iterator[str]:
    """The app on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        try:
            address = f"http://127.0.0.1:{port}/"
            wait_until_served(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


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
