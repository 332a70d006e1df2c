"""Drawing of one step: its numbers, its openness, its flows."""

from __future__ import annotations

import re

import pytest

from tests.views.cell.steps import SVG, drawing, made_step, step_of
from views.cell.diagram import diagram
from views.cell.drawings.parts import TOP


def test_drawing_shows_the_numbers_of_the_step():
    step = step_of(layer=2, direction="backward")
    shown = [
        float(number.text.replace("−", "-"))
        for number in drawing(step).iter()
        if "gs-cell-number" in (number.get("class") or "")
    ]
    i, f, g, o = (part.value for part in step.parts)
    expected = [
        i,
        f,
        g,
        o,
        step.state("c").squashed,
        step.state("c").before,
        f * step.state("c").before,
        step.state("c").value,
        i * g,
        step.h_before,
        step.h,
    ]
    assert sorted(shown) == pytest.approx(sorted(round(value, 2) for value in expected))


def test_what_is_kept_and_what_is_new_have_their_names():
    named = ["".join(text.itertext()).split() for text in drawing(made_step()).iter(f"{SVG}text")]
    words = {"".join(each) for each in named}
    for symbol in ("f·ct−1", "i·g", "ct−1", "ct", "ht−1", "ht"):
        assert any(re.fullmatch(rf"{symbol}[+−]?\d\.\d\d", each) for each in words), (symbol, words)


@pytest.mark.parametrize("gate", ["f", "i", "o"])
def test_valve_opens_as_its_gate_does(gate):
    gaps = []
    for value in (0.0, 0.1, 0.5, 0.9, 1.0):
        svg = drawing(made_step(**{gate: value}))
        valve = svg.find(f".//{SVG}g[@data-gate='{gate}']")
        assert float(valve.get("data-open")) == value
        along, length = ("y", "height") if gate == "f" else ("x", "width")
        first, second = valve.findall(f"{SVG}rect")
        gaps.append(float(second.get(along)) - float(first.get(along)) - float(first.get(length)))
    assert gaps == pytest.approx([0, 2.6, 13, 23.4, 26])  # of a tube 26 wide


def test_valve_says_how_open_it_is():
    texts = "".join(drawing(made_step(f=0.0031, i=0.824, o=0.998)).itertext())
    assert "shut" in texts
    assert "open 82 %" in texts
    assert "100 %" not in texts
    label = drawing(made_step(f=0.0031, i=0.824, o=0.998)).get("aria-label")
    assert "forget gate shut, input gate open 82 %, output gate open;" in label


def flow_width(step, name):
    return float(drawing(step).find(f".//{SVG}path[@data-flow='{name}']").get("stroke-width"))


def test_flow_is_as_wide_as_its_number_is_large():
    assert flow_width(made_step(c_before=-0.3), "c-before") == pytest.approx(26 * 0.3)
    assert flow_width(made_step(c_before=-0.3, f=0.5), "kept") == pytest.approx(26 * 0.15)
    assert flow_width(made_step(h=0.0), "h") == 0


def test_all_flows_share_one_scale_that_holds_the_largest_cell_state():
    step = made_step(c_before=-7.5, c=3.0, c_largest=9.2)
    assert flow_width(step, "c-before") == pytest.approx(26 * 0.75)
    assert flow_width(step, "c") == pytest.approx(26 * 0.3)
    assert flow_width(step, "g") == pytest.approx(26 * 0.04)
    assert "A tube is full at 10." in diagram(step, "dull", None)
    assert "A tube is full at 1." in diagram(made_step(), "dull", None)


def test_colour_of_a_flow_follows_its_sign():
    svg = drawing(made_step(c_before=-0.3))
    kinds = {path.get("data-flow"): path.get("class") for path in svg.iter(f"{SVG}path") if path.get("data-flow")}
    assert "gs-cell-negative" in kinds["c-before"]
    assert "gs-cell-negative" in kinds["kept"]
    assert "gs-cell-positive" in kinds["c"]


def test_only_h_leaves_the_cell():
    step = made_step()
    figure = diagram(step, "dull", "little")
    assert "only <em>h</em> leaves the cell: up to layer 2" in figure
    paths = {path.get("data-flow"): path.get("d") for path in drawing(step).iter(f"{SVG}path")}
    up = [float(end) for end in re.findall(r"V(-?[\d.]+)", paths["h-leaving"])]
    assert min(up) < TOP  # h ends above the cell; everything else stays below its upper edge
    inside = " ".join(path for name, path in paths.items() if name not in (None, "h-leaving"))
    heights = re.findall(r"M[\d.]+ ([\d.]+)|V([\d.]+)", inside)
    assert min(float(start or end) for start, end in heights) > TOP


def test_drawing_says_where_h_goes_and_what_was_read_before():
    texts = " ".join(drawing(step_of(layer=2), "dull", "little").itertext())
    assert "to the output" in texts
    assert "read before" in texts
    assert "to the next token" in texts
    texts = " ".join(drawing(step_of(place=0), "dull", None).itertext())
    assert "to layer 2" in texts
    assert "nothing read before" in texts
    assert "all is read" in " ".join(drawing(step_of(place=0, direction="backward")).itertext())


def test_huge_cell_state_does_not_break_the_drawing():
    step = made_step(c=-345.6, c_before=345.6, c_largest=345.6)
    assert flow_width(step, "c") <= 26
    assert "A tube is full at 346." in diagram(step, "dull", None)
