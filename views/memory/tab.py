"""The Memory tab: how much of what was written at a token is still there later, and how long each unit remembers."""

from __future__ import annotations

import gradio as gr

from model.errors import ReviewError
from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Reading
from views.drawing.charts import half_life_histogram, saturation_plot
from views.drawing.downloads import save_buttons
from views.memory.kept import memory_card, no_gates, unit_csv
from views.panel import Drawing, Focus, Panel, Shared
from views.scripts import attached


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    card = gr.HTML("", js_on_load=attached("memory/memory.js"))
    with gr.Row(visible=False) as charts:
        with gr.Column(min_width=300):
            gr.Markdown(gettext("**Half-life**: after how many tokens a unit has lost half, with its mean forget gate"))
            half_lives = gr.Plot(show_label=False, elem_id="gs-half-lives")
            save_half_lives = gr.HTML()
        with gr.Column(min_width=300):
            gr.Markdown(
                gettext(
                    "**Saturation**: how often each unit's gates are nearly shut and nearly open, in % of the tokens"
                )
            )
            saturation = gr.Plot(show_label=False, elem_id="gs-saturation")
            save_saturation = gr.HTML()

    def follow(reading: Reading, focus: Focus) -> Drawing:
        try:
            memory = explainer.memory(reading, focus.layer, focus.direction)
        except ReviewError as error:  # a cell without a forget gate
            return {card: no_gates(str(error))}
        return {card: memory_card(reading, memory, focus.place, focus.unit, explainer.longest_keeper(reading))}

    def draw(reading: Reading, focus: Focus) -> Drawing:
        if not reading.gates.cell.forget_gates:
            return follow(reading, focus) | {charts: gr.Row(visible=False)}
        memory = explainer.memory(reading, focus.layer, focus.direction)
        units = unit_csv(memory)
        return follow(reading, focus) | {
            charts: gr.Row(visible=True),
            half_lives: half_life_histogram(memory),
            saturation: saturation_plot(memory),
            save_half_lives: save_buttons("gatescope-half-lives", units, "gs-half-lives"),
            save_saturation: save_buttons("gatescope-saturation", units, "gs-saturation"),
        }

    outputs = [card, charts, half_lives, saturation, save_half_lives, save_saturation]
    return Panel("memory", [], outputs, draw, follow=follow, follow_outputs=[card])
