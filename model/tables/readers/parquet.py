"""Parquet files, read in batches."""

from __future__ import annotations

import io
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import DataError
from model.language import gettext
from model.tables.columns import column_names
from model.tables.dialect import PARQUET, Dialect
from model.tables.readers.base import MAX_ROWS, WINDOW, File, Row, Source

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet as pq

MAX_UNPACKED = 512 * 1024**2  # bytes of a file's columns before compression
MAX_TEXT = 160 * 1024**2  # of those of its columns of text that are read: a cell could be all of it, several times over
MAX_CELL = 32 * 1024**2  # bytes; 13 kB unpack to a cell of 400 MB, of which Python would make several copies
BATCH = 256  # rows that are in memory at once
_OTHER = object()  # a value that is neither text nor number


@dataclass(frozen=True, slots=True)
class Parquet(Source):
    """A Parquet file. Only the footer is read before the rows are asked for.

    `keys` is parallel to `names`, and holds them as they are in the file. `features`: what the library datasets of
    Hugging Face says of the columns, as JSON; empty where it did not write the file. `plain`: the columns of text,
    numbers, flags, dates and times.
    """

    keys: tuple[str, ...]
    features: bytes
    plain: tuple[str, ...]

    @classmethod
    def open(cls, file: File) -> Parquet:
        """Read the footer. `DataError` for a damaged file, one that unpacks to too much, and columns of one name."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(_place(file)) as opened:
                footer, schema = opened.metadata, opened.schema_arrow
            groups = [footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(file.title) from error
        if file.limited and footer.num_rows > MAX_ROWS:
            sentence = gettext("'{title}' has {rows:,} rows; at most {most:,} can be read: split it.")
            raise DataError(sentence.format(title=file.title, rows=footer.num_rows, most=MAX_ROWS))
        if min(groups, default=0) < 0:
            raise _damaged(file.title)
        if file.limited and sum(groups) > MAX_UNPACKED:
            sentence = gettext("'{title}' would unpack to {size:,.0f} MB; at most {most} MB can be read: split it.")
            size, most = sum(groups) / 1024**2, MAX_UNPACKED // 1024**2
            raise DataError(sentence.format(title=file.title, size=size, most=most))
        names = column_names(schema.names, file.title)
        if len(set(schema.names)) < len(names):
            sentence = gettext("'{title}' has two columns of one name: rename one of them.")
            raise DataError(sentence.format(title=file.title))
        texts = tuple(name for name, field in zip(names, schema, strict=True) if _holds_text(field.type))
        dialect = Dialect(PARQUET, packed=file.packed)
        features = (schema.metadata or {}).get(b"huggingface", b"")
        plain = tuple(name for name, field in zip(names, schema, strict=True) if _is_plain(field.type))
        return cls(file, dialect, names, texts, tuple(schema.names), features, plain)

    @property
    def carried(self) -> tuple[str, ...]:
        """Without bytes that are no text, pictures say, and what holds other values."""
        return self.plain

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; a row's line is its number, from 1."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        keys = [self.keys[self.names.index(name)] for name in wanted]
        repeated = [key for name, key in zip(wanted, keys, strict=True) if name in self.texts]
        number = 0
        try:
            # As dictionaries, so that a text of megabytes that stands in each row is one text in memory.
            with pq.ParquetFile(
                _place(self.file), read_dictionary=repeated, pre_buffer=False, buffer_size=WINDOW
            ) as opened:
                total = opened.metadata.num_rows
                if self.file.limited:
                    _check_texts(opened.metadata, repeated, self.file.title)
                for batch in opened.iter_batches(BATCH, columns=keys, use_threads=False):
                    _check_cells(batch, keys, self.file.title)
                    for values in zip(*(_values(batch.column(key)) for key in keys), strict=True):
                        number += 1
                        yield Row(number, values, share=number / total)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.file.title) from error


def _place(file: File) -> Path | io.BytesIO:
    """Where the file can be read at any place: its path, or, of an archive, its bytes in memory."""
    if not file.packed and file.path is not None:
        return file.path
    with closing(file.content()) as content:
        return io.BytesIO(b"".join(iter(content.read, b"")))


def _damaged(title: str) -> DataError:
    return DataError(gettext("'{title}' is damaged, or no Parquet file: write it again.").format(title=title))


def _check_texts(footer: pq.FileMetaData, keys: Sequence[str], title: str) -> None:
    """Raise `DataError` where columns of text would unpack to more than `MAX_TEXT`."""
    groups = (footer.row_group(number) for number in range(footer.num_row_groups))
    columns = (group.column(number) for group in groups for number in range(group.num_columns))
    size = sum(column.total_uncompressed_size for column in columns if column.path_in_schema in keys)
    if size > MAX_TEXT:
        sentence = gettext(
            "The texts of '{title}' would unpack to {size:,.0f} MB; at most {most} MB can be read: split it."
        )
        raise DataError(sentence.format(title=title, size=size / 1024**2, most=MAX_TEXT // 1024**2))


def _check_cells(batch: pyarrow.RecordBatch, keys: Sequence[str], title: str) -> None:
    """Raise `DataError` for a cell with more bytes than `MAX_CELL`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for key in keys:
        column = batch.column(key)
        column = column.dictionary if pa.types.is_dictionary(column.type) else column
        if _holds_text(column.type):
            size = pc.max(pc.binary_length(column.cast(pa.large_binary()))).as_py() or 0
            if size > MAX_CELL:
                sentence = gettext("'{title}' has a cell of {size:,.0f} MB; at most {most} MB can be read: shorten it.")
                raise DataError(sentence.format(title=title, size=size / 1024**2, most=MAX_CELL // 1024**2))


def _holds_text(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _is_plain(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    tests = (
        types.is_string, types.is_large_string, types.is_string_view, types.is_integer, types.is_floating,
        types.is_boolean, types.is_decimal, types.is_date, types.is_timestamp, types.is_time,
    )  # fmt: skip
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
    if pa.types.is_temporal(column.type):
        return [None if each is None else str(each) for each in column.to_pylist()]
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_list, pa.types.is_struct)
    return column.to_pylist() if any(test(column.type) for test in plain) else [_OTHER] * len(column)
