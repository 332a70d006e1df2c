"""The running page, used as a person uses it. Things are found by label and role."""

from __future__ import annotations

import base64
import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.errors import inner
from tests.browser.person import REVIEW, WAIT, analyse, await_reading, box_of, choose, token, visit
from tests.conftest import await_that
from views.links import decode_view


def test_stranger_sees_an_explained_example_at_once(page):
    expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text("Gates are exact", timeout=WAIT)
    expect(page.get_by_label("The gates, word by word")).to_contain_text("forget gate")


def test_typed_review_gets_a_verdict_words_and_gates(reviewed):
    verdict = reviewed.get_by_role("region", name="Verdict", exact=True)
    expect(verdict).to_contain_text(re.compile(r"(Positive|Negative|In doubt, leaning \w+)\s*P\(positive\) = 0\.\d\d"))
    expect(verdict).to_contain_text("11 tokens")
    expect(verdict).to_contain_text("add up")
    expect(verdict).to_contain_text("Gates are exact")
    expect(token(reviewed, "wonderful")).to_be_visible()


def test_control_and_enter_analyse(page):
    box = box_of(page)
    box.fill("An utterly boring film.")
    box.press("Control+Enter")
    expect(page.get_by_label("The review, word by word")).to_contain_text("utterly boring", timeout=WAIT)


def test_example_that_fools_the_network_is_analysed_and_asks_why(page):
    page.get_by_role("button", name="two negations").click()
    expect(box_of(page)).to_have_value(re.compile("I would not say"))
    question = page.get_by_role("region", name="fooled")
    expect(question).to_contain_text("A reader takes this review to be positive", timeout=WAIT)
    question.get_by_role("button", name=re.compile("^“boring” −")).click()
    expect(token(page, "boring")).to_have_class(re.compile("gs-marked"))
    question.get_by_text("The answer").click()
    question.get_by_role("button", name="See what “not” does to every word").click()
    said = page.locator(".gs-said-ledger")
    expect(said).to_contain_text("Because of “not”: ", timeout=WAIT)
    expect(said).to_contain_text("“would” −")
    page.get_by_role("button", name="mixed").click()
    expect(question).to_have_count(0, timeout=WAIT)


def test_chosen_token_is_marked_in_text_and_staves_and_shows_its_numbers(reviewed):
    token(reviewed, "wonderful").click()
    expect(token(reviewed, "wonderful")).to_have_class(re.compile("gs-marked"))
    expect(reviewed.locator(".gs-staves .gs-names .gs-marked")).to_have_text("wonderful")
    numbers = reviewed.get_by_label("Numbers of the chosen token")
    expect(numbers).to_contain_text("Token 9 of 11")
    expect(numbers).to_contain_text("layer 1, → forward")
    expect(numbers).to_contain_text(re.compile(r"\d+ below 0.1 · \d+ above 0.9"))
    marker = reviewed.locator(".gs-staves .gs-marker").bounding_box()
    name = reviewed.locator(".gs-staves .gs-names .gs-marked").bounding_box()
    assert marker["x"] == pytest.approx(name["x"], abs=2)


def test_arrow_keys_walk_through_the_tokens(reviewed):
    token(reviewed, "wonderful").click()
    reviewed.keyboard.press("ArrowRight")
    expect(token(reviewed, "ending")).to_be_focused()
    expect(reviewed.get_by_label("Numbers of the chosen token")).to_contain_text("ending")
    reviewed.keyboard.press("Home")
    expect(token(reviewed, "The")).to_be_focused()
    reviewed.keyboard.press("ArrowLeft")
    expect(token(reviewed, "The")).to_be_focused()


def test_column_of_the_staves_marks_its_word(reviewed):
    bars = reviewed.locator(".gs-bars > div")
    bars.click(position={"x": 2.5 * bars.bounding_box()["width"] / 11, "y": 10})
    expect(token(reviewed, "is")).to_have_class(re.compile("gs-marked"))


