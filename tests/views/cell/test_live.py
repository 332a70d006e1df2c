"""What the page computes a held valve's step with: the numbers of the step, and formulas that come to them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.views.cell.steps import NASTY, SVG, made_step, step_of
from views.cell.diagram import diagram
from views.cell.live import live_step

LOGIT = 0.75
OPERATIONS = {
    "times": lambda one, other: one * other,
    "plus": lambda *terms: sum(terms),
    "rest": lambda value: 1 - value,
    "tanh": np.tanh,
}


def computed(formula, now, before):
    """As views/cell/formula.js does."""
    if isinstance(formula, int | float):
        return formula
    if isinstance(formula, str):
        return now[formula]
    operation, *parts = formula
    if operation == "before":
        return before[parts[0]]
    return OPERATIONS[operation](*(computed(part, now, before) for part in parts))


def figure(step, token="dull", **given):
    return ElementTree.fromstring(diagram(step, token, "little", LOGIT, **given))


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("layer", [1, 2])
def test_formulas_come_to_the_states_of_the_step(layer, direction):
    step = step_of(layer=layer, direction=direction)
    live = json.loads(live_step(step, LOGIT))
    assert live["where"] == {"layer": layer, "direction": direction, "unit": 3, "place": 2}
    assert live["logit"] == LOGIT
    assert [symbol for symbol, _ in live["formulas"]] == ["c", "h"]
    for symbol, formula in live["formulas"]:
        assert live["now"][symbol] == step.value(symbol)
        assert computed(formula, live["now"], live["before"]) == pytest.approx(step.value(symbol), abs=1e-6)


def test_formulas_follow_a_gate_that_is_held():
    live = json.loads(live_step(made_step(i=0.5, f=0.5, o=0.5, c_before=0.3), LOGIT))
    now = live["now"] | {"f": 0.2}
    for symbol, formula in live["formulas"]:
        now[symbol] = computed(formula, now, live["before"])
    assert now["c"] == pytest.approx(0.2 * 0.3 + 0.5 * 0.4)
    assert now["h"] == pytest.approx(0.5 * np.tanh(0.26))


def test_each_number_and_flow_says_by_which_formula_it_stands_there():
    step = step_of(layer=2, direction="backward")
    page = figure(step)
    live = json.loads(page.get("data-step"))
    told = [each for each in page.iter() if each.get("data-shows") and each.text]
    assert len(told) == 7  # c and h, before and now, what is kept, what is new, tanh
    for each in told:
        value = computed(json.loads(each.get("data-shows")), live["now"], live["before"])
        assert float(each.text.replace("−", "-")) == pytest.approx(value, abs=0.00501)
    flows = [path for path in page.iter(f"{SVG}path") if path.get("data-flow")]
    assert len(flows) == 8
    for flow in flows:
        value = computed(json.loads(flow.get("data-shows")), live["now"], live["before"])
        least, most, full = (float(flow.get(f"data-{name}")) for name in ("least", "most", "full"))
        width = least + (most - least) * min(1, abs(value) / full)
        assert float(flow.get("stroke-width")) == pytest.approx(width, abs=0.00501)


def test_each_valve_is_a_slider_that_says_whose_it_is_and_how_open():
    valves = [each for each in figure(made_step(f=0.692)).iter(f"{SVG}g") if each.get("role") == "slider"]
    assert [each.get("data-gate") for each in valves] == ["f", "i", "o"]
    assert [each.get("aria-label") for each in valves] == [
        f"{name} gate of unit 17 at “dull”" for name in ("forget", "input", "output")
    ]
    for each in valves:
        assert (each.get("tabindex"), each.get("aria-valuemin"), each.get("aria-valuemax")) == ("0", "0", "1")
    assert (valves[0].get("aria-valuenow"), valves[0].get("aria-valuetext")) == ("0.69", "0.69, by itself")


def test_what_is_hidden_from_a_screen_reader_holds_nothing_that_takes_the_focus():
    page = figure(made_step())
    assert page.find(f"{SVG}svg").get("role") == "group"
    (hidden,) = [each for each in page.iter(f"{SVG}g") if each.get("aria-hidden")]
    assert not [each for each in hidden.iter() if each.get("tabindex")]


def test_plain_rnn_has_no_valve_and_says_so():
    page = figure(step_of(cell="rnn"))
    assert not [each for each in page.iter() if each.get("role") == "slider"]
    assert page.find(f"{SVG}svg").get("role") == "img"
    text = " ".join(page.itertext())
    assert "and so no valve to move" in text
    assert "Move a valve" not in text
    assert json.loads(page.get("data-step"))["formulas"] == []


def test_drawing_alone_has_no_valve_to_move():
    page = ElementTree.fromstring(diagram(made_step(), "dull", None))
    assert page.get("data-step") is None
    assert not [each for each in page.iter() if each.get("role") == "slider"]
    assert "Move a valve" not in " ".join(page.itertext())


def test_words_of_a_person_stay_text_in_what_is_said_of_a_valve():
    page = figure(step_of(), NASTY)
    assert not [each for each in page.iter() if each.tag.endswith("script")]
    (panel,) = [each for each in page.iter("div") if each.get("class") == "gs-tried"]
    assert panel.get("data-token") == NASTY
    assert NASTY in next(each.get("aria-label") for each in page.iter(f"{SVG}g") if each.get("role") == "slider")
