"""The rows of a file one by one: the list, the heading of the chosen one, its categories, and the rows most like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext, ngettext
from model.workbench.filters import Page
from model.workbench.neighbours import Neighbours
from model.workbench.note import CATEGORIES
from model.workbench.overview import Outcome
from model.workbench.workbench import Workbench
from views.drawing.cards import sentence_card
from views.drawing.template import render
from views.errors.corrections import correction_words
from views.errors.parts import MARKS, label_name, note_line, outcome_name, snippet
from views.errors.picks import RowPick
from views.errors.suspects import reasons

KEYS = 9  # categories that have a key of their own
SPOKEN = 60  # characters of a review that a screen reader is told


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of the list: what is seen of it, what was said of it, and what its button sends."""

    line: int
    outcome: str
    mark: str
    snippet: str
    spoken: str
    label: str
    probability: float
    category: str
    noted: bool
    corrected: str
    chosen: bool
    pick: RowPick


@dataclass(frozen=True, slots=True)
class NearRow:
    """A row that the network holds for alike."""

    similarity: float
    mark: str
    label: str
    snippet: str
    pick: RowPick


@dataclass(frozen=True, slots=True)
class CategoryButton:
    """A category as it is shown and as it is kept, how many rows have it, and its key from 1; 0 where it has none."""

    name: str
    value: str
    count: int
    key: int
    pressed: bool


def review_list(bench: Workbench, page: Page, chosen: int) -> Markup:
    """One page of the table; the chosen row is marked."""
    if not page.total:
        return sentence_card(gettext("No review passes these filters: take one of them back."))
    rows = [_listed(bench, row, row == chosen) for row in page.rows.tolist()]
    return render("errors/review_list.html", rows=rows, first=page.first, total=page.total)


def _listed(bench: Workbench, row: int, chosen: bool) -> ListedRow:
    outcome, note, text = _outcome(bench, row), bench.notes.get(row), bench.table.texts[row]
    return ListedRow(
        line=int(bench.table.lines[row]),
        outcome=outcome_name(outcome),
        mark=MARKS[outcome],
        snippet=snippet(text),
        spoken=snippet(text, SPOKEN),
        label=label_name(int(bench.table.labels[row])),
        probability=float(bench.scores.probabilities[row]),
        category=category_name(note.category) if note else "",
        noted=bool(note and note.text),
        corrected=correction_words(note.label, int(bench.table.labels[row])) if note else "",
        chosen=chosen,
        pick=RowPick(row=row),
    )


def _outcome(bench: Workbench, row: int) -> Outcome:
    return Outcome(int(bench.outcomes[row]))


def category_name(category: str) -> str:
    """A category as it is shown: the starting ones have names in each language, one's own stand as they are."""
    return gettext(category) if category in CATEGORIES else category


def row_heading(bench: Workbench, row: int, place: int | None, total: int) -> Markup:
    """Which review is explained: where it stands in the list, if it does, its label and its verdict."""
    outcome = _outcome(bench, row)
    words = outcome_name(outcome)
    return render(
        "errors/row_heading.html",
        row=row,
        mark=MARKS[outcome],
        outcome=words.capitalize(),
        label=label_name(int(bench.table.labels[row])),
        probability=float(bench.scores.probabilities[row]),
        facts=[_where(place, total), *_facts(bench, row)],
    )


def _where(place: int | None, total: int) -> str:
    if place is None:
        return gettext("not in the list now")
    return gettext("{place:,} of {total:,} in the list").format(place=place + 1, total=total)


def _facts(bench: Workbench, row: int) -> list[str]:
    tokens, stars = int(bench.scores.tokens[row]), float(bench.table.ratings[row])
    facts = [
        gettext("line {line:,}").format(line=int(bench.table.lines[row])),
        ngettext("{count:,} token", "{count:,} tokens", tokens).format(count=tokens),
    ]
    if not np.isnan(stars):
        facts.append((gettext("{stars:g} star") if stars == 1 else gettext("{stars:g} stars")).format(stars=stars))
    if not np.isnan(bench.scores.forget[row]):
        mean = float(bench.scores.forget[row])
        facts.append(gettext("forget gates {mean:.2f} on average").format(mean=mean))
    if suspect := bench.suspect(row):
        why = gettext("; ").join(reasons(bench.suspects, suspect, int(bench.table.labels[row])))
        facts.append(gettext("label suspected: {why}").format(why=why))
    own = [(name, snippet(values[row])) for name, values in bench.table.own.items() if values[row]]
    return facts + [f"{name}: {value}" for name, value in own]


def neighbours_card(bench: Workbench, found: Neighbours) -> Markup:
    """The rows that the network holds for most alike, with their labels."""
    rows = [
        NearRow(
            similarity,
            MARKS[_outcome(bench, row)],
            label_name(int(bench.table.labels[row])),
            snippet(bench.table.texts[row]),
            RowPick(row=row),
        )
        for row, similarity in zip(found.rows.tolist(), found.similarities.tolist(), strict=True)
    ]
    return render("errors/neighbours.html", rows=rows)


def category_buttons(counts: Mapping[str, int], chosen: str, row: int) -> Markup:
    """The categories with their keys and how many rows each has; that of `row` is pressed, which takes it back.

    They name their row: what is pressed is meant for the review that is seen.
    """
    buttons = [
        CategoryButton(
            category_name(name),
            name,
            count,
            place if place <= KEYS else 0,
            name == chosen,
        )
        for place, (name, count) in enumerate(counts.items(), start=1)
    ]
    return render("errors/categories.html", buttons=buttons, row=row)


def saved_sentence(count: int, of: int) -> Markup:
    """How many rows have been named or noted."""
    return note_line(gettext("{count:,} of {of:,} reviews have a note.").format(count=count, of=of), live=True)
