"""Files of reviews: written for a test, and refused."""

from __future__ import annotations

import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import DataError
from model.tables.table import Columns, read_table


def write_file(path: Path, content: str | bytes | pa.Table) -> Path:
    """Write a file, a table as Parquet, and give back its path."""
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, match: str, columns: Columns | None = None) -> str:
    """The sentence by which a file is refused, at once and without its folder."""
    start = time.process_time()
    with pytest.raises(DataError, match=match) as caught:
        read_table(path, columns)
    assert time.process_time() - start < 1
    sentence = str(caught.value)
    assert str(path.parent) not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 500
    return sentence
