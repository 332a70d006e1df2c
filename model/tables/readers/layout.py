"""How the rows of a text are laid out: which character parts their cells, how they are quoted, which row holds names.

Decided by the first rows, read with each delimiter in turn. DuckDB's sniffer and clevercsv do the same for tables, but
know no lists (they part a list of reviews at its commas, or at the underscores of __label__), and take a row of names
for a review where labels are words; DuckDB's also stops at a byte that is not UTF-8.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from model.tables.dialect import DELIMITERS, Answers
from model.tables.readers import header as headers
from model.tables.readers.base import SNIFFED, File
from model.tables.readers.cells import Form, Record, records
from model.tables.readers.header import Header
from model.tables.words import number_of

ROWS = 200  # that are looked at
WIDE = 20  # cells from which on a single line is a row of names
MOST = 0.9  # of the rows of a table without known names, that have the same number of cells
_SEPARATOR = re.compile(r'"?sep=(.)"?[ \t,;|]*(?:\r\n|\n|\r|\Z)', re.IGNORECASE)
_NEEDS_QUOTES = re.compile(r'[",;\t|\r\n]')


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are laid out. `begins`: the line of the first row below the names, `title` what stands above them.

    `names`: the cells of the row of names, or made ones where there is none. `separator`: whether the delimiter was
    named by a line of its own. `parting`: the sign in most lines of a list that may part cells, as it is rare in
    sentences; empty where there is none.
    """

    form: Form
    header: Header
    names: tuple[str, ...]
    begins: int
    title: tuple[str, ...] = ()
    separator: bool = False
    parting: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """The first rows as one delimiter parts them: `rows` are those of the width that most have.

    `known`: known names in the row of names, and `named` its place; -1 where there is none. `share`:
    of the records that have that width. `structured`: whether some column holds numbers, labels or a few values.
    `tight`: the share of delimiters that no space follows.
    """

    form: Form
    records: tuple[Record, ...]
    rows: tuple[tuple[str, ...], ...]
    known: int
    named: int
    share: float
    structured: bool
    tight: float

    @property
    def is_table(self) -> bool:
        """Whether its rows are parted at all, and not a list of sentences at their commas."""
        if self.form.width < 2:
            return False
        if self.known:
            return self.share >= 0.5 or self.known > 1
        if len(self.rows) < 2:
            return self.form.width >= WIDE and self.tight >= 0.5
        verdict = headers.header_of(self.rows)
        named = verdict.found and verdict.sure
        return self.share >= MOST and self.tight >= 0.5 and (self.structured or named)

    @property
    def rank(self) -> tuple[float, ...]:
        """The greater, the better it parts."""
        return self.known, self.share >= MOST, self.structured, self.share * self.tight, self.form.width


def layout_of(file: File, answers: Answers) -> Layout | None:
    """How the rows of a table are laid out; None for a list."""
    separator = _separator(file)
    delimiters = (answers.delimiter or separator,) if answers.delimiter or separator else DELIMITERS
    first = 2 if separator else 1
    trials = [trial for each in delimiters if (trial := _trial(file, each, first)) is not None]
    tables = [each for each in trials if each.is_table or ((answers.delimiter or separator) and each.form.width > 1)]
    if not tables:
        return None
    best = _with_escape(file, max(tables, key=lambda trial: trial.rank), first)
    return replace(_laid_out(best, answers.header), separator=bool(separator))


def list_layout(file: File, answers: Answers) -> Layout:
    """How the lines of a list are laid out: quoted as a single column of a table may be, or not at all."""
    lines = _first_records(file, Form("", quotes=False))
    quoted = _first_records(file, Form(""))
    form = Form("", quotes=_is_written(quoted, lines), width=1)
    found = quoted if form.quotes else lines
    cells = [(each.cells or [""])[0] for each in found]
    verdict = _list_header(cells) if answers.header is None else Header(answers.header, sure=True)
    verdict = replace(verdict, found=verdict.found and bool(cells))
    names = (cells[0],) if verdict.found else ("text",)
    parting = _parting(cells) if answers.delimiter is None else ""
    return Layout(form, verdict, names, _below(found, 0) if verdict.found else 1, parting=parting)


def _parting(lines: Sequence[str]) -> str:
    signs = (each for each in DELIMITERS if each != "," and 2 * sum(each in line for line in lines) > len(lines))
    return next(signs, "")


def _separator(file: File) -> str:
    """The delimiter that a first line such as "sep=;" names, for spreadsheets."""
    with closing(file.text()) as text:
        found = _SEPARATOR.match(text.read(16))
    return found.group(1) if found else ""


