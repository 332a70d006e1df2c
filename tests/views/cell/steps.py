"""Steps to draw: of a small network, and with numbers that are chosen."""

from __future__ import annotations

from xml.etree import ElementTree

import torch

from model.network.cells.lstm import LSTM
from model.recurrence.preactivations import preactivations
from model.recurrence.replay import trace_gates
from model.recurrence.step import CellStep, Part, State, cell_step
from tests.conftest import make_network
from views.cell.diagram import diagram

NASTY = '<script>alert("1")</script>&${1+1}\''
SVG = "{http://www.w3.org/2000/svg}"


def step_of(place=2, unit=3, layer=1, direction="forward", **settings):
    network = make_network(**settings)
    embedded = network.embed(torch.tensor([[3, 4, 5, 6, 7]]))
    traces = trace_gates(network, embedded)
    summed = preactivations(network, embedded, traces, layer, direction)
    return cell_step(summed, traces.of(layer, direction), place, unit)


def made_step(i=0.5, f=0.5, o=0.5, *, h=0.2, c=0.4, c_before=0.3, c_largest=0.4):
    """A step whose gates and states are chosen, not computed."""
    parts = tuple(
        Part(symbol, 0.1, 0.2, 0.3, 0.6, value) for symbol, value in (("i", i), ("f", f), ("g", 0.4), ("o", o))
    )
    states = State("h", before=0.1, value=h, largest=0.2), State("c", c_before, c, c_largest)
    return CellStep(LSTM, 1, "forward", 2, 17, 5, 256, 2, parts, states, place_before=1)


def drawing(step, token="dull", previous="little"):
    """The SVG of the drawing, parsed."""
    return ElementTree.fromstring(diagram(step, token, previous)).find(f"{SVG}svg")
