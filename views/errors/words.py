"""Words by which mistakes differ from hits; a word shows the reviews that hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext, ngettext
from model.workbench.word_contrast import METHOD, WordContrast, WordOdds, WordScores
from views.drawing.cards import sentence_card
from views.drawing.numbers import signed
from views.drawing.template import render
from views.errors.picks import WordPick


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word with its numbers, and what its button sends."""

    word: str
    numbers: tuple[str, ...]
    pick: WordPick


@dataclass(frozen=True, slots=True)
class WordTable:
    """One end of the contrast: what its words are commoner in, and the words, the plainest first."""

    title: str
    rows: tuple[WordRow, ...]


def words_card(found: WordContrast, attributed: WordScores | None) -> Markup:
    """Words of both ends, with the attribution of each where it was summed."""
    if found.missing:
        return sentence_card(found.missing)
    tables = (
        WordTable(gettext("Commoner in mistakes"), tuple(_rows(found.mistakes, attributed))),
        WordTable(gettext("Commoner in hits"), tuple(_rows(found.hits, attributed))),
    )
    mistakes, hits = found.mistake_rows, found.hit_rows
    return render(
        "errors/words.html",
        tables=tables,
        mistakes=ngettext("{count:,} mistake", "{count:,} mistakes", mistakes).format(count=mistakes),
        hits=ngettext("{count:,} hit", "{count:,} hits", hits).format(count=hits),
        attributed=attributed,
        method=gettext(METHOD.name),
    )


def _rows(odds: WordOdds, attributed: WordScores | None) -> Iterator[WordRow]:
    columns = (odds.words, odds.ids.tolist(), odds.mistakes.tolist(), odds.hits.tolist(), odds.z.tolist())
    for word, id_, mistakes, hits, z in zip(*columns, strict=True):
        numbers = [signed(z, 1), f"{mistakes:,}", f"{hits:,}"]
        if attributed:
            count, total = int(attributed.counts[id_]), float(attributed.totals[id_])
            numbers += [signed(total), signed(total / count, 3)] if count else ["–", "–"]
        yield WordRow(word, tuple(numbers), WordPick(word=word))
