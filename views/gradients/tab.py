"""The Gradient flow tab: why a gradient vanishes in a plain RNN and survives in an LSTM, on the review at hand."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.reading.explanation import WEIGHTS, Reading
from views.drawing.charts import activation_curves, decay_chart, race_chart
from views.gradients.arrivals import arrivals_card
from views.gradients.curves import curves_card
from views.gradients.decay import decay_card
from views.gradients.race import race_card
from views.gradients.steps import steps_card
from views.links import View, encode_view
from views.panel import SHEET, Drawing, Focus, Panel, Shared
from views.stage.examples import read_examples

WEIGHT_NAMES = {"trained": marked("trained"), "untrained": marked("untrained")}


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    with gr.Row(elem_classes="gs-controls"):
        weights = gr.Radio(
            [(gettext(WEIGHT_NAMES[each]), each) for each in WEIGHTS],
            value=WEIGHTS[0],
            label=gettext("Weights (untrained: drawn at random)"),
            elem_id="gs-weights",
        )
    with gr.Row(elem_classes="gs-stack"):
        decay_words = gr.HTML("")
        decay = gr.Plot(show_label=False, elem_id="gs-decay")
    steps = gr.HTML("", **SHEET)
    arrivals = gr.HTML("", **SHEET)
    with gr.Row(elem_classes="gs-stack"):
        race_words = gr.HTML("")
        race = gr.Plot(show_label=False, elem_id="gs-race", visible=False)
    curves_words = gr.HTML("")
    curves = gr.Plot(show_label=False, elem_id="gs-curves")
    longest = max((example.text for example in read_examples()), key=len)

    def draw(reading: Reading, focus: Focus, weights: str) -> Drawing:
        gradients = explainer.gradients(reading, focus.layer, focus.direction, weights)
        raced, several = explainer.race(reading), len(reading.review.tokens) > 1
        longer = encode_view(View(longest, reading.question.checkpoint, "gradients"))
        return {
            decay_words: decay_card(gradients),
            decay: gr.Plot(decay_chart(gradients.flows), visible=True) if several else gr.Plot(visible=False),
            steps: steps_card(reading, gradients),
            arrivals: arrivals_card(reading, gradients),
            race_words: race_card(raced, longer),
            race: gr.Plot(race_chart(raced), visible=True) if raced and several else gr.Plot(visible=False),
            curves_words: curves_card(gradients),
            curves: activation_curves(gradients.preactivations),
        }

    outputs = [decay_words, decay, steps, arrivals, race_words, race, curves_words, curves]
    return Panel(
        "gradients",
        [weights],
        outputs,
        draw,
        restored=[weights],
        restore=lambda view: {weights: view.weights},
        keep=lambda view, weights: replace(view, weights=weights),
    )
