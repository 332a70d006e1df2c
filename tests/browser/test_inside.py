"""The views inside one review, and two side by side, as a person uses them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.person import WAIT, open_tab


def test_large_network_offers_a_small_one_and_the_tab_stays(page):
    open_tab(page, "Whole network")
    page.get_by_role("button", name="Read it by small-lstm").click()
    units = page.get_by_role("region", name="All units of the network")
    expect(units).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("button", name="Read it by small-lstm")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("#gs-inside").evaluate("tabs => tabs.scrollIntoView({ block: 'start' })")
    box = units.locator(".gs-row").last.bounding_box()
    assert box["y"] + box["height"] < 800  # the last unit too, under the stage


def test_states_put_in_begin_where_the_reviews_differ_on_a_phone(page):
    page.set_viewport_size({"width": 375, "height": 812})
    page.get_by_role("button", name="Compare with another").click()
    text = page.get_by_label("Review A").input_value()
    page.get_by_label("Review B").fill(text.replace("perfect", "awful"))
    page.get_by_role("button", name="Compare", exact=True).click()
    carried = page.get_by_role("region", name="Which reader carries the difference")
    expect(carried.get_by_text("awful").first).to_be_visible(timeout=WAIT)
    grid, word = carried.locator(".gs-patches").first, carried.locator(".gs-pair-other").first
    expect(carried.get_by_text("The review goes on to the side").first).to_be_visible()
    (outer, inner) = (each.bounding_box() for each in (grid, word))
    assert outer["x"] < inner["x"]
    assert inner["x"] + inner["width"] < outer["x"] + outer["width"]
