"""A checkpoint: a trained network with its vocabulary, settings, metrics and card, in one folder.

    model.safetensors   weights, half precision
    config.json         how to rebuild the network, and how it was trained
    vocabulary.txt      the word of id 2, 3, … a line
    metrics.json        measured by `python -m model evaluate`
    atlas.json.gz       where over many reviews each unit is highest and lowest, by `python -m model atlas`
    history.json        the training curves, as numbers; curves.png as a picture
    README.md           the model card
    SHA256SUMS          of the first three, so that a byte that changed is noticed

Loading is strict and reads no pickle.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torchtext.data import Field

from model import files
from model.assets import CHECKPOINTS
from model.errors import CheckpointError, TooLargeError
from model.language import gettext, joined
from model.metrics import Report
from model.network import sums
from model.network.network import NetworkConfig, RecurrentNetwork
from model.text import build_field, build_vocabulary

FORMAT = 1
# Of checkpoints that were written before these could be otherwise.
UNSAID = {"bidirectional": True}
UNSAID_OF_TRAINING = {"practice": 0}


Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One point of the training curves. Accuracies are fractions over all reviews, losses in nats."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    tokens_per_second: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that was tried: its folder's name, what it was made of, its epochs, the best of their accuracies on
    validation, and that on the sentences for choosing, fractions; None where these were not asked.
    """

    run: str
    made_of: str
    epochs: int
    validation_accuracy: float
    sentences: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """How a network was trained, in words and numbers for the card."""

    preset: str
    vectors: str  # where the word vectors come from, unless a language model brought them
    reviews: int  # labelled reviews that it was trained on
    best_epoch: int
    epochs: int
    minutes: float  # of training, validation included
    device: str
    seed: int
    changed: tuple[str, ...] = ()  # settings of the preset that were changed, as "name=value"
    language_model: float = 0.0  # nats a word of the one that started the first layer; 0: none
    continued: str = ""  # the run whose best network it went on from
    teachers: tuple[str, ...] = ()  # whose soft labels it learnt
    unlabelled: int = 0  # unlabelled reviews that it was trained on
    practice: int = 0  # sentences that were written to learn from, and that it was trained on
    candidates: tuple[Candidate, ...] = ()  # all that were tried for this checkpoint, itself among them


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network in evaluation mode with the `Field` that feeds it. `report` is None where it was not evaluated yet."""

    name: str
    network: RecurrentNetwork
    field: Field
    training: TrainingRecord
    history: tuple[Epoch, ...]
    report: Report | None

    @property
    def epochs(self) -> int:
        """How many its run had, those after the best one with them."""
        return len(self.history) or self.training.epochs

    @property
    def minutes(self) -> float:
        """How long its run took, all epochs."""
        return sum(epoch.minutes for epoch in self.history) or self.training.minutes

    @property
    def test_accuracy(self) -> float | None:
        """The share of the test reviews that it judges right, as its card says; None where it was not evaluated."""
        return self.report.test.accuracy if self.report else None


def available(folder: Path = CHECKPOINTS) -> list[str]:
    """Names of the checkpoints in a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob("*/config.json"))


def read_config(path: Path) -> NetworkConfig:
    """The settings of the network in a checkpoint's folder. Raises `CheckpointError` where they cannot be used."""
    return _read_config(path)[0]


def save(folder: Path, network: RecurrentNetwork, vocabulary: list[str], training: TrainingRecord) -> None:
    """Write weights (half precision), settings and vocabulary. Raises `CheckpointError` where that fails."""
    weights = {name: tensor.detach().cpu().half().contiguous() for name, tensor in network.state_dict().items()}
    try:
        sums.forget(folder)
        with files.whole(folder / "model.safetensors") as partial:
            save_file(weights, partial)
        files.write_text(folder / "vocabulary.txt", "\n".join(vocabulary) + "\n")
        _write_config(folder, network.config, training)
    except (OSError, SafetensorError) as error:
        said = gettext("The checkpoint '{name}' could not be written; is the disk full?")
        raise CheckpointError(said.format(name=folder.name)) from error


def _write_config(folder: Path, network: NetworkConfig, training: TrainingRecord) -> None:
    settings = {"format": FORMAT, "network": asdict(network), "training": asdict(training)}
    sums.forget(folder)
    files.write_json(folder / "config.json", settings)
    sums.write(folder)


def set_temperature(folder: Path, temperature: float) -> None:
    """Store a temperature that was fitted on the validation split."""
    network, training = _read_config(folder)
    _write_config(folder, replace(network, temperature=temperature), training)


def set_candidates(folder: Path, candidates: tuple[Candidate, ...]) -> None:
    """Store what a checkpoint was chosen from."""
    network, training = _read_config(folder)
    _write_config(folder, network, replace(training, candidates=candidates))


