"""The tab of a network that is small enough to see whole; of a larger one it says so, and offers those that are."""

from __future__ import annotations

import gradio as gr

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Reading
from model.recurrence.dynamics import WHOLE_UNITS
from views.drawing.template import render
from views.panel import ANALYSE, QUIET, Drawing, Focus, Panel, Shared
from views.scripts import attached
from views.units.tab import UNITS
from views.whole.whole import path_card, units_card


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    units = gr.HTML("", js_on_load=UNITS)
    with gr.Row(elem_classes="gs-buttons gs-whole-offers"):
        for name in explainer.seen_whole():
            offer = gr.Button(gettext("Read it by {checkpoint}").format(checkpoint=name), size="sm", min_width=170)
            offer.click(lambda name=name: name, None, shared.checkpoint, **QUIET).then(None, js=ANALYSE)
    path = gr.HTML("", js_on_load=attached("whole/path.js"))

    def draw(reading: Reading, focus: Focus) -> Drawing:
        whole = explainer.whole(reading)
        if whole is None:
            return {units: render("whole/too_large.html", sentence=_too_large(reading)), path: ""}
        return {units: units_card(reading, whole), path: path_card(reading, whole)}

    return Panel("whole", [], [units, path], draw)


def _too_large(reading: Reading) -> str:
    """Why it cannot be seen whole."""
    count = sum(trace.h.shape[1] for trace in reading.gates.traces)
    return gettext(
        "This network has {count:,} units over all layers and directions. To see one whole takes a single layer of at "
        "most {most} units that reads forward only, and of which the last state decides."
    ).format(count=count, most=WHOLE_UNITS)
