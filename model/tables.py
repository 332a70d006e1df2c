"""Tables of reviews: files that a person brings, and which rows of them can be read.

CSV and TSV, JSON lines, Parquet, a plain list, pasted lines, and the Large Movie Review Dataset. A file is read as a
stream, row by row: what is wrong with one row is noted with its line and skipped, what is wrong with the file is a
`DataError` in one sentence. No archive that was renamed is unpacked, no pickle loaded, no encoding guessed. Texts keep
the form that they have in the file, so that they can be given back as they were.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import math
import re
import unicodedata
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, Protocol, TextIO

import numpy as np

from model import imdb
from model.errors import DataError, ReviewError
from model.text import check_review

if TYPE_CHECKING:
    import pyarrow

NO_LABEL = -1
MAX_ROWS = 100_000
MAX_BYTES = 100 * 1024**2  # of a file: 100 MB is taken as 104,857,600 bytes
MAX_UNPACKED = 1024**3  # bytes of a Parquet file's columns before compression
MAX_COLUMNS = 200
MAX_BAD = 1_000  # rows that are kept with their reason; all are counted
MAX_RECORD = 8_000_000  # characters of a cell, a line or a JSON object, which may need twenty times as much memory
MAX_EMPTY = 1_000_000  # lines
MAX_STARS = 10
SAMPLE = 200  # rows that the columns are guessed from
SNIFFED = 65_536  # characters that the delimiter is guessed from
WINDOW = 1 << 20  # characters of a JSON array, or bytes of a Parquet file, that are read at once
BATCH = 256  # rows of a Parquet file that are in memory at once
MOST = 0.9  # of a column's numbers, to say what they mean
SHORT, MAX_NAME = 40, 100  # characters of a file's own words in a message, and of a column's name

TEXT_NAMES = ("text", "review", "review_text", "reviewtext", "review_body", "sentence", "content", "comment", "body",
              "document", "phrase", "message", "reviews", "texts")  # fmt: skip
LABEL_NAMES = ("label", "labels", "sentiment", "class", "target", "polarity", "y", "gold", "positive", "is_positive",
               "category")  # fmt: skip
RATING_NAMES = ("rating", "ratings", "stars", "star_rating", "star", "score", "overall")

_UNKNOWN = -2  # a label that says nothing
_WORDS = {
    **dict.fromkeys(("pos", "positive", "true", "label_1"), math.inf),
    **dict.fromkeys(("neg", "negative", "false", "label_0"), -math.inf),
    **dict.fromkeys(("", "none", "null", "nan", "na", "n/a", "neutral", "unlabelled", "unlabeled"), math.nan),
}
_NUMBER = re.compile(r"([-+]?\d{1,9}(?:\.\d{0,20})?)(?: ?stars?)?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BETWEEN = re.compile(r"[\s,]*")

_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Office file",
    b"\x80\x02": "a pickle, which is never loaded",
    b"\x80\x03": "a pickle, which is never loaded",
    b"\x80\x04": "a pickle, which is never loaded",
    b"\x80\x05": "a pickle, which is never loaded",
    b"\x1f\x8b": "a gzip archive",
    b"BZh91AY&SY": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!\x1a": "a RAR archive",
    b"%PDF-": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF87a": "a picture",
    b"GIF89a": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    codecs.BOM_UTF32_LE: "text in UTF-32",
    codecs.BOM_UTF32_BE: "text in UTF-32",
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was skipped: the line where it begins, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file has, and which of its columns are read."""

    names: tuple[str, ...]
    text: str
    label: str | None = None
    rating: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """The rows of a file that can be read. Arrays are parallel to `texts`.

    `name`: the file's own name, without its folder. `digest`: sha256 of the file, 64 hex digits. `labels` (rows,)
    int8: 1 positive, 0 negative, -1 none. `ratings` (rows,) float32 stars, NaN where there is none. `lines` (rows,)
    int64: where each row begins in the file (Parquet: the row's number). `bad`: the first rows that were skipped,
    `bad_count` all of them.
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


def _silent(share: float) -> None:
    """Progress that nobody follows."""


def guess_columns(path: Path, name: str | None = None) -> Columns:
    """The columns of a file, and a guess of those that hold text, label and stars.

    By name, and where that fails by the first rows: the text column is the one with the longest mean text, a label
    column one whose values are all labels. `name` is the file's own name where `path` is a temporary one. Raises
    `DataError` for a file that cannot be read, or that has no column of text.
    """
    return _guess(_open(path, name))


def read_table(
    path: Path,
    columns: Columns | None = None,
    name: str | None = None,
    progress: Callable[[float], None] = _silent,
) -> ReviewTable:
    """Read a file of reviews; its ending says what it is.

    `columns` says which columns to read; without it they are guessed. `name` is the file's own name where `path` is a
    temporary one. `progress` is told the share that was read, in [0, 1]; an error that it raises ends the reading.
    Raises `DataError` for a file that cannot be read or is too large, and for one without a row that can be read.

    Labels are words (pos, positive, true, LABEL_1, …) or numbers, see `labels_from_numbers`; without a label column
    they come from the stars, see `labels_from_stars`. An empty label is none; what is no label makes a bad row.
    """
    source = _open(path, name)
    chosen = _guess(source) if columns is None else _checked(source, columns)
    wanted = [name for name in (chosen.text, chosen.label, chosen.rating) if name is not None]
    try:
        with closing(source.rows(wanted)) as rows:
            return _collect(rows, chosen, source.file.title, _digest(path), progress)
    except OSError as error:
        raise DataError(f"'{source.file.title}' could not be read to its end: choose it again.") from error


def paste_table(text: str) -> ReviewTable:
    """Read pasted lines, one review a line, each with its label after or before it and a tab between, or without.

    Lines count as labelled if at least half of those that are not empty have a label on the same side. Raises
    `DataError` for a list that is too long, or without a line that can be read.
    """
    content = text.encode("utf-8", "surrogatepass")
    if len(content) > MAX_BYTES:
        raise DataError(f"The list has {len(content):,} bytes; at most {MAX_BYTES:,} can be read: paste fewer lines.")
    lines = list(_lines(io.StringIO(text, newline=None)))
    if not lines:
        raise DataError("The list is empty: paste one review a line.")
    values = _labelled([line for _, line in lines])
    rows = (_Row(number, each, "", 1.0) for (number, _), each in zip(lines, values, strict=True))
    columns = Columns(("text", "label"), "text", "label") if len(values[0]) > 1 else Columns(("text",), "text")
    return _collect(rows, columns, "pasted list", hashlib.sha256(content).hexdigest(), _silent)


def table_of(texts: Sequence[object], labels: Sequence[object] | None = None, name: str = "texts") -> ReviewTable:
    """Texts that a program sends, with a label for each or none at all; `lines` count them from 1.

    Raises `DataError` where they are no lists of one length, or where no text can be read.
    """
    if not all(isinstance(each, (list, tuple)) for each in (texts, () if labels is None else labels)):
        raise DataError("Texts, and labels where there are any, must be lists.")
    if labels is not None and len(labels) != len(texts):
        raise DataError(f"There are {len(texts):,} texts and {len(labels):,} labels: each text needs one, or none has.")
    if not texts:
        raise DataError("There is no text: send at least one.")
    columns = Columns(("text",), "text") if labels is None else Columns(("text", "label"), "text", "label")
    values = zip(texts) if labels is None else zip(texts, labels, strict=True)
    rows = (_Row(number, each, "", 1.0) for number, each in enumerate(values, start=1))
    digest = hashlib.sha256(json.dumps([texts, labels], default=str).encode()).hexdigest()
    return _collect(rows, columns, name, digest, _silent)


def _labelled(lines: Sequence[str]) -> list[tuple[str | None, ...]]:
    """Each line as its text and its label, or None for no label; as its text alone if there are no labels."""
    after = [(text, label) if tab else (label, None) for text, tab, label in (line.rpartition("\t") for line in lines)]
    before = [(text, label) if tab else (label, None) for label, tab, text in (line.partition("\t") for line in lines)]
    for pairs in (after, before):
        marks = [_mark(label) for _, label in pairs]
        if 2 * sum(mark is not None and not math.isnan(mark) for mark in marks) >= len(lines):
            return pairs
    return [(line,) for line in lines]


def read_imdb(source: Path, split: str = "test", progress: Callable[[float], None] = _silent) -> ReviewTable:
    """The labelled reviews of a split, "train" or "test", of the Large Movie Review Dataset: its folder or archive.

    In the dataset's own order, `lines` their running number from 1, `ratings` 1 to 10 stars; the digest is that of all
    names and texts. Raises `DataError` where there is no such dataset.
    """
    if split not in ("train", "test"):
        raise DataError(f"There is no split '{_short(split)}'; there are train and test.")
    reviews = list(imdb.read_source(source, (f"{split}/pos", f"{split}/neg"), progress))
    digest = hashlib.sha256()
    for review in reviews:
        digest.update(b"%b\0%b\0" % (review.name.encode(), review.text.encode()))
    values = ((review.text, imdb.label_of(review.name), imdb.rating_of(review.name) or None) for review in reviews)
    rows = (_Row(number, each, "", 1.0) for number, each in enumerate(values, start=1))
    columns = Columns(("text", "label", "rating"), "text", "label", "rating")
    return _collect(rows, columns, f"Large Movie Review Dataset, {split}", digest.hexdigest(), progress)


def labels_from_numbers(numbers: np.ndarray) -> np.ndarray:
    """Labels that are numbers (rows,), NaN for none, as (rows,) int8: 1, 0, `NO_LABEL`, or -2 for what is no label.

    What a number means, the whole column says; for the first two, nine in ten of its numbers, so that a slip does not
    change what the others mean:

    - -1 and 1: negative and positive. A column of nothing but 1 is positive; of nothing but -1, without labels.
    - 0 and 1: negative and positive; -1, which many data sets write for a review without a label, is none.
    - whole numbers from 0 to 2, 3 or 4: classes from negative to positive; the one in the middle is none.
    - others from 0 to 10: stars, see `labels_from_stars`.
    """
    labels = np.full(len(numbers), _UNKNOWN, dtype=np.int8)
    labels[np.isnan(numbers)] = NO_LABEL
    meanings = _meanings(numbers[np.isfinite(numbers)])
    if meanings is None:
        stars = (numbers >= 0) & (numbers <= MAX_STARS)
        labels[stars] = labels_from_stars(numbers[stars])
        return labels
    for number, meaning in meanings.items():
        labels[numbers == number] = meaning
    return labels


def _meanings(known: np.ndarray) -> dict[int, int] | None:
    """The label that each number of a column stands for; None where the numbers are stars."""
    values = set(known.tolist())
    scale = {each for each in values if 0 <= each <= MAX_STARS}
    if values <= {-1, 1}:
        return {1: 1, -1: 0 if 1 in values else NO_LABEL}
    if 0 not in values and np.isin(known, (-1, 1)).mean() >= MOST and -1 in values:
        return {1: 1, -1: 0}
    if 0 in values and np.isin(known, (-1, 0, 1)).mean() >= MOST:
        return {1: 1, 0: 0, -1: NO_LABEL}
    if 0 in values and max(scale) in (2, 3, 4) and all(each % 1 == 0 for each in scale):
        middle = max(scale) / 2
        return {each: NO_LABEL if each == middle else int(each > middle) for each in range(int(max(scale)) + 1)}
    return None


def labels_from_stars(stars: np.ndarray) -> np.ndarray:
    """Stars (rows,), NaN for none, as labels (rows,) int8.

    Of five (where none is above 5) up to 2 are negative and 4 on are positive; of ten up to 4 and 7 on, as in the Large
    Movie Review Dataset. Those between are `NO_LABEL`.
    """
    labels = np.full(len(stars), NO_LABEL, dtype=np.int8)
    of_ten = bool((stars > 5).any())
    labels[stars <= (4 if of_ten else 2)] = 0
    labels[stars >= (7 if of_ten else 4)] = 1
    return labels


# From rows to a table


class _Row(NamedTuple):
    """A row of a file: the values that were asked for, or why there are none; `share` of the file was read by then."""

    line: int
    values: tuple[object, ...]
    reason: str
    share: float


class _Review(NamedTuple):
    """A row whose text can be read; `mark` is its label as `_mark` gives it."""

    line: int
    text: str
    mark: float
    stars: float


def _collect(
    rows: Iterable[_Row], columns: Columns, name: str, digest: str, progress: Callable[[float], None]
) -> ReviewTable:
    """The table of rows whose values are the text, then the label, then the stars, as far as `columns` names them."""
    reviews: list[_Review] = []
    bad: list[BadRow] = []
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            raise DataError(f"'{name}' has more than {MAX_ROWS:,} rows, the most that can be read: split the file.")
        if number % 500 == 0:
            progress(row.share)
        found = _review(row, columns)
        (reviews if isinstance(found, _Review) else bad).append(found)
    marks = np.array([review.mark for review in reviews], dtype=np.float64)
    labels, stars = _judge(marks, np.array([review.stars for review in reviews], dtype=np.float32), columns)
    bad += [BadRow(reviews[row].line, _no_label(f"{marks[row]:g}")) for row in np.flatnonzero(labels == _UNKNOWN)]
    bad.sort(key=lambda each: each.line)
    kept = np.flatnonzero(labels != _UNKNOWN)
    if not len(kept):
        raise DataError(_nothing(name, columns, bad))
    progress(1.0)
    texts = tuple([reviews[row].text for row in kept])
    lines = np.array([reviews[row].line for row in kept], dtype=np.int64)
    return ReviewTable(name, digest, columns, texts, labels[kept], stars[kept], lines, tuple(bad[:MAX_BAD]), len(bad))


def _review(row: _Row, columns: Columns) -> _Review | BadRow:
    if reason := row.reason or _why_not(row.values[0]):
        return BadRow(row.line, reason)
    mark = _mark(row.values[1]) if columns.label else math.nan
    if mark is None:
        return BadRow(row.line, _no_label(row.values[1]))
    return _Review(row.line, row.values[0], mark, _stars(row.values[-1]) if columns.rating else math.nan)


def _judge(marks: np.ndarray, stars: np.ndarray, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Labels (rows,) int8, `_UNKNOWN` among them, and stars (rows,) float32; each from the other where it is alone."""
    if columns.label is None:
        return labels_from_stars(stars), stars
    labels = np.where(marks > 0, 1, 0).astype(np.int8)
    numbers = ~np.isinf(marks)
    labels[numbers] = labels_from_numbers(marks[numbers])
    if columns.rating is None and _meanings(marks[np.isfinite(marks)]) is None:
        stars = np.where(numbers & (labels != _UNKNOWN), marks, math.nan).astype(np.float32)
    return labels, stars