def _first_records(file: File, form: Form, first: int = 1) -> list[Record]:
    """The first records, from line `first`: so many that they say how they are written."""
    found: list[Record] = []
    characters = 0
    with closing(file.text()) as text, closing(records(text, form)) as every:
        for record in every:
            if record.line < first:
                continue
            found.append(record)
            characters += sum(map(len, record.cells))
            if len(found) == ROWS or characters > SNIFFED:
                break
    return found


def _trial(file: File, delimiter: str, first: int, escape: bool = False) -> Trial | None:
    form = Form(delimiter, sparing=delimiter == "\t", escape=escape)
    found = _first_records(file, form, first)
    if form.sparing and _all_quoted(found):
        form = replace(form, sparing=False)
        found = _first_records(file, form, first)
    return _tried(form, found) if any(each.cells for each in found) else None


def _tried(form: Form, found: Sequence[Record]) -> Trial:
    whole = [each for each in found if not each.reason]
    place = _named_place(whole)
    named = whole[place] if place >= 0 else None
    width = _width(named, whole)
    form = replace(form, width=width, spaced=_is_spaced(named, whole))
    rows = tuple(tuple(form.trimmed(each.cells)) for each in whole[max(0, place) :] if form.fits(each.cells))
    rest = [cell for row in rows for cell in row[1:] if cell]
    return Trial(
        form,
        tuple(found),
        rows,
        headers.known_names(named.cells) if named else 0,
        place,
        len(rows) / max(1, len(found)),
        _is_structured(rows),
        1 - sum(each.startswith(" ") for each in rest) / max(1, len(rest)),
    )


def _named_place(whole: Sequence[Record]) -> int:
    """The place of the row of names that is known by them; -1 where there is none. Above it may stand a title."""
    for place, each in enumerate(whole[: headers.TITLE_LINES + 1]):
        if _names_columns(each, whole):
            above = [sum(bool(cell.strip()) for cell in row.cells) for row in whole[:place]]
            title = all(2 * filled <= len(each.cells) for filled in above)
            sure = headers.known_names(each.cells) > 1 or len(whole) > 4 * place
            return place if sure and (title or headers.known_names(each.cells) > 1) else -1
    return -1


def _names_columns(record: Record, others: Sequence[Record]) -> bool:
    """Whether a record has a known name that its column does not repeat, as it would repeat a label."""
    if len(record.cells) < 2 or not headers.known_names(record.cells):
        return False
    known = [place for place, cell in enumerate(record.cells) if headers.is_known(cell)]
    return any(
        all(
            len(each.cells) <= place or each.cells[place] != record.cells[place] or each.cells == record.cells
            for each in others
        )
        for place in known
    )


def _width(named: Record | None, whole: Sequence[Record]) -> int:
    """How many cells a row has: as many as there are names, or as most rows."""
    usual = Counter(len(each.cells) for each in whole).most_common(1)[0][0] if whole else 1
    if named is None:
        return usual
    names = len(named.cells)
    while names > 1 and not named.cells[names - 1].strip():
        names -= 1
    filled = any(len(each.cells) > names and each.cells[names].strip() for each in whole)
    return len(named.cells) if filled else names


def _is_spaced(named: Record | None, whole: Sequence[Record]) -> bool:
    """Whether a space belongs to each delimiter, and not to the cell after it."""
    head = [each for each in (named.cells[1:] if named else ()) if each]
    return bool(head) and all(each.startswith(" ") for each in head) and len(whole) > 0


def _is_structured(rows: Sequence[Sequence[str]]) -> bool:
    columns = [[cell.strip() for cell in column if cell.strip()] for column in zip(*rows[1:], strict=False)]
    return any(_is_data(column) for column in columns)


def _is_data(column: Sequence[str]) -> bool:
    return bool(column) and (
        headers.are_numbers(column) or headers.are_marks(column) or (len(column) > 3 and headers.is_categorical(column))
    )


def _all_quoted(found: Sequence[Record]) -> bool:
    """Whether, in a file that is quoted sparingly, some column has marks around each cell: so it is not."""
    rows = [each.cells for each in found[1:] if each.cells]
    marked = [
        [len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in column if cell] for column in zip(*rows, strict=False)
    ]
    return len(rows) > 1 and any(len(column) > 1 and all(column) for column in marked)


