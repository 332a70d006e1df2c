"""The Units tab: the units of all layers and directions of which one measure says most."""

from __future__ import annotations

import gradio as gr

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Reading
from model.reading.telling import KEEPS
from views.panel import Drawing, Focus, Panel, Shared
from views.scripts import attached
from views.units.curves import MEASURE_NAMES, units_card

SHOWN = 24  # units at once
UNITS = attached("units/units.js")


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    with gr.Row(elem_classes="gs-controls"):
        measure = gr.Radio(
            [(gettext(name), measure) for measure, name in MEASURE_NAMES.items()],
            value=KEEPS,
            label=gettext("Units that, in this review,"),
        )
    card = gr.HTML("", js_on_load=UNITS)

    def draw(reading: Reading, focus: Focus, measure: str) -> Drawing:
        units = explainer.telling(reading, measure, SHOWN)
        title = gettext("Units that {measure}").format(measure=gettext(MEASURE_NAMES[measure]))
        note = gettext("Found over all layers and directions; at most {count}, the first one first.")
        return {card: units_card(reading, units, title, note.format(count=SHOWN))}

    return Panel("units", [measure], [card], draw)
