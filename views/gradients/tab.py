"""The Gradient flow tab: why a gradient vanishes in a plain RNN and survives in an LSTM, on the review at hand."""

from __future__ import annotations

import gradio as gr

from model.reading.explainer import Explainer
from model.reading.explanation import WEIGHTS, Explanation
from views.drawing.charts import activation_curves, decay_chart
from views.gradients import flow
from views.panel import Drawing, Focus, Panel, Shared


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    with gr.Row(elem_classes="gs-controls"):
        weights = gr.Radio(
            list(WEIGHTS),
            value=WEIGHTS[0],
            label="Weights (untrained: drawn at random)",
            elem_id="gs-weights",
        )
    with gr.Row(elem_classes="gs-stack"):
        decay_words = gr.HTML("")
        decay = gr.Plot(show_label=False, elem_id="gs-decay")
    steps = gr.HTML("", elem_classes="gs-sheet-holder")
    arrivals = gr.HTML("", elem_classes="gs-sheet-holder")
    curves_words = gr.HTML("")
    curves = gr.Plot(show_label=False, elem_id="gs-curves")

    def draw(explanation: Explanation, focus: Focus, weights: str) -> Drawing:
        gradients = explainer.gradients(explanation, focus.layer, focus.direction, weights)
        return {
            decay_words: flow.decay_card(gradients),
            decay: decay_chart([each.flow for each in gradients.flows]),
            steps: flow.steps_sheet(explanation, gradients),
            arrivals: flow.arrivals_sheet(explanation, gradients),
            curves_words: flow.curves_card(gradients),
            curves: activation_curves(gradients.preactivations),
        }

    outputs = [decay_words, decay, steps, arrivals, curves_words, curves]
    return Panel("gradients", [weights], outputs, draw)
