"""A kind of cell that the code does not know, registered for a test: it is replayed, explained, written and drawn."""

from __future__ import annotations

import itertools
import json
import sys
from types import MappingProxyType
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from model.network.cells import registry
from model.network.cells.registry import CELLS
from model.network.network import DIRECTIONS
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp
from model.recurrence.interventions import differ
from model.recurrence.openings import Valve
from model.recurrence.prefixes import read_prefixes
from model.recurrence.replay import trace_gates
from tests.conftest import make_network, save_checkpoint
from tests.gru import GRU
from tests.views.cell import gru
from tests.views.cell.steps import SVG, drawing, step_of
from tests.views.cell.test_live import computed
from views.cell.diagram import diagram, drawing_of
from views.cell.equations import equations
from views.cell.live import live_step
from views.cell.numbers import numbers
from views.drawing.numbers import signed

IDS = [3, 4, 5, 6, 7]


@pytest.fixture
def with_gru(monkeypatch):
    """The GRU of the tests, wherever kinds are looked up."""
    more = MappingProxyType({**CELLS, GRU.key: GRU})
    holders = [module for module in list(sys.modules.values()) if getattr(module, "CELLS", None) is registry.CELLS]
    for module in holders:
        monkeypatch.setattr(module, "CELLS", more)
    monkeypatch.setitem(sys.modules, f"views.cell.drawings.{GRU.key}", gru)


def shown(step):
    """For each symbol, all the numbers of its equation in the order in which they stand there."""
    page = ElementTree.fromstring(equations(step, "dull", "little"))
    return {
        row.get("data-symbol"): [float(each.text.replace("−", "-")) for each in row.iter("mn") if each.get("class")]
        for row in page.iter("div")
        if row.get("data-symbol")
    }


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_every_registered_kind_has_a_drawing(cell):
    step = step_of(cell=cell.key)
    drawn = drawing_of(cell)(step)
    assert {valve.symbol for valve in drawn.valves} <= set(cell.gates)
    assert bool(drawn.valves) == bool(cell.gates)
    assert drawn.h.value.text == signed(step.h, 2)
    assert drawn.inside
    assert drawn.caption


def test_replay_of_a_gate_inside_a_sum_equals_pytorch(with_gru):
    network = make_network(cell="gru")
    embedded = network.embed(torch.tensor([IDS]))
    assert isinstance(network.layers[0].forward_rnn, torch.nn.GRU)
    assert trace_gates(network, embedded).parity < 1e-6
    curve = read_prefixes(network, IDS)
    for length, logit in zip(curve.lengths, curve.logits, strict=True):
        expected = network(torch.tensor([IDS[:length]]), torch.tensor([length]))
        assert logit == pytest.approx(float(expected[0]), abs=1e-5)


def test_review_is_explained_by_a_third_kind(with_gru, tmp_path):
    for cell in ("gru", "rnn"):
        save_checkpoint(tmp_path / cell, cell=cell)
    explainer = Explainer(tmp_path)
    explanation = explainer.explain(Question("the film is not good but dull", "gru"))
    assert explanation.gates.cell is GRU
    assert explanation.gates.parity < 1e-6
    trace = explanation.gates.of(2, "backward")
    memory = explainer.memory(explanation, 2, "backward")
    assert {each.symbol for each in memory.saturation} == {"r", "z"}
    np.testing.assert_allclose(memory.kept(6)[5], trace.values("z")[5], rtol=1e-5)
    gradients = explainer.gradients(explanation, 2, "backward", "trained")
    assert [flow.flow.cell.key for flow in gradients.flows] == ["gru", "rnn"]
    assert gradients.preactivations.symbols == ("r", "z", "n")
    summed = gradients.preactivations
    np.testing.assert_allclose(np.tanh(summed.of("n")), trace.values("n"), atol=1e-6)
    after = explainer.intervene(explanation, (Clamp("z", 1.0, layer=1),))
    assert (after.gates.of(1, "forward").h == 0).all()  # what keeps all that it had takes nothing in
    assert differ(explanation.gates.of(2, "forward"), after.gates.of(2, "forward"))


@pytest.mark.parametrize("symbol", ["r", "z"])
def test_valves_of_a_third_kind_can_be_held(with_gru, tmp_path, symbol):
    explainer = Explainer(save_checkpoint(tmp_path / "gru", cell="gru").parent)
    reading = explainer.read(Question("the film is not good but dull", "gru"))
    for layer, direction in itertools.product((1, 2), DIRECTIONS):
        valve = Valve(symbol, layer, direction, 3, 2)
        found = explainer.openings(reading, valve)
        expected = [explainer.intervene(reading, (valve.held(float(each)),)).logit for each in found.openings]
        assert found.logits == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_equations_and_numbers_follow_the_cell(with_gru, direction):
    step = step_of(cell="gru", layer=2, direction=direction)
    found, n = shown(step), step.part("n")
    assert list(found) == ["r", "z", "n", "h"]
    assert n.total == pytest.approx(n.from_input + step.value("r") * n.from_state + n.bias, abs=1e-6)
    assert found["n"] == pytest.approx(
        [n.from_input, step.value("r"), n.from_state, n.bias, n.total, step.value("n")], abs=0.0005001
    )
    z, h = step.value("z"), step.h_before
    kept = [(1 - z) * step.value("n"), z * h]
    assert found["h"] == pytest.approx([1 - z, step.value("n"), z, h, *kept, step.h], abs=0.0005001)
    page = equations(step, "dull", "little")
    assert "The four equations of unit 3" in page
    assert "no gates" not in page
    assert "C̃" not in page
    named = dict(numbers(step))
    assert named["r_t (W_hn h_(t-1) + b_hn)"] == pytest.approx(step.value("r") * n.from_state)
    assert (named["h_(t-1)"], named["h_t"], named["z_t"]) == (h, step.h, z)


def test_drawing_is_found_by_the_key_of_the_cell(with_gru):
    step = step_of(cell="gru", place=0)
    svg = drawing(step)
    (valve,) = svg.findall(f".//{SVG}g[@data-gate]")
    assert float(valve.get("data-open")) == pytest.approx(step.value("z"), abs=0.0005)
    assert "reset gate open" in svg.get("aria-label")
    assert "kept as far as <em>z</em> is open." in diagram(step, "dull", None)


@pytest.mark.parametrize("place", range(5))
def test_formula_of_the_state_comes_to_the_state(with_gru, place):
    step = step_of(cell="gru", place=place, layer=2, direction="backward")
    (formula,) = GRU.formulas
    assert step.number(formula) == pytest.approx(step.h, abs=1e-6)


def test_gate_inside_a_sum_is_part_of_what_follows_a_valve(with_gru):
    step = step_of(cell="gru", layer=2, direction="backward")
    live = json.loads(live_step(step, 0.0))
    assert [symbol for symbol, _ in live["formulas"]] == ["n", "h"]
    for symbol, formula in live["formulas"]:
        assert computed(formula, live["now"], live["before"]) == pytest.approx(step.value(symbol), abs=1e-6)
    held = live["now"] | {"r": 0.0}
    n = step.part("n")
    assert computed(live["formulas"][0][1], held, live["before"]) == pytest.approx(np.tanh(n.from_input + n.bias))