def test_gate_layer_and_direction_can_be_chosen_and_the_token_stays(reviewed):
    token(reviewed, "dull").click()
    choose(reviewed, "2")
    expect(reviewed.get_by_label("Numbers of the chosen token")).to_contain_text("layer 2, → forward")
    choose(reviewed, "← backward")
    expect(reviewed.get_by_label("Numbers of the chosen token")).to_contain_text("layer 2, ← backward")
    reviewed.get_by_label("Map of all units").check()
    choose(reviewed, "c")
    expect(reviewed.get_by_role("img", name=re.compile("^cell state of 256 units at 11 tokens"))).to_be_visible()
    expect(token(reviewed, "dull")).to_have_class(re.compile("gs-marked"))
    expect(reviewed.get_by_label("Numbers of the chosen token")).to_contain_text("dull")


def test_name_of_a_quantity_opens_its_map_which_tells_its_values_and_chooses_token_and_unit(reviewed):
    picture = reviewed.get_by_role("img", name=re.compile("^output gate of 256 units"))
    expect(picture).to_have_count(0)
    reviewed.locator(".gs-staves").get_by_text("output gate").click()
    picture.hover(position={"x": 5, "y": 200})
    said = reviewed.locator(".gs-readout")
    expect(said).to_have_text(re.compile(r"^unit \d+ · The \(1\) · o = [01]\.\d{3}$"))
    unit = re.match(r"unit (\d+)", said.inner_text())[1]
    picture.click(position={"x": 5, "y": 200})
    expect(token(reviewed, "The")).to_have_class(re.compile("gs-marked"))
    expect(reviewed.get_by_label("Unit", exact=True)).to_have_value(unit)
    reviewed.get_by_role("button", name=f"Open the cell of unit {unit}").click()
    expect(reviewed.get_by_role("region", name=re.compile("^Who wrote it"))).to_contain_text(f"What unit {unit} holds")


def test_name_of_a_telling_unit_leads_into_its_cell(reviewed):
    six = reviewed.get_by_role("region", name="Units that tell something")
    names = six.get_by_role("button", name=re.compile(r"^[12] [→←] unit \d+$"))
    expect(names).to_have_count(6)
    layer, arrow, unit = re.match(r"(\d) (.) unit (\d+)", names.last.inner_text()).groups()
    names.last.click()
    expect(reviewed.get_by_role("region", name=re.compile("^Who wrote it"))).to_contain_text(f"What unit {unit} holds")
    expect(reviewed.get_by_role("radio", name=layer, exact=True)).to_be_checked()
    expect(reviewed.get_by_role("radio", name="→ forward" if arrow == "→" else "← backward")).to_be_checked()
    inner(reviewed, "Units")
    choose(reviewed, "decide most")
    card = reviewed.get_by_role("region", name="Units that decide most")
    expect(card.get_by_role("button", name=re.compile(r"^[12] [→←] unit \d+$"))).to_have_count(24)


def test_another_method_explains_the_same_review(page):
    analyse(page, REVIEW)
    page.get_by_role("button", name=re.compile("^Settings [▼◀]")).click()
    page.get_by_label("Attribution method").click()
    page.get_by_role("option", name="occlusion").click()
    expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text(
        "Scores of occlusion need not add up", timeout=WAIT
    )


def test_table_shows_and_downloads_all_numbers(reviewed):
    reviewed.get_by_role("tab", name="Table and CSV").click()
    expect(reviewed.get_by_role("row", name=re.compile("wonderful"))).to_be_visible()
    with reviewed.expect_download() as started:
        reviewed.get_by_role("link", name=re.compile("Download CSV")).click()
    assert started.value.suggested_filename == "gatescope.csv"
    lines = started.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 11
    assert lines[0].startswith("place,token,start,end,known,attribution,layer1.forward.i")


def test_markup_in_a_review_stays_text(page):
    nasty = "<img src=x onerror=window.broken=1> ${window.broken=2} {{window.broken=3}} film"
    analyse(page, nasty)
    words = page.get_by_label("The review, word by word").locator(".gs-text")
    expect(words).to_have_text(nasty)
    token(page, "film").click()
    assert page.evaluate("window.broken") is None
    page.get_by_role("tab", name="Table and CSV").click()
    assert page.evaluate("window.broken") is None


