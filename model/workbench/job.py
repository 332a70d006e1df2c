"""Score a file of reviews: every row that can be read, with what the network says of it.

    python -m model score IN OUT [--checkpoint bilstm] [--text COLUMN] [--label COLUMN] [--engine ray]

IN is CSV, TSV, JSON lines, Parquet or plain lines, see `model.tables`; or the Large Movie Review Dataset, its folder or
archive. OUT is CSV, JSON lines or Parquet by its ending. What is finished is kept beside OUT until all is: a run that
was stopped, however hard, goes on where it was, and ends with the same bytes. `--engine ray` lets Ray Data's actors
hold the network, on one machine or on the cluster that RAY_ADDRESS names and whose machines have Gatescope installed;
the rows are the same.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from model import files
from model import options as shared
from model.errors import DataError, GatescopeError
from model.language import gettext, ngettext
from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable, guess_columns, read_imdb, read_table
from model.workbench import export
from model.workbench.engines import ENGINES, Task
from model.workbench.parts import Part, Parts
from model.workbench.scoring import CHUNK, exact_layers, fingerprint, probabilities

WRITERS: dict[str, Callable[[pa.Table], bytes]] = {
    ".csv": export.write_csv,
    ".jsonl": export.write_jsonl,
    ".parquet": export.write_parquet,
}
FORMAT = 1  # of the parts
SHOWN = 3  # skipped rows that are shown with their reason


@dataclass(frozen=True, slots=True)
class Options:
    """What is read, by what, by whom, and where it is written. Columns that are None are guessed."""

    source: Path
    out: Path
    checkpoint: str
    folder: Path
    text: str | None
    label: str | None
    split: str
    device: str
    engine: str
    workers: int | None
    float32: bool


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    said = gettext("a file of reviews, or the Large Movie Review Dataset")
    parser.add_argument("source", metavar="IN", type=Path, help=said)
    said = gettext("the file to write: {endings}").format(endings=", ".join(WRITERS))
    parser.add_argument("out", metavar="OUT", type=Path, help=said)
    shared.add_checkpoint(parser)
    parser.add_argument("--text", metavar="COLUMN", help=gettext("of the reviews; guessed if not given"))
    parser.add_argument("--label", metavar="COLUMN", help=gettext("of the labels; guessed if not given"))
    said = gettext("of the dataset (%(default)s)")
    parser.add_argument("--split", default="test", choices=("train", "test"), help=said)
    said = gettext("who computes: this process, or Ray (%(default)s)")
    parser.add_argument("--engine", default="local", choices=ENGINES, help=said)
    said = gettext("threads, or Ray's actors; one a core if not given")
    parser.add_argument("--workers", type=shared.at_least(1), metavar="N", help=said)
    parser.add_argument("--float32", action="store_true", help=gettext("never bfloat16"))
    shared.add_device(parser)


def work(options: Options) -> None:
    """Score the file, and say in one line what came of it."""
    sys.stdout.write(run(options) + "\n")


def run(options: Options) -> str:
    """Score `options.source` into `options.out`; gives back the last line. Raises `GatescopeError`, `OSError`."""
    started = time.monotonic()
    _check_paths(options.source, options.out)
    table = _read(options)
    loaded = checkpoint.load(options.checkpoint, options.folder, options.device)
    chunks = [table.texts[start : start + CHUNK] for start in range(0, len(table.texts), CHUNK)]
    parts = Parts.beside(options.out, [len(chunk) for chunk in chunks])
    exact = parts.begin(
        _about(table, loaded, options), lambda: exact_layers(loaded, chunks[0], False if options.float32 else None)
    )
    found = {chunk: part for chunk in range(len(chunks)) if (part := parts.read(chunk)) is not None}
    with _going_on(), tqdm(
        total=len(table.texts), initial=sum(len(part.logits) for part in found.values()),
        desc="score", unit=" reviews", mininterval=1,
    ) as bar:  # fmt: skip
        missing = [chunk for chunk in range(len(chunks)) if chunk not in found]
        task = Task(loaded, chunks, missing, exact, options.device, options.workers)
        with closing(ENGINES[options.engine](task)) as finished:
            for chunk, content in finished if missing else ():
                parts.write(chunk, content)
                found[chunk] = Part.from_bytes(content)
                bar.update(parts.sizes[chunk])
        whole = Part.join([found[chunk] for chunk in range(len(chunks))])
        files.write_bytes(options.out, WRITERS[options.out.suffix.lower()](rows(table, whole)))
    parts.remove()
    return summary(table, whole, time.monotonic() - started)


def _check_paths(source: Path, out: Path) -> None:
    """Raise `DataError` for what would fail after all the work."""
    if out.suffix.lower() not in WRITERS:
        said = gettext("'{name}' cannot be written by its ending; there are {endings}.")
        raise DataError(said.format(name=out.name, endings=", ".join(WRITERS)))
    if not out.parent.is_dir():
        said = gettext("There is no folder '{folder}': make it, or choose another OUT.")
        raise DataError(said.format(folder=out.parent))
    if out.is_dir() or (out.exists() and source.exists() and out.samefile(source)):
        said = gettext("'{out}' is a folder, or the file that is read: choose another OUT.")
        raise DataError(said.format(out=out))


def _read(options: Options) -> ReviewTable:
    source: Path = options.source
    with tqdm(total=100, desc="read", unit="%", bar_format="{desc}: {percentage:3.0f}%", mininterval=1) as bar:

        def progress(share: float) -> None:
            bar.update(max(0, int(100 * share) - bar.n))

        if source.is_dir() or source.name.lower().endswith((".tar.gz", ".tgz")):
            return read_imdb(source, options.split, progress)
        return read_table(source, _columns(source, options.text, options.label), progress=progress, limited=False)


def _columns(source: Path, text: str | None, label: str | None) -> Columns:
    """The columns of a file as they were named, as they are guessed where they were not."""
    guessed = guess_columns(source, limited=False)
    named = {text, label} - {None}
    return replace(
        guessed,
        text=text or guessed.text,
        label=label or (None if guessed.label in named else guessed.label),
        rating=None if guessed.rating in named else guessed.rating,
    )


def _about(table: ReviewTable, loaded: Checkpoint, options: Options) -> dict[str, object]:
    """What makes one run's parts another's: what goes in, and how it is computed."""
    columns = asdict(table.columns)
    return {
        "format": FORMAT,
        "input": table.digest,
        "columns": [columns["text"], columns["label"], columns["rating"]],
        "rows": len(table.texts),
        "checkpoint": fingerprint(loaded),
        "chunk": CHUNK,
        "device": options.device,
        "float32": options.float32,
    }


@contextmanager
def _going_on() -> Iterator[None]:
    """Say how to go on where a person stops the run."""
    try:
        yield
    except KeyboardInterrupt as stop:
        said = gettext("Stopped; what is finished is kept, and the same command goes on from there.")
        raise GatescopeError(said) from stop


def rows(table: ReviewTable, part: Part) -> pa.Table:
    """The rows as they are written, those that could be read, in the order of the file. `part` is of all of them."""
    return pa.table(
        {
            "line": pa.array(table.lines, pa.int64()),
            "text": pa.array(table.texts, pa.string()),
            "label": pa.array([export.LABELS[label] for label in table.labels.tolist()], pa.string()),
            "prediction": pa.array([export.LABELS[int(logit > 0)] for logit in part.logits.tolist()], pa.string()),
            "probability": pa.array(probabilities(part.logits), pa.float32()),  # P(positive)
            "logit": pa.array(part.logits, pa.float32()),
            "tokens": pa.array(part.tokens, pa.int32()),  # that the network read
            "unknown": pa.array(part.unknown, pa.int32()),
            "truncated": pa.array(part.omitted > 0, pa.bool_()),
            "forget": pa.array(part.forget, pa.float32(), from_pandas=True),  # null where there is no forget gate
            "saturated": pa.array(part.saturated, pa.float32(), from_pandas=True),
        }
    )


def summary(table: ReviewTable, part: Part, seconds: float) -> str:
    """One line: how many reviews, how many judged right where there are labels, what was skipped, how long it took."""
    labelled = table.labels != NO_LABEL
    said = [gettext("{count:,} reviews").format(count=len(part.logits))]
    if count := int(labelled.sum()):
        right = int(((part.logits > 0) == (table.labels == 1))[labelled].sum())
        accuracy = gettext("accuracy {percent:.2f} % ({right:,} of {count:,} with a label)")
        said.append(accuracy.format(percent=100 * right / count, right=right, count=count))
    bad = table.bad_count
    skipped = ngettext("{count:,} row skipped", "{count:,} rows skipped", bad).format(count=bad)
    if table.bad:
        reason = gettext("line {line:,}: {reason}")
        first = "; ".join(reason.format(line=each.line, reason=each.reason) for each in table.bad[:SHOWN])
        skipped += f" ({first}{'; …' if bad > SHOWN else ''})"
    return ", ".join([*said, skipped, f"{seconds:.1f} s"])