def _nothing(name: str, columns: Columns, bad: Sequence[BadRow]) -> str:
    if not bad:
        return f"'{name}' has the names of columns but no row below them: add a review in each row."
    return (
        f"'{name}' holds no row that can be read in its column '{columns.text}' (line {bad[0].line}: {bad[0].reason}):"
        " choose other columns, or mend the file."
    )


def _why_not(text: object) -> str:
    """Why a value is no text that can be read; empty if it is."""
    if text is None:
        return "no text"
    if not isinstance(text, str):
        return "the text is not a string"
    if not text.isascii() and (half := _SURROGATE.search(text)):
        # undecodable bytes stand as U+DC80 to U+DCFF; the others come from a file's own escapes, or from UTF-16
        return "not UTF-8" if "\udc80" <= half.group() <= "\udcff" else "half a character (a lone surrogate)"
    try:
        check_review(text)
    except ReviewError as error:
        reason = str(error).rstrip(".")
        return reason.replace("This text", "the text", 1) if reason.startswith("This text") else "no text"
    return ""


def _mark(value: object) -> float | None:
    """A label as a number: infinity positive, -infinity negative, NaN none, or the number itself; None if unknown."""
    if value is None:
        return math.nan
    if isinstance(value, str | bool):
        word = str(value).strip().lower()
        return _WORDS[word] if word in _WORDS else _number(word)
    return math.nan if value != value else _number(value)  # NaN is not equal to itself


