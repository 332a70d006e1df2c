"""Everything about one review, computed once and shared by the views that show it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch

from model import checkpoint as checkpoints
from model import faithfulness
from model.attribution import DEFAULT_BASELINE, DEFAULT_METHOD, Attribution, Progress, attribute, check_choice
from model.checkpoint import Checkpoint
from model.classifier import Prediction, classify_encoded
from model.errors import CheckpointError
from model.faithfulness import FaithfulnessReport
from model.gates import GateTraces, trace_gates
from model.network import RecurrentNetwork
from model.prefixes import PrefixCurve, read_prefixes
from model.text import EncodedReview, encode

KEPT = 8  # explanations; one of 1,000 tokens holds 25 MB of gates

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: which review, read by which checkpoint, explained how."""

    text: str
    checkpoint: str
    method: str = DEFAULT_METHOD
    baseline: str = DEFAULT_BASELINE


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer. `attribution` and `gates` are parallel to `prediction.review.tokens`."""

    question: Question
    prediction: Prediction
    attribution: Attribution
    gates: GateTraces

    @property
    def review(self) -> EncodedReview:
        """The review as the network read it."""
        return self.prediction.review


class Explainer:
    """Answers questions with the checkpoints of a folder. Safe to share between threads.

    Answers are found again by what was asked, so what is kept for one visitor is never shown for another's text.
    """

    def __init__(self, folder: Path = checkpoints.ASSETS, device: str = "cpu") -> None:
        self.names = checkpoints.available(folder)
        if not self.names:
            raise CheckpointError("There is no checkpoint to explain: train one with 'python -m model.train recipe'.")
        self._folder, self._device = folder, device
        self._loaded: dict[str, Checkpoint] = {}
        self._readings = _Recent[tuple[Prediction, GateTraces]](KEPT)
        self._attributions = _Recent[Attribution](KEPT * 4)
        self._prefixes = _Recent[PrefixCurve](KEPT * 4)
        self._loading = threading.Lock()

    @property
    def default(self) -> str:
        """The checkpoint that is used where none is named."""
        return next((name for name in ("bilstm", "bilstm-recipe") if name in self.names), self.names[0])

    def checkpoint(self, name: str) -> Checkpoint:
        """A checkpoint by name, loaded once. Raises `CheckpointError` if there is none of that name."""
        with self._loading:
            if not isinstance(name, str) or name not in self._loaded:
                self._loaded[name] = checkpoints.load(name, self._folder, self._device)
            return self._loaded[name]

    def faithfulness(self, name: str) -> FaithfulnessReport | None:
        """How a checkpoint's attribution methods compared; None if not measured. Raises `CheckpointError`."""
        return faithfulness.read(self._folder / self.checkpoint(name).name)

    def classify(self, text: object, checkpoint: str) -> Prediction:
        """The verdict alone. Raises `ReviewError` or `CheckpointError`."""
        loaded = self.checkpoint(checkpoint)
        return classify_encoded(loaded, encode(text, loaded.field))

    def explain(self, question: Question, progress: Progress = lambda share: None) -> Explanation:
        """Verdict, attribution and gates. Raises `ReviewError` or `CheckpointError`."""
        check_choice(question.method, question.baseline)
        checkpoint = self.checkpoint(question.checkpoint)
        review = encode(question.text, checkpoint.field)
        key = (question.checkpoint, review.text)
        prediction, gates = self._readings.get(key, lambda: _read(checkpoint, review))
        attribution = self._attributions.get(
            (*key, question.method, question.baseline),
            lambda: attribute(checkpoint.network, review.ids, question.method, question.baseline, progress),
        )
        return Explanation(question, prediction, attribution, gates)

    def prefixes(self, explanation: Explanation) -> PrefixCurve:
        """The verdict after each prefix of the review."""
        network = self._network(explanation)
        return self._prefixes.get(_key(explanation), lambda: read_prefixes(network, explanation.review.ids))

    def _network(self, explanation: Explanation) -> RecurrentNetwork:
        return self.checkpoint(explanation.question.checkpoint).network


def _key(explanation: Explanation) -> Hashable:
    """What a review's gates depend on: its text and the checkpoint."""
    return explanation.question.checkpoint, explanation.review.text


def _read(checkpoint: Checkpoint, review: EncodedReview) -> tuple[Prediction, GateTraces]:
    network = checkpoint.network
    ids = torch.tensor([review.ids], device=network.output.weight.device)
    return classify_encoded(checkpoint, review), trace_gates(network, network.embed(ids))


class _Recent(Generic[Value]):
    """The values used last, at most `size` of them. Two threads that ask at once for a new one both compute it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = compute()
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value
