"""What a job keeps on disk until all is finished: one part for each chunk of reviews, in a folder beside the output."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from model import files
from model.errors import DataError
from model.language import gettext
from model.workbench.scoring import Scores

MANIFEST = "manifest.json"


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
            said = gettext("'{folder}' holds parts of another run: delete that folder, or choose another OUT.")
            raise DataError(said.format(folder=self.folder))
        if decided < 0:
            self.folder.mkdir(exist_ok=True)
            decided = decide()
            files.write_json(self.folder / MANIFEST, {"about": about, "exact": decided})
        return decided

    def _others(self) -> Iterator[Path]:
        """What a run that was stopped before its first part cannot have left."""
        return (path for path in self.folder.iterdir() if path.suffix != files.PARTIAL)

    def read(self, chunk: int) -> Part | None:
        """A finished part; None where there is none, or a damaged one."""
        try:
            part = Part.from_bytes(self._path(chunk).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return part if all(len(getattr(part, field.name)) == self.sizes[chunk] for field in fields(part)) else None

    def write(self, chunk: int, content: bytes) -> None:
        """Keep a part, whole or not at all."""
        files.write_bytes(self._path(chunk), content)

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder)

    def _path(self, chunk: int) -> Path:
        return self.folder / f"{chunk:06d}.npz"
