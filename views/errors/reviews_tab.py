"""The part of the Errors tab in which reviews are gone through one by one: found, explained, named."""

from __future__ import annotations

import json
import secrets

import gradio as gr
import numpy as np

from model.errors import GatescopeError, ReviewError
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from model.recurrence.replay import QUANTITIES
from model.recurrence.summary import ORDERS as UNIT_ORDERS
from model.tables.labels import NO_LABEL
from model.workbench.filters import AS_FILED, LABELS, NOT_NAMED, ORDERS, Filter, page, page_of, select
from model.workbench.neighbours import nearest
from model.workbench.notebook import Note
from model.workbench.overview import Outcome
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals
from views.errors import cards
from views.gates.staves import staves
from views.panel import Drawing, whole
from views.stage.reading import reading, strongest

PAGE = 25  # rows of the table that are sent at once
ANY, UNNAMED = "any", "not named yet"
WORD = "word"  # in place of a slice's dimension
CORRECTIONS = {"as it is": NO_LABEL, "positive": 1, "negative": 0}
_HELP = """<p class="gs-note gs-keys"><kbd>j</kbd> next, <kbd>k</kbd> back, <kbd>1</kbd> to <kbd>9</kbd> name it,
<kbd>0</kbd> take the name back, <kbd>n</kbd> write a note, <kbd>Esc</kbd> leave it, <kbd>+</kbd> <kbd>-</kbd>
correct the label to positive or negative, <kbd>=</kbd> leave it as it is.</p>"""


