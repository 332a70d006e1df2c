"""A small pretrained encoder as a teacher of another kind: fine-tuned on the labelled reviews, it labels the others.

    python -m model encoder --from FOLDER_OR_HUB_NAME --data data/imdb.npz --labels data/encoder.npz

Any encoder that transformers' `AutoModel` reads will do. The mean of its last hidden states, under dropout and one
linear output, is the logit. Of a long review it reads the first and the last word pieces, since the verdict often comes
last. With `--set folds=N` it is fine-tuned N times, each time without one of N parts of the labelled reviews, which it
then labels as well: what a teacher says of a labelled review must come from one that has not seen it. Of all other
reviews the N speak together.

Who learns whole reviews alone judges a single sentence badly. With `--set excerpts=N` each review is also learnt as N
excerpts, a few sentences of it with the label of the whole: often wrong, but what is right is learnt, since what
sentences say decides how often it is. Such labels by origin: Kotzias et al. (KDD 2015). With `--set practice=N` the
sentences that were written to learn from stand N times in each epoch (`model.training.practice`).

Sources: fine-tuning with linear decay after a warm-up, Devlin et al. (NAACL 2019); head and tail of long texts, Sun et
al. (CCL 2019); distillation into a recurrent network, Tang et al. (2019).
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from model import options as shared
from model.errors import DataError, OutOfTime
from model.language import gettext
from model.metrics import fit_temperature
from model.network.precision import autocast, prefers_half
from model.training import data as dataset
from model.training import practice, soft_labels
from model.training.data import PreparedData, PreparedTexts, Split
from model.training.excerpts import LEAST, SENTENCES
from model.training.run import (
    KEEP_SECONDS,
    DivergedError,
    check_free,
    deadline,
    optimizer_tensors,
    read_state,
    restore_optimizer,
    write_state,
)
from model.training.settings import changed
from model.training.soft_labels import SoftLabels

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")  # switched off: it takes half of the time
NEARBY = 50  # batches that are sorted by length together
ENDINGS = (".", "!", "?")  # word pieces that end a sentence
LABELLED_TOGETHER = 256  # texts on a GPU, which has no gradients to keep then
TOGETHER = 512  # texts that the tokenizer is given at once


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """How an encoder is fine-tuned and what it reads."""

    head: int = 64  # word pieces of a long review's beginning
    tail: int = 192  # and of its end
    batch: int = 32  # reviews
    side_by_side: int = 4  # of them in the memory at once on a CPU, whose caches hold no more; all on a GPU
    epochs: int = 3
    learning_rate: float = 8e-5  # at its height
    warm_up: int = 200  # steps, or a tenth of all where that is less
    dropout: float = 0.1  # before the output
    clip: float = 1.0  # of the gradient's norm
    folds: int = 0  # parts of the labelled reviews, each left out once; 0: train on all
    excerpts: int = 0  # of each review, learnt with its label in each epoch beside the whole
    practice: int = 0  # how often each sentence that was written to learn from stands in an epoch

    def __post_init__(self) -> None:
        if self.folds == 1:
            raise ValueError("one part cannot be left out of itself")


class Encoder(nn.Module):
    """Word pieces to one logit for each review; above 0 means positive."""

    def __init__(self, body: PreTrainedModel, dropout: float) -> None:
        super().__init__()
        self.body = body
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(body.config.hidden_size, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits (batch,) of right-padded ids (batch, pieces); `mask` (batch, pieces) is 1 on pieces, 0 on padding."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state  # (B, P, H)
        inside = mask.unsqueeze(-1)
        mean = (states * inside).sum(dim=1) / inside.sum(dim=1)  # (B, H)
        return self.output(self.dropout(mean)).squeeze(-1).float()


def read_pretrained(source: str, device: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """An encoder and its tokenizer, from a folder or a hub. Raises `DataError` where there is none."""
    from transformers import AutoConfig, AutoModel, AutoTokenizer  # not at the top: an extra of its own
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(source)
        for name in ATTENTION_DROPOUT:
            if hasattr(config, name):
                setattr(config, name, 0.0)
        attention = None if device == "cuda" else "eager"  # faster on a CPU; else the best that the encoder has
        body = AutoModel.from_pretrained(source, config=config, attn_implementation=attention)
        tokenizer = AutoTokenizer.from_pretrained(source)
    except Exception as error:  # it raises whatever its readers raise
        said = gettext("'{source}' is no pretrained encoder: neither a folder that holds one nor a hub's.")
        raise DataError(said.format(source=source)) from error
    if not hasattr(body.config, "hidden_size") or tokenizer.pad_token_id is None:
        raise DataError(gettext("'{source}' is no pretrained encoder of text.").format(source=source))
    return body, tokenizer


@dataclass(frozen=True, slots=True)
class Learnt:
    """Texts that are learnt side by side: word pieces (pieces,) each, and the `rows` (texts,) of their reviews."""

    rows: np.ndarray
    pieces: list[np.ndarray]


class FineTuning:
    """One run, with its state on disk: training, then labelling, once for each part that is left out."""

    def __init__(
        self, source: str, settings: EncoderSettings, data: PreparedData, texts: PreparedTexts, out: Path, device: str,
        seed: int,
    ) -> None:  # fmt: skip
        self.source, self.settings, self.reviews = source, settings, len(data.labels)
        if settings.practice:
            data, texts = practice.join(data, practice.PRACTICE), practice.join_texts(texts, practice.PRACTICE)
        self.data, self.texts = data, texts
        self.out, self.device, self.seed = out, device, seed
        self.half = prefers_half(device)
        self.parts = max(settings.folds, 1)
        self.minutes = 0.0
        self.losses: list[float] = []
        self.said = np.full((self.parts, len(data.labels)), np.nan)  # logits, as far as the reviews are labelled
        self.about = {"encoder": Path(source).name, "settings": asdict(settings), "data": data.digest, "seed": seed}
        train = data.rows(Split.TRAIN)
        self.left_out = np.full(len(train), -1)  # the part in which each training review is not learnt
        if settings.folds:
            self.left_out = np.random.default_rng(seed).permutation(len(train)) % settings.folds
        self._begin(0)
        self.pieces: dict[int, np.ndarray] = {}

    def _begin(self, part: int) -> None:
        """The pretrained encoder once more, for a part."""
        torch.manual_seed(self.seed)
        body, self.tokenizer = read_pretrained(self.source, self.device)
        self.encoder = Encoder(body, self.settings.dropout).to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.encoder.parameters(), lr=self.settings.learning_rate, fused=self.device == "cuda" or None
        )
        endings = cast("list[int | None]", self.tokenizer.convert_tokens_to_ids(list(ENDINGS)))
        self._endings = [id_ for id_ in endings if id_ not in (None, self.tokenizer.unk_token_id)]
        self.part, self.step = part, 0

    @property
    def name(self) -> str:
        """Of the teacher, for cards."""
        folds = f" ({self.settings.folds}, each without a part of the labelled reviews)" if self.settings.folds else ""
        return f"{Path(self.source).name}{folds}"

    def resume(self) -> None:
        """Go back to the state on disk. Raises `DataError` if there is none, or one of another run."""
        state = read_state(self.out, self.about, self.device, {"settings": asdict(EncoderSettings())})
        self.encoder.load_state_dict(state.of("encoder"))
        restore_optimizer(self.optimizer, state.of("optimizer"))
        self.said = state.of("said")["logits"].cpu().numpy().copy()
        self.part, self.step = state.progress["part"], state.progress["step"]
        self.minutes, self.losses = state.progress["minutes"], state.progress["losses"]

    def run(self, stop: float) -> SoftLabels:
        """Train and label to the end, or until `stop` (as of `time.monotonic`); then `OutOfTime`.

        Gives back what the encoders say, calibrated on validation.
        """
        while True:
            self._train(stop)
            self._label(stop)
            if self.part + 1 == self.parts:
                return self._labels()
            self._begin(self.part + 1)

    def _train(self, stop: float) -> None:
        """Train to the end of the schedule."""
        trained = self.data.rows(Split.TRAIN)[self.left_out != self.part]
        epochs = [self._batches(trained, epoch) for epoch in range(self.settings.epochs)]
        batches = [batch for epoch in epochs for batch in epoch]
        self.encoder.train()
        started = kept = time.monotonic()
        name = f"fine-tune {self.part + 1} of {self.parts}"
        with tqdm(initial=self.step, total=len(batches), desc=name, unit="step", mininterval=10) as progress:
            while self.step < len(batches):
                self.losses.append(self._train_step(batches[self.step], len(batches)))
                self.step += 1
                progress.update()
                progress.set_postfix(loss=f"{np.mean(self.losses[-200:]):.3f}", refresh=False)
                now = time.monotonic()
                over = now > stop
                if over or now - kept > KEEP_SECONDS or self.step == len(batches):
                    self.minutes += (now - started) / 60
                    started = kept = now
                    self._keep()
                if over:
                    raise OutOfTime(self.out)

    def _train_step(self, batch: Learnt, total: int) -> float:
        """One step of the optimizer; gives back the mean loss in nats."""
        torch.manual_seed(self.seed * 1_000_003 + self.step)
        warm_up = max(1, min(self.settings.warm_up, total // 10))
        rate = min((self.step + 1) / warm_up, (total - self.step) / max(1, total - warm_up))
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * rate
        texts = len(batch.rows)
        size = texts if self.device == "cuda" else self.settings.side_by_side
        summed = 0.0
        self.optimizer.zero_grad(set_to_none=True)
        for start in range(0, texts, size):
            some = slice(start, start + size)
            labels = self.data.labels[batch.rows[some]].astype(np.float32)
            targets = torch.from_numpy(np.where(labels < 0, practice.DOUBT, labels)).to(self.device)
            with autocast(self.device, self.half):
                logits = self.encoder(*self._padded(batch.pieces[some]))
            loss = binary_cross_entropy_with_logits(logits, targets, reduction="sum") / texts
            loss.backward()
            summed += float(loss.detach())
        if not np.isfinite(summed):
            said = gettext("The loss is no longer a number at step {step}; the last good state is kept.")
            raise DivergedError(said.format(step=self.step))
        nn.utils.clip_grad_norm_(self.encoder.parameters(), self.settings.clip)
        self.optimizer.step()
        return round(summed, 4)

    @torch.inference_mode()
    def _label(self, stop: float) -> None:
        """What the trained encoder says of validation, left-out and unlabelled reviews, and of excerpts."""
        self.encoder.eval()
        kept = time.monotonic()
        asked = [
            self.data.rows(Split.VALIDATION),
            self.data.rows(Split.TRAIN)[self.left_out == self.part],
            self.data.rows(Split.UNLABELLED),
            self.data.rows(Split.EXCERPT),
        ]
        said = self.said[self.part]
        missing = np.concatenate([rows[np.isnan(said[rows])] for rows in asked])
        together = LABELLED_TOGETHER if self.device == "cuda" else self.settings.batch
        batches = self._in_order(missing, [self._pieces(row) for row in missing], together)
        for batch in tqdm(batches, desc="label", unit="batch", mininterval=10):
            with autocast(self.device, self.half):
                said[batch.rows] = self.encoder(*self._padded(batch.pieces)).double().cpu().numpy()
            over = time.monotonic() > stop
            if over or time.monotonic() - kept > KEEP_SECONDS:
                self._keep()
                kept = time.monotonic()
            if over:
                raise OutOfTime(self.out)
        self._keep()

    def _labels(self) -> SoftLabels:
        """The mean of what the encoders say, each calibrated on validation."""
        validation = self.data.rows(Split.VALIDATION)
        truth = self.data.labels[validation]
        calibrated = [said / fit_temperature(said[validation], truth) for said in self.said]
        merged = soft_labels.mean([SoftLabels.from_logits(each[: self.reviews], ()) for each in calibrated])
        return replace(merged, teachers=(self.name,))

    @staticmethod
    def _in_order(rows: np.ndarray, pieces: list[np.ndarray], batch: int) -> list[Learnt]:
        """Batches of texts of like length, a few hundred at a time."""
        batches = []
        for start in range(0, len(rows), batch * NEARBY):
            near = np.arange(start, min(start + batch * NEARBY, len(rows)))
            near = near[np.argsort([len(pieces[place]) for place in near], kind="stable")]
            for some in np.split(near, range(batch, len(near), batch)):
                batches.append(Learnt(rows[some], [pieces[place] for place in some]))
        return batches

    def _batches(self, rows: np.ndarray, epoch: int) -> list[Learnt]:
        """An epoch's batches, in random order, each of texts of like length."""
        rng = np.random.default_rng([self.seed, epoch])
        whole = np.concatenate([rows, np.tile(self.data.rows(Split.PRACTICE), self.settings.practice)])
        cut = np.tile(rows, self.settings.excerpts)
        texts = [self._pieces(row) for row in whole] + [self._excerpt(self._pieces(row), rng) for row in cut]
        order = rng.permutation(len(texts))
        batches = self._in_order(
            np.concatenate([whole, cut])[order], [texts[place] for place in order], self.settings.batch
        )
        return [batches[place] for place in rng.permutation(len(batches))]

    def _excerpt(self, pieces: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One to three sentences in a row out of a text's `pieces`, within its marks; all of it if that finds none."""
        ends = np.flatnonzero(np.isin(pieces, self._endings)) + 1
        places = np.unique([1, *ends, len(pieces) - 1])
        last = rng.integers(1, len(places))
        start, end = places[max(0, last - rng.integers(1, SENTENCES + 1))], places[last]
        return np.concatenate([pieces[:1], pieces[start:end], pieces[-1:]]) if end - start >= LEAST else pieces

    def _pieces(self, row: int) -> np.ndarray:
        """A text's word pieces (pieces,), the encoder's marks of beginning and end among them.

        Texts that lie near it are cut with it: the tokenizer takes many side by side.
        """
        if row not in self.pieces:
            near = range(row - row % TOGETHER, min(row - row % TOGETHER + TOGETHER, len(self.data.labels)))
            head, tail = self.settings.head + 1, self.settings.tail + 1  # with the marks
            found = self.tokenizer([self.texts.review(each) for each in near], verbose=False)["input_ids"]
            for each, ids in zip(near, found, strict=True):
                kept = ids if len(ids) <= head + tail else ids[:head] + ids[-tail:]
                self.pieces[each] = np.array(kept, dtype=np.int32)
        return self.pieces[row]

    def _padded(self, pieces: list[np.ndarray]) -> tuple[Tensor, Tensor]:
        texts = [torch.from_numpy(each).long() for each in pieces]
        ids = nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=self.tokenizer.pad_token_id)
        lengths = torch.tensor([len(each) for each in texts])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        return ids.to(self.device), mask.to(self.device)

    def _keep(self) -> None:
        parts = {
            "encoder": self.encoder.state_dict(),
            "optimizer": optimizer_tensors(self.optimizer),
            "said": {"logits": torch.from_numpy(self.said)},
        }
        progress = {"part": self.part, "step": self.step, "minutes": self.minutes, "losses": self.losses}
        write_state(self.out, parts, self.about, progress)


