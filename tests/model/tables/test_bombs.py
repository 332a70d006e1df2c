"""Small files that unpack to large ones: each is refused with a sentence, at once, and in bounded memory."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT

READ = """
import json, sys, time
from pathlib import Path
from model.errors import DataError
from model.tables.table import read_table
import pyarrow.compute, pyarrow.parquet

def peak():  # of this program; what getrusage tells is never below the peak of the one that started it
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])

before, told = peak(), {}
for path in map(Path, sys.argv[1:]):
    started = time.process_time()
    try:
        read_table(path)
        said = ""
    except DataError as error:
        said = str(error)
    grown = (peak() - before) / 1024
    told[path.name] = [said, time.process_time() - started, grown]
print(json.dumps(told))
"""
SAYS = {  # in the order of the memory that they take
    "text.csv.gz": "would unpack to more than 100 MB",
    "nothing.csv.gz": "binary data",
    "rows.parquet": "has 30,000,000 rows; at most 100,000",
    "columns.parquet": "would unpack to 800 MB; at most 512 MB",
    "texts.parquet": "The texts of 'texts.parquet' would unpack to 191 MB; at most 160 MB",
    "line.txt.gz": "the line has 99,614,720 characters",
    "nested.json": "holds no JSON objects",
    "cell.parquet": "has a cell of 95 MB; at most 32 MB",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, tuple[str, float, float]]:
    """Of each file: the sentence, the seconds that it took, and the megabytes that were needed until then."""
    folder = tmp_path_factory.mktemp("bombs")
    for name, piece, times in (
        ("text.csv.gz", b"a film\n" * 150_000, 1_000),
        ("nothing.csv.gz", bytes(1024**2), 1_000),
        ("line.txt.gz", b"x" * 1024**2, 95),
    ):
        with gzip.open(folder / name, "wb", 1) as file:
            for _ in range(times):
                file.write(piece)
    (folder / "nested.json").write_bytes(b'{"a":' * 5_000_000)
    once = pa.DictionaryArray.from_arrays(
        pa.Array.from_buffers(pa.int8(), 30_000_000, [None, pa.py_buffer(bytes(30_000_000))]), pa.array(["a film"])
    )
    pq.write_table(pa.table({"text": once}), folder / "rows.parquet")
    schema = pa.schema([("text", pa.string())])
    with pq.ParquetWriter(folder / "columns.parquet", schema, use_dictionary=False, compression="zstd") as file:
        for _ in range(8):
            file.write_table(pa.table({"text": ["x" * 1024**2] * 100}))
    for name, length in (("cell", 100_000_000), ("texts", 200_000_000)):
        cells = pa.table({"text": ["x" * length, *["a film"] * 20]})
        pq.write_table(cells, folder / f"{name}.parquet", compression="zstd")
    assert all((folder / name).stat().st_size < 30_000_000 for name in SAYS)
    done = subprocess.run(
        [sys.executable, "-c", READ, *(folder / name for name in SAYS)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", SAYS)
def test_bomb_is_refused_with_a_sentence_at_once_and_in_bounded_memory(told, name):
    said, seconds, megabytes = told[name]
    assert SAYS[name] in said
    assert seconds < 5
    assert megabytes < (600 if name == "cell.parquet" else 150)