def _stars(value: object) -> float:
    """Stars from 0 to 10; NaN for anything else."""
    number = _number(value.strip().lower() if isinstance(value, str) else value)
    return number if number is not None and 0 <= number <= MAX_STARS else math.nan


def _number(value: object) -> float | None:
    """A finite number of a size that a label or stars may have; None for anything else."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        return float(found.group(1)) if found else None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return float(value)
    return None


def _no_label(value: object) -> str:
    shown = f"'{_short(str(value))}'" if isinstance(value, str | int | float) else "that is neither word nor number"
    return f"unknown label {shown}"


def _short(words: str, limit: int = SHORT) -> str:
    """A file's own words for a message: one line, without control characters, cut to `limit` characters."""
    kept = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in words[: 2 * limit]
    )
    line = _SURROGATE.sub("\ufffd", " ".join(kept.split()))
    return line if len(line) <= limit and len(words) <= 2 * limit else line[: limit - 1].rstrip() + "…"


# Which columns


def _checked(source: _Source, columns: Columns) -> Columns:
    """The chosen columns, if the file has them."""
    for name in (columns.text, columns.label, columns.rating):
        if name is not None and name not in source.names:
            raise DataError(
                f"'{source.file.title}' has no column '{_short(name)}'; its columns are {_listed(source.names)}."
            )
    if columns.text in (columns.label, columns.rating):
        raise DataError(f"The column '{columns.text}' cannot be both the text and its label or rating: choose another.")
    if columns.text not in source.texts:
        raise DataError(f"The column '{columns.text}' of '{source.file.title}' does not hold text: choose another.")
    return Columns(source.names, columns.text, columns.label, columns.rating)


