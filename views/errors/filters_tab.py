"""The filters above the list of reviews: their components, and what these say as a `Filter` of the workbench."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import gradio as gr
import numpy as np

from model.errors import ReviewError
from model.language import gettext, joined, marked
from model.workbench.filters import AS_FILED, LABELS, NOT_NAMED, ORDERS, Filter, orders
from model.workbench.overview import Outcome
from model.workbench.workbench import CHECKPOINTS, HYPOTHESIS, Workbench
from views.errors.listed import Listed, list_name, listed
from views.errors.parts import outcome_name, slice_names, sorted_by
from views.errors.picks import ChangePick, ListPick, Narrowing, OutcomesPick, SlicePick, WordPick
from views.errors.rows import category_name
from views.panel import Drawing

ANY, UNNAMED = marked("any"), marked("not named yet")
UNFILTERED = marked("Filters")
LONGEST_SEARCH = 200  # characters
COMPARED = {CHECKPOINTS: marked("two checkpoints"), HYPOTHESIS: marked("hypothesis")}

Narrowed = Narrowing | Listed
Choice = tuple[str, str]  # of a dropdown: what is read, and its value


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the filters hold, in the order of their components; confidence from `low` to `high` is in percent."""

    search: str | None
    outcomes: Sequence[int] | None
    category: str | None
    label: str | None
    low: float
    high: float
    narrowed: Narrowed | None
    order: str

    def filter(self, vocabulary: Mapping[str, int]) -> Filter:
        """What a row must have; `vocabulary` holds the number of each word, and 0 stands for one that it lacks.

        Raises `ReviewError` for a search that is too long.
        """
        narrowed = self.narrowed
        if len(self.search or "") > LONGEST_SEARCH:
            said = gettext("At most {most} characters can be searched for.")
            raise ReviewError(said.format(most=LONGEST_SEARCH))
        return Filter(
            search=(self.search or "").strip(),
            outcomes=tuple(Outcome(int(each)) for each in self.outcomes or ()),
            slice=narrowed.slice if isinstance(narrowed, SlicePick) else None,
            rows=narrowed.rows if isinstance(narrowed, Listed) else None,
            phrase=_ids(narrowed.word, vocabulary) if isinstance(narrowed, WordPick) else (),
            category={ANY: "", UNNAMED: NOT_NAMED}.get(self.category or "", self.category or ""),
            low=min(self.low, self.high) / 100,
            high=max(self.low, self.high) / 100,
            label="" if self.label in (None, ANY) else self.label,
        )

    def among(self, bench: Workbench) -> np.ndarray | None:
        """The rows, (rows,) bool, of a comparison to which the list is narrowed; None where it is not. Raises
        `ReviewError` where that comparison is no longer there.
        """
        return bench.compared(*self.narrowed.change) if isinstance(self.narrowed, ChangePick) else None


