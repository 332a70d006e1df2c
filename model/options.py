"""The options that several commands share, each with one name, one default and one wording."""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

import torch

from model.assets import CHECKPOINTS
from model.errors import ReviewError
from model.language import gettext

PREPARED = "imdb.npz"  # the prepared file's usual name
CHECKPOINT = "bilstm"  # that reads where none is named


def add_data(parser: ArgumentParser) -> None:
    """`data`: the prepared file, a path."""
    said = gettext("the prepared file, or the folder that it is in (%(default)s)")
    parser.add_argument("--data", type=_prepared, default=f"data/{PREPARED}", metavar="FILE", help=said)


def _prepared(text: str) -> Path:
    path = Path(text)
    return path / PREPARED if path.is_dir() else path


def add_device(parser: ArgumentParser) -> None:
    """`device`: "cpu" or "cuda"."""
    default = "cuda" if torch.cuda.is_available() else "cpu"
    said = gettext("where it is computed (here %(default)s)")
    parser.add_argument("--device", default=default, choices=("cpu", "cuda"), help=said)


def add_seed(parser: ArgumentParser) -> None:
    """`seed`: a whole number from 0."""
    said = gettext("of all that is drawn at random (%(default)s)")
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help=said)


def add_out(parser: ArgumentParser, default: str) -> None:
    """`out`: the file that is written, a path."""
    said = gettext("the file to write (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path(default), metavar="FILE", help=said)


def add_checkpoint(parser: ArgumentParser) -> None:
    """`checkpoint`, a name, and `folder`, a path."""
    said = gettext("the checkpoint that reads (%(default)s)")
    parser.add_argument("--checkpoint", default=CHECKPOINT, metavar="NAME", help=said)
    add_folder(parser)


def add_folder(parser: ArgumentParser) -> None:
    """`folder`: that of the checkpoints, a path."""
    said = gettext("folder of checkpoints; those that are shipped if not given")
    parser.add_argument("--folder", type=Path, default=CHECKPOINTS, metavar="FOLDER", help=said)


def add_run(parser: ArgumentParser, default: str) -> None:
    """What every training has: `data`, `out` (a path, or None), `resume`, `minutes`, `seed`, `device`."""
    add_data(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help=gettext("folder of the run ({default})").format(default=default),
    )  # fmt: skip
    parser.add_argument("--resume", action="store_true", help=gettext("go on with the run in --out"))
    parser.add_argument(
        "--minutes", type=float, default=math.inf, metavar="N", help=gettext("stop by itself after so many minutes")
    )
    add_seed(parser)
    add_device(parser)


def add_changes(parser: ArgumentParser) -> None:
    """`changes`: settings of a training, a list of "name=value"."""
    said = gettext("change settings of the preset")
    parser.add_argument("--set", dest="changes", nargs="*", default=[], metavar="NAME=VALUE", help=said)


def add_text(parser: ArgumentParser) -> None:
    """`text`, for `read_text`; and `json`, whether the answer is wanted for a program."""
    parser.add_argument("text", metavar="TEXT", help=gettext("the review; - reads it from standard input"))
    parser.add_argument("--json", action="store_true", help=gettext("answer as JSON"))


def read_text(text: str) -> str:
    """The review that is meant: `text`, or what standard input holds. Raises `ReviewError` where that is no text."""
    if text != "-":
        return text
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise ReviewError(gettext("Standard input is not text in UTF-8.")) from error


def at_least(lowest: int) -> Callable[[str], int]:
    """A type for argparse: a whole number that is not below `lowest`."""

    def number(text: str) -> int:
        if int(text) < lowest:
            raise ArgumentTypeError(gettext("must be at least {lowest}").format(lowest=lowest))
        return int(text)

    return number
