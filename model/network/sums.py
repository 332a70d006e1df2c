"""The sha256 of what makes a checkpoint, beside it: `sha256sum -c SHA256SUMS` checks them, too.

They find what nothing else would: a bit that turned over in the weights, or in a setting, gives another network that
loads as well.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from model import files
from model.errors import CheckpointError
from model.language import gettext

FILE = "SHA256SUMS"
COVERED = ("config.json", "model.safetensors", "vocabulary.txt")  # whatever a verdict depends on


def write(folder: Path) -> None:
    """Record the files as they are now. Raises `OSError`."""
    lines = (f"{_digest(folder / name)}  {name}\n" for name in COVERED)
    files.write_text(folder / FILE, "".join(lines))


def forget(folder: Path) -> None:
    """Before the files change: should that be interrupted, none are recorded, rather than wrong ones."""
    (folder / FILE).unlink(missing_ok=True)


def check(folder: Path) -> None:
    """Raise `CheckpointError` where a file is not what was recorded; nothing was of checkpoints from before 0.2."""
    try:
        stored = (folder / FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        stored = ""
    recorded = dict(line.split("  ", 1)[::-1] for line in stored.splitlines() if "  " in line)
    for name in COVERED:
        if _recorded_otherwise(folder / name, recorded):
            said = gettext("The file {file} of checkpoint '{name}' is not the one that was published: fetch it again.")
            raise CheckpointError(said.format(file=name, name=folder.name))


def _recorded_otherwise(path: Path, recorded: dict[str, str]) -> bool:
    """Whether a file is another than recorded; one that is not there has a sentence of its own."""
    try:
        return path.is_file() and recorded.get(path.name) != _digest(path)
    except OSError:
        return False  # so has one that cannot be read


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
