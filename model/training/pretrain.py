"""Language models that start a classifier's first layer.

    python -m model pretrain bilstm --data data/imdb.npz --vectors data/vectors.txt --out runs/language-model

A forward and a backward LSTM, of the size of the classifier's first layer, learn to predict the next and the previous
word of the training and unlabelled reviews; neither validation nor test is read, nor what also stands in them. Both
share one embedding and one softmax. Sources: sequence pre-training, Dai & Le (NIPS 2015); adaptive softmax, Grave et
al. (ICML 2017); one dropout mask over time, Gal & Ghahramani (NIPS 2016).

The reviews, in an order drawn anew for each epoch, are one long text with a padding vector (zero) between two of them,
cut into streams of equal length that are read side by side, with back-propagation truncated at `chunk` words.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from model import files
from model import options as shared
from model.errors import DataError, OutOfTime
from model.language import gettext
from model.network.precision import autocast, prefers_half
from model.text import PADDING_ID
from model.training import data as dataset
from model.training import language_model, vectors
from model.training.data import PreparedData, Split
from model.training.presets import PRESETS, one_cycle
from model.training.run import (
    DivergedError,
    Processes,
    check_free,
    deadline,
    optimizer_tensors,
    read_state,
    restore_optimizer,
    write_state,
)
from model.training.settings import changed


@dataclass(frozen=True, slots=True)
class PretrainingSettings:
    """How the language models are trained. Their sizes are those of the classifier that they start."""

    streams: int = 64  # read side by side
    chunk: int = 64  # words of truncated back-propagation
    epochs: int = 1
    learning_rate: float = 3e-3  # at its height
    dropout: float = 0.1  # on the embedding, one mask over time, and before the softmax
    cutoffs: tuple[int, ...] = (1_500, 8_000)  # the frequent words of the adaptive softmax, and those after them
    clip: float = 1.0  # of the gradient's norm
    keep: int = 250  # steps between two states on disk
    held_out: int = 400  # validation reviews on which the loss is measured, never trained on


SETTINGS = {
    "bilstm": PretrainingSettings(),
    "teacher": PretrainingSettings(streams=256, chunk=128, epochs=8, learning_rate=2e-3),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One point of the curves: losses in nats a word, mean of both directions."""

    step: int
    train_loss: float
    validation_loss: float
    tokens_per_second: float
    minutes: float


