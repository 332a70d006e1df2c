"""Score a file of reviews: every row that can be read, with what the network says of it.

    python -m model.workbench.job IN OUT [--checkpoint bilstm] [--text COLUMN] [--label COLUMN] [--engine ray]

IN is CSV, TSV, JSON lines, Parquet or plain lines, see `model.tables`; or the Large Movie Review Dataset, its folder or
archive. OUT is CSV, JSON lines or Parquet by its ending. What is finished is kept beside OUT until all is: a run that
was stopped, however hard, goes on where it was, and ends with the same bytes. `--engine ray` lets Ray Data's actors
hold the network, on one machine or on the cluster that RAY_ADDRESS names and whose machines have Gatescope installed;
the rows are the same.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from tqdm import tqdm

from model.assets import ASSETS
from model.errors import DataError, GatescopeError
from model.network import checkpoint
from model.network.checkpoint import Checkpoint, TrainingRecord
from model.network.network import RecurrentNetwork
from model.tables.labels import NO_LABEL
from model.tables.table import Columns, ReviewTable, guess_columns, read_imdb, read_table
from model.text import build_field, build_vocabulary
from model.training.run import exit_code
from model.workbench import export
from model.workbench.scoring import CHUNK, Scores, exact_layers, fingerprint, probabilities, score_pieces

WRITERS: dict[str, Callable[[pa.Table], bytes]] = {
    ".csv": export.write_csv,
    ".jsonl": export.write_jsonl,
    ".parquet": export.write_parquet,
}
FORMAT = 1  # of the parts
MANIFEST = "manifest.json"
SHOWN = 3  # skipped rows that are shown with their reason
OBJECT_STORE = 512 * 1024**2  # bytes that a Ray of our own may hold


@dataclass(frozen=True, slots=True)
class Part:
    """What is written of N reviews, see `model.workbench.scoring.Scores`; arrays are parallel."""

    logits: np.ndarray
    tokens: np.ndarray
    omitted: np.ndarray
    unknown: np.ndarray
    forget: np.ndarray
    saturated: np.ndarray

    @classmethod
    def of(cls, scores: Scores) -> Part:
        """What is written of scores."""
        return cls(*(getattr(scores, field.name) for field in fields(cls)))

    @classmethod
    def join(cls, parts: Sequence[Part]) -> Part:
        """The parts as one, in their order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    @classmethod
    def from_bytes(cls, content: bytes) -> Part:
        """Read what `to_bytes` gave. Raises `ValueError` where it is damaged."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return cls(*(arrays[field.name] for field in fields(cls)))
        except (OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise ValueError("a damaged part") from error

    def to_bytes(self) -> bytes:
        """The arrays in NumPy's format (.npz)."""
        file = io.BytesIO()
        np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})
        return file.getvalue()


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of finished parts, one for each chunk of reviews. `sizes`: how many reviews each chunk has."""

    folder: Path
    sizes: tuple[int, ...]

    @classmethod
    def beside(cls, out: Path, sizes: Sequence[int]) -> Parts:
        """Those that belong to an output file."""
        return cls(out.with_name(out.name + ".parts"), tuple(sizes))

    def begin(self, about: dict, decide: Callable[[], int]) -> int:
        """Go on with the run that `about` describes, or begin it; gives back what was decided when it began.

        Raises `DataError` where the folder holds parts of another run, or something else.
        """
        try:
            stored = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            found, decided = stored["about"], int(stored["exact"])
        except FileNotFoundError:
            found = about if not self.folder.exists() or not any(self._others()) else None
            decided = -1
        except (ValueError, KeyError, TypeError):
            found = None
        if found != about:
            raise DataError(f"'{self.folder}' holds parts of another run: delete that folder, or choose another OUT.")
        if decided < 0:
            self.folder.mkdir(exist_ok=True)
            decided = decide()
            checkpoint.write_json(self.folder / MANIFEST, {"about": about, "exact": decided})
        return decided

    def _others(self) -> Iterator[Path]:
        """What a run that was stopped before its first part cannot have left."""
        return (path for path in self.folder.iterdir() if path.suffix != ".partial")

    def read(self, chunk: int) -> Part | None:
        """A finished part; None where there is none, or a damaged one."""
        try:
            part = Part.from_bytes(self._path(chunk).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return part if all(len(getattr(part, field.name)) == self.sizes[chunk] for field in fields(part)) else None

    def write(self, chunk: int, content: bytes) -> None:
        """Keep a part, whole or not at all."""
        _write(self._path(chunk), content)

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder)

    def _path(self, chunk: int) -> Path:
        return self.folder / f"{chunk:06d}.npz"


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


# From a file to a file


def run(options: argparse.Namespace) -> str:
    """Score `options.source` into `options.out`; gives back the last line. Raises `GatescopeError`, `OSError`."""
    started = time.monotonic()
    _check_paths(options.source, options.out)
    table = _read(options)
    loaded = checkpoint.load(options.checkpoint, options.checkpoints, options.device)
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
        engine = _with_ray if options.engine == "ray" else _here
        with closing(engine(loaded, chunks, missing, exact, options)) as finished:
            for chunk, content in finished if missing else ():
                parts.write(chunk, content)
                found[chunk] = Part.from_bytes(content)
                bar.update(parts.sizes[chunk])
        whole = Part.join([found[chunk] for chunk in range(len(chunks))])
        _write(options.out, WRITERS[options.out.suffix.lower()](rows(table, whole)))
    parts.remove()
    return summary(table, whole, time.monotonic() - started)


def _check_paths(source: Path, out: Path) -> None:
    """Raise `DataError` for what would fail after all the work."""
    if out.suffix.lower() not in WRITERS:
        raise DataError(f"'{out.name}' cannot be written by its ending; there are {', '.join(WRITERS)}.")
    if not out.parent.is_dir():
        raise DataError(f"There is no folder '{out.parent}': make it, or choose another OUT.")
    if out.is_dir() or (out.exists() and source.exists() and out.samefile(source)):
        raise DataError(f"'{out}' is a folder, or the file that is read: choose another OUT.")


def _read(options: argparse.Namespace) -> ReviewTable:
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


def _about(table: ReviewTable, loaded: Checkpoint, options: argparse.Namespace) -> dict:
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
        raise GatescopeError("Stopped; what is finished is kept, and the same command goes on from there.") from stop


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
            "forget": pa.array(part.forget, pa.float32(), from_pandas=True),  # null for a plain RNN
            "saturated": pa.array(part.saturated, pa.float32(), from_pandas=True),
        }
    )


def summary(table: ReviewTable, part: Part, seconds: float) -> str:
    """One line: how many reviews, how many judged right where there are labels, what was skipped, how long it took."""
    labelled = table.labels != NO_LABEL
    said = [f"{len(part.logits):,} reviews"]
    if count := int(labelled.sum()):
        right = int(((part.logits > 0) == (table.labels == 1))[labelled].sum())
        said.append(f"accuracy {100 * right / count:.2f} % ({right:,} of {count:,} with a label)")
    skipped = f"{table.bad_count:,} row{'' if table.bad_count == 1 else 's'} skipped"
    if table.bad:
        first = "; ".join(f"line {bad.line:,}: {bad.reason}" for bad in table.bad[:SHOWN])
        skipped += f" ({first}{'; …' if table.bad_count > SHOWN else ''})"
    return ", ".join([*said, skipped, f"{seconds:.1f} s"])


# Who computes: for each missing chunk its number, and its part as bytes


def _here(
    loaded: Checkpoint, chunks: Sequence[Sequence[str]], missing: Sequence[int], exact: int, options: argparse.Namespace
) -> Iterator[tuple[int, bytes]]:
    if options.workers:
        torch.set_num_threads(options.workers)
    scores = score_pieces(loaded, (chunks[chunk] for chunk in missing), exact)
    for chunk, part in zip(missing, scores, strict=True):
        yield chunk, Part.of(part).to_bytes()


@dataclass(frozen=True, slots=True)
class Shipped:
    """A checkpoint as it travels to an actor."""

    name: str
    network: RecurrentNetwork
    words: list[str]
    training: TrainingRecord
    device: str

    @classmethod
    def of(cls, loaded: Checkpoint, device: str) -> Shipped:
        """On the CPU; `device` is where the actor puts it."""
        network = RecurrentNetwork(loaded.network.config)
        network.load_state_dict({name: weights.cpu() for name, weights in loaded.network.state_dict().items()})
        return cls(loaded.name, network, loaded.field.vocab.itos[2:], loaded.training, device)

    def unpack(self) -> Checkpoint:
        """The checkpoint again."""
        self.network.requires_grad_(False).eval().to(self.device)
        return Checkpoint(self.name, self.network, build_field(build_vocabulary(self.words)), self.training, (), None)


class Actor:
    """Holds the network, in a process of Ray's; reads one chunk at a time on one core, or on a GPU."""

    def __init__(self, shipped: Shipped, exact: int) -> None:
        torch.set_num_threads(1)
        self._loaded, self._exact = shipped.unpack(), exact

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Chunks, their texts as JSON, to chunks and their parts."""
        pieces = (json.loads(texts) for texts in batch["texts"])
        parts = [Part.of(part).to_bytes() for part in score_pieces(self._loaded, pieces, self._exact)]
        return {"chunk": batch["chunk"], "part": np.array(parts, dtype=object)}


def _with_ray(
    loaded: Checkpoint, chunks: Sequence[Sequence[str]], missing: Sequence[int], exact: int, options: argparse.Namespace
) -> Iterator[tuple[int, bytes]]:
    """As the actors finish them. Ray reports to nobody, and shows no page of its own."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # it warns of how Ray Data itself starts actors
    root = str(ASSETS.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    try:
        import ray
    except ImportError as error:
        raise GatescopeError("Ray is missing: pip install 'ray[data]>=2.40,<3', or leave --engine out.") from error
    own = {"num_cpus": options.workers, "object_store_memory": OBJECT_STORE, "include_dashboard": False}
    gpu = options.device == "cuda"
    try:
        ray.init(logging_level=logging.ERROR, log_to_driver=False, **({} if "RAY_ADDRESS" in os.environ else own))
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        workers = options.workers or int(ray.cluster_resources().get("GPU" if gpu else "CPU", 1))
        items = [{"chunk": chunk, "texts": json.dumps(chunks[chunk])} for chunk in missing]
        done = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            Actor,
            fn_constructor_args=(Shipped.of(loaded, options.device), exact),
            concurrency=min(workers, len(items)),
            batch_size=1,
            num_cpus=1,
            num_gpus=int(gpu),
        )
        for row in done.iter_rows():
            yield int(row["chunk"]), row["part"]
    except ray.exceptions.RayError as error:
        reason = str(error).strip().rpartition("\n")[2]
        raise GatescopeError(f"Ray ended the run ({reason}); the same command goes on where it was.") from error
    finally:
        ray.shutdown()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    options = _options(arguments)
    return exit_code(lambda: _tell(run(options)))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m model.workbench.job", description=__doc__.partition("\n")[0])
    parser.add_argument("source", metavar="IN", type=Path, help="a file of reviews, or the Large Movie Review Dataset")
    parser.add_argument("out", metavar="OUT", type=Path, help=", ".join(WRITERS))
    parser.add_argument("--checkpoint", default="bilstm", metavar="NAME", help="(%(default)s)")
    parser.add_argument("--checkpoints", type=Path, default=checkpoint.CHECKPOINTS, metavar="FOLDER")
    parser.add_argument("--text", metavar="COLUMN", help="guessed if not given")
    parser.add_argument("--label", metavar="COLUMN", help="guessed if not given")
    parser.add_argument("--split", default="test", choices=("train", "test"), help="of the dataset (%(default)s)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda"))
    parser.add_argument("--engine", default="local", choices=("local", "ray"))
    parser.add_argument("--workers", type=_count, metavar="N", help="threads, or Ray's actors; one a core if not given")
    parser.add_argument("--float32", action="store_true", help="never bfloat16")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
