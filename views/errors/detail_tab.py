"""The review that was chosen in the Errors tab: its verdict and words, what is said of it, its gates and the
reviews most like it.
"""

from __future__ import annotations

import secrets

import gradio as gr
import numpy as np
from markupsafe import Markup

from model.errors import ReviewError
from model.language import gettext, marked
from model.network.cells.registry import FIRST_SHOWN, SYMBOLS
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from model.recurrence.summary import ORDERS as UNIT_ORDERS
from model.workbench.neighbours import nearest
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals
from views.drawing.labels import ARROWS
from views.drawing.template import render
from views.errors.corrections import CORRECTING_KEYS
from views.errors.naming_tab import Naming
from views.errors.parts import sentence_card
from views.errors.rows import neighbours_card, row_heading
from views.gates.staves import staves
from views.gates.unit_map import map_card, shown_in
from views.links import View
from views.panel import QUIET, SHEET, STAVES, UNIT_MAP, Drawing
from views.scripts import attached
from views.stage.reading import reading

_CHOOSE = marked("Choose a review in the table to see it explained here.")


class Detail:
    """Components of the chosen review. `row` (state) is its number, -1 where none is chosen."""

    def __init__(self, explainer: Explainer, bench: gr.State) -> None:
        """Put them on the page that is being built."""
        self._explainer, self._bench = explainer, bench
        self.row = gr.State(-1)
        with gr.Row(elem_classes=["gs-buttons", "gs-stays"]):
            gr.HTML(render("errors/to_list.html"), elem_classes="gs-on-a-phone")
            self.back = gr.Button(gettext("▲ Back"), size="sm", min_width=80, elem_id="gs-errors-back")
            self.next = gr.Button(gettext("▼ Next"), size="sm", min_width=80, elem_id="gs-errors-next")
            self.to_explain = gr.Button(gettext("Open in Explain"), size="sm", min_width=80, visible=False)
        self.head = gr.HTML(sentence_card(gettext(_CHOOSE)))
        self.reading = gr.HTML("", **SHEET)
        self.naming = Naming(bench, self.row)
        gr.HTML(render("errors/keys.html", corrections=CORRECTING_KEYS), js_on_load=attached("errors/keys.js"))
        with gr.Row(visible=False, elem_classes="gs-controls") as self._where:
            self._layer = gr.Radio([("1", 1), ("2", 2)], value=1, label=gettext("Layer"), min_width=80)
            arrows = [(gettext(arrow), direction) for direction, arrow in ARROWS.items()]
            self._direction = gr.Radio(arrows, value="forward", label=gettext("Direction"), min_width=140)
            self._symbol = gr.Radio(
                list(SYMBOLS), value=FIRST_SHOWN, label=gettext("Quantity"), elem_classes="gs-quantity", min_width=220
            )
        self._staves = gr.HTML("", js_on_load=STAVES)
        self._units = gr.HTML("", js_on_load=UNIT_MAP)
        self._neighbours = gr.HTML("")

    @property
    def gates(self) -> list[gr.Radio]:
        """Which gates are drawn: layer, direction, quantity."""
        return [self._layer, self._direction, self._symbol]

    @property
    def drawn(self) -> list[gr.blocks.Block]:
        """What `open` and `empty` set."""
        about = [self.row, self.to_explain, self.head, self.reading, *self.naming.drawn]
        return [*about, self._where, self._staves, self._units, self._neighbours]

    def listen(self) -> None:
        """Draw other gates when they are chosen."""
        gr.on(
            [each.input for each in self.gates],
            self._draw_staves,
            [self._bench, self.row, *self.gates],
            [self._staves, self._units],
            **QUIET | {"trigger_mode": "always_last"},
        )

    def empty(self) -> Drawing:
        """No review is chosen."""
        return {
            self.row: -1,
            self.to_explain: gr.Button(visible=False),
            self.head: sentence_card(gettext(_CHOOSE)),
            self._where: gr.Row(visible=False),
            **dict.fromkeys((self.reading, self._staves, self._units, self._neighbours), ""),
            **self.naming.empty(),
        }

    def open(self, bench: Workbench, shown: np.ndarray, row: int, layer: int, direction: str, symbol: str) -> Drawing:
        """Explain a review, and show what was said of it. Raises `ReviewError` for a row that is not there."""
        explanation = self._explain(bench, row)
        return {
            self.row: row,
            self.to_explain: gr.Button(visible=True),
            self.head: self.heading(bench, shown, row),
            self.reading: reading(explanation, explanation.attribution.strongest, f"{row}-{secrets.token_hex(4)}"),
            self._where: gr.Row(visible=True),
            self._neighbours: neighbours_card(bench, nearest(bench.scores, row)),
            **self.naming.open(bench, row),
            **self._staves_of(explanation, layer, direction, symbol),
        }

    def heading(self, bench: Workbench, shown: np.ndarray, row: int) -> Markup:
        """Which review is explained, and where it stands in the list that is `shown`, if it does."""
        places = np.flatnonzero(shown == row)
        return row_heading(bench, row, int(places[0]) if len(places) else None, len(shown))

    def view(self, bench: Workbench, row: int) -> View:
        """What the Explain tab shows of a review. Raises `ReviewError` for a text that it cannot take."""
        return View(bench.table.texts[row], bench.scores.checkpoint, "gates")

    def _explain(self, bench: Workbench, row: int) -> Explanation:
        if not 0 <= row < len(bench.table.texts):
            raise ReviewError(gettext("There is no such row in this file."))
        return self._explainer.explain(Question(bench.table.texts[row], bench.scores.checkpoint))

    def _staves_of(self, explanation: Explanation, layer: int, direction: str, symbol: str) -> Drawing:
        trace = explanation.gates.nearest(layer, direction)
        layer, direction, mapped = trace.layer, trace.direction, shown_in(trace, symbol)
        return {
            self._staves: staves(explanation, layer, direction, mapped),
            self._units: map_card(explanation, layer, direction, symbol, UNIT_ORDERS[0]),
        }

    def _draw_staves(self, bench: Workbench | None, row: int, layer: int, direction: str, symbol: str) -> Drawing:
        if bench is None or row < 0:
            return gr.skip()
        with Refusals():
            return self._staves_of(self._explain(bench, row), layer, direction, symbol)
