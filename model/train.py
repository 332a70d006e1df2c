"""Train a network on prepared data.

    python -m model.train recipe --data data/imdb.npz --vectors data/vectors.txt --out runs/recipe

A run's folder holds `state.safetensors` (everything needed to go on with `--resume`) and `best`, the checkpoint of the
best epoch by validation. Each epoch is seeded by its number, so a run that was stopped and resumed ends with the same
numbers as one that was not.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torchtext.data import BucketIterator, Dataset, Example, Field
from tqdm import tqdm

from model import checkpoint, vectors
from model import data as dataset
from model.checkpoint import Epoch, TrainingRecord
from model.curves import draw_curves
from model.data import PreparedData, Split
from model.errors import DataError, GatescopeError
from model.metrics import log_loss
from model.network import NetworkConfig, RecurrentNetwork
from model.predict import autocast, predict
from model.text import MAX_TOKENS, PADDING_ID


@dataclass(frozen=True, slots=True)
class Preset:
    """What a named run is made of. The defaults are the recipe's."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    batch: int = 30
    learning_rate: float = 1e-3  # Adam's usual one
    epochs: int = 10
    max_tokens: int = MAX_TOKENS  # as in serving; cuts 2 % of the reviews


PRESETS = {
    "recipe": Preset(),
    "rnn": Preset(network=NetworkConfig(cell="rnn")),
}


class OutOfTime(Exception):
    """The time that a run was given is over; its last whole epoch is on disk."""


class DivergedError(GatescopeError):
    """The loss is no longer a number."""


class Trainer:
    """One run: network, optimizer and the curves so far, with their state on disk."""

    def __init__(
        self, preset_name: str, preset: Preset, data: PreparedData, source: str, out: Path, device: str, seed: int
    ) -> None:
        self.preset_name, self.preset, self.data, self.source = preset_name, preset, data, source
        self.out, self.device, self.seed = out, device, seed
        self.history: list[Epoch] = []
        torch.manual_seed(seed)
        self.network = RecurrentNetwork(preset.network).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=preset.learning_rate)
        self.half = _prefers_half(device)

    @property
    def words(self) -> list[str]:
        """The network's vocabulary, without <unk> and <pad>."""
        return list(self.data.vocabulary[: self.preset.network.vocabulary_size - 2])

    def start(self) -> None:
        """Copy the word vectors into the embedding."""
        found = vectors.read(self.source, self.words, self.preset.network.embedding_size, self.seed)
        with torch.no_grad():
            self.network.embedding.weight.copy_(found.matrix)
        print(f"{found.known:,} of {len(self.words):,} words have vectors")

    def run(self, epochs: int, deadline: float) -> None:
        """Train up to `epochs` in all, or until `deadline` (as of `time.monotonic`); then `OutOfTime`."""
        examples = _examples(self.data, self.data.rows(Split.TRAIN), self.preset)
        while len(self.history) < epochs:
            number = len(self.history) + 1
            started = time.monotonic()
            loss, accuracy, speed = self._train_epoch(number, examples, deadline)
            logits, labels = predict(
                self.network, self.data, self.data.rows(Split.VALIDATION), self.preset.max_tokens, self.half
            )
            self.history.append(
                Epoch(
                    epoch=number,
                    train_loss=loss,
                    train_accuracy=accuracy,
                    validation_loss=log_loss(logits, labels == 1),
                    validation_accuracy=float(((logits > 0) == (labels == 1)).mean()),
                    tokens_per_second=speed,
                    minutes=(time.monotonic() - started) / 60,
                )
            )
            self._keep()

    def _train_epoch(self, number: int, examples: Dataset, deadline: float) -> tuple[float, float, float]:
        """Mean loss, accuracy and tokens per second of one pass over the training split."""
        torch.manual_seed(self.seed * 1000 + number)
        random.seed(self.seed * 1000 + number)  # BucketIterator's shuffling follows it
        batches = BucketIterator(
            examples,
            self.preset.batch,
            sort_key=lambda example: len(example.text),
            sort_within_batch=True,
            device=self.device,
        )
        total_loss, correct, seen, tokens = 0.0, 0, 0, 0
        started = time.monotonic()
        self.network.train()
        with tqdm(batches, total=len(batches), desc=f"epoch {number}", unit="batch", mininterval=1) as progress:
            for batch in progress:
                (ids, lengths), labels = batch.text, batch.label.float()
                with autocast(self.device, self.half):
                    logits = self.network(ids, lengths)
                loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
                self.optimizer.zero_grad(set_to_none=True)
                loss.backward()
                self.optimizer.step()
                total_loss += loss.item() * len(labels)
                correct += int(((logits > 0) == (labels > 0.5)).sum())
                seen, tokens = seen + len(labels), tokens + int(lengths.sum())
                if not np.isfinite(total_loss):
                    raise DivergedError(
                        f"The loss is no longer a number in epoch {number}; the last good state is kept. "
                        "Go on with --resume and a smaller --learning-rate."
                    )
                if time.monotonic() > deadline:
                    raise OutOfTime
                speed = tokens / (time.monotonic() - started)
                progress.set_postfix(
                    loss=f"{total_loss / seen:.3f}", accuracy=f"{correct / seen:.3f}", tokens_per_s=f"{speed:,.0f}"
                )
        return total_loss / seen, correct / seen, tokens / (time.monotonic() - started)

    def _keep(self) -> None:
        """Write the best checkpoint, the curves, and the state, in that order."""
        best = max(self.history, key=lambda epoch: epoch.validation_accuracy)
        if best is self.history[-1]:
            checkpoint.save(self.out / "best", self.network, self.words, self._record(best))
        curves = [asdict(epoch) for epoch in self.history]
        checkpoint.write_json(self.out / "best" / "history.json", curves)
        draw_curves(curves, self.out / "best" / "curves.png")
        self._save_state()
        last = self.history[-1]
        print(
            f"epoch {last.epoch}: loss {last.train_loss:.4f}, accuracy {last.train_accuracy:.4f}; "
            f"validation {last.validation_loss:.4f}, {last.validation_accuracy:.4f}; "
            f"{last.tokens_per_second:,.0f} tokens/s, {last.minutes:.1f} min",
            flush=True,
        )

    def _record(self, best: Epoch) -> TrainingRecord:
        return TrainingRecord(
            preset=self.preset_name,
            vectors=Path(self.source).name,
            reviews=len(self.data.rows(Split.TRAIN)),
            best_epoch=best.epoch,
            epochs=len(self.history),
            minutes=round(sum(epoch.minutes for epoch in self.history), 1),
            device=device_name(self.device),
            seed=self.seed,
        )

    def _save_state(self) -> None:
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in state.items()}
        about = {"preset": self.preset_name, "vectors": self.source, "seed": self.seed}
        metadata = {"about": json.dumps(about), "history": json.dumps([asdict(epoch) for epoch in self.history])}
        partial = self.out / "state.safetensors.partial"
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, partial, metadata)
        partial.replace(self.out / "state.safetensors")

    def resume(self) -> None:
        """Go back to the state on disk. Raises `DataError` if there is none, or one of another run."""
        path = self.out / "state.safetensors"
        try:
            with safe_open(path, framework="pt", device=self.device) as file:
                metadata = file.metadata()
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise DataError(f"There is no usable state in '{self.out}': start without --resume.") from error
        about = {"preset": self.preset_name, "vectors": self.source, "seed": self.seed}
        if json.loads(metadata["about"]) != about:
            raise DataError(f"The state in '{self.out}' is of another run ({metadata['about']}): choose another --out.")
        self.history = [Epoch(**epoch) for epoch in json.loads(metadata["history"])]
        network = {key.removeprefix("network."): value for key, value in tensors.items() if key.startswith("network.")}
        self.network.load_state_dict(network)
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimizer."):
                _, index, name = key.split(".")
                state.setdefault(int(index), {})[name] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})


