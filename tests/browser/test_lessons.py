"""The lessons on the running page: stepping, memory, gradients, what if, compare, the guided lesson, links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp
from tests.browser.person import REVIEW, WAIT, analyse, box_of, choose, open_tab, put_in_address, settle, token, visit
from views.drawing.numbers import minus, signed
from views.lesson.lessons import read_lessons
from views.links import View, encode_view


@pytest.fixture(scope="module")
def explainer():
    """The shipped checkpoints, to say what the page must show."""
    return Explainer()


def power(value: float) -> str:
    """A small number as the page writes it: 1.2e−6."""
    return minus(f"{value:.2g}".replace("e-0", "e-"))


def test_step_shows_the_numbers_of_the_chosen_unit_and_token(reviewed, explainer):
    open_tab(reviewed, "Step through")
    token(reviewed, "dull").click()
    reviewed.get_by_label("Unit", exact=True).fill("17")
    gates = explainer.explain(Question(REVIEW, explainer.default)).gates.of(1, "forward")
    equations = reviewed.get_by_label("The six equations of the cell")
    expect(equations).to_contain_text("unit 17", timeout=WAIT)
    expect(equations).to_contain_text("“dull”")
    for symbol in "ifo":
        expect(equations).to_contain_text(f"{gates.values(symbol)[3, 17]:.3f}")
    for symbol in "gch":
        expect(equations).to_contain_text(minus(f"{gates.values(symbol)[3, 17]:+.3f}"))


def test_buttons_arrow_keys_and_play_walk_in_the_order_of_reading(reviewed):
    open_tab(reviewed, "Step through")
    token(reviewed, "dull").click()
    equations = reviewed.get_by_label("The six equations of the cell")
    reviewed.get_by_role("button", name="One word on ▶").click()
    expect(equations).to_contain_text("at “,”", timeout=WAIT)
    reviewed.get_by_role("button", name="◀ One word back").click()
    expect(equations).to_contain_text("at “dull”")
    reviewed.keyboard.press("ArrowRight")
    expect(equations).to_contain_text("at “,”")
    choose(reviewed, "← backward")
    expect(equations).to_contain_text("backward")
    reviewed.get_by_role("button", name="One word on ▶").click()
    expect(equations).to_contain_text("at “dull”")
    reviewed.get_by_label("Pace").select_option("4")
    reviewed.get_by_role("button", name="▶ Play").click()
    expect(equations).to_contain_text("at “The”")
    expect(reviewed.get_by_role("button", name="▶ Play")).to_be_visible()


def test_unit_can_be_picked_by_what_it_does(reviewed, explainer):
    open_tab(reviewed, "Step through")
    token(reviewed, "dull").click()
    explanation = explainer.explain(Question(REVIEW, explainer.default))
    best = explainer.rank_units(explanation, 1, "forward", 3, "largest change")
    for unit in best[:2]:
        reviewed.get_by_role("button", name="largest change").click()
        expect(reviewed.get_by_label("Unit", exact=True)).to_have_value(str(unit), timeout=WAIT)


def test_unit_that_is_not_there_gets_a_sentence_and_the_page_lives(reviewed):
    open_tab(reviewed, "Step through")
    reviewed.get_by_label("Unit", exact=True).fill("999")
    expect(reviewed.get_by_text("units, numbered from 0").first).to_be_visible()
    expect(reviewed.get_by_label("Unit", exact=True)).to_have_value("255")
    expect(reviewed.get_by_label("The six equations of the cell")).to_contain_text("unit 255")
    reviewed.get_by_label("Unit", exact=True).fill("3")
    expect(reviewed.get_by_label("The six equations of the cell")).to_contain_text("unit 3")


def test_memory_shows_what_is_left_of_the_chosen_token(reviewed, explainer):
    open_tab(reviewed, "Memory")
    token(reviewed, "dull").click()
    memory = reviewed.get_by_role("region", name="Memory", exact=True)
    expect(memory).to_contain_text("“dull” (token 4)", timeout=WAIT)
    forget = explainer.explain(Question(REVIEW, explainer.default)).gates.of(1, "forward").values("f")
    token(reviewed, "but").hover()
    expect(memory).to_contain_text(f"{100 * forget[4, 0] * forget[5, 0]:.0f} %")
    expect(reviewed.locator("#gs-saturation .js-plotly-plot")).to_be_visible(timeout=WAIT)


def test_gradient_flow_says_what_is_kept_and_follows_the_weights(reviewed, explainer):
    open_tab(reviewed, "Gradient flow")
    explanation = explainer.explain(Question(REVIEW, explainer.default))
    decay = reviewed.get_by_role("region", name="Over the distance")
    for weights, twin_name in (("trained", "rnn, never learnt"), ("untrained", "rnn")):
        choose(reviewed, weights)
        own, twin = explainer.gradients(explanation, 1, "forward", weights).flows
        expect(decay).to_contain_text(f"{weights} weights", timeout=WAIT)
        expect(decay).to_contain_text(f"After 10 tokens the LSTM (bilstm) keeps {power(own.flow.gain.at(10))}")
        expect(decay).to_contain_text(f"({twin_name}) keeps {power(twin.flow.gain.at(10))}")
    expect(reviewed.locator("#gs-decay .js-plotly-plot")).to_be_visible()


def test_what_if_shows_before_and_after_and_takes_it_back(reviewed, explainer):
    open_tab(reviewed, "What if")
    reviewed.get_by_role("button", name="Hold it").click()
    explanation = explainer.explain(Question(REVIEW, explainer.default))
    after = explainer.intervene(explanation, (Clamp("f", 0),))
    change = reviewed.get_by_role("region", name="Before and after", exact=True)
    expect(change).to_contain_text(f"{explanation.prediction.probability:.2f} → {after.probability:.2f}", timeout=WAIT)
    expect(change).to_contain_text("forget gate f = 0: all layers, both directions, all units, all tokens")
    expect(reviewed.get_by_role("region", name="The verdict as it reads, before and after")).to_be_visible(timeout=WAIT)
    token(reviewed, "dull").click()
    reviewed.get_by_role("button", name="Forget everything at “dull”").click()
    expect(change).to_contain_text("all units, token 4", timeout=WAIT)
    expect(change).to_contain_text("the same held at other words, drawn at random")
    reviewed.get_by_role("button", name="Take all back").click()
    expect(change).to_be_hidden()


def test_held_range_beyond_the_review_gets_a_sentence(reviewed):
    open_tab(reviewed, "What if")
    choose(reviewed, "from … to")
    reviewed.get_by_label("from token").fill("1")
    reviewed.get_by_label("to token").fill("40")
    reviewed.get_by_role("button", name="Hold it").click()
    refusal = reviewed.get_by_text("Not possible: Choose tokens within the review, which has 11 tokens.")
    expect(refusal).to_be_visible()
    expect(reviewed.get_by_text("Error", exact=True).locator("visible=true")).to_have_count(0)
    expect(reviewed.get_by_text("Warning", exact=True).locator("visible=true")).to_have_count(0)
    choose(reviewed, "all")


def test_verdict_as_it_reads_ends_at_the_verdict(reviewed, explainer):
    curve = explainer.prefixes(explainer.explain(Question(REVIEW, explainer.default)))
    running = reviewed.get_by_role("region", name="The verdict as it reads", exact=True)
    for word, place in (("dull", 3), ("ending", 9)):
        token(reviewed, word).hover()
        expect(running.locator("output")).to_have_text(f"{curve.probabilities[place]:.2f}", timeout=WAIT)


def test_plain_rnn_is_shown_by_its_hidden_state_alone(page):
    analyse(page, REVIEW)
    settle(page, "rnn")
    expect(page.get_by_label("The gates, word by word")).to_contain_text("A plain RNN has no gates", timeout=WAIT)
    page.get_by_label("Map of all units").check()
    expect(page.get_by_role("radio", name="h", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="f", exact=True)).to_be_hidden()
    open_tab(page, "Step through")
    expect(page.get_by_label("The equation of the cell")).to_contain_text("tanh", timeout=WAIT)
    open_tab(page, "Memory")
    expect(page.get_by_text("A plain RNN has no forget gate")).to_be_visible(timeout=WAIT)
    open_tab(page, "Gradient flow")
    expect(page.get_by_role("region", name="One step back")).to_contain_text("a single term", timeout=WAIT)
    open_tab(page, "What if")
    expect(page.get_by_role("radio", name="forget gate f")).to_have_count(0, timeout=WAIT)
    expect(page.get_by_role("radio", name="hidden state h")).to_be_checked()
    page.get_by_role("button", name="Hold it").click()
    expect(page.get_by_label("Before and after", exact=True)).to_contain_text("switched off (h = 0)", timeout=WAIT)


def test_present_review_is_compared_with_its_edit_in_one_click(reviewed, explainer):
    reviewed.get_by_role("button", name="Compare with another").click()
    other = REVIEW.replace("dull", "clever")
    expect(reviewed.get_by_label("Review A")).to_have_value(REVIEW, timeout=WAIT)
    reviewed.get_by_label("Review B").fill(other)
    reviewed.get_by_role("button", name="Compare", exact=True).click()
    for text in (REVIEW, other):
        probability = explainer.classify(text, explainer.default).probability
        expect(reviewed.get_by_label("Both verdicts")).to_contain_text(f"{probability:.2f}", timeout=WAIT)
    expect(reviewed.get_by_label("Both verdicts")).to_contain_text("clever")
    carried = reviewed.get_by_role("region", name="Which reader carries the difference")
    sides = [explainer.read(Question(text, explainer.default)) for text in (REVIEW, other)]
    forward = explainer.patched(*sides).readers[0]
    expect(carried).to_contain_text(signed(forward.whole - sides[0].prediction.logit), timeout=WAIT)
    with reviewed.expect_download() as started:
        reviewed.get_by_role("region", name="Both reviews, token by token").get_by_role("button", name="PNG").click()
    assert started.value.path().read_bytes().startswith(b"\x89PNG")


def test_guided_lesson_can_be_gone_through(page):
    page.get_by_role("button", name="Guided lesson").click()
    lessons = read_lessons("en")
    tabs = {
        "whole": "Whole network",
        "gates": "Gates",
        "step": "Step through",
        "memory": "Memory",
        "gradients": "Gradient flow",
    }
    for number, lesson in enumerate(lessons, start=1):
        panel = page.get_by_role("region", name="Guided lesson", exact=True)
        expect(panel).to_contain_text(lesson.title, timeout=WAIT)
        expect(page.get_by_role("tab", name=tabs[lesson.view.tab], exact=True)).to_have_attribute(
            "aria-selected", "true"
        )
        expect(page.locator("#gs-reading .gs-marked")).to_have_attribute("data-place", str(lesson.view.place))
        expect(page.get_by_label("Unit", exact=True)).to_have_value(str(lesson.view.unit))
        panel.get_by_text("Show the answer").click()
        expect(panel.get_by_text(lesson.answer)).to_be_visible()
        name = "Close the lesson" if number == len(lessons) else "Next"
        page.get_by_role("button", name=name, exact=True).first.click()
    expect(page.get_by_role("region", name="Guided lesson", exact=True)).to_be_hidden()


def test_link_restores_the_view_in_another_browser(browser, served, reviewed):
    open_tab(reviewed, "Step through")
    token(reviewed, "wonderful").click()
    reviewed.get_by_label("Unit", exact=True).fill("12")
    expect(reviewed.get_by_label("The six equations of the cell")).to_contain_text("unit 12", timeout=WAIT)
    reviewed.get_by_role("button", name="Link to this view").click()
    expect(reviewed).to_have_url(re.compile("#view="), timeout=WAIT)
    with visit(browser, reviewed.url) as elsewhere:
        equations = elsewhere.get_by_label("The six equations of the cell")
        expect(equations).to_contain_text("unit 12", timeout=WAIT)
        expect(equations).to_contain_text("“wonderful”")
        expect(token(elsewhere, "wonderful")).to_have_class(re.compile("gs-marked"))


def test_link_to_compare_restores_the_comparison(browser, served, page, explainer):
    analyse(page, REVIEW)
    page.get_by_role("button", name="Compare with another").click()
    page.get_by_label("Review B").fill("A dull film.")
    page.get_by_label("read by checkpoint").locator("visible=true").last.click()
    page.get_by_role("option", name="bilstm-recipe", exact=True).click()
    choose(page, "2")
    choose(page, "h")
    expect(page.get_by_label("Both reviews, token by token")).to_contain_text("hidden state", timeout=WAIT)
    page.get_by_role("button", name="Link to this view").click()
    expect(page).to_have_url(re.compile("#view="), timeout=WAIT)
    with visit(browser, page.url) as elsewhere:
        pairs = elsewhere.get_by_label("Both reviews, token by token")
        expect(pairs).to_contain_text("hidden state h (layer 2, → forward)", timeout=WAIT)
        verdicts = elsewhere.get_by_label("Both verdicts")
        expect(verdicts).to_contain_text("checkpoint bilstm-recipe")
        other = explainer.classify("A dull film.", "bilstm-recipe")
        expect(verdicts).to_contain_text(f"P(positive) = {other.probability:.2f}")


def test_spoilt_link_gets_a_sentence_and_the_page_works(browser, served):
    link = encode_view(View(REVIEW, "bilstm", "step", place=3, unit=7))[:-5]
    with visit(browser, f"{served}#view={link}") as page:
        expect(page.get_by_text("This link is cut or was changed")).to_be_visible()
        expect(page.get_by_role("region", name="Verdict", exact=True)).to_contain_text("Gates are exact")


def test_link_to_what_is_not_there_shows_what_is(reviewed):
    put_in_address(reviewed, View("good film", "nowhere", "step", layer=7, place=40, unit=60_000))
    expect(reviewed.get_by_text("The checkpoint of this view is not here")).to_be_visible()
    expect(reviewed.get_by_text(re.compile("The review has 2 tokens")).first).to_be_visible()
    expect(reviewed.get_by_text("Unit 60000 of this view is not here")).to_be_visible()
    equations = reviewed.get_by_label("The six equations of the cell")
    expect(equations).to_contain_text("“film”")
    expect(equations).to_contain_text("unit 255")


def test_chosen_token_stays_when_another_word_is_edited(reviewed):
    token(reviewed, "plot").click()
    analyse(reviewed, REVIEW.replace("wonderful", "awful"))
    expect(token(reviewed, "plot")).to_have_class(re.compile("gs-marked"))


def test_token_that_is_gone_after_an_edit_gets_a_sentence(reviewed):
    token(reviewed, "ending").click()
    analyse(reviewed, "The plot is dull.")
    expect(reviewed.get_by_text("The chosen token is no longer in the review").first).to_be_visible(timeout=WAIT)


def test_link_to_a_layer_of_compare_that_is_not_there_compares_in_one_that_is(reviewed):
    view = View(REVIEW, "bilstm", "compare", layer=5, other="A dull film.", other_checkpoint="nowhere")
    put_in_address(reviewed, view)
    expect(reviewed.get_by_text("Layer 5 of this view is not here")).to_be_visible()
    expect(reviewed.get_by_text("The second checkpoint of this view is not here")).to_be_visible()
    expect(reviewed.get_by_label("Both reviews, token by token")).to_contain_text("layer 2")


def test_edit_after_which_the_token_is_gone_chooses_another(reviewed):
    open_tab(reviewed, "Step through")
    token(reviewed, "ending").click()
    analyse(reviewed, "Dull film.")
    expect(reviewed.get_by_label("The six equations of the cell")).to_contain_text(
        re.compile("“(Dull|film|.)”"), timeout=WAIT
    )


def test_changed_review_says_that_the_verdict_is_of_the_text_before(reviewed):
    verdict = reviewed.locator("#gs-verdict")
    says = verdict.get_by_text("press Analyse")
    expect(says).to_be_hidden()
    box_of(reviewed).fill(REVIEW + " Really.")
    expect(says).to_be_visible()
    reviewed.get_by_role("button", name="Analyse").click()
    expect(reviewed.get_by_label("The review, word by word")).to_contain_text("Really", timeout=WAIT)
    expect(verdict).to_be_visible()
    expect(says).to_be_hidden()


def test_projector_keeps_titles_of_charts_at_their_axes(page):
    analyse(page, REVIEW)
    page.get_by_role("button", name="Projector").click()
    open_tab(page, "Memory")
    chart = page.locator("#gs-half-lives .js-plotly-plot")
    expect(chart.locator(".xtitle")).to_be_visible(timeout=WAIT)
    page.wait_for_timeout(500)  # the chart takes the width of its column
    labels = [each.bounding_box() for each in chart.locator(".xtick text").all()]
    lowest = max(box["y"] + box["height"] for box in labels)
    title = chart.locator(".xtitle").bounding_box()
    assert abs(title["y"] - lowest) < 30
    assert chart.locator(".bg").first.bounding_box()["width"] > 0.75 * chart.bounding_box()["width"]


def test_projector_makes_the_type_large(page):
    analyse(page, REVIEW)
    before = page.get_by_role("heading", name="Gatescope").bounding_box()["height"]
    page.get_by_role("button", name="Projector").click()
    assert page.get_by_role("heading", name="Gatescope").bounding_box()["height"] > 1.2 * before
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_pictures_are_saved_as_png(reviewed):
    for tab, inside, name in (
        ("Gates", "The gates, word by word", "gatescope-gates.png"),
        ("Step through", "The cell", "gatescope-step.png"),
        ("Memory", "Memory", "gatescope-memory-layer1-forward.png"),
        ("Gradient flow", "Over the distance", "gatescope-gradient-decay.png"),
    ):
        open_tab(reviewed, tab)
        button = reviewed.get_by_role("region", name=inside, exact=True).get_by_role("button", name="PNG")
        expect(button).to_be_visible()
        if tab == "Gradient flow":
            expect(reviewed.locator("#gs-decay .js-plotly-plot .main-svg").first).to_be_visible()
        with reviewed.expect_download() as started:
            button.click()
        assert started.value.suggested_filename == name
        picture = started.value.path().read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 5_000
