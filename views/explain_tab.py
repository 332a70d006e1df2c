"""The Explain tab: type a review, see the verdict, the words behind it, and every gate on the way."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from model.attribution import BASELINES, DEFAULT_BASELINE, DEFAULT_METHOD, METHODS
from model.errors import ReviewError
from model.explain import Explainer, Question
from model.gates import QUANTITIES
from model.text import MAX_CHARACTERS, check_review
from views import markup
from views.api import Refusals

EXAMPLES = Path(__file__).parent.parent / "assets" / "examples.json"
_EMPTY = '<section class="gs-card gs-empty">{}</section>'


def build(explainer: Explainer, page: gr.Blocks) -> None:
    """Put the tab's components and listeners on the page that is being built."""
    examples: dict[str, str] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    question = gr.State(None)
    with gr.Row(elem_classes="gs-main"):
        with gr.Column(scale=3, min_width=300):
            review = gr.Textbox(
                label="Review",
                info="English, a few words or a few hundred; Ctrl+Enter analyses it.",
                value=next(iter(examples.values())),
                lines=6,
                max_lines=12,
                max_length=MAX_CHARACTERS,
                elem_id="gs-review",
            )
            samples = gr.Examples(
                list(examples.values()),
                review,
                example_labels=list(examples),
                label="Or try one",
                api_visibility="private",
            )
            analyse = gr.Button("Analyse", variant="primary", elem_id="gs-analyse")
            verdict = gr.HTML(_EMPTY.format("The verdict appears here."), elem_id="gs-verdict")
            with gr.Accordion("Settings", open=False):
                checkpoint = gr.Dropdown(
                    explainer.names, value=explainer.default, label="Checkpoint", interactive=len(explainer.names) > 1
                )
                method = gr.Dropdown(list(METHODS), value=DEFAULT_METHOD, label="Attribution method")
                baseline = gr.Radio(
                    list(BASELINES),
                    value=DEFAULT_BASELINE,
                    label="Baseline",
                    info="What a review is compared with, by integrated gradients and occlusion: as many unknown "
                    "words, paddings or zero vectors. Padding is zero in the networks shipped: the two are the same.",
                )
        with gr.Column(scale=8, min_width=320):
            reading = gr.HTML(
                _EMPTY.format(
                    "Type a review, or pick one of the examples, and press Analyse: here it appears, each "
                    "word coloured by what it did to the verdict, and every gate of the network below it."
                ),
                elem_id="gs-reading",
            )
            with gr.Tabs():
                with gr.Tab("Gates"):
                    with gr.Row(elem_classes="gs-controls"):
                        layer = gr.Radio([("1", 1), ("2", 2)], value=1, label="Layer", min_width=90)
                        direction = gr.Radio(
                            [("reads →", "forward"), ("← reads", "backward")],
                            value="forward",
                            label="Direction",
                            min_width=150,
                        )
                        symbol = gr.Radio(
                            list(QUANTITIES), value="f", label="Quantity", elem_id="gs-quantity", min_width=250
                        )
                        order = gr.Radio(
                            [("number", "number"), ("time of peak", "peak")],
                            value="number",
                            label="Units sorted by",
                            min_width=200,
                        )
                    gr.HTML(
                        '<section class="gs-card" id="gs-detail" aria-live="polite" aria-label="Numbers of the '
                        'chosen token"><p>The numbers of the chosen token appear here.</p></section>'
                    )
                    staves = gr.HTML("", elem_id="gs-staves")
                with gr.Tab("Table and CSV"):
                    table = gr.HTML(_EMPTY.format("The numbers of all tokens appear here."), elem_id="gs-table")

    view = [layer, direction, symbol, order]

    def show(text, checkpoint, method, baseline, layer, direction, symbol, order, progress=gr.Progress()):  # noqa: B008
        """Explain a review and draw all of it."""
        asked = Question(text, checkpoint, method, baseline)
        with Refusals():
            explanation = explainer.explain(asked, lambda share: progress(share, desc=method))
        return {
            question: asked,
            verdict: markup.verdict(explanation),
            reading: markup.reading(explanation),
            staves: markup.staves(explanation, layer, direction, symbol, order),
            table: markup.table(explanation, layer, direction),
        }

    def turn(asked, layer, direction, symbol, order):
        """Draw another layer, direction or quantity of the review that is explained already."""
        if asked is None:
            return {staves: gr.skip(), table: gr.skip()}
        with Refusals():
            explanation = explainer.explain(asked)
        return {
            staves: markup.staves(explanation, layer, direction, symbol, order),
            table: markup.table(explanation, layer, direction),
        }

    def valid(text, *others):
        """Refuse a text that cannot be read before anything is queued."""
        try:
            check_review(text)
        except ReviewError as error:
            return [gr.validate(False, str(error)), *(gr.validate(True, "") for _ in others)]
        return [gr.validate(True, "") for _ in (text, *others)]

    # one event for all triggers: a later question waits for the one before, so that answers never cross
    gr.on(
        [page.load, analyse.click, checkpoint.input, method.input, baseline.input],
        show,
        inputs=[review, checkpoint, method, baseline, *view],
        outputs=[question, verdict, reading, staves, table],
        validator=valid,
        api_visibility="private",
        concurrency_id="compute",
        show_progress_on=[verdict, reading],
        trigger_mode="always_last",
    )
    samples.load_input_event.then(None, js="() => { document.querySelector('#gs-analyse').click(); }")
    gr.on(
        [each.input for each in view],
        turn,
        inputs=[question, *view],
        outputs=[staves, table],
        api_visibility="private",
        show_progress="hidden",
        trigger_mode="always_last",
    )