def _with_escape(file: File, trial: Trial, first: int) -> Trial:
    """The trial in which a backslash keeps a mark from closing, where more rows are in order then."""
    escaped = _trial(file, trial.form.delimiter, first, escape=True)
    if escaped is None:
        return trial

    def out_of_order(each: Trial) -> int:
        return sum(bool(row.reason) or not row.clean or not each.form.fits(row.cells) for row in each.records)

    ends = any(row.clean and trial.form.fits(row.cells) and any(map(_ends_cell, row.cells)) for row in trial.records)
    return escaped if not ends and out_of_order(escaped) < out_of_order(trial) else trial


def _ends_cell(cell: str) -> bool:
    """Whether a cell ends with a backslash, which then keeps no mark from closing."""
    return cell.endswith("\\")


def _laid_out(trial: Trial, answer: bool | None) -> Layout:
    """The layout of a table whose first row holds names as it is answered, or as its columns say."""
    form, found = trial.form, [each for each in trial.records if not each.reason]
    if form.sparing:
        form = replace(form, values=_few_values(trial.rows[1:]))
    skipped = max(trial.named, headers.title_rows([form.trimmed(each.cells) for each in found], form.width))
    rows = trial.rows
    verdict = headers.header_of(rows) if rows else Header(found=False, sure=False)
    if answer is not None:
        verdict = Header(answer, sure=True)
    if not verdict.found or not rows:
        return Layout(form, replace(verdict, found=False), made_names(rows, form.width), trial.records[0].line)
    title = tuple(" ".join(cell for cell in each.cells if cell.strip()) for each in found[:skipped])
    names = tuple(form.trimmed(found[skipped].cells))
    return Layout(form, verdict, names, _below(trial.records, trial.records.index(found[skipped])), title)


def _below(found: Sequence[Record], place: int) -> int:
    """The line of the record below one, or, where there is none, any line after it."""
    return found[place + 1].line if place + 1 < len(found) else found[place].line + 1


def made_names(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """Names for columns that have none: "text" for the longest, "label" for the only one of labels, or numbers."""
    names = [f"column {number}" for number in range(1, width + 1)]
    columns = [[cell.strip() for cell in column if cell.strip()] for column in zip(*rows, strict=False)]
    words: list[int] = [0 if headers.are_numbers(each) else sum(map(len, each)) for each in columns]
    words = [0 if headers.are_marks(each) else count for each, count in zip(columns, words, strict=True)]
    if max(words, default=0):
        names[words.index(max(words))] = "text"
    labels = [place for place, each in enumerate(columns) if names[place] != "text" and _are_labels(each)]
    if len(labels) == 1:
        names[labels[0]] = "label"
    return tuple(names)


def _are_labels(column: Sequence[str]) -> bool:
    distinct = set(column)
    again = len(distinct) < len(column) or not any(number_of(each) is not None for each in column)
    return headers.are_marks(column) and again and len(distinct) <= 10


def _few_values(rows: Sequence[Sequence[str]]) -> dict[int, frozenset[str]]:
    columns = [[cell.strip() for cell in column] for column in zip(*rows, strict=False)]
    return {
        place: frozenset(each) for place, each in enumerate(columns) if len(each) > 3 and headers.is_categorical(each)
    }


def _is_written(quoted: Sequence[Record], lines: Sequence[Record]) -> bool:
    """Whether the marks in a list are those of a program that writes tables: in order, and where they are needed."""
    texts = {each.line: each.cells[0] for each in lines if each.cells}
    marked = [each for each in quoted if texts.get(each.line, "").startswith('"')]
    bare = [texts[each.line] for each in quoted if each.line in texts and not texts[each.line].startswith('"')]
    if not marked or not all(each.clean and not each.reason for each in quoted) or any('"' in each for each in bare):
        return False
    if not bare or (len(bare) == 1 and headers.is_known(bare[0])):
        return len(marked) > 1 or bool(bare)
    needed = all(_NEEDS_QUOTES.search(each.cells[0]) for each in marked)
    return needed and not any("," in each for each in bare)


def _list_header(cells: Sequence[str]) -> Header:
    """Whether the first line of a list is the name of its only column."""
    if not cells or not headers.is_name(cells[0]):
        return Header(found=False, sure=True)
    first, below = cells[0].strip(), cells[1:]
    if headers.is_known(first) and first not in below:
        return Header(found=True, sure=True)
    sentences = bool(below) and all(len(each.split()) >= 3 for each in below)
    return Header(found=sentences and "_" in first and " " not in first, sure=not sentences or " " in first)
