"""Take the best of some runs, by validation, into the app's checkpoints.

python -m model.training.publish bilstm-recipe runs/recipe-glove runs/recipe-learnt
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from model.network import checkpoint
from model.network.checkpoint import CHECKPOINTS, Candidate, TrainingRecord
from model.training.curves import draw_curves
from model.training.run import exit_code


def publish(name: str, runs: Sequence[Path], folder: Path = CHECKPOINTS) -> Candidate:
    """Copy the run that is best on validation to `folder/name`; all runs are recorded there. Gives back the best."""
    candidates = []
    for run in runs:
        loaded = checkpoint.load("best", run)
        accuracy = max(epoch.validation_accuracy for epoch in loaded.history)
        candidates.append(Candidate(run.name, made_of(loaded.training), len(loaded.history), accuracy))
    best = max(candidates, key=lambda candidate: candidate.validation_accuracy)
    if (folder / name).exists():
        shutil.rmtree(folder / name)  # what was measured of older weights does not hold for these
    shutil.copytree(runs[candidates.index(best)] / "best", folder / name)
    checkpoint.set_candidates(folder / name, tuple(candidates))
    draw_curves(checkpoint.load(name, folder).history, folder / name / "curves.png")
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


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m model.training.publish", description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="of the checkpoint, under assets/checkpoints")
    parser.add_argument("runs", nargs="+", type=Path, help="folders of runs, as given to model.training.train --out")
    options = parser.parse_args(arguments)

    def work() -> None:
        best = publish(options.name, options.runs)
        print(f"{options.name}: {best.run}, validation accuracy {best.validation_accuracy:.4f}")

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