@dataclass(frozen=True, slots=True)
class Options:
    """Which encoder, how it is fine-tuned, and where its soft labels and the run's state are written."""

    source: str
    labels: Path
    changes: list[str]
    data: Path
    out: Path | None
    resume: bool
    minutes: float
    seed: int
    device: str


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument(
        "--from", dest="source", required=True, metavar="FOLDER_OR_HUB_NAME", help=gettext("the pretrained encoder")
    )
    parser.add_argument(
        "--labels", type=Path, default=Path("data/encoder.npz"), metavar="FILE",
        help=gettext("the soft labels to write (%(default)s)"),
    )  # fmt: skip
    shared.add_changes(parser)
    shared.add_run(parser, "runs/encoder")


def work(options: Options) -> None:
    """Fine-tune, label, and say how right the labels are."""
    stop = deadline(options.minutes)
    out = options.out or Path("runs/encoder")
    check_free(out, options.resume)
    settings = changed(EncoderSettings(), options.changes)
    data = dataset.load(options.data)
    texts = dataset.load_texts(dataset.texts_path(options.data), data)
    run = FineTuning(options.source, settings, data, texts, out, options.device, options.seed)
    if options.resume:
        run.resume()
    found = run.run(stop)
    soft_labels.write(found, data, options.labels)
    accuracy = found.accuracy(data, Split.VALIDATION)
    sys.stdout.write(f"{run.name}: validation accuracy {accuracy:.4f}, {run.minutes:.0f} minutes of training\n")
