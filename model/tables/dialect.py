"""How a file is written: what was found out about it, what a person says instead, and the sentences about it.

A dialect is decided by the content alone, so that the same bytes give the same table pasted, as .txt or as .csv.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.language import marked

DELIMITED = marked("rows of cells")
LIST = marked("a review a line")
LABELLED_LIST = marked("a review and its label a line")
FASTTEXT = marked("fastText: a label, then the review")
JSON_LINES = marked("a JSON object a line")
JSON_ARRAY = marked("a JSON array of objects")
JSON_FIELD = marked("JSON with the rows in a field")
JSON_COLUMNS = marked("JSON with a column in each field")
JSON_MEMBERS = marked("JSON with a row in each field")
PARQUET = marked("Parquet")

DELIMITERS = (",", "\t", ";", "|")
ENCODINGS = (
    "utf-8", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "mac_roman", "cp1250", "cp1251", "gb18030",
    "big5", "shift_jis", "euc_kr",
)  # fmt: skip

ENCODING, HEADER = "encoding", "header"  # what may have to be asked: the names of fields of `Answers`


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says of a file; None is left to be decided.

    `encoding` is one of `ENCODINGS`, `delimiter` one of `DELIMITERS` or empty where nothing parts cells, `header`
    whether the first row holds names.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written, as it was found or as a person said.

    `format`: one of the constants above, to be translated where it is shown. `encoding`: one of `ENCODINGS`; empty for
    Parquet and what was pasted. `delimiter`: what parts the cells; empty where nothing does. `header`: whether the
    first row holds names; None where the format has no such row. `title`: the lines above it that are stepped over.
    `packed`: whether it is a gzip archive. `unclear`: the names of the `Answers` that a person should give, since they
    were assumed. `notes`: what was found and assumed, in sentences for a person.
    """

    format: str
    encoding: str = ""
    delimiter: str = ""
    header: bool | None = None
    title: tuple[str, ...] = ()
    packed: bool = False
    unclear: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
