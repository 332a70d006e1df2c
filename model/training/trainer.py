"""One run of training: network, optimizer and curves, with their state on disk.

A run's folder holds `state.safetensors` (everything needed to go on with `--resume`) and `best`, the checkpoint of the
best epoch by validation. Under `torchrun` each process takes its share of every batch.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from model import files
from model.errors import DataError, OutOfTime
from model.language import gettext
from model.metrics import log_loss
from model.network import checkpoint
from model.network.checkpoint import Epoch, TrainingRecord
from model.network.network import RecurrentNetwork
from model.network.precision import prefers_half
from model.text import PADDING_ID, UNKNOWN_ID, pad
from model.training import language_model, practice, soft_labels, vectors
from model.training.batches import epoch_batches, trained_rows
from model.training.data import PreparedData, Split
from model.training.logits import logits_and_labels
from model.training.objective import Batch, Objective
from model.training.presets import Preset, one_cycle
from model.training.run import (
    KEEP_SECONDS,
    DivergedError,
    Processes,
    device_name,
    optimizer_tensors,
    read_state,
    restore_optimizer,
    write_state,
)
from model.training.soft_labels import SoftLabels
from model.training.starts import start_recurrences


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is: two with the same settings end with the same numbers."""

    name: str  # of the preset
    preset: Preset
    changed: tuple[str, ...]  # settings of the preset that the command line changed, as "name=value"
    vectors: str
    start: str | None  # folder of a language model that starts the first layer, or of a run that is gone on from
    labels: str | None  # file of soft labels
    seed: int

    def about(self, data: PreparedData) -> dict:
        """As it is kept in a state, with the data that it reads."""
        return asdict(self) | {"changed": list(self.changed), "data": data.digest}


@dataclass(frozen=True, slots=True)
class _Sums:
    """What an epoch has shown so far. Loss (nats) and hits are of the labelled reviews."""

    batches: int = 0
    loss: float = 0.0
    correct: int = 0
    labelled: int = 0
    tokens: int = 0
    seconds: float = 0.0


