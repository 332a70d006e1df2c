"""axe-core finds nothing on any tab: light and dark, on a screen and on a phone. On paper all is light and whole.

axe needs a second or more for a part of the page. So one page is shared, of which tabs are looked at one after another,
light on a screen and dark on a phone; what is new with each is examined, of what is alike the first, of drawings
the names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser.errors import inner, listed, try_example
from tests.browser.person import REVIEW, await_reading, visit

MODES = (("light", 1280), ("dark", 375))
GRADIOS_OWN = {"image-redundant-alt": "footer img"}  # in its footer a picture is named as the word beside it

_FINISH = "() => Promise.all(document.getAnimations().map(each => each.finished.catch(() => 0))).then(() => 0)"
_FIRST = """:is(tr, li, .gs-equation, .gs-pair):nth-child(n + 4), .gs-measured :is(td, th):nth-child(n + 4),
  .gs-names span:nth-child(n + 6), .gs-token:nth-child(n + 9) { display: none; }"""
_AXE = """async ([whole, own]) => {
  const panels = [...document.querySelectorAll('[role="tabpanel"]')].filter((each) => each.checkVisibility());
  const drawings = [...document.querySelectorAll("svg")].map((each) => [each, [...each.childNodes]]);
  for (const [drawing] of drawings) drawing.replaceChildren();
  const found = await axe.run(whole ? document : panels.at(-1), { resultTypes: ["violations"], preload: false });
  for (const [drawing, parts] of drawings) drawing.replaceChildren(...parts);
  return found.violations.flatMap(({ id, nodes }) => nodes
    .filter(({ target }) => !(id in own && document.querySelector(target[0]).matches(own[id])))
    .map(({ html, any, all, none }) => [id, html, ...[...any, ...all, ...none].map((why) => why.message)]));
}"""

# Of each text of the cell's drawing, the contrast of its colour with what is painted behind its middle.
_CONTRASTS = """() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) { brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1); }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => colour
    .map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const painted = (each) => {
    const { fill, stroke, backgroundColor } = getComputedStyle(each);
    if (!(each instanceof SVGElement)) return backgroundColor;
    return fill === "none" ? stroke : fill;
  };
  const figure = document.querySelector(".gs-cell-diagram");
  const sheet = document.createElement("style");
  // whatever is painted is hit, and nothing covers the drawing
  sheet.textContent = `.gs-cell-diagram * { pointer-events: painted !important; }
    .gs-stays { display: none !important; }`;
  figure.append(sheet);
  const found = [...figure.querySelectorAll("text")].map((text) => {
    text.scrollIntoView({ block: "center" });
    const { left, top, width, height } = text.getBoundingClientRect();
    const behind = document.elementsFromPoint(left + width / 2, top + height / 2)
      .filter((each) => !each.closest("text") && each !== figure)
      .map(painted).reverse();
    const own = getComputedStyle(text.querySelector("tspan[class]") ?? text).fill;
    const [one, other] = [light(paint([...behind, own])), light(paint(behind))];
    return [text.textContent.trim(), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
  });
  sheet.remove();
  return found;
}"""


def found_by_axe(page: Page, whole: bool = False, modes: Sequence[tuple[str, int]] = MODES) -> list[list[str]]:
    """Rule, markup and reasons of each fault in the tab that is looked at, or on the whole page."""
    found = []
    for scheme, width in modes:
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(_FINISH)
        found += [[scheme, str(width), *fault] for fault in page.evaluate(_AXE, [whole, GRADIOS_OWN])]
    page.evaluate("document.body.classList.remove('dark')")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


@pytest.fixture(scope="module")
def examined(browser: Browser, served: str) -> Iterator[Page]:
    """A page on which the first example is explained, and the example of the Errors tab scored; axe is at hand."""
    with visit(browser, served) as page:
        await_reading(page)
        try_example(page)
        page.get_by_role("tab", name="Explain", exact=True).click()
        page.evaluate(AXE_SCRIPT)
        page.add_style_tag(content=_FIRST)
        yield page


def explain(name: str, shows: str) -> Callable[[Page], None]:
    """How one gets to a tab about one review, and what is seen there at last."""

    def go(page: Page) -> None:
        page.get_by_role("tab", name="Explain", exact=True).click()
        inner(page, name)
        expect(page.locator(shows).locator("visible=true").first).to_be_visible()

    return go


def gates_with_map(page: Page) -> None:
    explain("Gates", ".gs-staves")(page)
    page.get_by_label("Map of all units").check()
    expect(page.get_by_label("All units, word by word")).to_be_visible()


def what_if(page: Page) -> None:
    explain("What if", "#gs-inside .gs-card")(page)
    page.get_by_role("button", name="Hold it").click()
    expect(page.get_by_label("Gates before and after").first).to_be_visible()


def compare(page: Page) -> None:
    page.get_by_role("tab", name="Compare", exact=True).click()
    page.locator("#gs-compare-a textarea").fill(REVIEW)
    page.locator("#gs-compare-b textarea").fill(REVIEW.replace("dull", "thin") + " Or so.")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_label("Both reviews, token by token")).to_be_visible()


def errors(name: str) -> Callable[[Page], None]:
    """How one gets to a part of the Errors tab."""

    def go(page: Page) -> None:
        page.get_by_role("tab", name="Errors", exact=True).click()
        inner(page, name)

    return go


def one_review(page: Page) -> None:
    errors("Go through them")(page)
    listed(page).get_by_role("button").first.click()
    expect(page.get_by_role("region", name="The chosen review")).to_be_visible()
    page.locator("[data-key='1']").click()
    expect(page.locator("[data-key='1']")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("region", name="Nearest reviews")).to_be_visible()


def network(page: Page) -> None:
    page.get_by_role("tab", name="Network", exact=True).click()
    for summary in page.locator(".gs-measured summary").all():
        summary.click()
    expect(page.locator(".js-plotly-plot").locator("visible=true")).to_have_count(2)


TABS = {
    "Gates with their map": gates_with_map,
    "Units": explain("Units", "#gs-inside .gs-telling"),
    "Step through": explain("Step through", ".gs-cell-diagram"),
    "Memory": explain("Memory", "#gs-saturation .js-plotly-plot"),
    "Gradient flow": explain("Gradient flow", "#gs-curves .js-plotly-plot"),
    "What if": what_if,
    "Table and CSV": explain("Table and CSV", ".gs-table"),
    "Compare": compare,
    "Overview": errors("Overview"),
    "Go through them": one_review,
    "Words": errors("Words"),
    "Take away": errors("Take away"),
    "Network": network,
}


def test_axe_sees_a_fault_that_is_there(examined):
    explain("Gates", ".gs-staves")(examined)
    note = examined.locator(".gs-detail p").first
    note.evaluate("each => { each.style.color = '#dde'; }")
    found = found_by_axe(examined, modes=MODES[:1])
    note.evaluate("each => { each.style.color = ''; }")
    assert {rule for _, _, rule, *_ in found} == {"color-contrast"}


def test_axe_finds_nothing_on_the_first_screen(examined):
    explain("Gates", ".gs-staves")(examined)
    assert found_by_axe(examined, whole=True) == []


@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_on(tab, examined):
    TABS[tab](examined)
    assert found_by_axe(examined) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_cells_drawing_stands_out(scheme, examined):
    TABS["Step through"](examined)
    examined.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    examined.evaluate(_FINISH)
    found = examined.evaluate(_CONTRASTS)
    examined.evaluate("document.body.classList.remove('dark')")
    assert len(found) > 20
    assert [(text, round(ratio, 2)) for text, ratio in found if ratio < 4.5] == []


def test_paper_is_light_and_shows_what_is_looked_at_without_its_controls(examined):
    explain("Gates", ".gs-staves")(examined)
    examined.evaluate("document.body.classList.add('dark')")
    examined.emulate_media(media="print")
    style = examined.evaluate(
        """() => ["body", ".gs-stays", ".gs-text", ".gs-scroll"].map((each) => {
          const { backgroundColor, position, overflowX } = getComputedStyle(document.querySelector(each));
          return { backgroundColor, position, overflowX };
        })"""
    )
    assert style[0]["backgroundColor"] == "rgb(255, 255, 255)"
    assert style[1]["position"] == "static"
    assert {each["overflowX"] for each in style[2:]} == {"visible"}
    expect(examined.locator(".gs-stage .gs-text")).to_have_css("color", "rgb(21, 25, 31)")
    expect(examined.get_by_role("tab").locator("visible=true")).to_have_count(0)
    expect(examined.get_by_role("button", name=re.compile("Analyse|PNG|Read it"))).to_have_count(0)
    expect(examined.locator(".gs-staves .gs-note").first).to_be_visible()
    examined.emulate_media(media="screen")
    examined.evaluate("document.body.classList.remove('dark')")
