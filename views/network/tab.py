"""The tab about the network: what it is, how it was trained, what was measured, and the words used on this page."""

from __future__ import annotations

import gradio as gr

from model.language import gettext, marked
from model.reading.explainer import Explainer
from views.drawing.charts import reliability_diagram, training_curves
from views.network.facts import facts
from views.network.measured import measured
from views.panel import QUIET, Drawing
from views.stage.tab import ExplainTab

_WORDS = marked(
    """
**The six quantities of an LSTM cell** (as PyTorch packs them: i, f, g, o), for each unit and token *t*:

| symbol | name | range | what it does |
| --- | --- | --- | --- |
| *i* | input gate | 0 to 1 | how much of the candidate is written into the cell |
| *f* | forget gate | 0 to 1 | how much of the old cell state stays: 1 keeps, 0 forgets |
| *o* | output gate | 0 to 1 | how much of the cell state is let out |
| *g* | candidate | −1 to 1 | what would be written; books write C̃ |
| *c* | cell state | unbounded | the memory: *c*ₜ = *f* ⊙ *c*ₜ₋₁ + *i* ⊙ *g*; books write C |
| *h* | hidden state | −1 to 1 | what leaves the cell: *h*ₜ = *o* ⊙ tanh *c*ₜ |

**Forward and backward.** The network reads the review twice, from the first token on and from the last one back. The
states of the backward reading are shown in the order of the text as well: its reader comes from the right.

**Attribution** says how much each token moved the logit, by the method that is chosen. It is no cause: the network
might use a word that a person would not, and other explanations of the same verdict exist. *Integrated gradients* adds
up to the verdict and says by how much it fails to; *input × gradient* and *saliency* (which has no sign) look at one
point only; *occlusion* replaces one token at a time by the baseline.
"""
)


def build(explainer: Explainer, explained: ExplainTab) -> None:
    """Put the tab's components and listeners on the page that is being built; it follows the explained checkpoint."""
    first = explainer.checkpoint(explainer.default)
    several = len(explainer.names) > 1
    name = gr.Dropdown(explainer.names, value=first.name, label=gettext("Checkpoint"), interactive=several)
    table = gr.HTML(facts(first))
    with gr.Row():
        with gr.Column():
            gr.Markdown(gettext("**Training curves**: accuracy after each epoch"))
            curves = gr.Plot(training_curves(first.history), show_label=False)
        with gr.Column():
            gr.Markdown(
                gettext("**Reliability** on the test reviews: how often a verdict of a given confidence is right")
            )
            reliability = gr.Plot(
                reliability_diagram(first.report.reliability) if first.report else None, show_label=False
            )
    details = gr.HTML(measured(first.report, explainer.faithfulness(first.name)))
    gr.Markdown(gettext(_WORDS), elem_classes="gs-quantities")

    shown = [table, curves, reliability, details]

    def show(chosen: str) -> Drawing:
        checkpoint = explainer.checkpoint(chosen)
        diagram = reliability_diagram(checkpoint.report.reliability) if checkpoint.report else None
        return {
            table: facts(checkpoint),
            curves: training_curves(checkpoint.history),
            reliability: diagram,
            details: measured(checkpoint.report, explainer.faithfulness(chosen)),
        }

    explained.checkpoint.change(_same, explained.checkpoint, name, **QUIET)
    name.change(show, name, shown, **QUIET)
    name.input(_same, name, explained.checkpoint, **QUIET).then(**explained.settings.changing)


def _same(chosen: str) -> str:
    """One list of checkpoints follows the other."""
    return chosen
