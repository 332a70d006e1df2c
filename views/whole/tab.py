"""The tab of a network that is small enough to see whole; of a larger one it says so, and which ones are."""

from __future__ import annotations

import gradio as gr

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Reading
from model.recurrence.dynamics import WHOLE_UNITS
from views.drawing.cards import empty_card
from views.panel import Drawing, Focus, Panel, Shared
from views.scripts import attached
from views.units.tab import UNITS
from views.whole.whole import path_card, units_card


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    units = gr.HTML("", js_on_load=UNITS)
    path = gr.HTML("", js_on_load=attached("whole/path.js"))

    def draw(reading: Reading, focus: Focus) -> Drawing:
        whole = explainer.whole(reading)
        if whole is None:
            return {units: empty_card(_too_large(reading, explainer.seen_whole())), path: ""}
        return {units: units_card(reading, whole), path: path_card(reading, whole)}

    return Panel("whole", [], [units, path], draw)


def _too_large(reading: Reading, small: tuple[str, ...]) -> str:
    """Why it cannot be seen whole, and which networks can."""
    count = sum(trace.h.shape[1] for trace in reading.gates.traces)
    said = gettext(
        "This network has {count:,} units over all layers and directions. To see one whole takes a single layer of at "
        "most {most} units that reads forward only, and of which the last state decides."
    ).format(count=count, most=WHOLE_UNITS)
    if small:
        names = gettext("Choose {names} as checkpoint, in the settings.")
        return f"{said} {names.format(names=gettext(' or ').join(small))}"
    return said
