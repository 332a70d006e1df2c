"""Tables of reviews: files that a person brings, and which rows of them can be read.

Files of all kinds that `model.tables.files` opens, pasted lines, and the Large Movie Review Dataset. What is wrong with
one row is noted with its line and the row skipped, what is wrong with the whole is a `DataError` in one sentence. Texts
keep the form that they have in the file, so that they can be given back as they were.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.errors import DataError, UnclearError
from model.language import gettext
from model.tables import imdb
from model.tables.columns import Columns, short
from model.tables.declared import Names, declared_names, names_beside
from model.tables.dialect import LIST, Answers, Dialect
from model.tables.files import open_file, open_text
from model.tables.guesses import given_columns, survey
from model.tables.label_reading import Read, read_labels
from model.tables.labels import NO_LABEL, UNKNOWN_LABEL, CountsAs, LabelReading
from model.tables.own import OwnValues, own_names
from model.tables.readers.base import MAX_ROWS, File, Row, Source
from model.tables.readers.content import MAX_BYTES
from model.tables.reasons import no_label, too_many, why_not
from model.tables.values import Values
from model.tables.words import EMPTY, Said

MAX_BAD = 1_000  # rows that are kept with their reason; all are counted


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was skipped: the line where it begins, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """The rows of a file that can be read. Arrays are parallel to `texts`.

    `name`: the file's own name, without its folder. `digest`: sha256 of the file, 64 hex digits. `labels` (rows,)
    int8: 1 positive, 0 negative, -1 none. `ratings` (rows,) float32 stars, NaN where there is none. `lines` (rows,)
    int64: where each row begins in the file (Parquet: the row's number). `bad`: the first rows that were skipped,
    `bad_count` all of them. `reading`: how the labels were read; None where there are none. `dialect`: how the file is
    written, and what was assumed of it; None for what is no file. `written`: each row's label, or its stars, as the
    file writes it; empty where there is no such column. `own`: the file's other columns by name, (rows,) texts each,
    see `model.tables.own`.
    """

    name: str
    digest: str
    columns: Columns
    texts: tuple[str, ...]
    labels: np.ndarray
    ratings: np.ndarray
    lines: np.ndarray
    bad: tuple[BadRow, ...]
    bad_count: int
    reading: LabelReading | None = None
    dialect: Dialect | None = None
    written: tuple[str, ...] = ()
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _silent(share: float) -> None:
    """Progress that nobody follows."""


def guess_columns(path: Path, name: str | None = None, limited: bool = True, answers: Answers | None = None) -> Columns:
    """The columns of a file, and a guess of those that hold text, label and stars: see `model.tables.columns`.

    `name` is the file's own name where `path` is a temporary one, `answers` what a person says of it. Raises
    `DataError` for a file that cannot be read, or that has no column of text.
    """
    return chosen_columns(open_file(path, name, limited, answers))


def find_dialect(path: Path, name: str | None = None, limited: bool = True, answers: Answers | None = None) -> Dialect:
    """How a file is written, and what was assumed of it: see `model.tables.dialect`. Otherwise as `guess_columns`."""
    return open_file(path, name, limited, answers).dialect


def chosen_columns(source: Source, columns: Columns | None = None, counts_as: CountsAs | None = None) -> Columns:
    """The columns that are chosen, if the file has them; without a choice, those that are guessed."""
    return given_columns(source, columns) or survey(source, counts_as=counts_as).columns


def read_table(
    path: Path,
    columns: Columns | None = None,
    name: str | None = None,
    progress: Callable[[float], None] = _silent,
    limited: bool = True,
    counts_as: CountsAs | None = None,
    answers: Answers | None = None,
) -> ReviewTable:
    """Read a file of reviews; its content says what it is.

    `columns` says which columns to read; without it they are guessed. `name` is the file's own name where `path` is a
    temporary one. `answers` is what a person says of its encoding, delimiter and row of names. `progress`
    is told the share that was read, in [0, 1]; an error that it raises ends the reading. Raises `DataError`
    for a file that cannot be read or, where it is `limited`, is too large, and for one without a row that can be read.

    Labels are words (pos, very positive, fresh, …), numbers or ratings, and without a label column they come from the
    stars, see `model.tables.label_reading`. An empty label is none; what is no label makes a bad row. `counts_as` says
    of single values what they count as; where that has to be known and is not, `UnclearError` asks for it.
    """
    source = open_file(path, name, limited, answers)
    chosen = chosen_columns(source, columns, counts_as)
    try:
        most = MAX_ROWS if limited else math.inf
        return _collected(source, chosen, counts_as or {}, _digest(path), progress, most)
    except OSError as error:
        sentence = gettext("'{title}' could not be read to its end: choose it again.")
        raise DataError(sentence.format(title=source.file.title)) from error


def label_names(source: Source, columns: Columns) -> Names:
    """The names that a file gives to the numbers of its label column, itself or in a column of words beside it."""
    label = columns.label or columns.rating
    if label is None:
        return {}
    return declared_names(source).get(label) or names_beside(source, label)


def _collected(
    source: Source,
    columns: Columns,
    counts_as: CountsAs,
    digest: str,
    progress: Callable[[float], None] = _silent,
    most: float | None = None,
) -> ReviewTable:
    """The table of a source's rows, of which there may be `most`."""
    read = columns.read
    known = Known(columns, counts_as, label_names(source, columns), own_names(source.carried, read))
    with closing(source.rows([*read, *known.own])) as rows:
        table = _collect(rows, known, source.file.title, digest, progress, most)
    return replace(table, dialect=source.dialect)


def paste_table(
    text: str, counts_as: CountsAs | None = None, answers: Answers | None = None, columns: Columns | None = None
) -> ReviewTable:
    """Read what was pasted, as if it were a file: one review a line, with its label or without, or any other text.

    Raises `DataError` for a list that is too long, or without a line that can be read; see `read_table`.
    """
    source = pasted_source(text, answers)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _collected(source, chosen_columns(source, columns, counts_as), counts_as or {}, digest)


def pasted_source(text: str, answers: Answers | None = None) -> Source:
    """What was pasted as a source of rows. Raises `DataError` for what is too long or empty."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        sentence = gettext("The list has {size:,} bytes; at most {most:,} can be read: paste fewer lines.")
        raise DataError(sentence.format(size=size, most=MAX_BYTES))
    if not text.strip():
        raise DataError(gettext("The list is empty: paste one review a line."))
    return open_text(File(None, gettext("pasted list"), pasted=text), Dialect(LIST), answers or Answers())


def table_of(
    texts: Sequence[object],
    labels: Sequence[object] | None = None,
    name: str = "texts",
    counts_as: CountsAs | None = None,
) -> ReviewTable:
    """Texts that a program sends, with a label for each or none at all; `lines` count them from 1.

    Raises `DataError` where they are no lists of one length, or where no text can be read.
    """
    if not all(isinstance(each, (list, tuple)) for each in (texts, () if labels is None else labels)):
        raise DataError(gettext("Texts, and labels where there are any, must be lists."))
    if labels is not None and len(labels) != len(texts):
        sentence = gettext("There are {texts:,} texts and {labels:,} labels: each text needs one, or none has.")
        raise DataError(sentence.format(texts=len(texts), labels=len(labels)))
    if not texts:
        raise DataError(gettext("There is no text: send at least one."))
    values = zip(texts) if labels is None else zip(texts, labels, strict=True)
    digest = hashlib.sha256(json.dumps([texts, labels], default=str).encode()).hexdigest()
    known = Known(_own_columns(labels is not None), counts_as or {})
    return _collect(map(Row, count(1), values), known, name, digest, _silent)


def _own_columns(labelled: bool) -> Columns:
    """The columns of what comes without a file that names them."""
    return Columns(("text", "label"), "text", "label") if labelled else Columns(("text",), "text")


def read_imdb(source: Path, split: str = "test", progress: Callable[[float], None] = _silent) -> ReviewTable:
    """The labelled reviews of a split, "train" or "test", of the Large Movie Review Dataset: its folder or archive.

    In the dataset's own order, `lines` their running number from 1, `ratings` 1 to 10 stars; the digest is that of all
    names and texts. Raises `DataError` where there is no such dataset.
    """
    if split not in ("train", "test"):
        raise DataError(gettext("There is no split '{name}'; there are train and test.").format(name=short(split)))
    reviews = list(imdb.read_source(source, (f"{split}/pos", f"{split}/neg"), progress))
    digest = hashlib.sha256()
    for review in reviews:
        digest.update(b"%b\0%b\0" % (review.name.encode(), review.text.encode()))
    values = ((review.text, imdb.label_of(review.name), imdb.rating_of(review.name) or None) for review in reviews)
    columns = Columns(("text", "label", "rating"), "text", "label", "rating")
    name = gettext("Large Movie Review Dataset, {split}").format(split=split)
    return _collect(map(Row, count(1), values), Known(columns), name, digest.hexdigest(), progress)


# From rows to a table


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file before its rows are read: columns, what a person said of labels, the file's own names
    for them, and the columns that are kept beside.
    """

    columns: Columns
    counts_as: CountsAs = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    own: tuple[str, ...] = ()


class _Review(NamedTuple):
    """A row whose text can be read; `label` and `stars` are what its cells say, `own` what stands in other columns."""

    line: int
    text: str
    label: Said
    stars: Said
    own: tuple[str, ...]


def _collect(
    rows: Iterable[Row],
    known: Known,
    name: str,
    digest: str,
    progress: Callable[[float], None],
    most: float | None = None,
) -> ReviewTable:
    """The table of at most `most` rows (`MAX_ROWS` if not given), whose values are the text, then the label, then the
    stars, as far as the columns name them, then those of the `own` columns.
    """
    most = MAX_ROWS if most is None else most
    columns = known.columns
    cells, own = Cells(columns), OwnValues(known.own)
    reviews: list[_Review] = []
    bad: list[BadRow] = []
    for number, row in enumerate(rows):
        if number == most:
            raise too_many(name, most)
        if number % 500 == 0:
            progress(row.share)
        found = _review(row, cells, own)
        if isinstance(found, _Review):
            reviews.append(found)
        else:
            bad.append(found)
    label, rating = cells.read(known)
    first = label or rating
    if first and first.reading.must:
        raise UnclearError(first.reading.question)
    labels, stars = _judge(reviews, label, rating)
    unknown = np.flatnonzero(labels == UNKNOWN_LABEL)
    bad += [BadRow(reviews[row].line, no_label(reviews[row].label)) for row in unknown]
    bad.sort(key=lambda each: each.line)
    kept = np.flatnonzero(labels != UNKNOWN_LABEL)
    if not len(kept):
        raise DataError(nothing_to_read(name, columns, bad))
    progress(1.0)
    texts = tuple([reviews[row].text for row in kept])
    lines = np.array([reviews[row].line for row in kept], dtype=np.int64)
    return ReviewTable(
        name, digest, columns, texts, labels[kept], stars[kept], lines, tuple(bad[:MAX_BAD]), len(bad),
        reading=first.reading if first else None,
        written=tuple([(reviews[row].label if label else reviews[row].stars).shown for row in kept]) if first else (),
        own=own.columns([reviews[row].own for row in kept]),
    )  # fmt: skip


class Cells:
    """What stands in the columns of label and stars, of the rows whose text can be read."""

    def __init__(self, columns: Columns) -> None:
        """None yet."""
        self._columns = columns
        self._labels, self._stars = Values(), Values()

    def add(self, values: Sequence[object]) -> tuple[Said, Said]:
        """What the label and the stars of a row say, of its values in the columns that are read."""
        label = self._labels.add(values[1]) if self._columns.label else EMPTY
        return label, self._stars.add(values[-1]) if self._columns.rating else EMPTY

    def read(self, known: Known) -> tuple[Read | None, Read | None]:
        """How label and stars are read, where there is such a column."""
        columns, beside = self._columns, self._columns.names
        label = rating = None
        if columns.label:
            label = read_labels(columns.label, self._labels, known.counts_as, known.names, beside)
        if columns.rating:
            counts_as = {} if label else known.counts_as
            rating = read_labels(columns.rating, self._stars, counts_as, None if label else known.names, beside)
        return label, rating


def _review(row: Row, cells: Cells, own: OwnValues) -> _Review | BadRow:
    text = row.values[0] if row.values else None
    if reason := row.reason or why_not(text):
        return BadRow(row.line, reason)
    read = len(row.values) - len(own.names)
    label, stars = cells.add(row.values[:read])
    return _Review(row.line, str(text), label, stars, own.row(row.values[read:]))


def _judge(reviews: Sequence[_Review], label: Read | None, rating: Read | None) -> tuple[np.ndarray, np.ndarray]:
    """Labels (rows,) int8, unknown ones too, and stars (rows,) float32; each from the other where it is alone."""
    labels = np.full(len(reviews), NO_LABEL, dtype=np.int8)
    stars = np.full(len(reviews), math.nan, dtype=np.float32)
    if first := label or rating:
        said = (each.label if label else each.stars for each in reviews)
        labels = np.fromiter(map(first.rule.meaning, said), np.int8, len(reviews))
    if second := rating or label:
        said = (each.stars if rating else each.label for each in reviews)
        stars = np.fromiter(map(second.rule.rating, said), np.float32, len(reviews))
    return labels, stars


def nothing_to_read(name: str, columns: Columns, bad: Sequence[BadRow]) -> str:
    """What is wrong with a file of which no row can be read; `bad` are those that it has."""
    if not bad:
        sentence = gettext("'{name}' has the names of columns but no row below them: add a review in each row.")
        return sentence.format(name=name)
    sentence = gettext(
        "'{name}' holds no row that can be read in its column '{column}' (line {line}: {reason}):"
        " choose other columns, or mend the file."
    )
    return sentence.format(name=name, column=columns.text, line=bad[0].line, reason=bad[0].reason)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
