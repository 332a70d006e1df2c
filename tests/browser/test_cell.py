"""The cell in hand: its valves are moved on the running page, and its type can be read on a phone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.openings import Valve
from tests.browser.person import REVIEW, analyse, await_reading, open_view
from views.drawing.numbers import signed
from views.links import View

VIEW = View(REVIEW, "bilstm", "step", layer=1, direction="forward", place=8, unit=164)
SMALLEST = 11  # pixels of type on a phone

# Of each text of the drawing, how large its type is on the screen, in pixels.
_TYPE = """() => {
  const drawing = document.querySelector(".gs-cell-diagram");
  const scale = drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
  return [...drawing.querySelectorAll("text, tspan")].map((text) =>
    [text.textContent.trim(), parseFloat(getComputedStyle(text).fontSize) * scale]);
}"""


@pytest.fixture(scope="module")
def explainer():
    """The shipped checkpoints, to say what the page must show."""
    return Explainer()


def number(page: Page, symbol: str) -> str:
    """What the drawing writes beside a symbol."""
    shown = re.compile(rf"{symbol}([+−]?\d+\.\d\d)")
    texts = ("".join(text.split()) for text in page.locator(".gs-cell-named").all_text_contents())
    return next(found[1] for found in map(shown.fullmatch, texts) if found)


def test_valve_moved_by_keys_says_what_the_verdict_would_be_and_lets_go(reviewed, explainer):
    open_view(reviewed, VIEW)
    reading = explainer.read(Question(REVIEW, "bilstm"))
    trace = reading.gates.of(1, "forward")
    f, i, g = (float(trace.values(symbol)[8, 164]) for symbol in "fig")
    c_before = float(trace.values("c")[7, 164])
    valve = reviewed.get_by_role("slider", name="forget gate of unit 164 at “wonderful”")
    expect(valve).to_have_attribute("aria-valuetext", f"{f:.2f}, by itself")
    valve.press("End")
    expect(valve).to_have_attribute("aria-valuetext", f"1.00, by itself {f:.2f}")
    assert number(reviewed, "ct") == signed(c_before + i * g)
    alone, together = (
        explainer.openings(reading, Valve("f", 1, "forward", unit, 8)).probabilities[-1] for unit in (164, None)
    )
    said = reviewed.locator(".gs-tried")
    sentence = f"With the forget gate of unit 164 at “wonderful” at 1.00 instead of {f:.2f}, the verdict would "
    whole = reading.prediction.probability
    digits = next((each for each in (2, 3, 4) if f"{alone:.{each}f}" != f"{whole:.{each}f}"), 0)  # that tell them apart
    moved = f"be {alone:.{digits}f} instead of {whole:.{digits}f}." if digits else f"stay at {whole:.2f}."
    expect(said).to_contain_text(f"{sentence}{moved}")
    expect(said).to_contain_text(f"it would be {together:.2f}.")
    now, verdict = reviewed.locator(".gs-now"), reading.prediction.probability
    expect(now).to_contain_text("with f held at 1.00")  # the needle says under what it stands there
    expect(now.locator("output")).to_have_text(f"{alone:.2f}")
    expect(now.locator(".gs-whole")).to_be_visible()
    expect(now.locator(".gs-whole")).to_contain_text(f"{verdict:.2f}")
    reviewed.get_by_role("tab", name="Gates", exact=True).click()
    expect(now).not_to_contain_text("held at")
    reviewed.get_by_role("tab", name="Step through", exact=True).click()
    expect(now).to_contain_text("with f held at 1.00")
    reviewed.get_by_role("button", name="Let go").click()
    expect(now).not_to_contain_text("held at")
    expect(said).not_to_contain_text(sentence)
    expect(valve).to_have_attribute("aria-valuetext", f"{f:.2f}, by itself")
    assert number(reviewed, "ct") == signed(float(trace.values("c")[8, 164]))


def test_valve_is_dragged_without_another_question_and_is_forgotten_with_the_review(page):
    open_view(page, VIEW)
    valve = page.get_by_role("slider", name="output gate of unit 164 at “wonderful”")
    valve.scroll_into_view_if_needed()
    box = valve.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    expect(page.locator(".gs-tried")).to_contain_text("by itself, and the verdict is")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for step in range(1, 15):
        page.mouse.move(x, y + 10 * step)
    expect(page.locator(".gs-tried")).to_contain_text("at 0.00 instead of")
    page.mouse.up()
    assert asked == []
    expect(valve).to_have_attribute("aria-valuenow", "0.00")
    analyse(page, "A dull story, but a wonderful film and a wonderful, wonderful cast!")
    await_reading(page)
    expect(page.locator(".gs-held")).to_have_count(0)
    expect(page.get_by_role("button", name="Let go")).to_be_hidden()


@pytest.mark.parametrize("checkpoint", ["bilstm", "rnn"])
def test_type_of_the_drawing_can_be_read_on_a_phone(reviewed, checkpoint):
    reviewed.set_viewport_size({"width": 375, "height": 812})
    open_view(reviewed, replace(VIEW, checkpoint=checkpoint))
    reviewed.locator(".gs-cell-diagram").wait_for()
    expect(reviewed.get_by_role("slider", name=re.compile("gate of unit"))).to_have_count(3 * (checkpoint == "bilstm"))
    found = reviewed.evaluate(_TYPE)
    assert len(found) > 10
    assert [(text, round(size, 1)) for text, size in found if size < SMALLEST] == []
