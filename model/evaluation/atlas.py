"""Make the atlas of a checkpoint: for each unit the tokens at which it is highest, in the middle and lowest.

    python -m model atlas bilstm [--texts reviews.csv --out atlas.json.gz]

Without `--texts` the texts are those that come with the page, written by hand for it, and the atlas is put into the
checkpoint's folder, where the page finds it. An atlas of other texts holds pieces of them: it is written to `--out`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from model import options as shared
from model.errors import DataError
from model.language import gettext
from model.network import checkpoint
from model.reading import atlas as atlases
from model.reading.across import make_atlas, own_texts
from model.reading.atlas import FILE, Atlas, fingerprint
from model.tables.table import read_table


@dataclass(frozen=True, slots=True)
class Options:
    """Of which checkpoint, over which texts, and where it is written; None: those of the page, and the usual place."""

    name: str
    folder: Path
    texts: Path | None
    out: Path | None
    device: str


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument("name", metavar="NAME", help=gettext("the checkpoint"))
    shared.add_folder(parser)
    said = gettext("a file of reviews, read in place of the texts that come with the page")
    parser.add_argument("--texts", type=Path, metavar="FILE", help=said)
    said = gettext("the file to write; {file} in the checkpoint's folder if not given").format(file=FILE)
    parser.add_argument("--out", type=Path, metavar="FILE", help=said)
    shared.add_device(parser)


def work(options: Options) -> None:
    """Make it, write it, and say what was found."""
    if options.texts and not options.out:
        said = gettext("An atlas of your own texts holds pieces of them: say with --out where it is to be written.")
        raise DataError(said)
    loaded = checkpoint.load(options.name, options.folder, options.device)
    texts = read_table(options.texts, limited=False).texts if options.texts else own_texts()
    folder = options.folder / options.name
    source = options.texts.name if options.texts else ""
    with tqdm(total=1.0, desc="atlas", bar_format="{desc} {percentage:3.0f}% {bar} {elapsed}") as bar:

        def show(share: float) -> None:
            bar.update(share - bar.n)

        atlas = make_atlas(loaded, texts, fingerprint(folder), source, show)
    path = options.out or folder / FILE
    atlases.write(path, atlas)
    sys.stdout.write("\n".join([*told(atlas), str(path)]) + "\n")


def told(atlas: Atlas) -> list[str]:
    """What was found, as lines of text: the units of which a meaning can be claimed, beside what chance gives."""
    lines = []
    for tested in atlas.tested:
        lines.append(
            f"{tested.concept}: of {tested.random_count} random units half are below AUC {tested.random_median:.2f}, "
            f"the best 5 % above {tested.random_high:.2f}"
        )
        for index, trace in enumerate(atlas.traces):
            for unit in tested.claimed[index].nonzero()[0].tolist():
                held_out = tested.held_out[index, unit]
                lines.append(f"  layer {trace.layer} {trace.direction}, unit {unit}: AUC {held_out:.2f} held out")
    return lines
