"""Train a network on prepared data.

    python -m model train recipe --data data/imdb.npz --vectors data/vectors.txt --out runs/recipe

Several processes train together under `torchrun -m model train …`.
"""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from model import options as shared
from model.language import gettext
from model.training import data as dataset
from model.training.presets import PRESETS, changed_preset
from model.training.run import Processes, check_free, deadline
from model.training.trainer import Run, Trainer
from model.training.vectors import GLOVE


@dataclass(frozen=True, slots=True)
class Options:
    """What is trained, from what, for how long, and where the run is kept."""

    preset: str
    vectors: str
    start: str | None
    labels: str | None
    changes: list[str]
    epochs: int | None
    data: Path
    out: Path | None
    resume: bool
    minutes: float
    seed: int
    device: str


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument("preset", choices=PRESETS, help=gettext("what network, and which methods train it"))
    said = gettext("word vectors in GloVe's text format, or 'glove' for torchtext's own, which it may have to download")
    parser.add_argument("--vectors", default=GLOVE, metavar="FILE", help=said)
    said = gettext("a run of 'python -m model pretrain', to start the first layer; or of 'train', to go on from it")
    parser.add_argument("--from", dest="start", metavar="FOLDER", help=said)
    said = gettext("soft labels of 'python -m model labels', 'ngrams' or 'encoder'")
    parser.add_argument("--labels", metavar="FILE", help=said)
    shared.add_changes(parser)
    said = gettext("epochs in all, instead of the preset's")
    parser.add_argument("--epochs", type=shared.at_least(1), metavar="N", help=said)
    shared.add_run(parser, "runs/PRESET")


def work(options: Options) -> None:
    """Train to the end, or until the time is over."""
    stop = deadline(options.minutes)
    out = options.out or Path("runs") / options.preset
    check_free(out, options.resume)
    preset = changed_preset(PRESETS[options.preset], options.changes)
    changed = tuple(options.changes)
    run = Run(options.preset, preset, changed, options.vectors, options.start, options.labels, options.seed)
    data = dataset.load(options.data)
    with Processes.joined(options.device) as processes:
        trainer = Trainer(run, data, out, options.device, processes)
        trainer.resume() if options.resume else trainer.start()
        trainer.run(options.epochs or preset.epochs, stop)
