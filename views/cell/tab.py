"""The Step through tab: one unit at one token, with the six equations of the cell and the numbers that went in."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
from markupsafe import Markup

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Question, Reading
from model.reading.units import UNIT_PICKS
from model.recurrence.ledger import WrittenLedger
from model.recurrence.step import CellStep, cell_step
from views.api.endpoints import Refusals
from views.cell.diagram import diagram
from views.cell.equations import equations
from views.cell.ledger import ledger_card, writers_line
from views.cell.numbers import csv_of_step
from views.cell.tried import answer, valve_of
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
    drawing = gr.HTML("", js_on_load=attached("cell/cell.js"))
    asked = gr.HTML(None, html_template="", visible="hidden", js_on_load=attached("cell/asked.js"))
    openings = gr.HTML(None, html_template="", visible="hidden", js_on_load=attached("cell/openings.js"))

    def draw(reading: Reading, focus: Focus) -> Drawing:
        step = _step(explainer, reading, focus)
        tokens = reading.review.tokens
        token = tokens[step.place].text
        previous = None if step.place_before is None else tokens[step.place_before].text
        written = explainer.written(reading, step.layer, step.direction) if step.cell.forget_gates else None
        writers = "" if written is None else writers_line(reading, step, written)
        parts = {
            "diagram": diagram(step, token, previous, reading.prediction.logit, writers),
            "equations": equations(step, token, previous),
            "ledger": "" if written is None else _ledger(explainer, reading, step, written),
            "save": save_buttons("gatescope-step", csv_of_step(step, token)),
        }
        return {drawing: render("cell/step.html", **parts)}

    def open_valve(question: Question | None, sent: object) -> object:
        """What the verdict would be with the valve held that was grabbed, alone and with those of all units."""
        if question is None or sent is None:
            return gr.skip()
        with Refusals():
            reading, valve = explainer.read(question), valve_of(sent)
            alone, together = (explainer.openings(reading, each) for each in (valve, replace(valve, unit=None)))
            return answer(alone, together, reading.prediction.logit)

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
    asked.input(open_valve, [shared.question, asked], openings, **QUIET, trigger_mode="always_last")
    return Panel("step", [], [drawing], draw, follow=draw, follow_outputs=[drawing])


def _step(explainer: Explainer, reading: Reading, focus: Focus) -> CellStep:
    summed = explainer.preactivations(reading, focus.layer, focus.direction)
    return cell_step(summed, reading.gates.of(focus.layer, focus.direction), focus.place, focus.unit)


def _ledger(explainer: Explainer, reading: Reading, step: CellStep, written: WrittenLedger) -> Markup:
    """Who wrote what the unit holds, and what was read of it."""
    read = explainer.read_off(reading) if step.layer == step.layers else None
    return ledger_card(reading, step, written, read)
