"""Equations and drawing of one step: its numbers, its openness, well formed, escaped."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
import torch

from model.network.cells.lstm import LSTM
from model.recurrence.preactivations import preactivations
from model.recurrence.replay import trace_gates
from model.recurrence.step import CellStep, Part, State, cell_step
from tests.conftest import make_network
from views.cell import cell

NASTY = '<script>alert("1")</script>&${1+1}\''
SVG = "{http://www.w3.org/2000/svg}"


def step_of(place=2, unit=3, layer=1, direction="forward", **settings):
    network = make_network(**settings)
    embedded = network.embed(torch.tensor([[3, 4, 5, 6, 7]]))
    traces = trace_gates(network, embedded)
    sums = preactivations(network, embedded, traces, layer, direction)
    return cell_step(sums, traces.of(layer, direction), place, unit)


def made_step(i=0.5, f=0.5, o=0.5, **states):
    """A step whose gates and states are chosen, not computed."""
    parts = tuple(
        Part(symbol, 0.1, 0.2, 0.3, 0.6, value) for symbol, value in (("i", i), ("f", f), ("g", 0.4), ("o", o))
    )
    chosen = {"h_before": 0.1, "h": 0.2, "c_before": 0.3, "c": 0.4, "c_largest": 0.4} | states
    h = State("h", chosen["h_before"], chosen["h"], largest=0.2)
    c = State("c", chosen["c_before"], chosen["c"], chosen["c_largest"])
    return CellStep(LSTM, 1, "forward", 2, 17, 5, 256, 2, parts, (h, c), place_before=1)


def drawing(step, token="dull", previous="little"):
    """The SVG of the drawing, parsed."""
    return ElementTree.fromstring(cell.diagram(step, token, previous)).find(f"{SVG}svg")


def formulas(step):
    """For each symbol, all the numbers of its equation in the order in which they stand there."""
    page = ElementTree.fromstring(cell.equations(step, "dull", "little"))
    return {
        row.get("data-symbol"): [
            float(number.text.replace("−", "-")) for number in row.iter("mn") if number.get("class")
        ]
        for row in page.iter("div")
        if row.get("data-symbol")
    }


@pytest.mark.parametrize(("layer", "direction"), [(1, "forward"), (2, "backward")])
def test_equations_show_the_numbers_of_the_step(layer, direction):
    step = step_of(layer=layer, direction=direction)
    found = formulas(step)
    assert list(found) == ["f", "i", "g", "o", "c", "h"]
    for part in step.parts:
        expected = [part.from_input, part.from_state, part.bias, part.total, part.value]
        assert found[part.symbol] == pytest.approx(expected, abs=0.0005001)
    i, f, g, o = (part.value for part in step.parts)
    assert found["c"] == pytest.approx(
        [f, step.state("c").before, i, g, f * step.state("c").before, i * g, step.state("c").value], abs=0.0005001
    )
    assert found["h"] == pytest.approx([o, step.state("c").squashed, step.h], abs=0.0005001)


def test_equation_is_read_out_in_words():
    page = cell.equations(made_step(f=0.8187), "dull", "little")
    assert 'aria-label="forget gate: sigma of +0.600 is 0.819. The sum is +0.100 from the input' in page
    assert 'aria-label="candidate: tanh of +0.600 is +0.400' in page
    assert 'aria-label="cell state: 0.819 times +0.300, plus 0.500 times +0.400, is +0.400"' in page
    assert 'aria-label="hidden state: 0.500 times tanh of +0.400, which is +0.380, is +0.200"' in page


def test_every_signed_number_has_its_sign_and_colour_follows_it():
    page = ElementTree.fromstring(cell.equations(step_of(), "dull", "little"))
    signed = [number for number in page.iter("mn") if (number.get("class") or "") != "gs-cell-even"]
    for number in signed:
        if number.get("class"):
            assert number.get("class").endswith({"+": "positive", "−": "negative"}[number.text[0]])
    assert any(number.get("class") == "gs-cell-negative" for number in signed)


def test_number_that_rounds_to_zero_has_neither_sign_nor_colour():
    page = cell.equations(made_step(c=-0.0004), "dull", "little")
    assert '<mn class="gs-cell-even">0.000</mn>' in page
    assert "−0.000" not in page


def test_notes_tell_what_x_and_the_step_before_are():
    page = cell.equations(step_of(layer=1), "dull", "little")
    assert "the word vector of “<bdi>dull</bdi>”" in page
    assert "read before: “<bdi>little</bdi>”" in page
    page = cell.equations(step_of(layer=2), "dull", None)
    assert "what layer 1 shows at" in page
    assert "No token was read before" in page
    assert "row" in page
    assert "C̃" in page


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}])
def test_text_of_a_person_never_becomes_markup(settings):
    step = step_of(**settings)
    for part in (cell.equations(step, NASTY, NASTY), cell.diagram(step, NASTY, NASTY)):
        root = ElementTree.fromstring(part)
        assert not [each for each in root.iter() if each.tag.endswith("script")]
        assert "&lt;script&gt;" in part
    assert NASTY in "".join(ElementTree.fromstring(cell.equations(step, NASTY, None)).itertext())
    label = drawing(step, NASTY, None).get("aria-label")
    assert f"“{NASTY}”" in label


@pytest.mark.parametrize("token", ["\x00\x1b", "a\nb", " ", "\ud800", "漢字" * 30, "‮abc", "]]>", "\ufffe"])
def test_any_token_gives_well_formed_markup(token):
    step = step_of()
    ElementTree.fromstring(cell.equations(step, token, token))
    svg = drawing(step, token, token)
    words = [text for text in svg.iter(f"{SVG}text") if text.get("class") == "gs-cell-token"]
    assert len(words) == 2
    for word in words:
        assert 1 <= len("".join(word.itertext())) <= cell.LONGEST_TOKEN


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
        step.h,
    ]
    assert sorted(shown) == pytest.approx(sorted(round(value, 2) for value in expected))


@pytest.mark.parametrize("gate", ["f", "i", "o"])
def test_door_opens_as_its_gate_does(gate):
    gaps = []
    for value in (0.0, 0.1, 0.5, 0.9, 1.0):
        svg = drawing(made_step(**{gate: value}))
        door = svg.find(f".//{SVG}g[@data-gate='{gate}']")
        assert float(door.get("data-open")) == value
        along, length = ("y", "height") if gate == "f" else ("x", "width")
        first, second = door.findall(f"{SVG}rect")
        gaps.append(float(second.get(along)) - float(first.get(along)) - float(first.get(length)))
    assert gaps == pytest.approx([0, 2.6, 13, 23.4, 26])  # of a tube 26 wide


def test_door_says_how_open_it_is():
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
    assert "A tube is full at 10." in cell.diagram(step, "dull", None)
    assert "A tube is full at 1." in cell.diagram(made_step(), "dull", None)


def test_colour_of_a_flow_follows_its_sign():
    svg = drawing(made_step(c_before=-0.3))
    kinds = {path.get("data-flow"): path.get("class") for path in svg.iter(f"{SVG}path") if path.get("data-flow")}
    assert "gs-cell-negative" in kinds["c-before"]
    assert "gs-cell-negative" in kinds["kept"]
    assert "gs-cell-positive" in kinds["c"]


def test_only_h_leaves_the_cell():
    step = made_step()
    figure = cell.diagram(step, "dull", "little")
    assert "only <em>h</em> leaves the cell: up to layer 2" in figure
    paths = {path.get("data-flow"): path.get("d") for path in drawing(step).iter(f"{SVG}path")}
    up = [float(end) for end in re.findall(r"V(-?[\d.]+)", paths["h-leaving"])]
    assert min(up) < cell.TOP  # h ends above the cell; everything else stays below its upper edge
    inside = " ".join(path for name, path in paths.items() if name not in (None, "h-leaving"))
    heights = re.findall(r"M[\d.]+ ([\d.]+)|V([\d.]+)", inside)
    assert min(float(start or end) for start, end in heights) > cell.TOP


def test_drawing_says_where_h_goes_and_what_was_read_before():
    texts = " ".join(drawing(step_of(layer=2), "dull", "little").itertext())
    assert "to the output" in texts
    assert "read before" in texts
    assert "to the next token" in texts
    texts = " ".join(drawing(step_of(place=0), "dull", None).itertext())
    assert "to layer 2" in texts
    assert "nothing read before" in texts
    assert "all is read" in " ".join(drawing(step_of(place=0, direction="backward")).itertext())


def test_plain_rnn_has_one_equation_and_no_doors():
    step = step_of(cell="rnn")
    found = formulas(step)
    part = step.part("h")
    expected = [part.from_input, part.from_state, part.bias, part.total, step.h]
    assert list(found) == ["h"]
    assert found["h"] == pytest.approx(expected, abs=0.0005001)
    assert "A plain RNN has no gates and no cell state" in cell.equations(step, "dull", "little")
    svg = drawing(step)
    assert not svg.findall(f".//{SVG}g[@data-gate]")
    assert {path.get("data-flow") for path in svg.iter(f"{SVG}path")} == {None, "h", "h-leaving"}
    assert "plain RNN" in svg.get("aria-label")


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}])
def test_csv_holds_every_number_and_no_formula(settings):
    step = step_of(**settings)
    rows = list(csv.reader(io.StringIO(cell.csv_of_step(step, "=1+1"))))
    assert rows[:6] == [
        ["name", "value"], ["token", "'=1+1"], ["place", "3"], ["layer", "1"], ["direction", "forward"], ["unit", "3"],
    ]  # fmt: skip
    assert [(name, float(value)) for name, value in rows[6:]] == [
        (name, pytest.approx(value, rel=1e-5)) for name, value in cell.numbers(step)
    ]
    named = dict(cell.numbers(step))
    assert named["h_t"] == step.h
    assert named["h_(t-1)"] == step.h_before
    for part in step.parts:
        assert named[f"sum of {part.symbol}"] == part.total
        assert named[f"W_x{part.symbol} x_t"] == part.from_input
    assert named.get("c_t") == {state.symbol: state.value for state in step.states}.get("c")


def test_huge_cell_state_does_not_break_the_drawing():
    step = made_step(c=-345.6, c_before=345.6, c_largest=345.6)
    assert flow_width(step, "c") <= 26
    assert "A tube is full at 346." in cell.diagram(step, "dull", None)