def _guess(source: _Source) -> Columns:
    with closing(source.rows(source.names)) as rows:
        sample = [row.values for row in islice(rows, SAMPLE) if not row.reason]
    values = {name: [row[place] for row in sample] for place, name in enumerate(source.names)}
    filled = {name: [each for each in of_name if each not in (None, "")] for name, of_name in values.items()}
    text = _named(TEXT_NAMES, source.texts, lambda name: not filled[name] or not _all_numbers(filled[name]))
    text = text or _longest({name: filled[name] for name in source.texts})
    if text is None:
        raise DataError(
            f"'{source.file.title}' has no column of text; its columns are {_listed(source.names)}:"
            " name the one with the reviews 'text'."
        )
    others = [name for name in source.names if name != text]
    rating = _named(RATING_NAMES, others, lambda name: _share(filled[name], lambda each: _stars(each) >= 0) >= 0.5)
    label = _named(LABEL_NAMES, others, lambda name: _share(filled[name], lambda each: _mark(each) is not None) >= 0.5)
    if rating and not label and filled[rating] and {_stars(each) for each in filled[rating]} <= {0, 1}:
        label, rating = rating, None
    if not label and not rating:
        label = next((name for name in others if _is_label(filled[name])), None)
    return Columns(source.names, text, label, rating)


