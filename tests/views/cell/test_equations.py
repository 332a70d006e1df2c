"""Equations of one step: its numbers, well formed, escaped."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.views.cell.steps import NASTY, SVG, drawing, made_step, step_of
from views.cell.diagram import diagram
from views.cell.equations import equations
from views.cell.words import LONGEST_TOKEN


def formulas(step):
    """For each symbol, all the numbers of its equation in the order in which they stand there."""
    page = ElementTree.fromstring(equations(step, "dull", "little"))
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
    page = equations(made_step(f=0.8187), "dull", "little")
    assert 'aria-label="forget gate: sigma of +0.600 is 0.819. The sum is +0.100 from the input' in page
    assert 'aria-label="candidate: tanh of +0.600 is +0.400' in page
    assert 'aria-label="cell state: 0.819 times +0.300, plus 0.500 times +0.400, is +0.400"' in page
    assert 'aria-label="hidden state: 0.500 times tanh of +0.400, which is +0.380, is +0.200"' in page


def test_every_signed_number_has_its_sign_and_colour_follows_it():
    page = ElementTree.fromstring(equations(step_of(), "dull", "little"))
    signed = [number for number in page.iter("mn") if (number.get("class") or "") != "gs-cell-even"]
    for number in signed:
        if number.get("class"):
            assert number.get("class").endswith({"+": "positive", "−": "negative"}[number.text[0]])
    assert any(number.get("class") == "gs-cell-negative" for number in signed)


def test_number_that_rounds_to_zero_has_neither_sign_nor_colour():
    page = equations(made_step(c=-0.0004), "dull", "little")
    assert '<mn class="gs-cell-even">0.000</mn>' in page
    assert "−0.000" not in page


def test_notes_tell_what_x_and_the_step_before_are():
    page = equations(step_of(layer=1), "dull", "little")
    assert "the word vector of “<bdi>dull</bdi>”" in page
    assert "read before: “<bdi>little</bdi>”" in page
    page = equations(step_of(layer=2), "dull", None)
    assert "what layer 1 shows at" in page
    assert "No token was read before" in page
    assert "row" in page
    assert "C̃" in page


def test_plain_rnn_has_one_equation_and_no_valves():
    step = step_of(cell="rnn")
    found = formulas(step)
    part = step.part("h")
    expected = [part.from_input, part.from_state, part.bias, part.total, step.h]
    assert list(found) == ["h"]
    assert found["h"] == pytest.approx(expected, abs=0.0005001)
    assert "A plain RNN has no gates and no cell state" in equations(step, "dull", "little")
    svg = drawing(step)
    assert not svg.findall(f".//{SVG}g[@data-gate]")
    assert {path.get("data-flow") for path in svg.iter(f"{SVG}path")} == {None, "h", "h-leaving"}
    assert "plain RNN" in svg.get("aria-label")


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}])
def test_text_of_a_person_never_becomes_markup(settings):
    step = step_of(**settings)
    for part in (equations(step, NASTY, NASTY), diagram(step, NASTY, NASTY)):
        root = ElementTree.fromstring(part)
        assert not [each for each in root.iter() if each.tag.endswith("script")]
        assert "&lt;script&gt;" in part
    assert NASTY in "".join(ElementTree.fromstring(equations(step, NASTY, None)).itertext())
    label = drawing(step, NASTY, None).get("aria-label")
    assert f"“{NASTY}”" in label


@pytest.mark.parametrize("token", ["\x00\x1b", "a\nb", " ", "\ud800", "漢字" * 30, "‮abc", "]]>", "\ufffe"])
def test_any_token_gives_well_formed_markup(token):
    step = step_of()
    ElementTree.fromstring(equations(step, token, token))
    svg = drawing(step, token, token)
    words = [text for text in svg.iter(f"{SVG}text") if text.get("class") == "gs-cell-token"]
    assert len(words) == 2
    for word in words:
        assert 1 <= len("".join(word.itertext())) <= LONGEST_TOKEN
