"""Rows taken away with what the network said and what a person said: CSV for a spreadsheet, JSON lines, Parquet.

JSON lines and Parquet hold every text as it was. In CSV a text that a spreadsheet would take for a formula gets an
apostrophe (OWASP, CSV injection); otherwise it follows RFC 4180, as UTF-8 with a byte order mark.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from model.errors import DataError
from model.language import gettext
from model.tables.csv_cells import without_formula
from model.tables.labels import LABEL_NAMES, NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.note import UNCLEAR, Note
from model.workbench.overview import OUTCOMES, outcomes
from model.workbench.scoring import Scores

LABELS = {**LABEL_NAMES, NO_LABEL: None, UNCLEAR: "unclear"}
TOP_TOKENS = pa.list_(pa.struct([("token", pa.string()), ("attribution", pa.float32())]))
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),  # from 0 among the rows that could be read, as in the endpoints and in saved notes
        ("line", pa.int64()),  # of the file, from 1
        ("text", pa.string()),
        ("label", pa.string()),  # positive, negative, or null
        ("label_in_file", pa.string()),  # as the file writes it, or its stars; null where it has none
        ("prediction", pa.string()),
        ("probability", pa.float32()),  # P(positive)
        ("logit", pa.float32()),
        ("outcome", pa.string()),  # in the words of model/workbench/overview.py, such as "false positive"
        ("category", pa.string()),  # null where nothing was said, as the two that follow
        ("note", pa.string()),
        ("corrected_label", pa.string()),
        ("top_tokens", TOP_TOKENS),  # attributions in logits; null where none were computed
    ]
)
CHUNK = 4_096  # rows held as Python objects at once

Tokens = Sequence[tuple[str, float]]  # token and attribution in logits, the strongest first

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")  # raw in JSON, but the end of a line to some readers


def export_rows(
    table: ReviewTable, scores: Scores, rows: np.ndarray, notes: Mapping[int, Note], top_tokens: Mapping[int, Tokens]
) -> pa.Table:
    """The chosen rows, (n,) whole numbers from 0, in their order, with the columns of `SCHEMA`, and after them the
    file's own ones, see `own_columns`.

    `notes` and `top_tokens` are by row; either may lack rows. Halves of emoji (lone surrogates), which UTF-8 cannot
    hold, become the replacement character. The table's metadata names file, sha256, checkpoint and what labels were
    read as. Raises `DataError` where rows are not in the table, `ValueError` where table and scores differ in length.
    """
    if len(table.texts) != len(scores.logits):
        raise ValueError("the scores are not of this table")
    rows = np.asarray(rows, dtype=np.int64)
    if rows.size and not 0 <= rows.min() <= rows.max() < len(table.texts):
        raise DataError(gettext("There are rows to be saved that are not in this file."))
    said = [notes.get(row) for row in rows.tolist()]
    columns = [
        rows,
        table.lines[rows],
        [_utf8(table.texts[row]) for row in rows.tolist()],
        [LABELS[label] for label in table.labels[rows].tolist()],
        [_utf8(table.written[row]) or None if table.written else None for row in rows.tolist()],
        [LABELS[int(positive)] for positive in scores.predicted[rows].tolist()],
        scores.probabilities[rows],
        scores.logits[rows].astype(np.float32),
        [OUTCOMES[code] for code in outcomes(table, scores)[rows].tolist()],
        [_utf8(note.category) if note and note.category else None for note in said],
        [_utf8(note.text) if note and note.text else None for note in said],
        [LABELS[note.label] if note else None for note in said],
        [_tokens(top_tokens.get(row)) for row in rows.tolist()],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    own = own_columns(table, rows, SCHEMA.names)
    about = {"file": _utf8(table.name), "sha256": table.digest, "checkpoint": scores.checkpoint} | about_labels(table)
    schema = pa.schema([*SCHEMA, *(pa.field(name, pa.string()) for name in own)], metadata=about)
    return pa.Table.from_arrays([*arrays, *own.values()], schema=schema)


def own_columns(table: ReviewTable, rows: np.ndarray, taken: Sequence[str]) -> dict[str, pa.Array]:
    """The file's own other columns, of these rows, as it writes them; an empty cell is null.

    One whose name is among those `taken` gets "(file)" after it.
    """
    found: dict[str, pa.Array] = {}
    for name, values in table.own.items():
        free = _utf8(name)
        while free in taken or free in found:
            free += " (file)"
        found[free] = pa.array([_utf8(values[row]) or None for row in rows.tolist()], pa.string())
    return found


def about_labels(table: ReviewTable) -> dict[str, str]:
    """What the labels of a file were read as, for the metadata of what is written; empty where there were none."""
    if table.reading is None:
        return {}
    return {"labels": _utf8(table.reading.sentence), "label_values": _utf8(table.reading.meanings())}


def _utf8(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _tokens(tokens: Tokens | None) -> list[dict[str, object]] | None:
    if tokens is None:
        return None
    return [{"token": _utf8(token), "attribution": float(attribution)} for token, attribution in tokens]


def write_parquet(table: pa.Table) -> bytes:
    """The table as a Parquet file: every text and number as it is, top tokens as a list of structs."""
    file = io.BytesIO()
    parquet.write_table(table, file, compression="zstd")
    return file.getvalue()


def write_jsonl(table: pa.Table) -> bytes:
    """The table as JSON lines: every text as it is, what is missing as null, top tokens as a list of objects.

    Numbers have the digits that give the float32 back; JSON has none for NaN and infinity, which become null.
    """
    file = io.BytesIO()
    for row in _rows(table):
        line = json.dumps(dict(zip(table.column_names, row, strict=True)), ensure_ascii=False, allow_nan=False)
        file.write(_LINE_ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", line).encode() + b"\n")
    return file.getvalue()


def write_csv(table: pa.Table) -> bytes:
    """The table as CSV for a spreadsheet: no text starts a formula, what is missing is empty.

    Top tokens are text, "wonderful +1.23; dull −0.80".
    """
    file = io.BytesIO()
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.column_names)
    for row in _rows(table):
        writer.writerow([_cell(value) for value in row])
    text.flush()
    return file.getvalue()


def tokens_text(tokens: Iterable[tuple[str, float]]) -> str:
    """Top tokens as people read them, "wonderful +1.23; dull −0.80"."""
    signed = ((token, f"{attribution:+.2f}".replace("-", "−")) for token, attribution in tokens)
    return "; ".join(f"{token} {number}" for token, number in signed)


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = tokens_text((each["token"], each["attribution"] or 0) for each in value)
    return without_formula(value) if isinstance(value, str) else value


def _rows(table: pa.Table) -> Iterator[tuple[object, ...]]:
    """The rows as Python objects; float32 with the fewest digits that tell it from its neighbours."""
    for batch in table.to_batches(max_chunksize=CHUNK):
        yield from zip(*map(_objects, batch.columns), strict=True)


def _objects(column: pa.Array) -> list[object]:
    if pa.types.is_float32(column.type):
        return [_shortest(value) for value in column.to_numpy(zero_copy_only=False)]
    if column.type == TOP_TOKENS:
        return [
            each and [token | {"attribution": _shortest(token["attribution"])} for token in each]
            for each in column.to_pylist()
        ]
    return column.to_pylist()


def _shortest(value: float) -> float | None:
    return float(str(np.float32(value))) if np.isfinite(value) else None
