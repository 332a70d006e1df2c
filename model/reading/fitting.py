"""The checkpoint that is used where none is named, loaded at the start: the largest for which there is memory."""

from __future__ import annotations

from pathlib import Path

from model.errors import TooLargeError
from model.language import gettext
from model.reading.explainer import Explainer


def load_what_fits(explainer: Explainer, folder: Path) -> str:
    """Load the explainer's default, of the checkpoints in `folder`. Where there is not enough memory for it a smaller
    one takes its place, and none that is as large is offered any more.

    Gives back the sentence that says so, else "". Raises `CheckpointError`, and `TooLargeError` where none fits.
    """
    wanted, said = explainer.default, ""
    while True:
        try:
            explainer.checkpoint(explainer.default)
        except TooLargeError:
            size = _size(folder / explainer.default)
            smaller = [name for name in explainer.names if _size(folder / name) < size]
            if not smaller:
                raise
            explainer.names = smaller
            said = gettext("There is not enough memory for the checkpoint '{name}': '{other}' takes its place.")
        else:
            return said.format(name=wanted, other=explainer.default)


def _size(folder: Path) -> int:
    """The bytes of a checkpoint's weights; 0 where they were taken away."""
    weights = folder / "model.safetensors"
    return weights.stat().st_size if weights.is_file() else 0
