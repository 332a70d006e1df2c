"""The views inside one review, and the settings above them, as a person uses them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.person import WAIT, await_reading, open_tab, settle


def test_another_checkpoint_reads_once_and_a_list_that_is_left_asks_nothing(page):
    asked = page.evaluate_handle(
        """() => {
          const asked = new Set();
          const note = () => document.querySelectorAll(".gs-stage").forEach((stage) => asked.add(stage.dataset.asked));
          note();
          new MutationObserver(note).observe(document.querySelector("#gs-reading"), { childList: true, subtree: true });
          return asked;
        }"""
    )
    settle(page, "rnn")
    expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text("Read by rnn", timeout=WAIT)
    await_reading(page)
    checkpoint = page.get_by_label("Checkpoint", exact=True).locator("visible=true").first
    checkpoint.focus()
    checkpoint.blur()
    page.wait_for_timeout(2_000)  # in which nothing may come
    assert asked.evaluate("asked => asked.size") == 2


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
