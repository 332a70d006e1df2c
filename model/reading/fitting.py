"""The checkpoint that is used where none is named, loaded at the start: the largest for which there is memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from model.errors import TooLargeError
from model.language import gettext
from model.reading.explainer import Explainer


@dataclass(frozen=True, slots=True)
class Replacement:
    """The checkpoint for which there is not enough memory, and the one that takes its place."""

    name: str
    other: str

    @property
    def sentence(self) -> str:
        """It in words, in the language that is spoken now."""
        said = gettext("There is not enough memory for the checkpoint '{name}': '{other}' takes its place.")
        return said.format(name=self.name, other=self.other)


def load_what_fits(explainer: Explainer, folder: Path) -> Replacement | None:
    """Load the explainer's default, of the checkpoints in `folder`. Where there is not enough memory for it a smaller
    one takes its place, and none that is as large is offered any more.

    Gives that back, else None. Raises `CheckpointError`, and `TooLargeError` where none fits.
    """
    wanted = explainer.default
    while True:
        try:
            explainer.checkpoint(explainer.default)
        except TooLargeError:
            size = _size(folder / explainer.default)
            smaller = [name for name in explainer.names if _size(folder / name) < size]
            if not smaller:
                raise
            explainer.names = smaller
        else:
            return None if explainer.default == wanted else Replacement(wanted, explainer.default)


def _size(folder: Path) -> int:
    """The bytes of a checkpoint's weights; 0 where they were taken away."""
    weights = folder / "model.safetensors"
    return weights.stat().st_size if weights.is_file() else 0
