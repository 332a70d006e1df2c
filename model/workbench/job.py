"""Score a file of reviews: every row that can be read, with what the network says of it.

    python -m model score IN OUT [--checkpoint bilstm] [--text COLUMN] [--label COLUMN] [--label-value 1=negative]

IN is CSV, TSV, JSON lines, Parquet or plain lines, see `model.tables`; or the Large Movie Review Dataset, its folder or
archive. OUT is CSV, JSON lines or Parquet by its ending. What is finished is kept beside OUT until all is: a run that
was stopped, however hard, goes on where it was, and ends with the same bytes. `--engine ray` lets Ray Data's actors
hold the network, on one machine or on the cluster that RAY_ADDRESS names and whose machines have Gatescope installed;
the rows are the same.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from tqdm import tqdm

from model import files
from model import options as shared
from model.errors import DataError, GatescopeError, UnclearError
from model.language import gettext, ngettext
from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.tables.columns import Columns
from model.tables.dialect import DELIMITERS, ENCODINGS, Answers, Dialect
from model.tables.labels import ANSWERS, NO_LABEL, REST, CountsAs
from model.tables.preview import Preview, preview
from model.tables.table import ReviewTable, guess_columns, read_imdb, read_table
from model.tables.words import parsed_answers
from model.workbench import export
from model.workbench.engines import ENGINES, Task
from model.workbench.parts import Part, Parts
from model.workbench.scoring import CHUNK, chunks, exact_layers, fingerprint, probabilities

WRITERS: dict[str, Callable[[pa.Table], bytes]] = {
    ".csv": export.write_csv,
    ".jsonl": export.write_jsonl,
    ".parquet": export.write_parquet,
}
FORMAT = 3  # of the parts
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
    stars: str | None
    no_label: bool
    label_value: Sequence[str]
    encoding: str | None
    delimiter: str | None
    header: bool | None
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
    parser.add_argument("--stars", metavar="COLUMN", help=gettext("of the ratings; guessed if not given"))
    parser.add_argument("--no-label", action="store_true", help=gettext("read no labels and no stars"))
    said = gettext(
        "what a value of the label column counts as: positive, negative or none; for each that is asked, {rest} for all"
        " others that are"
    )
    parser.add_argument(
        "--label-value", metavar="VALUE=MEANING", action="append", default=[], help=said.format(rest=f"'{REST}'")
    )
    said = gettext("of the text; found out if not given")
    parser.add_argument("--encoding", choices=ENCODINGS, metavar="NAME", help=said)
    said = gettext("what parts the cells, '' where nothing does; found out if not given")
    parser.add_argument("--delimiter", choices=("", *DELIMITERS), metavar="SIGN", help=said)
    said = gettext("whether the first row holds the names of the columns; found out if not given")
    parser.add_argument("--header", action=BooleanOptionalAction, help=said)
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
    pieces = chunks(table.texts, CHUNK)
    parts = Parts.beside(options.out, [len(piece) for piece in pieces])
    exact = parts.begin(
        _about(table, loaded, options),
        lambda: exact_layers(loaded, table.texts[:CHUNK], False if options.float32 else None),
    )
    found = {chunk: part for chunk in range(len(pieces)) if (part := parts.read(chunk)) is not None}
    with _going_on(), tqdm(
        total=len(table.texts), initial=sum(len(part.logits) for part in found.values()),
        desc="score", unit=" reviews", mininterval=1,
    ) as bar:  # fmt: skip
        missing = [chunk for chunk in range(len(pieces)) if chunk not in found]
        task = Task(loaded, pieces, missing, exact, options.device, options.workers)
        with closing(ENGINES[options.engine](task)) as finished:
            for chunk, content in finished if missing else ():
                parts.write(chunk, content)
                found[chunk] = Part.from_bytes(content)
                bar.update(parts.sizes[chunk])
        whole = Part.join([found[chunk] for chunk in range(len(pieces))])
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
    if source.is_dir() or source.name.lower().endswith((".tar.gz", ".tgz")):
        with _progress() as progress:
            return read_imdb(source, options.split, progress)
    found, counts_as = _looked_at(options)
    with _progress() as progress:
        return read_table(
            source, found.columns, progress=progress, limited=False, counts_as=counts_as, answers=_answers(options)
        )


def _answers(options: Options) -> Answers:
    return Answers(options.encoding, options.delimiter, options.header)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """A bar that is told the share that was read."""
    with tqdm(total=100, desc="read", unit="%", bar_format="{desc}: {percentage:3.0f}%", mininterval=1) as bar:

        def told(share: float) -> None:
            bar.update(max(0, int(100 * share) - bar.n))

        yield told


def _columns(options: Options) -> Columns | None:
    """The columns of a file as they were named, as they are guessed where they were not; None to guess them all."""
    text, label, stars = options.text, options.label, options.stars
    named = {text, label, stars} - {None}
    if not named and not options.no_label:
        return None
    guessed = guess_columns(options.source, limited=False, answers=_answers(options))
    if options.no_label:
        return replace(guessed, text=text or guessed.text, label=None, rating=None)
    return replace(
        guessed,
        text=text or guessed.text,
        label=label or (None if stars or guessed.label in named else guessed.label),
        rating=stars or (None if guessed.rating in named else guessed.rating),
    )


def _said(values: Sequence[str]) -> CountsAs:
    """What `--label-value` says. Raises `DataError` for what is not VALUE=MEANING."""
    parts = [value.rpartition("=") for value in values]
    if wrong := next((value for value, part in zip(values, parts, strict=True) if not part[1]), None):
        said = gettext("'{value}' says nothing of a label: write {example}.")
        raise DataError(said.format(value=wrong, example="--label-value 1=negative"))
    return parsed_answers({value: meaning for value, _, meaning in parts})


def _looked_at(options: Options) -> tuple[Preview, CountsAs]:
    """The file as it will be read, and what its labels count as. What is unclear is asked where a person sits there.

    Raises `UnclearError` with the question, and with the flags that answer it, where nobody does.
    """
    counts_as = dict(_said(options.label_value))
    columns, answers = _columns(options), _answers(options)
    found = preview(options.source, columns, limited=False, counts_as=counts_as, answers=answers)
    _tell(found.dialect)
    if found.questions and found.reading and sys.stdin.isatty():
        sys.stderr.write(" ".join(found.questions) + "\n")
        counts_as |= {value.value: _asked(value.shown, value.count) for value in found.reading.asked}
        found = preview(options.source, columns, limited=False, counts_as=counts_as, answers=answers)
    if counts_as and (found.reading is None or found.reading.notes):
        none = gettext("There is no column of labels that --label-value could speak of.")
        raise DataError(" ".join(found.reading.notes) if found.reading else none)
    if found.questions:
        flags = " ".join(f"--label-value '{value.value}=…'" for value in (found.reading.asked if found.reading else ()))
        said = gettext("{question} Answer with {flags}, or leave labels out with --no-label.")
        raise UnclearError(said.format(question=" ".join(found.questions), flags=flags))
    return found, counts_as


def _tell(dialect: Dialect) -> None:
    """Say how the file was read. Raises `UnclearError` for what has to be answered where nobody sits to see it."""
    said = " ".join(dialect.notes)
    if dialect.unclear and not sys.stdin.isatty():
        flags = ", ".join(f"--{name}" for name in dialect.unclear)
        raise UnclearError(gettext("{notes} Answer with {flags}.").format(notes=said, flags=flags))
    if said:
        sys.stderr.write(said + "\n")


def _asked(shown: str, count: int) -> int:
    """What a person at the terminal says that a value counts as."""
    asked = gettext("'{value}' ({count:,}): positive, negative or none? ").format(value=shown, count=count)
    while True:
        sys.stderr.write(asked)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UnclearError(gettext("Nothing was answered."))
        if line.strip().lower() in ANSWERS:
            return ANSWERS[line.strip().lower()]


def _about(table: ReviewTable, loaded: Checkpoint, options: Options) -> dict[str, object]:
    """What makes one run's parts another's: what goes in, and how it is computed."""
    columns = asdict(table.columns)
    return {
        "format": FORMAT,
        "input": table.digest,
        "columns": [columns["text"], columns["label"], columns["rating"]],
        "written": [options.encoding, options.delimiter, options.header],
        "rows": len(table.texts),
        "labels": table.reading.meanings() if table.reading else "",
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
    """The rows as they are written, those that could be read, in the order of the file, with the file's own other
    columns at the end. `part` is of all of them.
    """
    written = pa.table(
        {
            "line": pa.array(table.lines, pa.int64()),
            "text": pa.array(table.texts, pa.string()),
            "label": pa.array([export.LABELS[label] for label in table.labels.tolist()], pa.string()),
            "label_in_file": pa.array(
                [each or None for each in table.written] or [None] * len(table.texts), pa.string()
            ),
            "prediction": pa.array([export.LABELS[int(logit > 0)] for logit in part.logits.tolist()], pa.string()),
            "probability": pa.array(probabilities(part.logits), pa.float32()),  # P(positive)
            "logit": pa.array(part.logits, pa.float32()),
            "tokens": pa.array(part.tokens, pa.int32()),  # that the network read
            "unknown": pa.array(part.unknown, pa.int32()),
            "truncated": pa.array(part.omitted > 0, pa.bool_()),
            "forget": pa.array(part.forget, pa.float32(), from_pandas=True),  # null where there is no forget gate
            "saturated": pa.array(part.saturated, pa.float32(), from_pandas=True),
        }
    ).replace_schema_metadata(export.about_labels(table) or None)
    for name, values in export.own_columns(table, np.arange(len(table.texts)), written.column_names).items():
        written = written.append_column(name, values)
    return written


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
    read = [gettext("labels read as: {scale}").format(scale=table.reading.scale)] if table.reading else []
    return ", ".join([*said, skipped, *read, f"{seconds:.1f} s"])
