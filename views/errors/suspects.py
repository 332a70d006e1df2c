"""Labels that are likely to be wrong, the likeliest first, each with its reasons and with what was said of it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.workbench.suspects import NEIGHBOURS, Suspect, Suspects
from model.workbench.workbench import Workbench
from views.drawing.cards import sentence_card
from views.drawing.template import render
from views.errors.corrections import correction_words
from views.errors.parts import label_name, snippet
from views.errors.picks import ListPick, RowPick

SHOWN = 50  # rows of the table
MOST_SHOWN = 99.9  # percent: nothing is quite sure


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """A row of the table; `said` is what was said of its label, "" for nothing."""

    line: int
    snippet: str
    label: str
    self_confidence: float
    reasons: tuple[str, ...]
    said: str
    pick: RowPick


def suspects_card(bench: Workbench) -> Markup:
    """The first of the suspected labels of a file, with the button that goes through all that are given."""
    found = bench.suspects
    if missing := _missing(found):
        return sentence_card(missing)
    return render(
        "errors/suspects.html",
        rows=[_row(bench, found, each) for each in found.rows[:SHOWN]],
        found=found,
        given=len(found.rows),
        neighbours=NEIGHBOURS,
        pick=ListPick(list="suspects"),
    )


def _missing(found: Suspects) -> str:
    if not found.labelled:
        return gettext("No row has a label, so none can be wrong: choose a column of labels.")
    if None in found.thresholds and not found.count:
        return gettext("All labels are alike: which of them are wrong can be told from labels of both classes alone.")
    return "" if found.count else gettext("No label looks wrong: the network disagrees surely with none.")


def _row(bench: Workbench, found: Suspects, each: Suspect) -> SuspectRow:
    label, note = int(bench.table.labels[each.row]), bench.notes.get(each.row)
    return SuspectRow(
        line=int(bench.table.lines[each.row]),
        snippet=snippet(bench.table.texts[each.row]),
        label=label_name(label),
        self_confidence=each.self_confidence,
        reasons=reasons(found, each, label),
        said=correction_words(note.label, label) if note else "",
        pick=RowPick(row=each.row),
    )


def reasons(found: Suspects, each: Suspect, label: int) -> tuple[str, ...]:
    """Why a label is suspected, in words."""
    other = found.thresholds[1 - label]
    said = []
    if each.confident and other is not None:
        sentence = gettext("{other} {sure:.1f} %, on average {threshold:.0f} % where it is the label")
        sure = min(100 * (1 - each.self_confidence), MOST_SHOWN)
        said.append(sentence.format(other=label_name(1 - label), sure=sure, threshold=100 * other))
    if each.stars is not None and found.stars is not None:
        said.append(gettext("{stars:g} of {most:g} stars").format(stars=each.stars, most=found.stars))
    if each.by_neighbours:
        sentence = gettext("{others} of the {near} reviews most like it are labelled {other}")
        said.append(sentence.format(others=each.others, near=each.near, other=label_name(1 - label)))
    return tuple(said)