def _named(known: Sequence[str], names: Sequence[str], fits: Callable[[str], bool]) -> str | None:
    """The first of `known` that is a column's name, in any case, and whose values fit."""
    keys = {re.sub(r"[\W_]+", "_", name.lower()).strip("_"): name for name in reversed(names)}
    return next((keys[each] for each in known if each in keys and fits(keys[each])), None)


def _longest(filled: Mapping[str, Sequence[object]]) -> str | None:
    """The column with the longest mean text, of those in which words stand."""
    means = {
        name: sum(map(len, values)) / len(values)
        for name, values in filled.items()
        if values
        and all(isinstance(each, str) for each in values)
        and _share(values, lambda each: any(map(str.isalpha, each[:1_000]))) >= 0.5
        and not _is_label(values)
    }
    return max(means, key=means.get, default=None)


def _all_numbers(values: Sequence[object]) -> bool:
    return all(not isinstance(each, str) or _NUMBER.fullmatch(each.strip()) for each in values)


def _is_label(values: Sequence[object]) -> bool:
    """Whether values are labels beyond doubt: all are words for it, or 0, 1 and -1 again and again."""
    marks = [_mark(each) for each in values]
    known = {each for each in marks if each is not None and not math.isnan(each)}
    words = known <= {math.inf, -math.inf}
    again = known <= {0, 1, -1} and len(known) < len(marks)  # the number of a row is no label
    return None not in marks and len(known) > 0 and (words or again)


def _share(values: Sequence[object], fits: Callable[[object], bool]) -> float:
    """The share of values that fit; 1 where there are none."""
    return sum(map(fits, values)) / len(values) if values else 1.0


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{_short(name)}'" for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def _names(cells: Sequence[object], title: str) -> tuple[str, ...]:
    """Names to be shown and chosen by, each once: of one line, cut, numbered where they are empty or repeated."""
    if len(cells) > MAX_COLUMNS:
        raise DataError(
            f"'{title}' has {len(cells):,} columns; at most {MAX_COLUMNS} can be read: keep those of text and label."
        )
    names: dict[str, None] = {}
    for place, cell in enumerate(cells, start=1):
        name = _short(str(cell), MAX_NAME) or f"column {place}"
        repeated = (f"{name} ({number})" for number in count(2))
        names[name if name not in names else next(each for each in repeated if each not in names)] = None
    return tuple(names)


# Files


@dataclass(frozen=True, slots=True)
class _Broken:
    """Stands for a row or value that cannot be read, and says why."""

    reason: str


class _Source(Protocol):
    """A file that can be read: its columns, those of them that may hold text, and its rows."""

    @property
    def file(self) -> _File: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def texts(self) -> tuple[str, ...]: ...

    def rows(self, wanted: Sequence[str]) -> Generator[_Row]:
        """The rows, with the values of the columns that are wanted, in their order."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file that passed the first look. `title` is its name to be shown; `encoding` what its first bytes say."""

    path: Path
    title: str
    ending: str
    size: int
    encoding: str

    def stream(self, newline: str | None = None) -> TextIO:
        """Its text. What is wrongly encoded comes as lone surrogates; UTF-16 that ends in half a character raises."""
        errors = "surrogatepass" if self.encoding == "utf-16" else "surrogateescape"
        return self.path.open(encoding=self.encoding, errors=errors, newline=newline)

    def share(self, stream: TextIO) -> float:
        return stream.buffer.tell() / self.size


