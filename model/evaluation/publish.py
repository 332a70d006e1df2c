"""Take the best of some runs (`choice`) into the app's checkpoints, and make its atlas.

python -m model publish bilstm-recipe runs/recipe-glove runs/recipe-learnt
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model import options as shared
from model.assets import CHECKPOINTS
from model.evaluation.choice import choose
from model.evaluation.sentences import measure_sentences
from model.language import gettext
from model.network import checkpoint
from model.network.checkpoint import Candidate, TrainingRecord
from model.reading.across import write_own_atlas
from model.training.curves import draw_curves


def publish(name: str, runs: Sequence[Path], folder: Path = CHECKPOINTS) -> Candidate:
    """Copy the run that is best to `folder/name`; all runs are recorded there. Gives back the best."""
    candidates = []
    for run in runs:
        loaded = checkpoint.load("best", run)
        accuracy = max(epoch.validation_accuracy for epoch in loaded.history)
        sentences = measure_sentences(loaded, "steering").accuracy
        candidates.append(Candidate(run.name, made_of(loaded.training), len(loaded.history), accuracy, sentences))
    best = choose(candidates)
    if (folder / name).exists():
        shutil.rmtree(folder / name)  # what was measured of older weights does not hold for these
    shutil.copytree(runs[candidates.index(best)] / "best", folder / name)
    checkpoint.set_candidates(folder / name, tuple(candidates))
    draw_curves(checkpoint.load(name, folder).history, folder / name / "curves.png")
    write_own_atlas(folder / name)
    return best


def made_of(training: TrainingRecord) -> str:
    """A run's ingredients, in words."""
    if training.continued:
        start = f"on from {training.continued}"
    else:
        start = "language model" if training.language_model else training.vectors
    reviews = "labelled and unlabelled reviews" if training.unlabelled else "labelled reviews"
    teachers = (f"soft labels of {' and '.join(training.teachers)}",) if training.teachers else ()
    return ", ".join((f"preset {training.preset}", start, reviews, *teachers, *training.changed))


@dataclass(frozen=True, slots=True)
class Options:
    """Which runs there are, and what the best of them is to be called."""

    name: str
    runs: list[Path]
    folder: Path


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument("name", metavar="NAME", help=gettext("the checkpoint's name"))
    said = gettext("folders of runs, as given to 'python -m model train' with --out")
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=said)
    shared.add_folder(parser)


def work(options: Options) -> None:
    """Publish, and say which run it is."""
    best = publish(options.name, options.runs, options.folder)
    found = f"validation accuracy {best.validation_accuracy:.4f}, sentences {best.sentences or 0.0:.4f}"
    sys.stdout.write(f"{options.name}: {best.run}, {found}\n")