def load(name: str, folder: Path = CHECKPOINTS, device: str = "cpu") -> Checkpoint:
    """Load `folder/name`. Raises `CheckpointError` with one sentence for anything that is not as it should be, and
    `TooLargeError` where there is not enough memory.
    """
    if name not in available(folder):
        known = joined(available(folder)) or gettext("none")
        raise CheckpointError(gettext("There is no checkpoint of that name; there are: {names}.").format(names=known))
    try:
        return _load(folder / name, device)
    except (MemoryError, RuntimeError) as error:
        if not _is_of_memory(error):
            raise
        said = gettext("There is not enough memory for the checkpoint '{name}': choose a smaller one.")
        raise TooLargeError(said.format(name=name)) from error


def _load(path: Path, device: str) -> Checkpoint:
    config, training = _read_config(path)
    words = _read_vocabulary(path, config)
    network = RecurrentNetwork(config)
    network.load_state_dict(_read_weights(path, network))
    sums.check(path)  # last, since what can be said more exactly was said by then
    network.requires_grad_(False).eval().to(device)
    return Checkpoint(
        name=path.name,
        network=network,
        field=build_field(build_vocabulary(words)),
        training=training,
        history=_read_optional(path / "history.json", lambda stored: tuple(Epoch(**epoch) for epoch in stored)) or (),
        report=_read_optional(path / "metrics.json", Report.from_json),
    )


def _is_of_memory(error: Exception) -> bool:
    """Whether memory was not enough; torch has a class of its own for that on a GPU alone."""
    words = str(error).lower().split()
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or {"allocate", "memory"} <= {
        word.strip(":.,") for word in words
    }


def _read_config(path: Path) -> tuple[NetworkConfig, TrainingRecord]:
    try:
        settings = json.loads((path / "config.json").read_text(encoding="utf-8"))
        if settings["format"] != FORMAT:
            said = gettext("The checkpoint '{name}' is of another format than {format}.")
            raise CheckpointError(said.format(name=path.name, format=FORMAT))
        training = settings["training"]
        training["candidates"] = tuple(Candidate(**each) for each in training["candidates"])
        training |= {name: tuple(training[name]) for name in ("changed", "teachers")}
        network = UNSAID | settings["network"]
        return _record(NetworkConfig, network), _record(TrainingRecord, UNSAID_OF_TRAINING | training)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = gettext("unreadable") if isinstance(error, OSError) else error
        said = gettext("The settings (config.json) of checkpoint '{name}' cannot be used: {reason}.")
        raise CheckpointError(said.format(name=path.name, reason=reason)) from error


def _record(kind: type[Record], values: dict[str, Any]) -> Record:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # both kinds are dataclasses
    if values.keys() != names:
        raise ValueError(f"missing or unknown: {', '.join(sorted(names ^ values.keys()))}")
    return kind(**values)


def _read_vocabulary(path: Path, config: NetworkConfig) -> list[str]:
    try:
        words = (path / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        said = gettext("The vocabulary of checkpoint '{name}' is missing or unreadable.")
        raise CheckpointError(said.format(name=path.name)) from error
    if len(set(words)) != config.vocabulary_size - 2:
        said = gettext(
            "The vocabulary of checkpoint '{name}' has {found:,} words, its network was trained with {wanted:,}."
        )
        raise CheckpointError(said.format(name=path.name, found=len(set(words)), wanted=config.vocabulary_size - 2))
    return words


def _read_weights(path: Path, network: RecurrentNetwork) -> dict[str, torch.Tensor]:
    file = path / "model.safetensors"
    if not file.is_file():
        said = gettext("The checkpoint '{name}' has no model.safetensors; pickled weights are not loaded.")
        raise CheckpointError(said.format(name=path.name))
    try:
        with safe_open(file, framework="pt") as tensors:
            weights = {name: tensors.get_tensor(name).float() for name in tensors.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        if _is_of_memory(error):
            raise MemoryError from error
        said = gettext(
            "The weights of checkpoint '{name}' are damaged or not in safetensors format; pickles are not loaded."
        )
        raise CheckpointError(said.format(name=path.name)) from error
    expected = network.state_dict()
    if wrong := sorted(expected.keys() ^ weights.keys()):
        said = gettext("The weights of checkpoint '{name}' do not fit its settings: {weights}.")
        raise CheckpointError(said.format(name=path.name, weights=wrong[0]))
    for name, tensor in weights.items():
        if tensor.shape != expected[name].shape:
            said = gettext(
                "The weights of checkpoint '{name}' do not fit its settings: {weights} is {found}, not {wanted}."
            )
            found, wanted = tuple(tensor.shape), tuple(expected[name].shape)
            raise CheckpointError(said.format(name=path.name, weights=name, found=found, wanted=wanted))
        if not tensor.isfinite().all():
            said = gettext("The weights of checkpoint '{name}' are not all finite: {weights}.")
            raise CheckpointError(said.format(name=path.name, weights=name))
    return weights


def _read_optional(path: Path, parse: Callable[[Any], Any]) -> Any:
    """What a JSON file holds, parsed; None where there is no file."""
    if not path.exists():
        return None
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        said = gettext("{file} of checkpoint '{name}' cannot be used.")
        raise CheckpointError(said.format(file=path.name, name=path.parent.name)) from error