def _open(path: Path, name: str | None) -> _Source:
    """Look at a file without reading it whole. Raises `DataError` if it is too large, or not what its ending says."""
    own = PurePath(name or path.name)
    title, ending = _short(own.name, MAX_NAME), own.suffix.lower()
    if ending not in _KINDS:
        raise DataError(f"'{title}' cannot be read by its ending; there are {', '.join(_KINDS)}.")
    try:
        size = path.stat().st_size if path.is_file() else -1
        if size < 0:
            raise DataError(f"There is no file '{title}': choose another.")
        if size == 0:
            raise DataError(f"'{title}' is empty: choose a file with a review in each row.")
        if size > MAX_BYTES:
            raise DataError(
                f"'{title}' has {size / 1024**2:,.0f} MB; at most {MAX_BYTES // 1024**2} MB can be read: split it."
            )
        with path.open("rb") as raw:
            head = raw.read(8_192)
        _check_head(head, title, ending)
        encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        return _KINDS[ending](_File(path, title, ending, size, encoding))
    except OSError as error:
        raise DataError(f"'{title}' cannot be read: choose it again.") from error


def _check_head(head: bytes, title: str, ending: str) -> None:
    """Refuse what is not text, or not Parquet, by its first bytes."""
    parquet = ending == ".parquet"
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found is None and not parquet and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = "binary data" if b"\0" in head else None
    if found and not (parquet and head.startswith(b"PAR1")):
        raise DataError(
            f"'{title}' is not what its ending says but {found}: save the table as CSV in UTF-8, or as Parquet."
        )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Delimited:
    """CSV, TSV and their like. Without `header` it is a plain list, and its only column is called text."""

    file: _File
    delimiter: str
    names: tuple[str, ...]
    header: bool

    @classmethod
    def open(cls, file: _File) -> _Delimited:
        with file.path.open(encoding=file.encoding, errors="replace", newline="") as stream:
            sample = stream.read(SNIFFED)
        delimiter = _delimiter(sample, "\t" if file.ending == ".tsv" else ",")
        with file.stream(newline="") as stream, closing(_records(stream, delimiter)) as records:
            _, cells = next(records, (1, None))
        if not isinstance(cells, list):
            raise DataError(f"'{file.title}' is empty or begins with a line that cannot be read: mend its first line.")
        if len(cells) == 1 and _is_sentence(cells[0]):
            return cls(file, delimiter, ("text",), header=False)
        return cls(file, delimiter, _names(cells, file.title), header=True)

    @property
    def texts(self) -> tuple[str, ...]:
        return self.names

    def rows(self, wanted: Sequence[str]) -> Generator[_Row]:
        places = [self.names.index(name) for name in wanted]
        with self.file.stream(newline="") as stream:
            for line, cells in islice(_records(stream, self.delimiter), int(self.header), None):
                share = self.file.share(stream)
                if reason := self._why_not(cells):
                    yield _Row(line, (), reason, share)
                else:
                    yield _Row(line, tuple([cells[place] for place in places]), "", share)

    def _why_not(self, cells: Sequence[str] | _Broken) -> str:
        if isinstance(cells, _Broken):
            return cells.reason
        found, wanted = len(cells), len(self.names)
        return "" if found == wanted else f"the number of cells is {found:,}, that of columns {wanted}"


class _Bounded:
    """The lines of a file, of one over `MAX_RECORD` characters only the beginning.

    `cut` is the length of a line that was cut, or 0. If an odd number of quotation marks is cut off, one is put in
    their place, so that a cell ends where it did. `ended` once a line was asked for that is not there.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.cut = 0
        self.ended = False

    def __iter__(self) -> _Bounded:
        return self

    def __next__(self) -> str:
        line = piece = self._stream.readline(MAX_RECORD)
        if not line:
            self.ended = True
            raise StopIteration
        length = marks = 0
        while len(piece) == MAX_RECORD and not piece.endswith(("\n", "\r")):
            piece = self._stream.readline(MAX_RECORD)
            length, marks = length + len(piece), marks + piece.count('"')
        if not length:
            return line
        self.cut = len(line) + length
        return line + '"' * (marks % 2) + "\n"


def _records(stream: TextIO, delimiter: str) -> Generator[tuple[int, list[str] | _Broken]]:
    """The line where each record begins, from 1, and its cells; lines that are empty are none.

    After a cell of more than `MAX_RECORD` characters, which no quotation mark closed, a new record begins.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))  # of the whole process, so it is never lowered
    lines = _Bounded(stream)
    reader = csv.reader(lines, delimiter=delimiter)
    empty = 0
    while True:
        line, lines.cut = reader.line_num + 1, 0
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, _Broken(f"a cell of over {MAX_RECORD:,} characters: perhaps a quotation mark is not closed")
            continue
        except UnicodeDecodeError:
            yield line, _Broken("not UTF-16")
            return
        if cells is None:
            return
        if lines.cut or lines.ended:  # the end is looked for only in a cell that goes on
            yield line, _Broken(_too_long(lines.cut) if lines.cut else "a quotation mark is not closed to the very end")
        elif cells:
            yield line, cells
        else:
            empty = _counted(empty)


