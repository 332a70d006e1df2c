"""What is asked: the review, examples to click, by what it is explained, and the button that explains it."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr
from gradio.helpers import Examples

from model.language import gettext
from model.reading.explainer import Explainer
from views.stage.examples import Example
from views.stage.fooled import is_fooled
from views.stage.settings_tab import Settings


class ReviewForm:
    """The components; the first example stands in the box."""

    def __init__(self, explainer: Explainer, examples: Sequence[Example]) -> None:
        """Put them on the page that is being built."""
        self._explainer = explainer
        with gr.Column(scale=7, min_width=300):
            self.review = gr.Textbox(
                label=gettext("Review"),
                info=gettext("English, a few words or a few hundred; Ctrl+Enter analyses it."),
                value=examples[0].text,
                lines=2,
                max_lines=6,
                elem_id="gs-review",
            )
            with gr.Row(elem_classes="gs-examples"):
                asking = [example for example in examples if example.turn]
                plain = [example for example in examples if not example.turn]
                self.samples = [
                    self._offer(asking, gettext("A question: why is it fooled?")),
                    self._offer(plain, gettext("Or try another review")),
                ]
        with gr.Column(scale=2, min_width=220):
            self.analyse = gr.Button(gettext("Analyse"), variant="primary", elem_id="gs-analyse")
            self.to_compare = gr.Button(gettext("Compare with another"), size="sm")
        self.settings = Settings(explainer)

    def _offer(self, examples: Sequence[Example], label: str) -> Examples:
        """Examples to click; where the network errs on one, that is said beside its name."""
        return gr.Examples(
            [example.text for example in examples],
            self.review,
            example_labels=[self._label_of(example) for example in examples],
            label=label,
            api_visibility="private",
        )

    def _label_of(self, example: Example) -> str:
        if example.turn or not is_fooled(self._explainer.classify(example.text, self._explainer.default), example):
            return example.label
        return gettext("{example} ✗ judged wrong").format(example=example.label)
