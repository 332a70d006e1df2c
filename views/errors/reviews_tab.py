"""The part of the Errors tab in which reviews are gone through one by one: the list, and beside it the chosen one."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np
from gradio.events import Dependency

from model.language import gettext
from model.reading.explainer import Explainer
from model.workbench.filters import page, page_of, select
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals
from views.errors.detail_tab import Detail
from views.errors.filters_tab import Chosen, Filters, Narrowed, category_choices, free, narrowed_to
from views.errors.keeper_tab import Keeper
from views.errors.keeping import Answer, answered, file_of, fitting, keep, told_card
from views.errors.listed import first_of, listed
from views.errors.picks import ListPick, Narrowing, OutcomesPick, RowPick, read_pick
from views.errors.rows import review_list
from views.errors.told import read_told
from views.panel import QUIET, Drawing
from views.scripts import attached

PAGE = 25  # rows of the table that are sent at once


class ReviewsTab:
    """Components and listeners. `shown` (state) holds the numbers of the rows that pass the filters, in order."""

    def __init__(self, explainer: Explainer, bench: gr.State, pressed: gr.HTML, keeper: Keeper) -> None:
        """Put it on the page that is being built; `pressed` holds what was pressed in the Errors tab's HTML.

        `keeper` tells what is said of reviews.
        """
        self._explainer, self._bench, self._pressed, self._keeper = explainer, bench, pressed, keeper
        self.shown = gr.State(None)
        self._page = gr.State(1)
        self._filters = Filters()
        with gr.Row(elem_classes="gs-panes"):
            with gr.Column(scale=5, min_width=320, elem_id="gs-errors-rows"):
                self._list = gr.HTML("", elem_id="gs-errors-list-shown", js_on_load=attached("errors/drawn.js"))
                with gr.Row(elem_classes="gs-buttons"):
                    self._earlier = gr.Button(gettext("◀ Earlier page"), size="sm", min_width=120)
                    self._later = gr.Button(gettext("Later page ▶"), size="sm", min_width=120)
            with gr.Column(scale=6, min_width=320, elem_classes="gs-scope", elem_id="gs-errors-detail"):
                self.detail = Detail(explainer, bench)
        self._naming = self.detail.naming

    @property
    def filled(self) -> list[gr.blocks.Block]:
        """What `fill` sets."""
        return [self.shown, self._page, self._list, *self._filters.shown, *self.detail.drawn, *self._keeper.filled]

    def fill(self, bench: Workbench, again: str = "") -> Drawing:
        """The list of a newly scored file, mistakes first, nothing chosen; `again` as in `Keeper.fill`."""
        return self.detail.empty() | self._everything(bench) | self._keeper.fill(bench, again)

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
            "concurrency_id": "read",
            "show_progress_on": self.detail.reading,
            "trigger_mode": "always_last",
        }
        filters, row = self._filters, self.detail.row
        listed = [self.shown, self._page, self._list, self.detail.head]
        gr.on(
            [
                filters.search.change,
                *(each.input for each in (filters.outcomes, filters.category, filters.label, filters.order)),
                *(each.release for each in (filters.low, filters.high)),
            ],
            self._list_again,
            [self._bench, row, *filters.chosen],
            [*listed, filters.fold],
            **quiet,
        )
        filters.reset.click(self._reset, [self._bench, row], [*listed, *filters.shown], **quiet)
        turned = [self._bench, self.shown, self._page, row]
        self._earlier.click(self._turn_back, turned, [self._page, self._list], **quiet)
        self._later.click(self._turn_on, turned, [self._page, self._list], **quiet)
        place = [self._bench, self.shown, row, *self.detail.gates]
        detail = [self._page, self._list, *self.detail.drawn]
        picked = [tabs, *listed[:-1], *filters.shown, *self.detail.drawn]
        for opened in (
            self.detail.back.click(lambda *given: self._move(-1, *given), place, detail, **slow),
            self.detail.next.click(lambda *given: self._move(1, *given), place, detail, **slow),
            self._pressed.pick(self._picked, [self._pressed, *place], picked, **slow),
        ):
            self._draw_categories_after(opened)
            self.detail.score_after(opened)
        self.detail.listen()
        self._listen_to_notes()

    def _listen_to_notes(self) -> None:
        naming, keeper = self._naming, self._keeper
        told = keeper.channel.tell(  # each counts, in its order
            self._tell,
            [keeper.channel, self._bench, self.shown, self._page, self.detail.row],
            [*keeper.filled, self._list, self._filters.category, naming.kept, naming.note, naming.corrected],
            **QUIET,
            trigger_mode="multiple",
            concurrency_id="notes",
            concurrency_limit=1,
        )
        self._draw_categories_after(told)

    def _draw_categories_after(self, event: Dependency) -> None:
        """Draw the buttons of the row that is seen then. One at a time, so that the last one asked for is the last that
        comes: those of a row that was named may be on their way when the next row is opened already.
        """
        event.then(
            self._naming.categories_of,
            [self._bench, self.detail.row],
            self._naming.categories,
            concurrency_id="categories",
            concurrency_limit=1,
            **QUIET,
        )

    # The list

    def _listed(self, bench: Workbench, chosen: Chosen, row: int = -1) -> Drawing:
        vocabulary = self._explainer.checkpoint(bench.scores.checkpoint).field.vocab.stoi
        passing = chosen.filter(vocabulary), chosen.order, bench.categories, chosen.among(bench)
        rows = select(bench.table, bench.scores, *passing)
        drawing: Drawing = {self.shown: rows, self._page: 1, self._list: review_list(bench, page(rows, 1, PAGE), row)}
        drawing |= self._filters.fold_of(chosen)
        return drawing | ({self.detail.head: self.detail.heading(bench, rows, row)} if row >= 0 else {})

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
        narrowed: Narrowed | None,
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
        opened = self.detail.open(bench, shown, row, layer, direction, symbol)
        number = page_of(shown, row, PAGE)
        return opened | {self._page: number, self._list: review_list(bench, page(shown, number, PAGE), row)}

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
                opened = self._open(bench, shown, pick.row, layer, direction, symbol)
                return opened | {self._tabs: gr.Tabs(selected="reviews")}
            filtered = self._filter_by(bench, pick)
            if isinstance(pick, ListPick) and (first := first_of(bench, pick)) is not None:
                rows = np.array(listed(bench, pick).rows)
                filtered |= self._open(bench, rows, first, layer, direction, symbol)
            return filtered

    def _filter_by(self, bench: Workbench, pick: OutcomesPick | Narrowing | ListPick) -> Drawing:
        """Show the reviews of a cell of the confusion matrix, of a slice, with a word, or of a list."""
        chosen = narrowed_to(bench, pick)
        shown = self._filters.show(bench, chosen) | self._listed(bench, chosen)
        return shown | {self._tabs: gr.Tabs(selected="reviews")}

    def _tell(self, sent: object, bench: Workbench | None, shown: np.ndarray | None, number: int, row: int) -> Drawing:
        """Keep what the script tells was said of rows, and answer what is kept of them."""
        with Refusals():
            told = read_told(sent)
        channel = self._keeper.channel
        if bench is None or shown is None or (file := file_of(bench)).key != told.file:
            return {channel: Answer(None if bench is None else file_of(bench), told.number).sent}
        adopted = [said for other in told.others for said in fitting(bench, other)] if told.adopt else []
        kept = keep(bench, [*told.said, *adopted])
        drawing: Drawing = {channel: Answer(file, told.number, answered(bench, kept.rows)).sent}
        if told.found or told.others or kept.refused:
            drawing[self._keeper.found] = told_card(bench, told, kept.refused, len(adopted))
        if not kept.rows:
            return drawing
        drawing |= self._naming.counted(bench) | {
            self._list: review_list(bench, page(shown, number, PAGE), row),
            self._filters.category: gr.Dropdown(category_choices(bench)),
        }
        seen_elsewhere = row in told.elsewhere or (row in kept.rows and (told.found or told.adopt))
        return drawing | (self._naming.told(bench, row) if seen_elsewhere else {})