def _too_long(length: int) -> str:
    return f"the line has {length:,} characters; at most {MAX_RECORD:,} can be read"


def _counted(empty: int) -> int:
    if empty == MAX_EMPTY:
        raise DataError(f"The file has more than {MAX_EMPTY:,} empty lines: take them out.")
    return empty + 1


def _delimiter(sample: str, usual: str) -> str:
    """The one of comma, semicolon and tab that cuts a sample best: into known names, then into rows of one width."""

    def fit(delimiter: str) -> tuple[bool, bool, float, bool]:
        rows = [cells for _, cells in _records(io.StringIO(sample, newline=""), delimiter) if isinstance(cells, list)]
        rows = rows[:-1] if len(sample) == SNIFFED and len(rows) > 1 else rows
        if not rows:
            return False, False, 0.0, delimiter == usual
        known = _named((*TEXT_NAMES, *LABEL_NAMES, *RATING_NAMES), rows[0], lambda name: True) is not None
        same = _share(rows[1:], lambda cells: len(cells) == len(rows[0]))
        return known, len(rows[0]) > 1 and same >= 0.5, same, delimiter == usual

    return max(",;\t", key=fit)


def _is_sentence(cell: str) -> bool:
    """Whether the first cell of a single column is a review already, and not the column's name."""
    words = cell.split()
    return len(words) > 5 or (len(words) > 1 and words[-1][-1] in ".!?…")


@dataclass(frozen=True, slots=True)
class _Lines:
    """Plain text, a review a line."""

    file: _File
    names: tuple[str, ...] = ("text",)

    @property
    def texts(self) -> tuple[str, ...]:
        return self.names

    def rows(self, wanted: Sequence[str]) -> Generator[_Row]:
        with self.file.stream() as stream:
            for line, text in _lines(stream):
                share = self.file.share(stream)
                yield _Row(line, (text,) * len(wanted), text.reason if isinstance(text, _Broken) else "", share)


def _lines(stream: Iterable[str]) -> Generator[tuple[int, str | _Broken]]:
    """The lines that are not empty, each with its number, from 1."""
    number = empty = 0
    try:
        for number, text in enumerate(stream, start=1):
            if text.strip():
                yield number, text.removesuffix("\n")
            else:
                empty = _counted(empty)
    except UnicodeDecodeError:
        yield number + 1, _Broken("not UTF-16")


@dataclass(frozen=True, slots=True)
class _Json:
    """JSON objects, one a line or all in one array. `keys` is parallel to `names`, and holds them as they are."""

    file: _File
    array: bool
    keys: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def open(cls, file: _File) -> _Json:
        with file.path.open(encoding=file.encoding, errors="replace") as stream:
            array = file.ending == ".json" and stream.read(SNIFFED).lstrip().startswith("[")
        keys: dict[str, None] = {}
        with file.stream() as stream, closing(_objects(stream, array)) as objects:
            for _, found in islice(objects, SAMPLE):
                keys |= dict.fromkeys(found if isinstance(found, dict) else ())
        if not keys:
            raise DataError(f'\'{file.title}\' holds no JSON objects: write one a line, such as {{"text": "…"}}.')
        return cls(file, array, tuple(keys), _names(tuple(keys), file.title))

    @property
    def texts(self) -> tuple[str, ...]:
        return self.names

    def rows(self, wanted: Sequence[str]) -> Generator[_Row]:
        keys = [self.keys[self.names.index(name)] for name in wanted]
        with self.file.stream() as stream:
            for line, found in _objects(stream, self.array):
                share = self.file.share(stream)
                if isinstance(found, dict):
                    yield _Row(line, tuple([found.get(key) for key in keys]), "", share)
                else:
                    yield _Row(line, (), found.reason if isinstance(found, _Broken) else "not a JSON object", share)


def _objects(stream: TextIO, array: bool) -> Generator[tuple[int, object]]:
    """Each JSON value, an object or not, or `_Broken`, with the line where it begins."""
    return _elements(stream) if array else _parsed_lines(stream)


def _parsed_lines(stream: TextIO) -> Generator[tuple[int, object]]:
    for number, line in _lines(stream):
        yield number, _parsed(line)


def _parsed(line: str | _Broken) -> object:
    if isinstance(line, _Broken):
        return line
    if len(line) > MAX_RECORD:
        return _Broken(_too_long(len(line)))
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _Broken("not JSON")