def test_markup_that_slipped_in_would_run_no_script(browser, served):
    run = """async () => {
      const place = document.createElement("div");
      document.body.append(place);
      const refused = new Promise((resolve) =>
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective)));
      place.innerHTML = "<img src='data:,' onerror='window.broken = 1'>";
      return [await refused, window.broken ?? null];
    }"""
    with visit(browser, served) as page:  # not watched for what its policy forbids
        assert page.evaluate(run) == ["script-src-attr", None]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("   ", "nothing to read"),
        ("(" * 20_000, "in a row without a space"),
        ("good " * 4_001, "This text has 20,005 characters; at most 20,000 can be read."),
    ],
)
def test_unreadable_review_is_refused_with_a_sentence_and_the_next_is_served(page, text, says):
    expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text("Gates are exact", timeout=WAIT)
    box_of(page).fill(text)
    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_text(re.compile(says)).first).to_be_visible()
    expect(page.get_by_text("The review was changed")).to_be_hidden()  # to press Analyse would not help
    analyse(page, REVIEW)


def test_answer_to_what_was_typed_before_is_marked_as_such(page):
    analyse(page, REVIEW)
    with page.expect_response(re.compile("queue/join")):
        box_of(page).fill("A slow and dull film, and I was bored by all of it. " * 40)
        page.get_by_role("button", name="Analyse").click()
    box_of(page).fill("Bad.")
    expect(page.locator(".gs-stage .gs-token").first).to_have_text("A", timeout=WAIT)
    expect(page.get_by_text("The review was changed")).to_be_visible()
    analyse(page, "Bad.")
    expect(page.get_by_text("The review was changed")).to_be_hidden()


def remembered(page):
    """What the browser would show if the page were loaded anew."""
    return decode_view(page.evaluate("sessionStorage.getItem('gatescope').split('&')[0]"))


def test_page_that_is_loaded_anew_shows_what_it_showed(page):
    analyse(page, REVIEW)
    await_reading(page)
    page.get_by_role("tab", name="What if").click()
    page.get_by_role("button", name="Hold it").click()
    expect(page.locator(".gs-held li")).to_have_text(re.compile("forget gate f"), timeout=WAIT)
    choose(page, "where the verdict was read")
    page.get_by_role("button", name="Projector").click()
    expect(page.locator(".gs-said-ledger")).to_contain_text("were read off", timeout=WAIT)
    token(page, "ending").click()
    await_that(lambda: (kept := remembered(page)).held and kept.projector and kept.ink == "read")
    page.get_by_role("button", name="Link to this view").click()
    expect(page).to_have_url(re.compile("#view="), timeout=WAIT)
    analyse(page, REVIEW)  # from here on the link says what the page showed before
    expect(page).not_to_have_url(re.compile("#view="))
    await_reading(page)
    box_of(page).fill(REVIEW + " Or so.")
    page.reload()
    await_reading(page)
    expect(page.locator(".gs-stage .gs-token").last).to_have_text("!")
    expect(box_of(page)).to_have_value(REVIEW + " Or so.")
    expect(page.get_by_text("The review was changed")).to_be_visible()
    box_of(page).fill("")
    expect(page.get_by_text("The box is empty")).to_be_visible()
    expect(page.get_by_text("The review was changed")).to_be_hidden()
    expect(page.locator(".gs-held li")).to_have_text(re.compile("forget gate f"), timeout=WAIT)
    expect(page.locator(".gs-said-ledger")).to_contain_text("read off at “ending”", timeout=WAIT)
    expect(page.get_by_role("button", name="Projector")).to_have_attribute("aria-pressed", "true")


def test_long_review_says_that_it_was_cut(page):
    analyse(page, "good film " * 600 + "ending")
    expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text("first 250 and the last 750")
    # 1,000 tokens take a busy machine long: what is not waited for here the tests that follow would wait for
    expect(page.locator(".gs-stage[data-pending]")).to_have_count(0, timeout=4 * WAIT)


