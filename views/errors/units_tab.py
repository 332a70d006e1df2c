"""One unit across the reviews of a file: where it is highest, in the middle and lowest in them, made when asked."""

from __future__ import annotations

import gradio as gr

from model.language import gettext, marked
from model.network.network import DIRECTIONS
from model.reading.explainer import Explainer
from model.recurrence.choices import unit_of
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.drawing.labels import ARROWS
from views.panel import Drawing
from views.units.across import across_card

NOTHING_YET = marked("Choose a unit and press the button: the reviews of the file are read once, for all units.")


class UnitsTab:
    """Components and listener. `bench` (state) holds the scored file, or None."""

    def __init__(self, explainer: Explainer, bench: gr.State) -> None:
        """Put them on the page that is being built."""
        self._explainer, self._bench = explainer, bench
        with gr.Row(elem_classes="gs-controls"):
            self._layer = gr.Radio([("1", 1), ("2", 2)], value=1, label=gettext("Layer"), min_width=80)
            directions = [(gettext(ARROWS[each]), each) for each in DIRECTIONS]
            self._direction = gr.Radio(directions, value=DIRECTIONS[0], label=gettext("Direction"))
            self._unit = gr.Number(0, label=gettext("Unit"), precision=0, minimum=0, min_width=90)
        with gr.Row(elem_classes="gs-buttons"):
            self._look = gr.Button(gettext("Look at this unit in these reviews"), size="sm")
        self._card = gr.HTML("")

    @property
    def filled(self) -> list[gr.components.Component]:
        """What a newly scored file sets."""
        return [self._layer, self._direction, self._card]

    def fill(self, bench: Workbench) -> Drawing:
        """The layers and directions of the network that scored it; nothing is made of the file yet."""
        network = self._explainer.checkpoint(bench.scores.checkpoint).network
        layers = [(str(number), number) for number in range(1, len(network.layers) + 1)]
        directions = [(gettext(ARROWS[each]), each) for each in network.config.directions]
        return {
            self._layer: gr.Radio(layers, value=1),
            self._direction: gr.Radio(directions, value=directions[0][1]),
            self._card: sentence_card(gettext(NOTHING_YET)),
        }

    def listen(self) -> None:
        """Make the atlas when it is asked for first, then show its units."""
        chosen = [self._bench, self._layer, self._direction, self._unit]
        self._look.click(
            self._show, chosen, self._card, api_visibility="private", concurrency_id="scoring", show_progress="full"
        )

    def _show(
        self,
        bench: Workbench | None,
        layer: int,
        direction: str,
        unit: float | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> str:
        if bench is None:
            return ""
        with Refusals():
            if bench.atlas is None:
                what = gettext("Reading the file's reviews")
                bench.atlas = self._explainer.atlas_over(
                    bench.scores.checkpoint,
                    bench.table.texts,
                    bench.table.name,
                    lambda share: progress(share, desc=what),
                )
            trace = bench.atlas.nearest(layer, direction)
            return across_card(bench.atlas, trace.layer, trace.direction, unit_of(unit or 0, len(trace.means)))
