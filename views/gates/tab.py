"""The tab of the gates: attribution, every quantity of every unit, and the verdict as it reads, on one token axis."""

from __future__ import annotations

import gradio as gr

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Reading
from model.recurrence.summary import ORDERS
from views.drawing.running import running_verdict
from views.drawing.template import render
from views.gates.staves import staves
from views.gates.table import table
from views.panel import SHEET, STAVES, Drawing, Focus, Panel, Shared
from views.scripts import attached


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    with gr.Row(elem_classes="gs-controls"):
        shared.symbol.render()
        order = gr.Radio(
            [(gettext("number"), ORDERS[0]), (gettext("time of peak"), ORDERS[1])],
            value=ORDERS[0],
            label=gettext("Units sorted by"),
            min_width=200,
        )
    gr.HTML(render("gates/detail.html"), js_on_load=attached("gates/detail.js"))
    shown = gr.HTML("", elem_id="gs-staves", js_on_load=STAVES)
    running = gr.HTML("", **SHEET)

    def draw(reading: Reading, focus: Focus, symbol: str, order: str) -> Drawing:
        return {shown: staves(reading, focus.layer, focus.direction, symbol, order)}

    def draw_running(reading: Reading, focus: Focus, symbol: str, order: str) -> Drawing:
        return {running: running_verdict(reading, explainer.prefixes(reading))}

    return Panel("gates", [shared.symbol, order], [shown], draw, draw_running, [running])


def build_table(explainer: Explainer, shared: Shared) -> Panel:
    """The tab of the same numbers as text."""
    shown = gr.HTML("", elem_id="gs-table")

    def draw(explanation: Explanation, focus: Focus) -> Drawing:
        return {shown: table(explanation, focus.layer, focus.direction)}

    return Panel("table", [], [shown], draw, scored=True)
