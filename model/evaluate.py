"""Measure a checkpoint, calibrate it and write its card.

    python -m model.evaluate bilstm-recipe --data data/imdb.npz

The temperature is fitted on the validation split; the test split is only measured. Prints and stores (`metrics.json`)
accuracy, F1, ROC AUC, log loss and expected calibration error of both.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import torch

from model import card, checkpoint
from model import data as dataset
from model.checkpoint import Checkpoint
from model.data import PreparedData, Split
from model.errors import DataError, GatescopeError
from model.metrics import Metrics, Report, calibration_bins, fit_temperature, measure
from model.predict import predict


def evaluate(loaded: Checkpoint, data: PreparedData) -> tuple[Report, float]:
    """Measure on validation and test; also the temperature, fitted on validation, that the report was made with.

    Raises `DataError` where the prepared data were counted with other words than the checkpoint's.
    """
    words = loaded.field.vocab.itos[2:]
    if list(data.vocabulary[: len(words)]) != words:
        raise DataError(
            f"The prepared data have another vocabulary than the checkpoint '{loaded.name}': prepare again."
        )
    raw, labels = {}, {}
    for split in (Split.VALIDATION, Split.TEST):
        logits, labels[split] = predict(loaded.network, data, data.rows(split), progress=True)
        raw[split] = logits * loaded.network.config.temperature
    temperature = fit_temperature(raw[Split.VALIDATION], labels[Split.VALIDATION])
    measured = {split: measure(raw[split] / temperature, labels[split]) for split in raw}
    test, positive = raw[Split.TEST], labels[Split.TEST] == 1
    report = Report(
        validation=measured[Split.VALIDATION],
        test=measured[Split.TEST],
        reviews=len(test),
        uncalibrated_ece=measure(test, positive).ece,
        reliability=calibration_bins(test / temperature, positive),
    )
    return report, temperature


def table(report: Report) -> str:
    """The report as lines of text."""
    names = [field.name for field in fields(Metrics)]
    lines = [f"{'':<12}" + "".join(f"{name:>10}" for name in names)]
    for split in ("validation", "test"):
        values = asdict(getattr(report, split))
        lines.append(f"{split:<12}" + "".join(f"{values[name]:>10.4f}" for name in names))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluate", description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="a checkpoint in --folder")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the prepared file, or the folder it is in")
    parser.add_argument("--folder", type=Path, default=checkpoint.ASSETS)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda"))
    options = parser.parse_args(arguments)
    path = options.data / "imdb.npz" if options.data.is_dir() else options.data
    try:
        data = dataset.load(path)
        report, temperature = evaluate(checkpoint.load(options.name, options.folder, options.device), data)
        folder = options.folder / options.name
        checkpoint.set_temperature(folder, temperature)
        checkpoint.write_json(folder / "metrics.json", asdict(report))
        checkpoint.write_text(folder / "README.md", card.write(checkpoint.load(options.name, options.folder)))
    except GatescopeError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(report))
    print(f"temperature {temperature:.3f}; test ECE before it {report.uncalibrated_ece:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