def test_network_tab_tells_what_was_measured(page):
    page.get_by_role("tab", name="Network", exact=True).click()
    expect(page.get_by_text(re.compile(r"\d\d\.\d % on 25,000 test reviews"))).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_its_width(browser, served, width, scheme):
    context = browser.new_context(
        reduced_motion="reduce", viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{served}?__theme={scheme}")
    expect(page.get_by_label("The gates, word by word")).to_be_visible(timeout=WAIT)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('.gs-staves').getBoundingClientRect().right") <= width
    context.close()


def test_two_visitors_do_not_see_each_other(browser, served):
    contexts = [browser.new_context(reduced_motion="reduce") for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(WAIT)
        page.goto(served)
        expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text("Gates are exact", timeout=WAIT)
    secret = base64.b32encode(os.urandom(8)).decode().rstrip("=").lower()
    analyse(pages[0], f"A film about {secret}")
    analyse(pages[1], REVIEW)
    assert secret not in pages[1].content()
    expect(pages[0].get_by_label("The review, word by word")).to_contain_text(secret)
    for context in contexts:
        context.close()


def test_a_stranger_sees_the_review_read_and_the_verdict_swing(browser, served):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.goto(served)
    stage = page.locator(".gs-stage")
    expect(stage.locator("polyline.gs-thin")).to_have_attribute("points", re.compile(r"\d"), timeout=WAIT)
    expect(stage.get_by_role("button", name="Pause")).to_be_visible()
    seen, heights = set(), set()

    def has_been_read():
        seen.add(stage.locator(".gs-now output").inner_text())
        heights.add(stage.evaluate("each => each.offsetHeight"))
        page.wait_for_timeout(100)
        return not stage.get_by_role("button", name="Pause").count()

    await_that(has_been_read)
    assert len(seen) > 3
    assert len(heights) == 1  # nothing jumps, whatever the verdict is called
    chosen = stage.get_attribute("data-chosen")
    expect(stage.locator(".gs-token.gs-marked")).to_have_attribute("data-place", chosen)
    expect(stage.locator(".gs-said").first).to_contain_text("the verdict so far")
    context.close()


def test_playhead_is_moved_by_keys_and_by_the_pointer_without_the_server(reviewed):
    stage, playhead = reviewed.locator(".gs-stage"), reviewed.get_by_role("slider", name="Playhead")
    expect(stage.locator("polyline.gs-thin")).to_have_attribute("points", re.compile(r"\d"), timeout=WAIT)
    playhead.press("Home")
    expect(stage.locator(".gs-said").first).to_contain_text("“The” alone")
    playhead.press("ArrowRight")
    expect(playhead).to_have_attribute("aria-valuenow", "2")
    expect(stage.locator(".gs-token.gs-marked")).to_have_text("plot")
    box = playhead.bounding_box()
    reviewed.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(playhead).to_have_attribute("aria-valuenow", playhead.get_attribute("aria-valuemax"))
    whole = stage.locator(".gs-whole").text_content()  # seen while it is another than that so far
    assert stage.locator(".gs-now output").inner_text() in whole


def test_words_are_inked_by_what_the_layer_holds(reviewed):
    reviewed.get_by_label("whose words its memory holds").check()
    said = reviewed.locator(".gs-said-ledger")
    expect(said).to_contain_text("most was written at", timeout=WAIT)
    reviewed.get_by_role("slider", name="Playhead").press("Home")
    expect(said).to_contain_text("“The” (100 %)")
    reviewed.get_by_label("what each is credited with").check()
    expect(said).to_be_hidden(timeout=WAIT)


def test_stage_stays_on_the_screen(reviewed):
    reviewed.mouse.wheel(0, 900)
    stage = reviewed.locator(".gs-stage")
    reviewed.wait_for_timeout(300)
    assert 0 <= stage.bounding_box()["y"] < 20
    reviewed.set_viewport_size({"width": 375, "height": 812})
    assert stage.bounding_box()["height"] <= 812 / 3


def test_what_a_word_does_to_the_others_is_asked_for_each_word(page):
    analyse(page, REVIEW)
    page.get_by_label("what the chosen word does to the others").check()
    said = page.locator(".gs-said-ledger")
    expect(said).to_contain_text("Without it")
    page.get_by_role("slider", name="Playhead").press("End")
    expect(said).to_contain_text("“!”")
    token(page, "wonderful").click()
    expect(said).to_contain_text("Because of “wonderful”")