class Pretraining:
    """One run, with its state on disk."""

    def __init__(
        self,
        preset_name: str,
        settings: PretrainingSettings,
        data: PreparedData,
        source: str | None,
        out: Path,
        device: str,
        seed: int,
        processes: Processes,
    ) -> None:
        self.config = PRESETS[preset_name].network
        self.settings, self.data, self.source, self.out = settings, data, source, out
        self.device, self.seed, self.processes = device, seed, processes
        self.words = list(data.vocabulary[: self.config.vocabulary_size - 2])
        self.about: dict[str, Any] = {
            "preset": preset_name,
            "settings": asdict(settings),
            "vectors": source,
            "seed": seed,
            "data": data.digest,
        }
        self.about["settings"]["cutoffs"] = list(settings.cutoffs)
        self.history: list[Measurement] = []
        torch.manual_seed(seed)
        self.model = language_model.LanguageModel(self.config, settings.cutoffs, settings.dropout).to(device)
        self.parallel = processes.wrap(self.model)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=settings.learning_rate)
        self.half = prefers_half(device)
        if settings.streams % processes.count:
            said = gettext("{streams} streams cannot be shared by {processes} processes evenly.")
            raise DataError(said.format(streams=settings.streams, processes=processes.count))
        self.step, self.minutes = 0, 0.0
        self.states = self._zero_states(settings.streams // processes.count)

    def start(self) -> None:
        """Copy word vectors into the embedding, where some were given."""
        if self.source is None:
            return
        found = vectors.read(self.source, self.words, self.config.embedding_size, self.seed)
        with torch.no_grad():
            self.model.embedding.weight.copy_(found.matrix)

    def resume(self) -> None:
        """Go back to the state on disk. Raises `DataError` if there is none, or one of another run."""
        state = read_state(self.out, self.about, self.device, {"settings": asdict(PretrainingSettings())})
        self.model.load_state_dict(state.of("model"))
        restore_optimizer(self.optimizer, state.of("optimizer"))
        mine = slice(self.processes.rank, None, self.processes.count)
        self.states = [state.of("states")[str(index)][:, mine].contiguous() for index in range(len(self.states))]
        self.step, self.minutes = state.progress["step"], state.progress["minutes"]
        self.history = [Measurement(**each) for each in state.progress["history"]]

    def run(self, stop: float) -> None:
        """Train to the end, or until `stop` (as of `time.monotonic`); then `OutOfTime`."""
        rows = np.concatenate([self.data.rows(Split.TRAIN), self.data.rows(Split.UNLABELLED)])
        chunks = (self._length(rows) - 1) // self.settings.chunk
        total = chunks * self.settings.epochs
        if chunks < 1:
            raise DataError(gettext("The prepared data hold too few words to pre-train on."))
        self.model.train()
        held_out = self._held_out()
        loss, tokens, started = 0.0, 0, time.monotonic()
        epoch, streams = -1, np.empty(0)
        with tqdm(
            initial=self.step, total=total, desc="pre-train", unit="step", mininterval=5,
            disable=not self.processes.first,
        ) as progress:  # fmt: skip
            while self.step < total:
                if self.step // chunks != epoch:
                    epoch = self.step // chunks
                    streams = self._streams(rows, epoch)
                if self.step % chunks == 0:
                    self.states = self._zero_states(self.settings.streams // self.processes.count)
                summed, count = self._train_step(streams, self.step % chunks, one_cycle(self.step / total))
                loss, tokens, self.step = loss + summed, tokens + count, self.step + 1
                progress.update()
                progress.set_postfix(loss=f"{loss / tokens:.3f}", refresh=False)
                over = self.processes.over(stop, self.device)
                if over or self.step == total or self.step % self.settings.keep == 0:
                    speed = tokens / 2 / (time.monotonic() - started)
                    self.minutes += (time.monotonic() - started) / 60
                    point = Measurement(self.step, loss / tokens, self._measure(held_out), speed, self.minutes)
                    self.history.append(point)
                    self._keep()
                    loss, tokens, started = 0.0, 0, time.monotonic()
                    if over and self.step < total:
                        raise OutOfTime(self.out)

    def _train_step(self, streams: np.ndarray, chunk: int, rate: float) -> tuple[float, int]:
        """Summed loss and number of predicted words of one step, over all processes."""
        torch.manual_seed(self.processes.seed(self.seed, self.step))
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * rate
        begin = chunk * self.settings.chunk
        piece = streams[:, self.processes.rank :: self.processes.count, begin : begin + self.settings.chunk + 1]
        ids = torch.from_numpy(piece.astype(np.int64)).to(self.device)
        count = int(self.processes.total((ids[..., 1:] != PADDING_ID).sum()))
        with autocast(self.device, self.half):
            loss, self.states = self.parallel(ids, self.states)
        self.optimizer.zero_grad(set_to_none=True)
        (loss * (self.processes.count / count)).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        summed = float(self.processes.total(loss.detach().clone()))
        if not np.isfinite(summed):
            said = gettext(
                "The loss is no longer a number at step {step}; the last good state is kept. "
                "Start again with another --seed."
            )
            raise DivergedError(said.format(step=self.step))
        self.optimizer.step()
        return summed, count

    @torch.inference_mode()
    def _measure(self, streams: np.ndarray) -> float:
        """Nats a word on the reviews that are held out, by both directions."""
        self.model.eval()
        states = self._zero_states(streams.shape[1])
        loss, count = 0.0, 0
        for begin in range(0, streams.shape[2] - 1, self.settings.chunk):
            ids = torch.from_numpy(streams[..., begin : begin + self.settings.chunk + 1].astype(np.int64))
            with autocast(self.device, self.half):
                summed, states = self.model(ids.to(self.device), states)
            loss, count = loss + float(summed), count + int((ids[..., 1:] != PADDING_ID).sum())
        self.model.train()
        return loss / max(count, 1)

    def _keep(self) -> None:
        """Write the weights for a classifier, the curves, and the state, in that order."""
        last = self.history[-1]
        states = [_gathered(state, self.processes) for state in self.states]
        if not self.processes.first:
            return
        parts = {
            "model": self.model.state_dict(),
            "optimizer": optimizer_tensors(self.optimizer),
            "states": {str(index): state for index, state in enumerate(states)},
        }
        curves = [asdict(each) for each in self.history]
        write_state(self.out, parts, self.about, {"step": self.step, "minutes": self.minutes, "history": curves})
        language_model.save(self.model, self.words, last.validation_loss, self.out)
        files.write_json(self.out / "history.json", curves)
        tqdm.write(
            f"step {last.step:,}: {last.train_loss:.3f} nats a word, held out {last.validation_loss:.3f}; "
            f"{last.tokens_per_second:,.0f} tokens/s, {last.minutes:.1f} min"
        )

    def _length(self, rows: np.ndarray) -> int:
        """Words of each stream, the padding after each review counted."""
        lengths = self.data.offsets[rows + 1] - self.data.offsets[rows]
        return int(lengths.sum() + len(rows)) // self.settings.streams

    def _streams(self, rows: np.ndarray, epoch: int) -> np.ndarray:
        """The reviews in a new order, forward and reversed: (2, streams, words) uint16."""
        order = np.random.default_rng([self.seed, epoch]).permutation(rows)
        return _side_by_side(self.data, order, self.settings.streams, self.config.vocabulary_size)

    def _held_out(self) -> np.ndarray:
        rows = self.data.rows(Split.VALIDATION)[
            :: max(1, len(self.data.rows(Split.VALIDATION)) // self.settings.held_out)
        ]
        return _side_by_side(self.data, rows, min(self.settings.streams, len(rows)), self.config.vocabulary_size)

    def _zero_states(self, streams: int) -> list[Tensor]:
        return [torch.zeros(1, streams, self.config.hidden_size, device=self.device) for _ in range(4)]


def _gathered(state: Tensor, processes: Processes) -> Tensor:
    """The states (1, streams, hidden) of all processes, streams in their order."""
    if processes.count == 1:
        return state
    whole = torch.zeros(1, state.shape[1] * processes.count, state.shape[2], device=state.device)
    whole[:, processes.rank :: processes.count] = state
    return processes.total(whole)


def _side_by_side(data: PreparedData, rows: np.ndarray, streams: int, vocabulary_size: int) -> np.ndarray:
    """Reviews one after the other, a padding behind each, as (2, streams, words): [0] as written, [1] reversed."""
    end = np.array([PADDING_ID])
    pieces = [piece for row in rows for piece in (data.review(row, vocabulary_size, max_tokens=2**31), end)]
    text = np.concatenate(pieces).astype(np.uint16)
    text = text[: len(text) // streams * streams]
    return np.stack([text.reshape(streams, -1), text[::-1].reshape(streams, -1)])


@dataclass(frozen=True, slots=True)
class Options:
    """Which classifier's first layer is started, from what, for how long, and where the run is kept."""

    preset: str
    vectors: str | None
    changes: list[str]
    data: Path
    out: Path | None
    resume: bool
    minutes: float
    seed: int
    device: str


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument("preset", choices=SETTINGS, help=gettext("the network whose first layer it starts"))
    parser.add_argument("--vectors", metavar="FILE", help=gettext("word vectors that start the embedding; or 'glove'"))
    shared.add_changes(parser)
    shared.add_run(parser, "runs/language-model-PRESET")


def work(options: Options) -> None:
    """Train the language models."""
    stop = deadline(options.minutes)
    out = options.out or Path("runs") / f"language-model-{options.preset}"
    check_free(out, options.resume)
    settings = changed(SETTINGS[options.preset], options.changes)
    with Processes.joined(options.device) as processes:
        run = Pretraining(
            options.preset, settings, dataset.load(options.data), options.vectors, out, options.device, options.seed,
            processes,
        )  # fmt: skip
        run.resume() if options.resume else run.start()
        run.run(stop)
