"""The Labels part of the Errors tab on the running app: suspected labels, an audit by keyboard, a reload in between."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.errors import await_keys, inner, try_example
from tests.browser.person import WAIT


def draw(page: Page, size: int) -> None:
    inner(page, "Labels")
    expect(page.get_by_role("region", name="Labels suspected wrong")).to_be_visible(timeout=WAIT)
    page.get_by_label("Reviews", exact=True).fill(str(size))
    page.get_by_role("button", name="Draw the sample").click()


def test_an_audit_is_gone_through_by_keyboard_and_its_sample_outlives_a_reload(page):
    try_example(page)
    draw(page, 4)
    page.get_by_role("button", name="Go through the sample").click()
    head = page.get_by_role("region", name="The chosen review")
    expect(head).to_contain_text("1 of 4 in the list", timeout=WAIT)
    await_keys(page)
    for place, key in enumerate("ru-r", start=1):
        if place > 1:
            page.keyboard.press("j")
        expect(head).to_contain_text(f"{place} of 4 in the list", timeout=WAIT)
        page.keyboard.press(key)
        expect(page.get_by_text(f"{place} of the 4 reviews of the audit")).to_be_visible(timeout=WAIT)
    inner(page, "Labels")
    audit = page.get_by_role("region", name="Audit of the labels")
    expect(audit).to_contain_text("4 of 4 gone through", timeout=WAIT)
    expect(audit).to_contain_text("all gone through")
    expect(audit.get_by_role("row", name="accuracy after the audit")).to_contain_text("to", timeout=WAIT)
    expect(page.get_by_role("region", name="What corrected labels change")).to_contain_text("unclear and left out: 1")
    page.reload()
    try_example(page)
    inner(page, "Labels")
    expect(audit).to_contain_text("4 of 4 gone through", timeout=WAIT)


def test_a_suspected_label_is_opened_with_its_reasons(page):
    try_example(page)
    inner(page, "Labels")
    suspected = page.get_by_role("region", name="Labels suspected wrong")
    first = suspected.get_by_role("row").nth(1)
    expect(first).to_contain_text(re.compile(r"\d+ of 10 stars"), timeout=WAIT)
    expect(first).to_contain_text(re.compile(r"negative \d+\.\d %, on average \d+ % where it is the label"))
    likened = suspected.get_by_role("row").filter(has_text="An absolute disaster")
    expect(likened).to_contain_text("1 of 10 stars")
    expect(likened).to_contain_text("reviews most like it are labelled negative")
    suspected.get_by_role("button", name="Go through these").click()
    reviews = page.get_by_role("region", name="Reviews", exact=True)
    expect(reviews).to_contain_text("I really enjoyed this one", timeout=WAIT)
    await_keys(page)
    page.keyboard.press("j")
    heading = page.get_by_role("region", name="The chosen review")
    expect(heading).to_contain_text("label suspected: negative", timeout=WAIT)