def _elements(stream: TextIO) -> Generator[tuple[int, object]]:
    """The elements of a JSON array, each with the line where it begins, read through a window of the file.

    Where the array breaks off, or is not JSON any more, the last one is `_Broken`.
    """
    window = _read(stream, WINDOW)
    at = window.index("[") + 1
    line = 1 + window.count("\n", 0, at)
    ended = False
    while True:
        start = _BETWEEN.match(window, at).end()
        line, at = line + window.count("\n", at, start), start
        if window[at : at + 1] == "]":
            return
        found, end = _decoded(window, at)
        if at < end < len(window) or (ended and end > at):  # at the window's end it may go on beyond
            yield line, found
            line, at = line + window.count("\n", at, end), end
        elif ended or len(window) - at > MAX_RECORD:
            yield line, _Broken("not JSON from here to the end of the file")
            return
        else:
            piece = _read(stream, max(WINDOW, len(window) - at))  # twice as much, so that few are read again and again
            window, at, ended = window[at:] + piece, 0, not piece


def _decoded(window: str, at: int) -> tuple[object, int]:
    """The JSON value that begins at a place, and where it ends; its place itself if there is none."""
    try:
        return json.JSONDecoder().raw_decode(window, at)
    except (ValueError, RecursionError):
        return None, at


def _read(stream: TextIO, characters: int) -> str:
    try:
        return stream.read(characters)
    except UnicodeDecodeError:  # UTF-16 that ends in the middle of a character
        return ""


@dataclass(frozen=True, slots=True)
class _Parquet:
    """A Parquet file. Only the footer is read before the rows are asked for."""

    file: _File
    names: tuple[str, ...]
    keys: tuple[str, ...]
    texts: tuple[str, ...]

    @classmethod
    def open(cls, file: _File) -> _Parquet:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(file.path) as opened:
                footer, schema = opened.metadata, opened.schema_arrow
            groups = [footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(file.title) from error
        if footer.num_rows > MAX_ROWS:
            raise DataError(f"'{file.title}' has {footer.num_rows:,} rows; at most {MAX_ROWS:,} can be read: split it.")
        if min(groups, default=0) < 0 or sum(groups) > MAX_UNPACKED:
            raise DataError(
                f"'{file.title}' would unpack to {sum(groups) / 1024**3:,.1f} GB; at most {MAX_UNPACKED // 1024**3} GB"
                " can be read: split it."
            )
        names = _names(schema.names, file.title)
        if len(set(schema.names)) < len(names):
            raise DataError(f"'{file.title}' has two columns of one name: rename one of them.")
        texts = tuple(name for name, field in zip(names, schema, strict=True) if _holds_text(field.type))
        return cls(file, names, tuple(schema.names), texts)

    def rows(self, wanted: Sequence[str]) -> Generator[_Row]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        keys = [self.keys[self.names.index(name)] for name in wanted]
        repeated = [key for name, key in zip(wanted, keys, strict=True) if name in self.texts]
        number = 0
        try:
            # As dictionaries, so that a text of megabytes that stands in each row is one text in memory.
            with pq.ParquetFile(
                self.file.path, read_dictionary=repeated, pre_buffer=False, buffer_size=WINDOW
            ) as opened:
                total = opened.metadata.num_rows
                for batch in opened.iter_batches(BATCH, columns=keys, use_threads=False):
                    for values in zip(*(_values(batch.column(key)) for key in keys), strict=True):
                        number += 1
                        yield _Row(number, values, "", number / total)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.file.title) from error


def _damaged(title: str) -> DataError:
    return DataError(f"'{title}' is damaged, or no Parquet file: write it again.")


def _holds_text(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _values(column: pyarrow.Array) -> list[object]:
    """A column's values for Python. What is not UTF-8 comes as lone surrogates, as in the other kinds of files."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        indices = column.indices.to_pylist()
        used = sorted({each for each in indices if each is not None})
        words = dict(zip(used, _values(column.dictionary.take(pa.array(used, pa.int64()))), strict=True))
        return [words.get(each) for each in indices]
    if _holds_text(column.type):
        column = column.cast(pa.large_binary())
        return [None if each is None else each.decode("utf-8", "surrogateescape") for each in column.to_pylist()]
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    simple = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return column.to_pylist() if any(test(column.type) for test in simple) else [_OTHER] * len(column)


_OTHER = object()  # a value that is neither text nor number
_KINDS: Mapping[str, Callable[[_File], _Source]] = {
    ".csv": _Delimited.open,
    ".tsv": _Delimited.open,
    ".jsonl": _Json.open,
    ".ndjson": _Json.open,
    ".json": _Json.open,
    ".parquet": _Parquet.open,
    ".txt": _Lines,
}
