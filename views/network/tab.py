"""The tab about the network: what it is, how it was trained, what was measured, and the words used on this page."""

from __future__ import annotations

from html import escape

import gradio as gr

from model.evaluation.card import started_from, taught
from model.language import gettext
from model.network.checkpoint import Checkpoint
from model.reading.explainer import Explainer
from views.drawing.charts import reliability_diagram, training_curves
from views.network.measured import measured
from views.stage.tab import ANALYSE, ExplainTab

_WORDS = """
**The six quantities of an LSTM cell** (as PyTorch packs them: i, f, g, o), for each unit and token *t*:

| | name | range | what it does |
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


def build(explainer: Explainer, explained: ExplainTab) -> None:
    """Put the tab's components and listeners on the page that is being built; it follows the explained checkpoint."""
    first = explainer.checkpoint(explainer.default)
    name = gr.Dropdown(explainer.names, value=first.name, label="Checkpoint", interactive=len(explainer.names) > 1)
    facts = gr.HTML(_facts(first))
    with gr.Row():
        with gr.Column():
            gr.Markdown("**Training curves**: accuracy after each epoch")
            curves = gr.Plot(training_curves(first.history), show_label=False)
        with gr.Column():
            gr.Markdown("**Reliability** on the test reviews: how often a verdict of a given confidence is right")
            reliability = gr.Plot(
                reliability_diagram(first.report.reliability) if first.report else None, show_label=False
            )
    details = gr.HTML(measured(first.report, explainer.faithfulness(first.name)))
    gr.Markdown(_WORDS)

    def show(chosen):
        checkpoint = explainer.checkpoint(chosen)
        diagram = reliability_diagram(checkpoint.report.reliability) if checkpoint.report else None
        tables = measured(checkpoint.report, explainer.faithfulness(chosen))
        return _facts(checkpoint), training_curves(checkpoint.history), diagram, tables

    shown = [facts, curves, reliability, details]
    explained.checkpoint.change(lambda chosen: chosen, explained.checkpoint, name, api_visibility="private")
    name.change(show, name, shown, api_visibility="private", show_progress="hidden")
    name.input(lambda chosen: chosen, name, explained.checkpoint, api_visibility="private").then(None, js=ANALYSE)


def _facts(checkpoint: Checkpoint) -> str:
    config, training, report = checkpoint.network.config, checkpoint.training, checkpoint.report
    cell = gettext(checkpoint.network.cell.full_name)
    rows = [
        ("Network", f"{config.layers}-layer bidirectional {cell}, {config.hidden_size} units each way"),
        ("Vocabulary", f"{config.vocabulary_size - 2:,} words, embedding of {config.embedding_size}"),
        ("Trained on", f"{training.reviews:,} reviews of the Large Movie Review Dataset (Maas et al. 2011)"),
        (
            "Training",
            f"preset {training.preset}, epoch {training.best_epoch} of {training.epochs}, "
            f"{training.minutes:.0f} minutes on {training.device}",
        ),
        ("Started from", started_from(training)),
    ]
    if more := taught(training):
        rows.append(("Other sources", more))
    if report:
        rows += [
            ("Accuracy", f"{100 * report.test.accuracy:.1f} % on {report.reviews:,} test reviews"),
            ("F1, ROC AUC", f"{report.test.f1:.3f}, {report.test.roc_auc:.3f}"),
            ("Log loss", f"{report.test.log_loss:.3f} nats"),
            (
                "Calibration error",
                f"{100 * report.test.ece:.1f} % after temperature {config.temperature:.2f}, "
                f"{100 * report.uncalibrated_ece:.1f} % before",
            ),
        ]
    body = "".join(f'<tr><th scope="row">{name}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f'<section class="gs-card gs-facts"><h2>{escape(checkpoint.name)}</h2><table>{body}</table></section>'
