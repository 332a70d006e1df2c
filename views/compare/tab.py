"""The Compare tab: two reviews, or one before and after an edit, or one as two networks read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from model.errors import ReviewError
from model.language import gettext, marked
from model.network.cells.registry import FIRST_SHOWN, SYMBOLS
from model.reading.comparison import compare
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from views.api.endpoints import Refusals
from views.compare.comparison import comparison
from views.compare.patching import patching_card
from views.drawing.cards import card_with_remark, sentence_card
from views.drawing.labels import ARROWS
from views.links import View
from views.panel import QUIET, Drawing
from views.scripts import attached
from views.stage.tab import valid

_EMPTY = marked(
    "Two reviews stand side by side here, word by word. Change a word of B and press Compare, or let another "
    "checkpoint read it."
)


@dataclass(frozen=True, slots=True)
class CompareValues:
    """What the components of the tab hold, in the order of `CompareTab.asked`: A is `text`, B is `other`."""

    text: str
    other: str
    checkpoint: str
    other_checkpoint: str
    layer: int
    direction: str
    symbol: str

    def put_in(self, view: View) -> View:
        """The view with what is compared in it. Raises `ReviewError` where a review is missing."""
        if not (self.text or "").strip() or not (self.other or "").strip():
            raise ReviewError(gettext("Compare two reviews first: a link leads to what is shown."))
        return replace(view, **asdict(self))


class CompareTab:
    """Components and listeners of the tab."""

    def __init__(self, explainer: Explainer) -> None:
        """Put it on the page that is being built."""
        self._explainer = explainer
        names, several = explainer.names, len(explainer.names) > 1
        box: dict[str, Any] = {"lines": 4, "max_lines": 10}
        with gr.Row():
            with gr.Column(min_width=300):
                self.text = gr.Textbox(label=gettext("Review A"), elem_id="gs-compare-a", **box)
                self.checkpoint = gr.Dropdown(
                    names, value=explainer.default, label=gettext("read by checkpoint"), interactive=several
                )
            with gr.Column(min_width=300):
                self.other = gr.Textbox(label=gettext("Review B"), elem_id="gs-compare-b", **box)
                self.other_checkpoint = gr.Dropdown(
                    names, value=explainer.default, label=gettext("read by checkpoint"), interactive=several
                )
        with gr.Row(elem_classes="gs-controls"):
            self.layer = gr.Radio([("1", 1), ("2", 2)], value=1, label=gettext("Layer"), min_width=90)
            self.direction = gr.Radio(
                [(gettext(arrow), direction) for direction, arrow in ARROWS.items()],
                value="forward",
                label=gettext("Direction"),
            )
            self.symbol = gr.Radio(list(SYMBOLS), value=FIRST_SHOWN, label=gettext("Quantity"), min_width=250)
        button = gr.Button(gettext("Compare"), variant="primary", elem_id="gs-compare")
        self.result = gr.HTML(
            sentence_card(gettext(_EMPTY)),
            html_template=card_with_remark(gettext("A review was changed: press Compare.")),
            elem_id="gs-compared",
            js_on_load=attached("compare/compare.js"),
        )
        self.patched = gr.HTML("", elem_id="gs-patched", js_on_load=attached("compare/patching.js"))
        self.asked = [self.text, self.other, self.checkpoint, self.other_checkpoint, self.layer, self.direction]
        self.asked.append(self.symbol)
        gr.on(
            [button.click, self.layer.input, self.direction.input, self.symbol.input],
            lambda *values: self._compare(CompareValues(*values)),
            inputs=self.asked,
            outputs=self.result,
            validator=_both_valid,
            api_visibility="private",
            concurrency_id="compare",
            concurrency_limit=1,  # Gradio sends both of two choices in one breath: the last is answered last
            trigger_mode="always_last",
        )

        self.result.change(
            lambda *values: self._patch(CompareValues(*values)),
            inputs=self.asked,
            outputs=self.patched,
            concurrency_id="compute",
            trigger_mode="always_last",
            **QUIET,
        )

    def take(self, text: str, checkpoint: str) -> Drawing:
        """Show the review that is explained on both sides, B ready to be changed."""
        return {self.text: text, self.other: text, self.checkpoint: checkpoint, self.other_checkpoint: checkpoint}

    def begin(self, text: str, other: str, question: Question | None) -> Drawing:
        """The same where nothing was written here yet, when the tab is opened."""
        if question is None or (text or "").strip() or (other or "").strip():
            return gr.skip()
        return self.take(question.text, question.checkpoint)

    def restore(self, view: View) -> Drawing:
        """Show what a link or a lesson says of this tab, if it says anything; what it names must be here."""
        if view.tab != "compare":
            return {}
        return {
            self.text: view.text,
            self.other: view.other,
            self.checkpoint: view.checkpoint,
            self.other_checkpoint: view.other_checkpoint,
            self.layer: view.layer,
            self.direction: view.direction,
            self.symbol: view.symbol,
        }

    def answer(self, kept: View | None, asked: CompareValues) -> Markup | Drawing:
        """Compare at once where a link led here."""
        return self._compare(asked) if kept and kept.tab == "compare" else gr.skip()

    def _compare(self, asked: CompareValues) -> Markup:
        with Refusals():
            left = self._explainer.explain(Question(asked.text, asked.checkpoint))
            right = self._explainer.explain(Question(asked.other, asked.other_checkpoint))
            return comparison(compare(left, right), asked.layer, asked.direction, asked.symbol)

    def _patch(self, asked: CompareValues) -> Markup:
        """Which reader carries the difference, or why that cannot be said of these two."""
        try:
            left = self._explainer.read(Question(asked.text, asked.checkpoint))
            right = self._explainer.read(Question(asked.other, asked.other_checkpoint))
            return patching_card(
                left, right, self._explainer.patched(left, right), self._explainer.patched(right, left)
            )
        except ReviewError as error:
            return sentence_card(str(error))


def _both_valid(text: str, other: str, *others: object) -> list[dict[str, object]]:
    """Refuse texts that cannot be read, each beside its own box."""
    return [valid(text)[0], valid(other)[0], *valid("-", *others)[1:]]
