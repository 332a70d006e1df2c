"""Which rows of a scored file the table shows, and in which order.

A filter narrows, an order sorts, a page cuts: rows are passed on by number, so that only those of one page are ever
sent to a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow.compute import rank

from model.errors import ReviewError
from model.language import gettext, joined, marked
from model.tables.labels import LABEL_NAMES, NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.overview import HITS, MISTAKES, Outcome, confidence, outcomes
from model.workbench.partitions import OWN, numbers_of
from model.workbench.phrases import rows_with
from model.workbench.scoring import Scores
from model.workbench.slices import slice_rows

NOT_NAMED = "(not named yet)"  # the category of rows that have none

MISTAKES_FIRST, SUSPECTED_FIRST, NEAR_DOUBT, LONGEST, UNKNOWN_FIRST, AS_FILED = ORDERS = (
    marked("most confident mistakes first"),
    marked("label suspected wrong first"),
    marked("nearest to 0.5"),
    marked("longest"),
    marked("most unknown words"),
    marked("order of the file"),
)
DOWNWARDS = marked("column '{name}', downwards")  # as `OWN`
LABELS = {name: label for label, name in LABEL_NAMES.items()} | {marked("no label"): NO_LABEL}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a row must have to be shown; the defaults let every row through.

    `search` is found in the raw text as it stands, but for its case. `outcomes` are those allowed, all if it is empty.
    `slice` is the `key` of a `slices.SliceFinding`. `category` is one's own, or `NOT_NAMED`, or "" for any.
    `low` and `high` bound the confidence, both inclusive, in [0.5, 1]. `label` is a key of `LABELS`, or "" for any.
    `phrase` are ids in the vocabulary of words that the review must hold, one after the other. `rows` are those that
    alone are allowed, all if it is None; where no other order is asked for than the file's, they keep their own.
    """

    search: str = ""
    outcomes: tuple[Outcome, ...] = ()
    slice: tuple[str, ...] | None = None
    category: str = ""
    low: float = 0.5
    high: float = 1.0
    label: str = ""
    phrase: tuple[int, ...] = ()
    rows: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of `total` rows: their numbers `rows` (at most a page's size,), and where they stand.

    `number` counts from 1 to `pages`, which is at least 1; `first` is the place of the first row in the list, from 0.
    """

    rows: np.ndarray
    number: int
    pages: int
    first: int
    total: int


def select(
    table: ReviewTable,
    scores: Scores,
    chosen: Filter,
    order: str,
    categories: Mapping[int, str],
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Numbers of the rows that pass a filter, (shown,) int64, in one of `orders`; equal rows stay as in the file.

    `categories` holds the category of each row that has one; `among` (rows,) bool restricts the rows. Without labels,
    the most confident mistakes are just the most confident rows. Raises `ReviewError` for an order, slice or label that
    there is not.
    """
    if order not in orders(table):
        sentence = gettext("There is no such order; there are: {orders}.")
        raise ReviewError(sentence.format(orders=joined(map(gettext, orders(table)))))
    found = outcomes(table, scores)
    passed = _passed(table, scores, chosen, found)
    passed = passed if among is None else passed & among
    _keep_category(passed, chosen.category, categories)
    rows = np.flatnonzero(passed)
    if chosen.rows is not None:
        listed = np.array(chosen.rows, dtype=np.int64)
        rows = listed[np.isin(listed, rows)]
    if chosen.search:
        rows = _search(table.texts, rows, chosen.search)
    keys = _KEYS[order](scores, found) if order in _KEYS else _by_column(table, order)
    return rows[np.lexsort([key[rows] for key in reversed(keys)])] if keys else rows


def orders(table: ReviewTable) -> tuple[str, ...]:
    """How the rows of a table can be sorted: `ORDERS`, then by each column of its own, and the other way round."""
    columns = (order.format(name=name) for name in table.own for order in (OWN, DOWNWARDS))
    return (*ORDERS, *columns)


def page(rows: np.ndarray, number: int, size: int) -> Page:
    """The page of that number, from 1, with `size` rows, at least 1; the nearest there is where there is none such."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(number, 1), pages)
    first = (number - 1) * size
    return Page(rows[first : first + size], number, pages, first, len(rows))


def page_of(rows: np.ndarray, row: int, size: int) -> int:
    """The number, from 1, of the page on which a row stands; 1 where it is not in the list."""
    places = np.flatnonzero(rows == row)
    return int(places[0]) // size + 1 if len(places) else 1


def _passed(table: ReviewTable, scores: Scores, chosen: Filter, found: np.ndarray) -> np.ndarray:
    """Whether rows pass by numbers alone, (rows,) bool."""
    sure = confidence(scores)
    passed = (sure >= chosen.low) & (sure <= chosen.high)
    if chosen.outcomes:
        passed &= np.isin(found, [int(outcome) for outcome in chosen.outcomes])
    if chosen.label:
        if chosen.label not in LABELS:
            sentence = gettext("There is no such label; there are: {labels}.")
            raise ReviewError(sentence.format(labels=joined(map(gettext, LABELS))))
        passed &= table.labels == LABELS[chosen.label]
    if chosen.phrase:
        passed &= np.isin(np.arange(len(passed)), rows_with(scores, chosen.phrase))
    if chosen.slice:
        passed &= slice_rows(table, scores, *chosen.slice)
    return passed


def _keep_category(passed: np.ndarray, category: str, categories: Mapping[int, str]) -> None:
    """Clear `passed` (rows,) where a row has another category."""
    if not category:
        return
    wanted = [row for row, name in categories.items() if (bool(name) if category == NOT_NAMED else name == category)]
    of_category = np.zeros(len(passed), dtype=bool)
    of_category[np.array(wanted, dtype=np.int64)] = True
    passed &= ~of_category if category == NOT_NAMED else of_category


def _search(texts: tuple[str, ...], rows: np.ndarray, search: str) -> np.ndarray:
    """Those of the rows whose text holds `search`. Case is folded here: a folded copy of the file would double it."""
    needle = search.casefold()
    return np.array([row for row in rows.tolist() if needle in texts[row].casefold()], dtype=np.int64)


def _by_column(table: ReviewTable, order: str) -> list[np.ndarray]:
    """By numbers where all values are numbers, else by text, whatever its case; what is empty comes last both ways."""
    name, down = next(
        (name, kind is DOWNWARDS) for name in table.own for kind in (OWN, DOWNWARDS) if order == kind.format(name=name)
    )
    values = table.own[name]
    numbers = numbers_of(set(values) - {""})
    keys = _ranks(values) if numbers is None else np.array([numbers.get(value, 0.0) for value in values])
    return [np.array([not value for value in values]), -keys if down else keys]


def _ranks(values: Sequence[str]) -> np.ndarray:
    """The place of each text in alphabetical order, whatever its case, (rows,) int64; alike ones share it."""
    folded = [value.casefold().encode("utf-8", "surrogatepass") for value in values]  # in UTF-8 the order is the same
    return rank(pa.array(folded, pa.binary()), tiebreaker="dense").to_numpy().astype(np.int64)


def _mistakes_first(scores: Scores, found: np.ndarray) -> list[np.ndarray]:
    group = np.select([np.isin(found, MISTAKES), np.isin(found, HITS)], [0, 1], 2)
    return [group, -np.abs(scores.logits)]  # by logits: confidences near 1 cannot be told apart


_LABELLED_POSITIVE = (Outcome.TRUE_POSITIVE, Outcome.FALSE_NEGATIVE)


def _suspected_first(scores: Scores, found: np.ndarray) -> list[np.ndarray]:
    """By the logit of the label: self-confidences near 0 cannot be told apart. Rows without a label come last."""
    signs = np.select([found == Outcome.UNLABELLED, np.isin(found, _LABELLED_POSITIVE)], [0, 1], -1)
    return [found == Outcome.UNLABELLED, signs * scores.logits]


_KEYS: dict[str, Callable[[Scores, np.ndarray], list[np.ndarray]]] = {
    MISTAKES_FIRST: _mistakes_first,
    SUSPECTED_FIRST: _suspected_first,
    NEAR_DOUBT: lambda scores, found: [np.abs(scores.logits)],
    LONGEST: lambda scores, found: [-(scores.tokens + scores.omitted)],
    UNKNOWN_FIRST: lambda scores, found: [-scores.unknown],
    AS_FILED: lambda scores, found: [],
}
