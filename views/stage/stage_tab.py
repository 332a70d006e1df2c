"""The stage's components, and what is drawn on them once the verdict stands there: the curve, and the ledger's inks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency
from markupsafe import Markup

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from views.api.endpoints import Refusals
from views.drawing.cards import empty_card
from views.drawing.template import render
from views.panel import Drawing, Shared, whole
from views.scripts import attached
from views.stage.ledger import (
    CHANGED,
    CREDITED,
    HELD,
    INK_NAMES,
    INKS,
    READ,
    Inks,
    changed_inks,
    held_inks,
    ledger_note,
    read_inks,
)
from views.stage.stage import moments, stage

_LATER: dict[str, Any] = {
    "api_visibility": "private",
    "concurrency_id": "compute",
    "show_progress": "hidden",
    "trigger_mode": "always_last",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """What stands on the stage: which answer of the server's, and whether it reads by itself."""

    asked: str
    plays: bool


class Staging:
    """The stage of a page about one review."""

    def __init__(self, explainer: Explainer) -> None:
        """Put it on the page that is being built."""
        self._explainer = explainer
        self.staged = gr.State(None)  # the `Staged` that is shown now
        self.reading = gr.HTML(
            empty_card(
                gettext(
                    "Type a review, or pick one of the examples, and press Analyse: here it appears, each word "
                    "coloured by what it did to the verdict, and every gate of the network below it."
                )
            ),
            elem_id="gs-reading",
            elem_classes="gs-stays",
            js_on_load=attached("stage/stage.js"),
        )
        self._moments = gr.HTML(None, html_template="", visible="hidden", js_on_load=attached("stage/moments.js"))
        self._inks = gr.HTML(None, html_template="", visible="hidden", js_on_load=attached("stage/ledger.js"))

    def build_inks(self) -> None:
        """The choice of what the colours of the words say."""
        with gr.Row(elem_classes="gs-controls"):
            self._ink = gr.Radio(
                [(gettext(INK_NAMES[ink]), ink) for ink in INKS],
                value=CREDITED,
                label=gettext("The colours of the words say"),
                min_width=300,
            )
        self._note = gr.HTML(render("stage/ink_note.html", note=ledger_note(CREDITED)))

    @property
    def drawn(self) -> list[gr.State | gr.HTML]:
        """What `show` sets."""
        return [self.staged, self.reading]

    def show(self, explanation: Explanation, place: int, plays: bool) -> Drawing:
        """The verdict, and the words; what takes longer comes later."""
        staged = Staged(secrets.token_hex(4), plays)
        return {self.staged: staged, self.reading: stage(explanation, place, staged.asked)}

    def listen(self, shown: Dependency, shared: Shared) -> None:
        """Draw the rest after `shown`, the inks whenever something else is asked of them."""
        asked = [shared.question, self.staged, self._ink, shared.layer, shared.direction, shared.place]
        inked = [self._inks, self._note]
        shown.success(self._show_moments, [shared.question, self.staged], self._moments, **_LATER)
        shown.success(self._show_inks, asked, inked, **_LATER)
        gr.on([self._ink.input, shared.layer.input, shared.direction.input], self._show_inks, asked, inked, **_LATER)
        self._inks.input(self._show_inks, asked, inked, **_LATER)

    def _show_moments(self, question: Question | None, staged: Staged | None) -> object:
        """What the stage shows at each token."""
        if question is None or staged is None:
            return gr.skip()
        with Refusals():
            explanation = self._explainer.explain(question)
            found = moments(explanation, self._explainer.prefixes(explanation), staged.asked)
            return found | {"play": staged.plays}

    def _show_inks(
        self,
        question: Question | None,
        staged: Staged | None,
        ink: str,
        layer: int,
        direction: str,
        place: float | None,
    ) -> tuple[Inks | None, Markup]:
        """What the colours of the words say, and a sentence about it."""
        note = render("stage/ink_note.html", note=ledger_note(ink))
        if question is None or staged is None or ink not in (HELD, READ, CHANGED):
            return None, note
        with Refusals():
            explanation = self._explainer.explain(question)
            if ink == READ:
                return read_inks(explanation, self._explainer.read_off(explanation), staged.asked), note
            if ink == CHANGED:
                chosen = min(max(0, whole(place)), len(explanation.review.tokens) - 1)
                return changed_inks(explanation, self._explainer.interactions(explanation, chosen), staged.asked), note
            layers = self._explainer.checkpoint(question.checkpoint).network.config.layers
            written = self._explainer.written(explanation, min(layer, layers), direction)
            return held_inks(explanation, written, staged.asked), note