class ReviewsTab:
    """Components and listeners. `shown` (state) holds the numbers of the rows that pass the filters, in order."""

    def __init__(self, explainer: Explainer, bench: gr.State, pick: gr.Textbox, name: gr.Textbox) -> None:
        """Put it on the page that is being built.

        `pick` hears what is pressed in the HTML of the whole Errors tab, `name` which category a row is given.
        """
        self._explainer, self._bench, self._pick, self._name = explainer, bench, pick, name
        self.shown = gr.State(None)
        self._page, self._row, self._slice = gr.State(1), gr.State(-1), gr.State(None)
        self._build_filters()
        with gr.Row(elem_classes="gs-main"):
            with gr.Column(scale=5, min_width=320):
                self._list = gr.HTML("", elem_id="gs-errors-list-shown")
                with gr.Row(elem_classes="gs-buttons"):
                    self._earlier = gr.Button("◀ Earlier page", size="sm", min_width=120)
                    self._later = gr.Button("Later page ▶", size="sm", min_width=120)
            with gr.Column(scale=6, min_width=320, elem_classes="gs-scope", elem_id="gs-errors-detail"):
                self._build_detail()

    def _build_filters(self) -> None:
        with gr.Row(elem_classes="gs-filters"):
            self._search = gr.Textbox(label="Search in the text", max_length=200, min_width=150)
            self._outcome = gr.Dropdown(
                [(each.words, int(each)) for each in Outcome], label="Outcome", multiselect=True, min_width=180
            )
            self._category = gr.Dropdown([ANY, UNNAMED], value=ANY, label="Category", min_width=140)
            self._order = gr.Dropdown(list(ORDERS), value=ORDERS[0], label="Sorted by", min_width=200)
        with gr.Row(elem_classes="gs-filters"):
            self._label = gr.Dropdown([ANY, *LABELS], value=ANY, label="Label", min_width=120)
            self._low = gr.Slider(50, 100, 50, step=1, label="Confidence from (%)", min_width=150)
            self._high = gr.Slider(50, 100, 100, step=1, label="to (%)", min_width=150)
            self._slice_shown = gr.Textbox(label="Slice or word (choose it there)", interactive=False, min_width=180)
            self._reset = gr.Button("Take all filters back", size="sm", min_width=150)

    def _build_detail(self) -> None:
        with gr.Row(elem_classes="gs-buttons"):
            self._back = gr.Button("▲ Back", size="sm", min_width=80, elem_id="gs-errors-back")
            self._next = gr.Button("▼ Next", size="sm", min_width=80, elem_id="gs-errors-next")
        gr.HTML(_HELP)
        self._head = gr.HTML(cards.sentence_card("Choose a review in the table to see it explained here."))
        self._categories = gr.HTML("")
        with gr.Row(visible=False, elem_classes="gs-naming") as self._naming:
            self._own = gr.Textbox(
                label="A category of your own",
                max_length=60,
                min_width=140,
                submit_btn="Name it",
                elem_id="gs-errors-own",
            )
            self._corrected = gr.Radio(
                list(CORRECTIONS),
                value="as it is",
                label="Corrected label",
                min_width=200,
                elem_classes="gs-controls",
                elem_id="gs-errors-corrected",
            )
        self._note = gr.Textbox(label="Note", lines=2, max_length=5_000, visible=False, elem_id="gs-errors-note")
        self._kept = gr.HTML("")
        self._reading = gr.HTML("", elem_classes="gs-sheet-holder")
        with gr.Row(visible=False, elem_classes="gs-controls") as self._where:
            self._layer = gr.Radio([("1", 1), ("2", 2)], value=1, label="Layer", min_width=80)
            self._direction = gr.Radio(
                [("reads →", "forward"), ("← reads", "backward")], value="forward", label="Direction", min_width=140
            )
            self._symbol = gr.Radio(
                list(QUANTITIES), value="f", label="Quantity", elem_classes="gs-quantity", min_width=220
            )
        self._staves = gr.HTML("", elem_classes="gs-sheet-holder")
        self._neighbours = gr.HTML("")

    @property
    def _filters(self) -> list[gr.components.Component]:
        return [
            self._search,
            self._outcome,
            self._category,
            self._label,
            self._low,
            self._high,
            self._slice,
            self._order,
        ]

    @property
    def _detail(self) -> list[gr.components.Component]:
        said = [self._categories, self._naming, self._own, self._corrected, self._note, self._kept]
        return [self._row, self._head, *said, self._reading, self._where, self._staves, self._neighbours]

    @property
    def filled(self) -> list[gr.components.Component]:
        """What `fill` sets."""
        return [self.shown, self._page, self._list, self._slice_shown, *self._filters, *self._detail]

    def fill(self, bench: Workbench) -> Drawing:
        """The list of a newly scored file, mistakes first, nothing chosen."""
        empty = {self._own: "", self._note: gr.Textbox("", visible=False), self._kept: "", self._reading: ""}
        empty |= {self._staves: "", self._neighbours: "", self._categories: "", self._where: gr.Row(visible=False)}
        empty |= {self._naming: gr.Row(visible=False), self._row: -1}
        empty[self._head] = cards.sentence_card("Choose a review in the table to see it explained here.")
        return empty | self._everything(bench)

    def _everything(self, bench: Workbench, row: int = -1) -> Drawing:
        """All filters taken back, and the list without them."""
        free = self._unfiltered(bench)
        return free | self._listed(bench, Filter(), free[self._order], row)

    def _unfiltered(self, bench: Workbench) -> Drawing:
        return {
            self._search: "",
            self._outcome: [],
            self._category: gr.Dropdown(self._category_choices(bench), value=ANY),
            self._label: ANY,
            self._low: 50,
            self._high: 100,
            self._slice: None,
            self._slice_shown: "",
            self._order: ORDERS[0] if bench.overview.labelled else AS_FILED,
        }

    def _category_choices(self, bench: Workbench) -> list[str]:
        return [ANY, UNNAMED, *bench.counts]

    def listen(self, tabs: gr.Tabs) -> None:
        """Connect everything; this stands in a tab of `tabs`."""
        self._tabs = tabs
        quiet = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
        listed = [self.shown, self._page, self._list, self._head]
        gr.on(
            [
                self._search.change,
                *(each.input for each in (self._outcome, self._category, self._label, self._order)),
                *(each.release for each in (self._low, self._high)),
            ],
            self._list_again,
            [self._bench, self._row, *self._filters],
            listed,
            **quiet,
        )
        self._reset.click(
            lambda bench, row: self._everything(bench, row) if bench else gr.skip(),
            [self._bench, self._row],
            [*listed, self._slice_shown, *self._filters],
            **quiet,
        )
        for button, step in ((self._earlier, -1), (self._later, 1)):
            button.click(
                lambda bench, shown, number, row, step=step: self._turn(bench, shown, number + step, row),
                [self._bench, self.shown, self._page, self._row],
                [self._page, self._list],
                **quiet,
            )
        place = [self._bench, self.shown, self._row, self._layer, self._direction, self._symbol]
        detail = [self._page, self._list, *self._detail]
        for button, step in ((self._back, -1), (self._next, 1)):
            button.click(
                lambda bench, shown, row, *how, step=step: self._move(bench, shown, row, step, *how),
                place,
                detail,
                api_visibility="private",
                concurrency_id="compute",
                show_progress_on=self._reading,
                trigger_mode="always_last",
            )
        self._pick.change(
            self._picked,
            [self._pick, *place],
            [tabs, *listed[:-1], self._slice_shown, *self._filters, *self._detail],
            api_visibility="private",
            concurrency_id="compute",
            show_progress_on=self._reading,
            trigger_mode="always_last",
        )
        gr.on(
            [self._layer.input, self._direction.input, self._symbol.input],
            self._draw_staves,
            [self._bench, self._row, self._layer, self._direction, self._symbol],
            self._staves,
            **quiet,
        )
        said = [self._categories, self._kept, self._list, self._category, self._own]
        self._name.change(  # each counts, in its order
            self._named,
            [self._name, self._bench, self.shown, self._row],
            said,
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=1,
        )
        who = [self._bench, self.shown, self._page, self._row]
        self._own.submit(lambda *given: self._say(*given[:-1], category=given[-1]), [*who, self._own], said, **quiet)
        self._corrected.input(
            lambda *given: self._say(*given[:-1], label=CORRECTIONS[given[-1]]), [*who, self._corrected], said, **quiet
        )
        self._note.change(self._keep_note, [self._bench, self._row, self._note], self._kept, **quiet)
        self._note.blur(self._turn, [self._bench, self.shown, self._page, self._row], [self._page, self._list], **quiet)

    # The list

    def _chosen_filter(self, search, outcome, category, label, low, high, slice_) -> Filter:
        return Filter(
            search=(search or "").strip(),
            outcomes=tuple(Outcome(int(each)) for each in outcome or ()),
            slice=tuple(slice_) if slice_ and slice_[0] != WORD else None,
            token=slice_[1] if slice_ and slice_[0] == WORD else None,
            category={ANY: "", UNNAMED: NOT_NAMED}.get(category, category or ""),
            low=min(low, high) / 100,
            high=max(low, high) / 100,
            label="" if label == ANY else label,
        )

    def _listed(self, bench: Workbench, chosen: Filter, order: str, row: int = -1) -> Drawing:
        rows = select(bench.table, bench.scores, chosen, order, bench.categories)
        drawing = {self.shown: rows, self._page: 1, self._list: cards.review_list(bench, page(rows, 1, PAGE), row)}
        return drawing | ({self._head: self._heading(bench, rows, row)} if row >= 0 else {})

    def _heading(self, bench: Workbench, shown: np.ndarray, row: int) -> str:
        places = np.flatnonzero(shown == row)
        return cards.row_heading(bench, row, int(places[0]) if len(places) else None, len(shown))

    def _list_again(self, bench: Workbench | None, row: int, *filters: object) -> Drawing:
        if bench is None:
            return gr.skip()
        with Refusals():
            *chosen, order = filters
            return self._listed(bench, self._chosen_filter(*chosen), order, row)

    def _turn(self, bench: Workbench | None, shown: np.ndarray | None, number: int, row: int) -> Drawing:
        if bench is None or shown is None:
            return gr.skip()
        turned = page(shown, number, PAGE)
        return {self._page: turned.number, self._list: cards.review_list(bench, turned, row)}

    # One review

    def _move(self, bench, shown, row, step, layer, direction, symbol) -> Drawing:
        """To the next or the last review of the list; from none to the first."""
        if bench is None or shown is None or not len(shown):
            return gr.skip()
        places = np.flatnonzero(shown == row)
        place = int(np.clip(places[0] + step, 0, len(shown) - 1)) if len(places) else 0
        with Refusals():
            return self._open(bench, shown, int(shown[place]), layer, direction, symbol)

    def _open(self, bench, shown, row, layer, direction, symbol) -> Drawing:
        """Explain a review, and show what was said of it."""
        explanation = self._explain(bench, row)
        number = page_of(shown, row, PAGE)
        note = bench.note(row)
        corrected = next(name for name, label in CORRECTIONS.items() if label == note.label)
        return {
            self._row: row,
            self._page: number,
            self._list: cards.review_list(bench, page(shown, number, PAGE), row),
            self._head: self._heading(bench, shown, row),
            self._categories: cards.category_buttons(bench.counts, note.category, row),
            self._naming: gr.Row(visible=True),
            self._own: "",
            self._corrected: corrected,
            self._note: gr.Textbox(note.text, visible=True),
            self._kept: cards.saved_sentence(len(bench.notes), len(bench.table.texts)),
            self._reading: reading(explanation, strongest(explanation.attribution), secrets.token_hex(4)),
            self._where: gr.Row(visible=True),
            self._staves: self._staves_of(explanation, layer, direction, symbol),
            self._neighbours: cards.neighbours_card(bench, nearest(bench.scores, row)),
        }

    def _explain(self, bench: Workbench, row: int) -> Explanation:
        if not 0 <= row < len(bench.table.texts):
            raise ReviewError("There is no such row in this file.")
        return self._explainer.explain(Question(bench.table.texts[row], bench.scores.checkpoint))

    def _staves_of(self, explanation: Explanation, layer: int, direction: str, symbol: str) -> str:
        layers = max(trace.layer for trace in explanation.gates.traces)
        return staves(explanation, min(layer, layers), direction, symbol, UNIT_ORDERS[0])

    def _draw_staves(self, bench: Workbench | None, row: int, layer: int, direction: str, symbol: str) -> object:
        if bench is None or row < 0:
            return gr.skip()
        with Refusals():
            return self._staves_of(self._explain(bench, row), layer, direction, symbol)

    # What is pressed in the HTML, and what is said

    def _picked(self, sent, bench, shown, row, layer, direction, symbol) -> Drawing:
        """A cell, a slice, a word or a row was pressed; see `markup.pick_button`."""
        kind, value = _read_pick(sent)
        if bench is None or kind is None:
            return gr.skip()
        with Refusals():
            if kind == "row":
                return self._open(bench, shown, whole(value), layer, direction, symbol)
            return self._filter_by(bench, kind, value)

    def _named(self, sent: str | None, bench: Workbench | None, shown: np.ndarray | None, seen: int) -> Drawing:
        """A category was pressed for a row, by now perhaps no longer the one that is seen."""
        kind, value = _read_pick(sent)
        if bench is None or kind != "category":
            return gr.skip()
        row, category = value
        drawing = self._say(bench, shown, None, whole(row), category=str(category))
        if row != seen:
            drawing.pop(self._categories)
        return drawing

    def _filter_by(self, bench: Workbench, kind: str, value: object) -> Drawing:
        """Show the reviews of a cell of the confusion matrix, of a slice, or with a word."""
        chosen = self._unfiltered(bench)
        if kind == "outcomes":
            chosen[self._outcome] = [int(each) for each in value]
        elif kind == "slice":
            dimension, name = (str(each) for each in value)
            chosen |= {self._slice: (dimension, name), self._slice_shown: f"{dimension}: {name}"}
        elif kind == "word":
            token = self._explainer.checkpoint(bench.scores.checkpoint).field.vocab.stoi[str(value)]
            chosen |= {self._slice: (WORD, token), self._slice_shown: f"the word “{value}”"}
        else:
            raise ReviewError("There is nothing of that kind to show.")
        found = self._chosen_filter("", chosen[self._outcome], ANY, ANY, 50, 100, chosen[self._slice])
        return chosen | self._listed(bench, found, chosen[self._order]) | {self._tabs: gr.Tabs(selected="reviews")}

    def _keep_note(self, bench: Workbench | None, row: int, text: str) -> str:
        """Keep a note while it is written; one that is only shown is there already."""
        if bench is None or row < 0 or bench.note(row).text == text:
            return gr.skip()
        _keep(bench, row, text=text)
        return cards.saved_sentence(len(bench.notes), len(bench.table.texts))

    def _say(self, bench: Workbench | None, shown, number, row: int, **said: object) -> Drawing:
        """Keep what was said of the chosen row; the page says so when it is kept."""
        if bench is None or row < 0:
            return gr.skip()
        note = _keep(bench, row, **said)
        number = page_of(shown, row, PAGE) if number is None else number
        return {
            self._categories: cards.category_buttons(bench.counts, note.category, row),
            self._kept: cards.saved_sentence(len(bench.notes), len(bench.table.texts)),
            self._list: cards.review_list(bench, page(shown, number, PAGE), row),
            self._category: gr.Dropdown(self._category_choices(bench)),
            self._own: "",
        }


def _keep(bench: Workbench, row: int, **said: object) -> Note:
    """Keep what was said of a row; where it cannot be kept, the page says why."""
    try:
        return bench.say(row, **said)
    except GatescopeError as error:
        raise gr.Error(str(error), print_exception=False, title="Not kept") from None


def _read_pick(sent: str | None) -> tuple[str | None, object]:
    """Kind and value of what was pressed; (None, None) for what no button sends."""
    try:
        stored = json.loads((sent or "").partition("\n")[0])
        ((kind, value),) = stored.items()
    except (ValueError, AttributeError, RecursionError):
        return None, None
    return kind, value
