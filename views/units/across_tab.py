"""The part of the Units tab about one unit across reviews: the card of the one that is looked at, or how to get it."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr
from gradio.components import Component

from model.errors import CheckpointError
from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from views.api.endpoints import Refusals
from views.panel import Drawing, Shared, unit_looked_at
from views.units.across import across_card, without_atlas


class Across:
    """The components, and what draws them."""

    def __init__(self, explainer: Explainer, shared: Shared) -> None:
        """Put them on the page that is being built."""
        self._explainer = explainer
        self._card = gr.HTML("", elem_id="gs-across")
        with gr.Row(elem_classes="gs-buttons"):
            self._make = gr.Button(gettext("Look at the texts that come with the page now"), size="sm", visible=False)
        self._making = gr.HTML("")  # where it is shown how far that is
        self._make.click(
            self._make_atlas,
            [shared.question, shared.layer, shared.direction, shared.unit],
            [self._card, self._make, self._making],
            api_visibility="private",
            show_progress="full",
            show_progress_on=self._making,
        )

    @property
    def outputs(self) -> Sequence[Component]:
        """What `draw` sets."""
        return [self._card, self._make]

    def draw(self, checkpoint: str, layer: int, direction: str, unit: int) -> Drawing:
        """The card of a unit (from 0) of a layer (from 1) and direction; where there is no atlas that can be used, one
        can be made.
        """
        said = ""
        try:
            if atlas := self._explainer.atlas(checkpoint):
                return {self._card: across_card(atlas, layer, direction, unit), self._make: gr.Button(visible=False)}
        except CheckpointError as error:
            said = str(error)
        return {self._card: without_atlas(layer, direction, unit, said), self._make: gr.Button(visible=True)}

    def _make_atlas(
        self,
        asked: Question | None,
        layer: int,
        direction: str,
        unit: float | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Drawing:
        """Make the atlas of the checkpoint that is looked at, and show the unit that is."""
        if asked is None:
            return gr.skip()
        with Refusals():
            what = gettext("Reading many texts")
            self._explainer.make_atlas(asked.checkpoint, lambda share: progress(share, desc=what))
            reading = self._explainer.read(asked)
            trace = reading.gates.nearest(layer, direction)
            shown = max(0, min(unit_looked_at(reading, layer, direction, unit), trace.h.shape[1] - 1))
            return self.draw(asked.checkpoint, trace.layer, trace.direction, shown) | {self._making: ""}
