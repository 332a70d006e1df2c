"""Many reviews in, a verdict for each out, with what the overview of a network's mistakes needs.

Texts are taken in chunks of fixed size, so that a chunk's numbers do not depend on who computes it, or after what. Of a
chunk, batches of like length go to as many threads as torch has, each of which computes alone: two threads that meet
after every step of a recurrence are a third slower. The next chunk is cut into tokens meanwhile.

One forward pass gives logits, pooled states and forget gates. f_t = sigmoid(W x_t + U h_(t-1) + b) needs no second
recurrence, since `nn.LSTM` hands out all h: it is one more product for each layer and direction.

bfloat16 is used in the upper layers, as far down as it holds the logits. PyTorch's recurrence keeps the cell state in
it as well, which has 8 bits; cells that count tokens reach some hundred, and need more. Gates are then computed in it
for all layers: their mean is off by less than 0.001, the share of saturated ones by less than 0.005.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from model.memory import give_back
from model.network.cells.packing import weights_of
from model.network.checkpoint import Checkpoint
from model.network.network import RecurrentLayer, RecurrentNetwork, reorder, reversed_places
from model.network.precision import prefers_half
from model.recurrence.replay import NEARLY_OPEN
from model.text import PADDING_ID, pad
from model.workbench.encoding import Encoded, encode_texts

CHUNK = 512  # texts
FIRST = 64  # texts of the first chunk, so that there is soon something to see
BATCH_TOKENS = {"cpu": 4_096, "cuda": 131_072}  # with padding; a batch stays in the cache of a core
MAX_THREADS = 16
TOLERANCE = 0.02  # logits that bfloat16 may be off
PROBE = 64  # texts that are read both ways
PROBE_TOLERANCE = TOLERANCE / 4  # on these: the worst of thousands is some times worse than the worst of a few
FEWEST = 256  # texts; reading fewer both ways costs more than bfloat16 saves


@dataclass(frozen=True, slots=True)
class Scores:
    """The verdicts of one checkpoint on N texts. Arrays are parallel to the texts.

    `half`: whether bfloat16 was used. `logits` (N,) float32, the temperature applied. Counts of tokens, (N,) int32:
    those read, `omitted` ones that were cut out, and among those read the unknown ones, words that negate or contrast,
    words in capitals, question marks. `forget` and `saturated` (N,) float32 in [0, 1]: the mean of all forget gates,
    and the share of them below 0.1 or above 0.9; NaN for a cell without them. `states` (N, S) float16: what the output
    layer reads. `ids` (tokens,) uint16: review n is `ids[offsets[n]:offsets[n + 1]]`.
    """

    checkpoint: str
    half: bool
    logits: np.ndarray
    tokens: np.ndarray
    omitted: np.ndarray
    unknown: np.ndarray
    negations: np.ndarray
    contrasts: np.ndarray
    capitals: np.ndarray
    questions: np.ndarray
    forget: np.ndarray
    saturated: np.ndarray
    states: np.ndarray
    ids: np.ndarray
    offsets: np.ndarray

    @property
    def probabilities(self) -> np.ndarray:
        """P(positive) of each text, (N,) float32."""
        return probabilities(self.logits)

    @property
    def predicted(self) -> np.ndarray:
        """Whether each text is taken for positive, (N,) bool."""
        return self.logits > 0


def probabilities(logits: np.ndarray) -> np.ndarray:
    """sigmoid(logits), (N,) float32."""
    return (1 / (1 + np.exp(-np.clip(logits, -80, 80)))).astype(np.float32)


def _silent(done: int) -> None:
    """Progress that nobody follows."""


def score(
    checkpoint: Checkpoint,
    texts: Sequence[str],
    half: bool | None = None,
    progress: Callable[[int], None] = _silent,
) -> Scores:
    """Read all texts; `progress` is told how many are done. See `score_chunks`."""
    parts, done = [], 0
    for part in score_chunks(checkpoint, texts, half):
        parts.append(part)
        done += len(part.logits)
        progress(done)
    return join(parts)


def score_chunks(
    checkpoint: Checkpoint, texts: Sequence[str], half: bool | None = None, chunk: int = CHUNK
) -> Generator[Scores]:
    """Read all texts in turn: a part for each of their `chunks`; an empty one where there is no text.

    `half` None lets bfloat16 be used where it is faster and keeps the logits within 0.02, as far as a sample of the
    first chunk can tell; True uses it in all layers, unchecked. Raises `ReviewError` for a text that `check_review`
    refuses. A consumer that has enough closes the generator; then its threads end.
    """
    exact = exact_layers(checkpoint, texts[:chunk], half)
    yield from score_pieces(checkpoint, iter(chunks(texts, chunk)), exact)


def chunks(texts: Sequence[str], chunk: int = CHUNK) -> list[Sequence[str]]:
    """The texts in pieces of `chunk`, the first of at most `FIRST`; one that is empty where there is no text."""
    first = min(FIRST, chunk)
    return [texts[:first], *(texts[start : start + chunk] for start in range(first, len(texts), chunk))]


def score_pieces(checkpoint: Checkpoint, pieces: Iterator[Sequence[str]], exact: int) -> Iterator[Scores]:
    """Read pieces of any size, a part for each; the first `exact` layers in float32, the others in bfloat16."""
    reader = _Reader(checkpoint, exact)
    with _threads(reader.device) as threads:
        waiting: deque[_Piece] = deque()
        for piece in pieces:
            waiting.append(_Piece(reader, encode_texts(checkpoint, piece), threads))
            # at most one whose batches are computed, one that keeps the threads busy, and this one
            while waiting and (waiting[0].is_done or len(waiting) > 2):
                yield waiting.popleft().scores()
        while waiting:
            yield waiting.popleft().scores()


def join(parts: Sequence[Scores]) -> Scores:
    """The parts as one, in their order. There must be at least one, and all of one checkpoint and precision."""
    if len({(part.checkpoint, part.half) for part in parts}) != 1:
        raise ValueError("the parts are of different checkpoints or precisions, or there are none")
    arrays = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Scores)
        if field.name not in ("checkpoint", "half", "offsets")
    }
    offsets = np.concatenate([[0], np.cumsum(arrays["tokens"], dtype=np.int64)])
    return Scores(parts[0].checkpoint, parts[0].half, offsets=offsets, **arrays)


def exact_layers(checkpoint: Checkpoint, texts: Sequence[str], half: bool | None = None) -> int:
    """How many layers, from the first, are to stay in float32; see `score_chunks` for `half`.

    A sample of `texts` is read in float32, and with bfloat16 in ever fewer layers until that holds.
    """
    network = checkpoint.network
    layers = len(network.layers)
    if half is not None:
        return 0 if half else layers
    if len(texts) < FEWEST or not prefers_half(network.output.weight.device.type):
        return layers
    encoded = encode_texts(checkpoint, [texts[place] for place in np.linspace(0, len(texts) - 1, PROBE).astype(int)])

    def logits(exact: int) -> np.ndarray:
        reader = _Reader(checkpoint, exact)
        with _threads(reader.device) as threads:
            return _Piece(reader, encoded, threads).scores().logits

    full = logits(layers)
    for exact in range(layers):
        if np.abs(logits(exact) - full).max() <= PROBE_TOLERANCE:
            return exact
    return layers


def fingerprint(checkpoint: Checkpoint) -> str:
    """sha256 over weights, settings and words of a checkpoint, 64 hex digits: the same wherever it lies."""
    digest = hashlib.sha256(json.dumps(asdict(checkpoint.network.config), sort_keys=True).encode())
    digest.update("\n".join(checkpoint.field.vocab.itos).encode())
    for name, weights in sorted(checkpoint.network.state_dict().items()):
        digest.update(name.encode() + weights.cpu().numpy().tobytes())
    return digest.hexdigest()


# From ids to verdicts


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """Of a batch: logits (B,), pooled states (B, S), mean forget gate and share of saturated ones (B,)."""

    logits: np.ndarray
    states: np.ndarray
    forget: np.ndarray
    saturated: np.ndarray


@dataclass(frozen=True, slots=True)
class _ForgetGate:
    """The forget gate of one recurrence: weights of inputs (in, H) and of states (H, H), and both biases (H,)."""

    inputs: Tensor
    states: Tensor
    bias: Tensor

    @classmethod
    def of(cls, recurrence: nn.RNNBase, rows: slice, dtype: torch.dtype) -> _ForgetGate:
        """From the rows of PyTorch's weights that are the gate's."""
        bias = weights_of(recurrence, "bias_ih")[rows] + weights_of(recurrence, "bias_hh")[rows]
        inputs, states = (weights_of(recurrence, name)[rows].T for name in ("weight_ih", "weight_hh"))
        return cls(inputs.to(dtype), states.to(dtype), bias.to(dtype))

    def measure(self, inputs: Tensor, states: Tensor, real: Tensor) -> Tensor:
        """For each review the sum of its gates, and how many are saturated: (2, batch) float32.

        `inputs` (batch, tokens, in) and `states` (batch, tokens, H) in the order in which the direction reads; `real`
        (batch, tokens) is 1 for its tokens and 0 for padding.
        """
        batch, tokens, _ = inputs.shape
        before = functional.pad(states[:, :-1], (0, 0, 1, 0))  # h_(t-1), 0 before the first token
        drive = torch.addmm(self.bias, inputs.flatten(0, 1).to(self.inputs.dtype), self.inputs)
        gates = drive.addmm_(before.flatten(0, 1).to(drive.dtype), self.states).sigmoid_()  # (B * T, H)
        open_ = gates.sum(dim=-1, dtype=torch.float32)
        near = gates.sub_(0.5).abs_().gt_(NEARLY_OPEN - 0.5).sum(dim=-1, dtype=torch.float32)  # NEARLY_SHUT mirrors it
        return (torch.stack([open_, near]).view(2, batch, tokens) * real).sum(dim=-1)


class _Reader:
    """A network whose first `exact` layers compute in float32, the others in bfloat16."""

    def __init__(self, checkpoint: Checkpoint, exact: int) -> None:
        network = checkpoint.network
        self.name, self.network = checkpoint.name, network
        self.half = exact < len(network.layers)
        self.device = network.output.weight.device.type
        self.layers: list[RecurrentLayer] = [
            layer if number < exact else copy.deepcopy(layer).bfloat16() for number, layer in enumerate(network.layers)
        ]
        self.gates = [self._gates(layer) for layer in network.layers] if network.cell.forget_gates else []

    def _gates(self, layer: RecurrentLayer) -> list[_ForgetGate]:
        dtype = torch.bfloat16 if self.half else torch.float32
        (forget,) = layer.cell.forget_gates
        rows = layer.cell.rows(forget, self.network.config.hidden_size)
        return [_ForgetGate.of(recurrence, rows, dtype) for recurrence in map(layer.recurrence, layer.directions)]

    @torch.inference_mode()
    def read(self, reviews: Sequence[np.ndarray]) -> _Verdicts:
        """The verdicts on a batch of reviews, each (tokens,) ids; padding counts nowhere."""
        network: RecurrentNetwork = self.network
        ids, lengths = pad([ids.astype(np.int64) for ids in reviews])
        beyond = _padded(ids.shape[1]) - ids.shape[1]
        ids, lengths = functional.pad(ids, (0, beyond), value=PADDING_ID).to(self.device), lengths.to(self.device)
        reversal = reversed_places(lengths, ids.shape[1])  # (B, T)
        real = (torch.arange(ids.shape[1], device=self.device) < lengths[:, None]).float()  # (B, T)
        states, gates = network.embed(ids), torch.zeros(2, len(ids), device=self.device)
        for number, layer in enumerate(self.layers):
            inputs = states.to(weights_of(layer.forward_rnn, "weight_ih").dtype)
            found = []
            for index, direction in enumerate(layer.directions):
                ordered = reorder(inputs, reversal) if direction == "backward" else inputs
                read, _ = layer.recurrence(direction)(ordered)  # (B, T, H), in the order in which it reads
                if self.gates:
                    gates += self.gates[number][index].measure(ordered, read, real)
                found.append(reorder(read, reversal) if direction == "backward" else read)
            states = torch.cat(found, dim=-1)  # (B, T, directions * H)
        pooled = network.pool(states.float(), lengths)
        logits = network.output(pooled).squeeze(-1) / network.config.temperature
        config = network.config
        count = lengths * (config.layers * config.states)
        forget, saturated = gates / count if self.gates else torch.full_like(gates, torch.nan)
        return _Verdicts(*(each.cpu().numpy() for each in (logits, pooled.half(), forget, saturated)))


class _Piece:
    """Texts whose batches are being read."""

    def __init__(self, reader: _Reader, encoded: Encoded, threads: ThreadPoolExecutor) -> None:
        self._reader, self._encoded = reader, encoded
        self._batches: list[tuple[np.ndarray, Future[_Verdicts]]] = []
        for rows in _batches(encoded.tokens, BATCH_TOKENS[reader.device]):
            reviews = [encoded.ids[encoded.offsets[row] : encoded.offsets[row + 1]] for row in rows]
            self._batches.append((rows, threads.submit(reader.read, reviews)))

    @property
    def is_done(self) -> bool:
        """Whether all verdicts are there."""
        return all(future.done() for _, future in self._batches)

    def scores(self) -> Scores:
        """Wait for the verdicts."""
        encoded, count = self._encoded, len(self._encoded.tokens)
        logits, forget, saturated = (np.empty(count, dtype=np.float32) for _ in range(3))
        states = np.empty((count, self._reader.network.output.in_features), dtype=np.float16)
        for rows, future in self._batches:
            verdicts = future.result()
            logits[rows], states[rows] = verdicts.logits, verdicts.states
            forget[rows], saturated[rows] = verdicts.forget, verdicts.saturated
        counted = {field.name: getattr(encoded, field.name) for field in fields(Encoded)}
        return Scores(
            self._reader.name,
            self._reader.half,
            logits=logits,
            forget=forget,
            saturated=saturated,
            states=states,
            **counted,
        )


def _batches(lengths: np.ndarray, most: int) -> Iterator[np.ndarray]:
    """Rows of like length, the longest first, as many as fit into `most` tokens, padding counted."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        rows = order[start : start + max(1, most // _padded(int(lengths[order[start]])))]
        yield rows
        start += len(rows)


def _padded(tokens: int) -> int:
    """The length that a batch is padded to: few different ones, since oneDNN keeps what it made for each shape."""
    step = 8 if tokens <= 256 else 32
    return max(1, -(-tokens // step)) * step


# Who computes

_SETTING = threading.Lock()


@contextmanager
def _threads(device: str) -> Iterator[ThreadPoolExecutor]:
    """As many threads as torch would use here, each of which computes alone; one for a GPU.

    How many threads torch has is a number of each thread, and one that new threads take it from. The latter is put back
    at once. What was not begun when the block is left is not done any more.
    """
    with _SETTING:
        usual = torch.get_num_threads()
        count = 1 if device == "cuda" else min(usual, MAX_THREADS)
        threads = ThreadPoolExecutor(count, thread_name_prefix="scoring")
        ready = threading.Barrier(count + 1)
        for _ in range(count):
            threads.submit(_settle, ready)
        ready.wait()
        torch.set_num_threads(usual)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
        give_back()


def _settle(ready: threading.Barrier) -> None:
    torch.get_num_threads()  # a thread's number is set when it first asks
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # of this thread alone
    ready.wait()
