"""The part of the Errors tab in which reviews are gone through one by one: found, explained, named."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np
from gradio.events import Dependency
from markupsafe import Markup

from model.errors import GatescopeError, ReviewError
from model.language import gettext, marked
from model.network.cells.registry import FIRST_SHOWN, SYMBOLS
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from model.recurrence.summary import ORDERS as UNIT_ORDERS
from model.tables.labels import LABEL_NAMES, NO_LABEL
from model.workbench.filters import page, page_of, select
from model.workbench.neighbours import nearest
from model.workbench.note import Note
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals, refusal
from views.drawing.labels import ARROWS
from views.drawing.template import render
from views.errors.filters_tab import Chosen, Filters, category_choices, free, narrowed_to
from views.errors.parts import sentence_card
from views.errors.picks import CategoryPick, OutcomesPick, RowPick, SlicePick, WordPick, read_pick
from views.errors.rows import category_buttons, neighbours_card, review_list, row_heading, saved_sentence
from views.gates.staves import staves
from views.gates.unit_map import map_card, shown_in
from views.panel import QUIET, SHEET, STAVES, UNIT_MAP, Drawing
from views.scripts import attached
from views.stage.reading import reading

PAGE = 25  # rows of the table that are sent at once
AS_IT_IS = marked("as it is")
CORRECTIONS = {AS_IT_IS: NO_LABEL} | {name: label for label, name in LABEL_NAMES.items()}
CORRECTING_KEYS = {"+": LABEL_NAMES[1], "-": LABEL_NAMES[0], "=": AS_IT_IS}
_CHOOSE = marked("Choose a review in the table to see it explained here.")


class ReviewsTab:
    """Components and listeners. `shown` (state) holds the numbers of the rows that pass the filters, in order."""

    def __init__(self, explainer: Explainer, bench: gr.State, pressed: gr.HTML) -> None:
        """Put it on the page that is being built; `pressed` holds what was pressed in the Errors tab's HTML."""
        self._explainer, self._bench, self._pressed = explainer, bench, pressed
        self.shown = gr.State(None)
        self._page, self._row = gr.State(1), gr.State(-1)
        self._filters = Filters()
        with gr.Row(elem_classes=["gs-main", "gs-stack"]):
            with gr.Column(scale=5, min_width=320):
                self._list = gr.HTML("", elem_id="gs-errors-list-shown")
                with gr.Row(elem_classes="gs-buttons"):
                    self._earlier = gr.Button(gettext("◀ Earlier page"), size="sm", min_width=120)
                    self._later = gr.Button(gettext("Later page ▶"), size="sm", min_width=120)
            with gr.Column(scale=6, min_width=320, elem_classes="gs-scope", elem_id="gs-errors-detail"):
                self._build_detail()

    def _build_detail(self) -> None:
        with gr.Row(elem_classes="gs-buttons"):
            self._back = gr.Button(gettext("▲ Back"), size="sm", min_width=80, elem_id="gs-errors-back")
            self._next = gr.Button(gettext("▼ Next"), size="sm", min_width=80, elem_id="gs-errors-next")
        gr.HTML(render("errors/keys.html", corrections=CORRECTING_KEYS), js_on_load=attached("errors/keys.js"))
        self._head = gr.HTML(sentence_card(gettext(_CHOOSE)))
        self._categories = gr.HTML("")
        with gr.Row(visible=False, elem_classes="gs-naming") as self._naming:
            self._own = gr.Textbox(
                label=gettext("A category of your own"),
                max_length=60,
                min_width=140,
                submit_btn=gettext("Name it"),
                elem_id="gs-errors-own",
            )
            self._corrected = gr.Radio(
                [(gettext(each), each) for each in CORRECTIONS],
                value=AS_IT_IS,
                label=gettext("Corrected label"),
                min_width=200,
                elem_classes="gs-controls",
                elem_id="gs-errors-corrected",
            )
        self._note = gr.Textbox(
            label=gettext("Note"), lines=2, max_length=5_000, visible=False, elem_id="gs-errors-note"
        )
        self._kept = gr.HTML("")
        self._reading = gr.HTML("", **SHEET)
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
    def _detail(self) -> list[gr.components.Component]:
        said = [self._categories, self._naming, self._own, self._corrected, self._note, self._kept]
        return [self._row, self._head, *said, self._reading, self._where, self._staves, self._units, self._neighbours]

    @property
    def filled(self) -> list[gr.components.Component]:
        """What `fill` sets."""
        filters = [self._filters.narrowed_shown, *self._filters.chosen]
        return [self.shown, self._page, self._list, *filters, *self._detail]

    def fill(self, bench: Workbench) -> Drawing:
        """The list of a newly scored file, mistakes first, nothing chosen."""
        empty: Drawing = dict.fromkeys(
            (self._own, self._kept, self._reading, self._staves, self._units, self._neighbours, self._categories), ""
        )
        empty |= {self._corrected: AS_IT_IS, self._note: gr.Textbox("", visible=False)}
        empty |= {self._naming: gr.Row(visible=False), self._where: gr.Row(visible=False)}
        empty |= {self._row: -1, self._head: sentence_card(gettext(_CHOOSE))}
        return empty | self._everything(bench)

    def refill(self, bench: Workbench | None) -> Drawing:
        """The same, where there is a file."""
        return gr.skip() if bench is None else self.fill(bench)

    def _everything(self, bench: Workbench, row: int = -1) -> Drawing:
        """All filters taken back, and the list without them."""
        chosen = free(bench)
        return self._filters.show(bench, chosen) | self._listed(bench, chosen, row)

    def listen(self, tabs: gr.Tabs) -> None:
        """Connect everything; this stands in a tab of `tabs`."""
        self._tabs = tabs
        quiet = QUIET | {"trigger_mode": "always_last"}
        slow: dict[str, Any] = {
            "api_visibility": "private",
            "concurrency_id": "compute",
            "show_progress_on": self._reading,
            "trigger_mode": "always_last",
        }
        filters, listed = self._filters, [self.shown, self._page, self._list, self._head]
        gr.on(
            [
                filters.search.change,
                *(each.input for each in (filters.outcomes, filters.category, filters.label, filters.order)),
                *(each.release for each in (filters.low, filters.high)),
            ],
            self._list_again,
            [self._bench, self._row, *filters.chosen],
            listed,
            **quiet,
        )
        shown_filters = [filters.narrowed_shown, *filters.chosen]
        filters.reset.click(self._reset, [self._bench, self._row], [*listed, *shown_filters], **quiet)
        turned = [self._bench, self.shown, self._page, self._row]
        self._earlier.click(self._turn_back, turned, [self._page, self._list], **quiet)
        self._later.click(self._turn_on, turned, [self._page, self._list], **quiet)
        place = [self._bench, self.shown, self._row, self._layer, self._direction, self._symbol]
        detail = [self._page, self._list, *self._detail]
        picked = [tabs, *listed[:-1], *shown_filters, *self._detail]
        for opened in (
            self._back.click(lambda *given: self._move(-1, *given), place, detail, **slow),
            self._next.click(lambda *given: self._move(1, *given), place, detail, **slow),
            self._pressed.pick(self._picked, [self._pressed, *place], picked, **slow),
        ):
            self._draw_categories_after(opened)
        where = [self._layer, self._direction, self._symbol]
        gr.on(
            [each.input for each in where],
            self._draw_staves,
            [self._bench, self._row, *where],
            [self._staves, self._units],
            **quiet,
        )
        self._listen_to_notes(turned, quiet)

    def _listen_to_notes(self, turned: Sequence[gr.components.Component], quiet: dict[str, Any]) -> None:
        said = [self._categories, self._kept, self._list, self._filters.category, self._own]
        named = self._pressed.name(  # each counts, in its order
            self._named,
            [self._pressed, self._bench, self.shown],
            said[1:],
            **QUIET,
            trigger_mode="multiple",
            concurrency_limit=1,
        )
        self._draw_categories_after(named)
        self._own.submit(self._name_it, [*turned, self._own], said, **quiet)
        self._corrected.input(self._correct, [*turned, self._corrected], said, **quiet)
        self._note.change(self._keep_note, [self._bench, self._row, self._note], self._kept, **quiet)
        self._note.blur(self._leave_note, [*turned, self._note], [self._page, self._list, self._kept], **quiet)

    def _draw_categories_after(self, event: Dependency) -> None:
        """Draw the buttons of the row that is seen then. One at a time, so that the last one asked for is the last that
        comes: those of a row that was named may be on their way when the next row is opened already.
        """
        event.then(
            self._categories_of,
            [self._bench, self._row],
            self._categories,
            concurrency_id="categories",
            concurrency_limit=1,
            **QUIET,
        )

    # The list

    def _listed(self, bench: Workbench, chosen: Chosen, row: int = -1) -> Drawing:
        vocabulary = self._explainer.checkpoint(bench.scores.checkpoint).field.vocab.stoi
        rows = select(bench.table, bench.scores, chosen.filter(vocabulary), chosen.order, bench.categories)
        drawing: Drawing = {self.shown: rows, self._page: 1, self._list: review_list(bench, page(rows, 1, PAGE), row)}
        return drawing | ({self._head: self._heading(bench, rows, row)} if row >= 0 else {})

    def _heading(self, bench: Workbench, shown: np.ndarray, row: int) -> Markup:
        places = np.flatnonzero(shown == row)
        return row_heading(bench, row, int(places[0]) if len(places) else None, len(shown))

    def _list_again(
        self,
        bench: Workbench | None,
        row: int,
        search: str | None,
        outcomes: list[int] | None,
        category: str | None,
        label: str | None,
        low: float,
        high: float,
        narrowed: SlicePick | WordPick | None,
        order: str,
    ) -> Drawing:
        if bench is None:
            return gr.skip()
        with Refusals():
            return self._listed(bench, Chosen(search, outcomes, category, label, low, high, narrowed, order), row)

    def _reset(self, bench: Workbench | None, row: int) -> Drawing:
        return gr.skip() if bench is None else self._everything(bench, row)

    def _turn(self, bench: Workbench | None, shown: np.ndarray | None, number: int, row: int) -> Drawing:
        if bench is None or shown is None:
            return gr.skip()
        turned = page(shown, number, PAGE)
        return {self._page: turned.number, self._list: review_list(bench, turned, row)}

    def _turn_back(self, bench: Workbench | None, shown: np.ndarray | None, number: int, row: int) -> Drawing:
        return self._turn(bench, shown, number - 1, row)

    def _turn_on(self, bench: Workbench | None, shown: np.ndarray | None, number: int, row: int) -> Drawing:
        return self._turn(bench, shown, number + 1, row)

    # One review

    def _move(
        self,
        step: int,
        bench: Workbench | None,
        shown: np.ndarray | None,
        row: int,
        layer: int,
        direction: str,
        symbol: str,
    ) -> Drawing:
        """`step` reviews on or back in the list, not beyond its ends; from none to the first."""
        if bench is None or shown is None or not len(shown):
            return gr.skip()
        places = np.flatnonzero(shown == row)
        place = int(np.clip(places[0] + step, 0, len(shown) - 1)) if len(places) else 0
        with Refusals():
            return self._open(bench, shown, int(shown[place]), layer, direction, symbol)

    def _open(self, bench: Workbench, shown: np.ndarray, row: int, layer: int, direction: str, symbol: str) -> Drawing:
        """Explain a review, and show what was said of it."""
        explanation = self._explain(bench, row)
        number = page_of(shown, row, PAGE)
        note = bench.note(row)
        corrected = next(name for name, label in CORRECTIONS.items() if label == note.label)
        return {
            self._row: row,
            self._page: number,
            self._list: review_list(bench, page(shown, number, PAGE), row),
            self._head: self._heading(bench, shown, row),
            self._categories: category_buttons(bench.counts, note.category, row),
            self._naming: gr.Row(visible=True),
            self._own: "",
            self._corrected: corrected,
            self._note: gr.Textbox(note.text, visible=True),
            self._kept: saved_sentence(len(bench.notes), len(bench.table.texts)),
            self._reading: reading(explanation, explanation.attribution.strongest, f"{row}-{secrets.token_hex(4)}"),
            self._where: gr.Row(visible=True),
            self._neighbours: neighbours_card(bench, nearest(bench.scores, row)),
        } | self._staves_of(explanation, layer, direction, symbol)

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

    # What is pressed in the HTML, and what is said

    def _picked(
        self,
        sent: str | None,
        bench: Workbench | None,
        shown: np.ndarray,
        row: int,
        layer: int,
        direction: str,
        symbol: str,
    ) -> Drawing:
        """A cell, a slice, a word or a row was pressed."""
        with Refusals():
            pick = read_pick(sent)
            if bench is None or pick is None:
                return gr.skip()
            if isinstance(pick, RowPick):
                return self._open(bench, shown, pick.row, layer, direction, symbol)
            if isinstance(pick, CategoryPick):
                return gr.skip()
            return self._filter_by(bench, pick)

    def _named(self, sent: str | None, bench: Workbench | None, shown: np.ndarray) -> Drawing:
        """A category was pressed for a row, by now perhaps no longer the one that is seen."""
        with Refusals():
            pick = read_pick(sent)
        if bench is None or not isinstance(pick, CategoryPick):
            return gr.skip()
        row, category = pick.category
        drawing = self._say(bench, shown, None, row, category=category)
        drawing.pop(self._categories, None)
        return drawing

    def _categories_of(self, bench: Workbench | None, row: int) -> object:
        """The buttons of the row that is seen now."""
        return gr.skip() if bench is None or row < 0 else category_buttons(bench.counts, bench.note(row).category, row)

    def _filter_by(self, bench: Workbench, pick: OutcomesPick | SlicePick | WordPick) -> Drawing:
        """Show the reviews of a cell of the confusion matrix, of a slice, or with a word."""
        chosen = narrowed_to(bench, pick)
        shown = self._filters.show(bench, chosen) | self._listed(bench, chosen)
        return shown | {self._tabs: gr.Tabs(selected="reviews")}

    def _keep_note(self, bench: Workbench | None, row: int, text: str) -> Markup:
        """Keep a note while it is written; one that is only shown is there already."""
        if bench is None or row < 0 or bench.note(row).text == text:
            return gr.skip()
        _keep(bench, row, text=text)
        return saved_sentence(len(bench.notes), len(bench.table.texts))

    def _leave_note(
        self, bench: Workbench | None, shown: np.ndarray | None, number: int, row: int, text: str
    ) -> Drawing:
        """Show in the list whether there is a note, kept here where the event that keeps it has not come yet."""
        kept = self._keep_note(bench, row, text)
        drawing = self._turn(bench, shown, number, row)
        return drawing if kept == gr.skip() or drawing == gr.skip() else drawing | {self._kept: kept}

    def _name_it(self, bench: Workbench | None, shown: np.ndarray, number: int, row: int, category: str) -> Drawing:
        return self._say(bench, shown, number, row, category=category)

    def _correct(self, bench: Workbench | None, shown: np.ndarray, number: int, row: int, label: str) -> Drawing:
        return self._say(bench, shown, number, row, label=CORRECTIONS[label])

    def _say(
        self,
        bench: Workbench | None,
        shown: np.ndarray,
        number: int | None,
        row: int,
        **said: str | int,
    ) -> Drawing:
        """Keep what was said of the chosen row; the page says so when it is kept."""
        if bench is None or row < 0:
            return gr.skip()
        note = _keep(bench, row, **said)
        number = page_of(shown, row, PAGE) if number is None else number
        return {
            self._categories: category_buttons(bench.counts, note.category, row),
            self._kept: saved_sentence(len(bench.notes), len(bench.table.texts)),
            self._list: review_list(bench, page(shown, number, PAGE), row),
            self._filters.category: gr.Dropdown(category_choices(bench)),
            self._own: "",
        }


def _keep(bench: Workbench, row: int, **said: str | int) -> Note:
    """Keep what was said of a row; where it cannot be kept, the page says why."""
    try:
        return bench.say(row, **said)
    except GatescopeError as error:
        raise refusal(str(error), gettext("Not kept")) from None