def _examples(data: PreparedData, rows: np.ndarray, preset: Preset) -> Dataset:
    """Reviews as a torchtext data set of ids, for `BucketIterator`."""
    text = Field(use_vocab=False, pad_token=PADDING_ID, include_lengths=True, batch_first=True)
    label = Field(sequential=False, use_vocab=False)
    fields = [("text", text), ("label", label)]
    size = preset.network.vocabulary_size
    return Dataset(
        [
            Example.fromlist([data.review(row, size, preset.max_tokens).tolist(), int(data.labels[row])], fields)
            for row in rows
        ],
        fields,
    )


def _prefers_half(device: str) -> bool:
    """Whether bfloat16 is faster here: on a GPU, and on a CPU with instructions for it."""
    return device == "cuda" or (torch.backends.cpu.get_cpu_capability() == "AVX512" and _has_bf16())


def _has_bf16() -> bool:
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def device_name(device: str) -> str:
    """What a card says about where a network was trained."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    threads = torch.get_num_threads()
    return f"CPU ({platform.machine()}, {threads} thread{'s' if threads > 1 else ''})"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m model.train", description="train a network on prepared data")
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("--data", type=Path, default=Path("data/imdb.npz"))
    parser.add_argument(
        "--vectors",
        default=vectors.GLOVE,
        help="a file in GloVe's text format, or 'glove' for torchtext's own (cache .vector_cache, or the network)",
    )
    parser.add_argument("--out", type=Path, help="folder of the run; runs/PRESET if not given")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument("--epochs", type=int, help="epochs in all, instead of the preset's")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop by itself after so many minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda"))
    options = parser.parse_args(arguments)
    deadline = time.monotonic() + options.minutes * 60
    preset = PRESETS[options.preset]
    out = options.out or Path("runs") / options.preset
    torch.set_flush_denormal(True)
    try:
        if not options.resume and (out / "state.safetensors").exists():
            raise DataError(f"'{out}' holds a run already: go on with --resume, or choose another --out.")
        data = dataset.load(options.data)
        trainer = Trainer(options.preset, preset, data, options.vectors, out, options.device, options.seed)
        trainer.resume() if options.resume else trainer.start()
        trainer.run(options.epochs or preset.epochs, deadline)
    except OutOfTime:
        print(f"The time is over; go on with --resume --out {out}")
    except GatescopeError as error:
        print(error, file=sys.stderr)
        return 1
    except torch.OutOfMemoryError:
        print("The device is out of memory: use --device cpu. The last good state is kept.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
