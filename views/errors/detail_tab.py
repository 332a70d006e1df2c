"""The review that was chosen in the Errors tab: its verdict and words, what is said of it, its gates and the
reviews most like it.
"""

from __future__ import annotations

import secrets

import gradio as gr
import numpy as np
from gradio.events import Dependency
from markupsafe import Markup

from model.errors import ReviewError
from model.language import gettext, marked
from model.network.cells.registry import FIRST_SHOWN, SYMBOLS
from model.reading.explainer import Explainer
from model.reading.explanation import Question, Reading
from model.recurrence.summary import ORDERS as UNIT_ORDERS
from model.workbench.neighbours import nearest
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.drawing.labels import ARROWS
from views.drawing.template import render
from views.errors.corrections import CORRECTING_KEYS
from views.errors.naming_tab import Naming
from views.errors.rows import neighbours_card, row_heading
from views.gates.staves import staves
from views.gates.unit_map import map_card, shown_in
from views.latest import Latest, SupersededError
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
        self._waiting = gr.State(-1)  # the row whose words have no scores yet
        self._latest = gr.State(Latest())  # the row that is looked at
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
        about = [self.row, self._waiting, self.to_explain, self.head, self.reading, *self.naming.drawn]
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
            self._waiting: -1,
            self.to_explain: gr.Button(visible=False),
            self.head: sentence_card(gettext(_CHOOSE)),
            self._where: gr.Row(visible=False),
            **dict.fromkeys((self.reading, self._staves, self._units, self._neighbours), ""),
            **self.naming.empty(),
        }

    def open(self, bench: Workbench, shown: np.ndarray, row: int, layer: int, direction: str, symbol: str) -> Drawing:
        """Read a review, and show what was said of it; what each word did follows, see `score`.

        Raises `ReviewError` for a row that is not there.
        """
        found = self._explainer.known(self._question(bench, row))
        return {
            self.row: row,
            self.to_explain: gr.Button(visible=True),
            self.head: self.heading(bench, shown, row),
            self._where: gr.Row(visible=True),
            self._waiting: -1 if found.scored else row,
            self._neighbours: neighbours_card(bench, nearest(bench.scores, row)),
            **self.naming.open(bench, row),
            **self._reading_of(found, row),
            **self._staves_of(found, layer, direction, symbol),
        }

    def score_after(self, opened: Dependency) -> None:
        """Show what each word did, of the row that is seen when its turn comes."""
        opened.then(_see, [self.row, self._latest], None, queue=False, **QUIET).then(
            self._score,
            [self._bench, self.row, self._waiting, self._latest, *self.gates],
            [self.reading, self._staves, self._units],
            concurrency_id="compute",
            **QUIET | {"trigger_mode": "always_last"},
        )

    def _score(
        self, bench: Workbench | None, row: int, waiting: int, latest: Latest, layer: int, direction: str, symbol: str
    ) -> Drawing:
        if bench is None or row < 0 or waiting != row:
            return gr.skip()
        with Refusals():
            try:
                go_on = latest.stop_after(row)
                explanation = self._explainer.explain(self._question(bench, row), go_on)
                go_on(1)
            except SupersededError:
                return gr.skip()
        return self._reading_of(explanation, row) | self._staves_of(explanation, layer, direction, symbol)

    def heading(self, bench: Workbench, shown: np.ndarray, row: int) -> Markup:
        """Which review is explained, and where it stands in the list that is `shown`, if it does."""
        places = np.flatnonzero(shown == row)
        return row_heading(bench, row, int(places[0]) if len(places) else None, len(shown))

    def view(self, bench: Workbench, row: int) -> View:
        """What the Explain tab shows of a review. Raises `ReviewError` for a text that it cannot take."""
        return View(bench.table.texts[row], bench.scores.checkpoint, "gates")

    def _question(self, bench: Workbench, row: int) -> Question:
        if not 0 <= row < len(bench.table.texts):
            raise ReviewError(gettext("There is no such row in this file."))
        return Question(bench.table.texts[row], bench.scores.checkpoint)

    def _reading_of(self, found: Reading, row: int) -> Drawing:
        chosen = found.scored.strongest if found.scored else 0
        return {self.reading: reading(found, chosen, f"{row}-{secrets.token_hex(4)}")}

    def _staves_of(self, found: Reading, layer: int, direction: str, symbol: str) -> Drawing:
        trace = found.gates.nearest(layer, direction)
        layer, direction, mapped = trace.layer, trace.direction, shown_in(trace, symbol)
        return {
            self._staves: staves(found, layer, direction, mapped),
            self._units: map_card(found, layer, direction, symbol, UNIT_ORDERS[0]),
        }

    def _draw_staves(self, bench: Workbench | None, row: int, layer: int, direction: str, symbol: str) -> Drawing:
        if bench is None or row < 0:
            return gr.skip()
        with Refusals():
            return self._staves_of(self._explainer.known(self._question(bench, row)), layer, direction, symbol)


def _see(row: int, latest: Latest) -> None:
    latest.asked = row
