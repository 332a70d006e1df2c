"""The tab of the gates: attribution, every quantity, on demand every unit, and the verdict as it reads, by token."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Reading
from model.recurrence.summary import ORDERS
from views.drawing.running import running_verdict
from views.drawing.template import render
from views.gates.staves import staves
from views.gates.table import table
from views.gates.unit_map import map_card, shown_in
from views.panel import SHEET, STAVES, UNIT_MAP, Drawing, Focus, Panel, Shared
from views.scripts import attached
from views.units.curves import units_card
from views.units.tab import UNITS

_SIX = marked(
    "Found over all layers and directions: two that keep longest, one that jumps most at a word, one that turns at a "
    "word and back at another, two off which more of the verdict is read than off others. A curve is what a unit "
    "holds at each word."
)


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    gr.HTML(render("gates/detail.html"), js_on_load=attached("gates/detail.js"))
    shown = gr.HTML("", elem_id="gs-staves", js_on_load=STAVES)
    six = gr.HTML("", js_on_load=UNITS)
    wanted = gr.Checkbox(
        False,
        label=gettext("Map of all units"),
        info=gettext("every unit of one quantity at every token; a click on a quantity's name opens it too"),
        elem_id="gs-map-wanted",
        container=False,
    )
    with gr.Row(elem_classes="gs-controls gs-of-map"):
        shared.symbol.render()
        order = gr.Radio(
            [(gettext("number"), ORDERS[0]), (gettext("time of peak"), ORDERS[1])],
            value=ORDERS[0],
            label=gettext("Units sorted by"),
            min_width=200,
        )
    units = gr.HTML("", js_on_load=UNIT_MAP)
    running = gr.HTML("", **SHEET)

    def draw(reading: Reading, focus: Focus, symbol: str, order: str, wanted: bool) -> Drawing:
        trace = reading.gates.of(focus.layer, focus.direction)
        mapped = shown_in(trace, symbol) if wanted else ""
        telling = explainer.six_units(reading)
        return {
            shown: staves(reading, focus.layer, focus.direction, mapped),
            six: units_card(reading, telling, gettext("Units that tell something"), gettext(_SIX)),
            units: map_card(reading, focus.layer, focus.direction, symbol, order) if wanted else "",
        }

    def draw_running(reading: Reading, focus: Focus, *own: object) -> Drawing:
        return {running: running_verdict(reading, explainer.prefixes(reading))}

    return Panel(
        "gates",
        [shared.symbol, order, wanted],
        [shown, six, units],
        draw,
        draw_running,
        [running],
        restored=[wanted],
        restore=lambda view: {wanted: view.map},
        keep=lambda view, symbol, order, wanted: replace(view, map=bool(wanted)),
    )


def build_table(explainer: Explainer, shared: Shared) -> Panel:
    """The tab of the same numbers as text."""
    shown = gr.HTML("", elem_id="gs-table")

    def draw(explanation: Explanation, focus: Focus) -> Drawing:
        return {shown: table(explanation, focus.layer, focus.direction)}

    return Panel("table", [], [shown], draw, scored=True)
