"""Words and phrases at which a network errs; each shows the reviews that hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.workbench.phrases import LONGEST, SUPPORT, PhraseFinding
from views.drawing.template import render
from views.errors.picks import WordPick


@dataclass(frozen=True, slots=True)
class PhraseRow:
    """A phrase with its numbers, and what its button sends."""

    found: PhraseFinding
    pick: WordPick


def phrases_card(findings: Sequence[PhraseFinding]) -> Markup:
    """The phrases with their error rates on the half that had no say in choosing them, the surest first."""
    return render(
        "errors/phrases.html",
        rows=[PhraseRow(each, WordPick(word=" ".join(each.words))) for each in findings],
        notable=sum(each.stands_out for each in findings),
        support=SUPPORT,
        longest=LONGEST,
    )