def _ids(phrase: str, vocabulary: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(vocabulary.get(word, 0) for word in phrase.split(" "))


def usual_order(bench: Workbench) -> str:
    """How a newly scored file is sorted."""
    return ORDERS[0] if bench.overview.labelled else AS_FILED


def free(bench: Workbench) -> Chosen:
    """All filters taken back."""
    return Chosen("", [], ANY, ANY, 50, 100, None, usual_order(bench))


def narrowed_to(bench: Workbench, pick: OutcomesPick | Narrowing | ListPick) -> Chosen:
    """The filters that show what was pressed, and nothing else."""
    if isinstance(pick, ListPick):
        return Chosen("", [], ANY, ANY, 50, 100, listed(bench, pick), AS_FILED)
    outcomes = [int(each) for each in pick.outcomes] if isinstance(pick, OutcomesPick) else []
    narrowed = None if isinstance(pick, OutcomesPick) else pick
    return Chosen("", outcomes, ANY, ANY, 50, 100, narrowed, usual_order(bench))


class Filters:
    """Components of the filters."""

    def __init__(self) -> None:
        """Put them on the page that is being built."""
        self._narrowed = gr.State(None)
        with gr.Accordion(gettext(UNFILTERED), open=False, elem_id="gs-errors-filters") as self.fold:
            with gr.Row(elem_classes="gs-filters"):
                self.search = gr.Textbox(label=gettext("Search in the text"), max_length=LONGEST_SEARCH, min_width=150)
                self.outcomes = gr.Dropdown(
                    [(outcome_name(each), int(each)) for each in Outcome],
                    label=gettext("Outcome"),
                    multiselect=True,
                    min_width=180,
                )
                self.category = gr.Dropdown(_free_choices(), value=ANY, label=gettext("Category"), min_width=140)
                self.order = gr.Dropdown(
                    _order_choices(ORDERS), value=ORDERS[0], label=gettext("Sorted by"), min_width=200
                )
            with gr.Row(elem_classes="gs-filters"):
                labels = [(gettext(each), each) for each in (ANY, *LABELS)]
                self.label = gr.Dropdown(labels, value=ANY, label=gettext("Label"), min_width=120)
                self.low = gr.Slider(50, 100, 50, step=1, label=gettext("Confidence from (%)"), min_width=150)
                self.high = gr.Slider(50, 100, 100, step=1, label=gettext("to (%)"), min_width=150)
                self.narrowed_shown = gr.Textbox(
                    label=gettext("Slice, word or list (choose it there)"), interactive=False, min_width=180
                )
                self.reset = gr.Button(gettext("Take all filters back"), size="sm", min_width=150)

    @property
    def chosen(self) -> list[gr.components.Component]:
        """The components whose values make a `Chosen`."""
        said = [self.search, self.outcomes, self.category, self.label]
        return [*said, self.low, self.high, self._narrowed, self.order]

    @property
    def shown(self) -> list[gr.blocks.Block]:
        """What `show` sets."""
        return [self.fold, self.narrowed_shown, *self.chosen]

    def show(self, bench: Workbench, chosen: Chosen) -> Drawing:
        """Set them all."""
        values: tuple[object, ...] = (
            chosen.search,
            chosen.outcomes,
            gr.Dropdown(category_choices(bench), value=chosen.category),
            chosen.label,
            chosen.low,
            chosen.high,
            chosen.narrowed,
            gr.Dropdown(_order_choices(orders(bench.table)), value=chosen.order),
        )
        shown: Drawing = {self.narrowed_shown: _in_words(chosen.narrowed)}
        return {**dict(zip(self.chosen, values, strict=True)), **shown, **self.fold_of(chosen)}

    def fold_of(self, chosen: Chosen) -> Drawing:
        """What is read on the filters while they are folded."""
        return {self.fold: gr.Accordion(label=summary(chosen))}


def summary(chosen: Chosen) -> str:
    """The filters in one line: what a row must have, and how rows are sorted."""
    order = gettext("sorted by {order}").format(order=sorted_by(chosen.order))
    if isinstance(chosen.narrowed, Listed) and chosen.order == AS_FILED:
        order = gettext("in its own order")
    conditions = " · ".join(_conditions(chosen)) or gettext("none")
    return gettext("Filters: {filters}").format(filters=f"{conditions} · {order}")


def _conditions(chosen: Chosen) -> Iterator[str]:
    low, high = sorted((chosen.low, chosen.high))
    if text := (chosen.search or "").strip():
        yield gettext("with “{text}”").format(text=text)
    if chosen.outcomes:
        yield joined(outcome_name(Outcome(int(each))) for each in chosen.outcomes)
    if chosen.category and chosen.category != ANY:
        yield gettext(UNNAMED) if chosen.category == UNNAMED else category_name(chosen.category)
    if chosen.label and chosen.label != ANY:
        yield gettext("label {label}").format(label=gettext(chosen.label))
    if (low, high) != (50, 100):
        yield gettext("confidence {low:g} to {high:g} %").format(low=low, high=high)
    if chosen.narrowed:
        yield _in_words(chosen.narrowed)


def category_choices(bench: Workbench) -> list[Choice]:
    """Every category that a row of this file can have."""
    return [*_free_choices(), *((category_name(each), each) for each in bench.counts)]


def _order_choices(names: Sequence[str]) -> list[Choice]:
    return [(sorted_by(each), each) for each in names]


def _free_choices() -> list[Choice]:
    return [(gettext(each), each) for each in (ANY, UNNAMED)]


def _in_words(narrowed: Narrowed | None) -> str:
    if isinstance(narrowed, Listed):
        return list_name(narrowed)
    if isinstance(narrowed, SlicePick):
        return gettext(" and ").join(map(gettext(": ").join, slice_names(narrowed.slice)))
    if isinstance(narrowed, ChangePick):
        comparison, change = narrowed.change
        return f"{gettext(COMPARED.get(comparison, ''))}: {gettext(change.words)}"
    return "" if narrowed is None else gettext("the word “{word}”").format(word=narrowed.word)
