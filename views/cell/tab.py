"""The Step through tab: one unit at one token, with the six equations of the cell and the numbers that went in."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Question, Reading
from model.reading.units import UNIT_PICKS
from model.recurrence.step import CellStep, cell_step
from views.api.endpoints import Refusals
from views.cell.diagram import diagram
from views.cell.equations import equations
from views.cell.ledger import ledger_card
from views.cell.numbers import csv_of_step
from views.drawing.downloads import save_buttons
from views.drawing.template import render
from views.panel import QUIET, Drawing, Focus, Panel, Shared, whole
from views.scripts import attached

PICKED = 20  # units that one kind of remarkable goes through before it starts anew


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    gr.HTML(render("cell/player.html"), js_on_load=attached("cell/player.js"))
    with gr.Row(elem_classes="gs-buttons"):
        gr.HTML(render("cell/pick.html"))
        picks = [gr.Button(gettext(pick), size="sm", min_width=120) for pick in UNIT_PICKS]
    drawing = gr.HTML("")

    def draw(reading: Reading, focus: Focus) -> Drawing:
        step = _step(explainer, reading, focus)
        tokens = reading.review.tokens
        token = tokens[step.place].text
        previous = None if step.place_before is None else tokens[step.place_before].text
        parts = {"diagram": diagram(step, token, previous), "equations": equations(step, token, previous)}
        ledger = _ledger(explainer, reading, step)
        save = save_buttons("gatescope-step", csv_of_step(step, token))
        return {drawing: render("cell/step.html", **parts, ledger=ledger, save=save)}

    def pick(how: str, asked: Question | None, layer: int, direction: str, place: float, unit: float | None) -> object:
        """The most remarkable unit; where that is chosen already, the one after it."""
        if asked is None:
            return gr.skip()
        with Refusals():
            units = explainer.rank_units(explainer.read(asked), layer, direction, whole(place), how)
        chosen = None if unit is None else whole(unit)
        return units[(units.index(chosen) + 1) % len(units)] if chosen in units[:PICKED] else units[0]

    for button, how in zip(picks, UNIT_PICKS, strict=True):
        button.click(
            lambda *given, how=how: pick(how, *given),
            [shared.question, shared.layer, shared.direction, shared.place, shared.unit],
            shared.unit,
            **QUIET,
        )
    return Panel("step", [], [drawing], draw, follow=draw, follow_outputs=[drawing])


def _step(explainer: Explainer, reading: Reading, focus: Focus) -> CellStep:
    summed = explainer.preactivations(reading, focus.layer, focus.direction)
    return cell_step(summed, reading.gates.of(focus.layer, focus.direction), focus.place, focus.unit)


def _ledger(explainer: Explainer, reading: Reading, step: CellStep) -> Markup | str:
    """Who wrote what the unit holds, and what was read of it; nothing for a cell in which nothing adds up by token."""
    if not step.cell.forget_gates:
        return ""
    read = explainer.read_off(reading) if step.layer == step.layers else None
    return ledger_card(reading, step, explainer.written(reading, step.layer, step.direction), read)
