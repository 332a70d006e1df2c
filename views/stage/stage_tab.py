"""The stage's components, and what is drawn on them once the verdict stands there: the curve, and the ledger's inks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import gradio as gr
from gradio.events import Dependency
from markupsafe import Markup

from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question, Reading
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.latest import Latest
from views.panel import QUIET, Drawing, Shared, whole
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
    ink_note,
    read_inks,
)
from views.stage.stage import moments, scores, stage

_LATER = QUIET | {"concurrency_id": "compute", "trigger_mode": "always_last"}


@dataclass(frozen=True, slots=True)
class Staged:
    """What stands on the stage: which answer of the server's, whether it reads by itself, and at which token it comes
    to rest (None: at the one with the largest score).
    """

    asked: str
    plays: bool
    place: int | None


class Staging:
    """The stage of a page about one review."""

    def __init__(self, explainer: Explainer) -> None:
        """Put it on the page that is being built."""
        self._explainer = explainer
        self.staged = gr.State(None)  # the `Staged` that is shown now
        self.latest = gr.State(Latest())
        self.reading = gr.HTML(
            sentence_card(
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
        self.scores = gr.HTML(None, html_template="", visible="hidden", js_on_load=attached("stage/scores.js"))
        self._inks = gr.HTML(None, html_template="", visible="hidden", js_on_load=attached("stage/ledger.js"))

    def build_inks(self) -> None:
        """The choice of what the colours of the words say."""
        with gr.Row(elem_classes="gs-controls"):
            self.ink = gr.Radio(
                [(gettext(INK_NAMES[ink]), ink) for ink in INKS],
                value=CREDITED,
                label=gettext("The colours of the words say"),
                min_width=300,
                elem_id="gs-ink",
            )
        self._note = gr.HTML(ink_note(CREDITED))

    @property
    def drawn(self) -> list[gr.State | gr.HTML]:
        """What `show` sets."""
        return [self.staged, self.reading]

    def show(self, reading: Reading, place: int | None, plays: bool, latest: Latest) -> Drawing:
        """The verdict, and the words; what takes longer comes later. `place` as in `Staged`."""
        staged = Staged(secrets.token_hex(4), plays, place)
        latest.asked = staged.asked
        return {self.staged: staged, self.reading: stage(reading, place or 0, staged.asked)}

    def score(self, staged: Staged, latest: Latest, question: Question) -> Explanation:
        """What each word did. Raises `SupersededError` as soon as another answer is waited for."""
        return self._explainer.explain(question, latest.stop_after(staged.asked))

    def show_scores(self, staged: Staged, explanation: Explanation) -> Drawing:
        """What `show` left out."""
        curve = self._explainer.prefixes(explanation)
        return {self.scores: scores(explanation, curve, staged.asked, staged.place)}

    def listen(self, shown: Dependency, shared: Shared) -> None:
        """Draw the rest after `shown`, the inks whenever something else is asked of them."""
        asked = [shared.question, self.staged, self.ink, shared.layer, shared.direction, shared.place]
        inked = [self._inks, self._note]
        shown.success(self._show_moments, [shared.question, self.staged], self._moments, **_LATER)
        shown.success(self._show_inks, asked, inked, **_LATER)
        gr.on([self.ink.input, shared.layer.input, shared.direction.input], self._show_inks, asked, inked, **_LATER)
        self._inks.input(self._show_inks, asked, inked, **_LATER)

    def _show_moments(self, question: Question | None, staged: Staged | None) -> object:
        """What the stage shows at each token."""
        if question is None or staged is None:
            return gr.skip()
        with Refusals():
            reading = self._explainer.read(question)
            found = moments(reading, self._explainer.prefixes(reading), staged.asked)
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
        note = ink_note(ink)
        if question is None or staged is None or ink not in (HELD, READ, CHANGED):
            return None, note
        with Refusals():
            reading = self._explainer.read(question)
            if ink == READ:
                return read_inks(reading, self._explainer.read_off(reading), staged.asked), note
            if ink == CHANGED:
                explanation = self._explainer.explain(question)
                chosen = min(max(0, whole(place)), len(explanation.review.tokens) - 1)
                return changed_inks(explanation, self._explainer.interactions(explanation, chosen), staged.asked), note
            layers = self._explainer.checkpoint(question.checkpoint).network.config.layers
            written = self._explainer.written(reading, min(layer, layers), direction)
            return held_inks(reading, written, staged.asked), note