class Trainer:
    """One run: network, optimizer and the curves so far, with their state on disk."""

    def __init__(self, run: Run, data: PreparedData, out: Path, device: str, processes: Processes) -> None:
        self.settings, self.data, self.out = run, data, out
        self.preset, self.device, self.processes = run.preset, device, processes
        self.history: list[Epoch] = []
        self.partial = _Sums()
        self.step = 0
        torch.manual_seed(run.seed)
        self.network = RecurrentNetwork(run.preset.network).to(device)
        betas = (run.preset.beta1, 0.999)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=run.preset.learning_rate, betas=betas)
        decay = partial(_moved_average, run.preset.average)
        self.average = AveragedModel(self.network, avg_fn=decay) if run.preset.average else None
        self.half = prefers_half(device)
        self.labels = SoftLabels.none(data) if run.labels is None else soft_labels.read(Path(run.labels), data)
        if run.preset.practice:
            self.data = practice.join(data, practice.PRACTICE)
            self.labels = practice.doubts(self.labels, self.data)
        self.language_model = 0.0
        self.about = run.about(self.data)

    @property
    def words(self) -> list[str]:
        """The network's vocabulary, without <unk> and <pad>."""
        return list(self.data.vocabulary[: self.preset.network.vocabulary_size - 2])

    @property
    def judged(self) -> RecurrentNetwork:
        """The network that is measured and kept: the moving average, where there is one."""
        return self.network if self.average is None else cast("RecurrentNetwork", self.average.module)

    def start(self) -> None:
        """Copy word vectors, a language model, or the best network of another run into this one."""
        if self.settings.start is None:
            found = vectors.read(
                self.settings.vectors, self.words, self.preset.network.embedding_size, self.settings.seed
            )
            with torch.no_grad():
                self.network.embedding.weight.copy_(found.matrix)
            start_recurrences(self.network, self.preset)
            sys.stdout.write(f"{found.known:,} of {len(self.words):,} words have vectors\n")
        elif self._continues:
            self._start_from(Path(self.settings.start) / "best")
        else:
            self.language_model = language_model.start(self.network, self.words, Path(self.settings.start))
            sys.stdout.write(f"started from a language model of {self.language_model:.3f} nats a word\n")

    @property
    def _continues(self) -> bool:
        """Whether this run goes on from the network of another."""
        return self.settings.start is not None and (Path(self.settings.start) / "best").is_dir()

    def _start_from(self, folder: Path) -> None:
        """With the word vectors of the words that both have; other words start as its unknown one. Raises `DataError`
        where that network has another shape.
        """
        loaded = checkpoint.load(folder.name, folder.parent)
        same_shape = replace(loaded.network.config, temperature=1.0, dropout=0.0) == replace(
            self.preset.network, dropout=0.0
        )
        if not same_shape:
            said = gettext("The network of '{folder}' has another shape than this one.")
            raise DataError(said.format(folder=folder.parent))
        ids = loaded.field.vocab.stoi
        rows = [UNKNOWN_ID, PADDING_ID, *(ids[word] for word in self.words)]  # that of an unknown word is UNKNOWN_ID
        weights = loaded.network.state_dict()
        weights["embedding.weight"] = weights["embedding.weight"][rows]
        self.network.load_state_dict(weights)
        self.language_model = loaded.training.language_model

    def run(self, epochs: int, stop: float) -> None:
        """Train up to `epochs` in all, or until `stop` (as of `time.monotonic`); then `OutOfTime`."""
        objective = self.objective()
        while len(self.history) < epochs:
            number = len(self.history) + 1
            self._train_epoch(number, epochs, objective, stop)
            validation = self.data.rows(Split.VALIDATION)
            logits, truth = logits_and_labels(self.judged, self.data, validation, self.preset.max_tokens, self.half)
            sums, self.partial = self.partial, _Sums()
            self.history.append(
                Epoch(
                    epoch=number,
                    train_loss=sums.loss / max(sums.labelled, 1),
                    train_accuracy=sums.correct / max(sums.labelled, 1),
                    validation_loss=log_loss(logits, truth == 1),
                    validation_accuracy=float(((logits > 0) == (truth == 1)).mean()),
                    tokens_per_second=sums.tokens / sums.seconds,
                    minutes=sums.seconds / 60,
                )
            )
            if self.processes.first:
                self._keep()

    def objective(self) -> Objective:
        """What a step minimizes."""
        return Objective(self.network, self.preset, self._frequencies(), self.processes, self.half)

    def _train_epoch(self, number: int, epochs: int, objective: Objective, stop: float) -> None:
        """Go through an epoch's batches, from where `partial` says it stopped."""
        batches = epoch_batches(self.data, self.preset, self.settings.seed, number)
        done = self.partial.batches
        self.network.train()
        started, before = time.monotonic(), self.partial.seconds
        kept = started
        with tqdm(
            initial=done, total=len(batches), desc=f"epoch {number}", unit="batch", mininterval=5,
            disable=not self.processes.first,
        ) as progress:  # fmt: skip
            for index in range(done, len(batches)):
                share = (number - 1 + index / len(batches)) / epochs
                self._train_batch(batches[index], objective, one_cycle(share) if self.preset.one_cycle else 1.0)
                self.partial = replace(self.partial, batches=index + 1, seconds=before + time.monotonic() - started)
                sums = self.partial
                progress.update()
                progress.set_postfix(
                    loss=f"{sums.loss / max(sums.labelled, 1):.3f}",
                    accuracy=f"{sums.correct / max(sums.labelled, 1):.3f}",
                    tokens_per_s=f"{sums.tokens / sums.seconds:,.0f}",
                    refresh=False,
                )
                if self.processes.over(stop, self.device):
                    if self.processes.first:
                        self._save_state()
                    raise OutOfTime(self.out)
                if self.processes.first and time.monotonic() - kept > KEEP_SECONDS:
                    self._save_state()
                    kept = time.monotonic()

    def _train_batch(self, batch_rows: np.ndarray, objective: Objective, rate: float) -> None:
        """One step of the optimizer; what it showed is added to `partial`.

        Each process takes its share of the batch; all of one that is too small to share, whose mean is the same.
        """
        shared = len(batch_rows) >= self.processes.count
        rows = batch_rows[self.processes.rank :: self.processes.count] if shared else batch_rows
        for group in self.optimizer.param_groups:
            group["lr"] = self.preset.learning_rate * rate
        batch = self._batch(rows)
        self.optimizer.zero_grad(set_to_none=True)
        logits, losses = objective.backward(batch, self.processes.seed(self.settings.seed, self.step))
        truth = torch.from_numpy(self.data.labels[rows]).to(self.device)
        labelled = truth >= 0
        correct = ((logits > 0) == (truth == 1)) & labelled
        found = torch.stack([losses[labelled].sum(), correct.sum(), labelled.sum(), batch.lengths.sum(), losses.sum()])
        counted = found.double() * float(shared or self.processes.first)
        loss, right, count, tokens, everything = self.processes.total(counted).tolist()
        if not np.isfinite(everything):
            said = gettext(
                "The loss is no longer a number in epoch {epoch}; the last good state is kept. "
                "Start again with another --seed or a smaller learning rate (--set learning_rate=…)."
            )
            raise DivergedError(said.format(epoch=len(self.history) + 1))
        if self.preset.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.preset.clip)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.network)
        self.step += 1
        sums = self.partial
        self.partial = replace(
            sums, loss=sums.loss + loss, correct=sums.correct + int(right), labelled=sums.labelled + int(count),
            tokens=sums.tokens + int(tokens),
        )  # fmt: skip

    def _batch(self, rows: np.ndarray) -> Batch:
        size, longest = self.preset.network.vocabulary_size, self.preset.max_tokens
        ids, lengths = pad(self._masked(self.data.review(row, size, longest), row) for row in rows)
        truth, taught = self.data.labels[rows].astype(np.float32), self.labels.probabilities[rows]
        known, judged = truth >= 0, ~np.isnan(taught)
        soft = np.where(known, self.preset.soft, 1.0) * judged  # the teachers' share
        targets = soft * np.nan_to_num(taught) + (1 - soft) * np.maximum(truth, 0)
        weights = (known | judged).astype(np.float32)
        arrays = (torch.from_numpy(each.astype(np.float32)) for each in (targets, weights))
        return Batch(*(tensor.to(self.device) for tensor in (ids, lengths, *arrays)))

    def _masked(self, ids: np.ndarray, row: int) -> np.ndarray:
        """A review's ids (tokens,) with some of its words unknown, others at each step."""
        if not self.preset.masked:
            return ids
        hidden = np.random.default_rng([self.settings.seed, self.step, row]).random(len(ids)) < self.preset.masked
        return np.where(hidden, UNKNOWN_ID, ids)

    def _frequencies(self) -> Tensor:
        """How often each id is met, as a share of the words that are trained on (vocabulary,)."""
        rows = trained_rows(self.data, self.preset)
        counts = np.zeros(self.preset.network.vocabulary_size)
        for row in rows:
            np.add.at(counts, self.data.review(row, len(counts), self.preset.max_tokens), 1)
        return torch.from_numpy(counts / counts.sum()).float().to(self.device)

    def _keep(self) -> None:
        """Write the best checkpoint, the curves, and the state, in that order."""
        best = max(self.history, key=lambda epoch: epoch.validation_accuracy)
        if best is self.history[-1]:
            checkpoint.save(self.out / "best", self.judged, self.words, self._record(best))
        curves = [asdict(epoch) for epoch in self.history]
        files.write_json(self.out / "best" / "history.json", curves)
        self._save_state()
        last = self.history[-1]
        sys.stdout.write(
            f"epoch {last.epoch}: loss {last.train_loss:.4f}, accuracy {last.train_accuracy:.4f}; "
            f"validation {last.validation_loss:.4f}, {last.validation_accuracy:.4f}; "
            f"{last.tokens_per_second:,.0f} tokens/s, {last.minutes:.1f} min\n"
        )
        sys.stdout.flush()

    def _record(self, best: Epoch) -> TrainingRecord:
        return TrainingRecord(
            preset=self.settings.name,
            changed=self.settings.changed,
            vectors=Path(self.settings.vectors).name,
            language_model=self.language_model,
            continued=Path(self.settings.start).name if self.settings.start and self._continues else "",
            teachers=self.labels.teachers,
            reviews=len(self.data.rows(Split.TRAIN)),
            unlabelled=len(self.data.rows(Split.UNLABELLED)) if self.preset.unlabelled else 0,
            practice=len(self.data.rows(Split.PRACTICE)),
            best_epoch=best.epoch,
            epochs=len(self.history),
            minutes=round(sum(epoch.minutes for epoch in self.history), 1),
            device=device_name(self.device, self.processes.count),
            seed=self.settings.seed,
        )

    def _save_state(self) -> None:
        parts = {"network": self.network.state_dict(), "optimizer": optimizer_tensors(self.optimizer)}
        if self.average is not None:
            parts["average"] = self.average.state_dict()
        progress = {
            "history": [asdict(epoch) for epoch in self.history],
            "partial": asdict(self.partial),
            "step": self.step,
            "language_model": self.language_model,
        }
        write_state(self.out, parts, self.about, progress)

    def resume(self) -> None:
        """Go back to the state on disk. Raises `DataError` if there is none, or one of another run."""
        state = read_state(self.out, self.about, self.device, {"preset": asdict(Preset())})
        self.network.load_state_dict(state.of("network"))
        restore_optimizer(self.optimizer, state.of("optimizer"))
        if self.average is not None:
            self.average.load_state_dict(state.of("average"))
        self.history = [Epoch(**epoch) for epoch in state.progress["history"]]
        self.partial = _Sums(**state.progress["partial"])
        self.step, self.language_model = state.progress["step"], state.progress["language_model"]


def _moved_average(decay: float, average: Tensor, current: Tensor, steps: Tensor | int) -> Tensor:
    """A weight's moving average after one more step; early on it forgets faster, or it would stay at the start."""
    return torch.lerp(average, current, 1 - min(decay, (1 + int(steps)) / (10 + int(steps))))
