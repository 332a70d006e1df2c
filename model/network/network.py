"""The network: embedding, recurrent layers that read both ways or forward only, dropout, one linear output.

The recipe is the widely taught one (Bentrevett's PyTorch sentiment analysis): the concatenated last hidden states of
both directions of the second layer decide. The same class builds networks of each kind of `Cell`, and smaller ones
that read forward only, whose state at a token is all that they know by then.

Padding never changes a result. Each direction is a recurrence of its own over right-padded batches, the backward one
over reviews reversed within their length: what follows a review cannot reach back into it. This equals
`nn.LSTM(bidirectional=True)` on packed sequences (a test holds that), and keeps the fast kernels of the CPU, which
packed sequences leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn

from model.network.cells.cell import Cell
from model.network.cells.registry import CELLS
from model.text import PADDING_ID

DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """What it takes to rebuild a network. The defaults are the recipe's."""

    vocabulary_size: int = 10_002  # the 10,000 commonest words, <unk> and <pad>
    embedding_size: int = 100  # that of glove.6B.100d
    hidden_size: int = 256  # units of each direction
    layers: int = 2
    bidirectional: bool = True  # False: forward only
    cell: str = "lstm"  # the key of one of `CELLS`
    pooling: Literal["last", "max_mean"] = "last"  # last state of each direction; or maximum and mean over tokens
    dropout: float = 0.5  # on the embedding, between the layers, before the output
    temperature: float = 1.0  # the output is divided by it, so that sigmoid(logit) is calibrated

    def __post_init__(self) -> None:
        sizes = (self.vocabulary_size - 2, self.embedding_size, self.hidden_size, self.layers)
        if any(type(size) is not int or size < 1 for size in sizes):
            raise ValueError("sizes must be whole numbers above 0, and the vocabulary must hold a word")
        if not isinstance(self.bidirectional, bool):
            raise ValueError("bidirectional must be true or false")
        if not isinstance(self.cell, str) or self.cell not in CELLS or self.pooling not in ("last", "max_mean"):
            raise ValueError(f"unknown cell '{self.cell}' or pooling '{self.pooling}'")
        if not (0 <= self.dropout < 1 and 0 < self.temperature < 100):
            raise ValueError("dropout must lie in [0, 1), the temperature in (0, 100)")

    @property
    def directions(self) -> tuple[str, ...]:
        """Which ways its layers read, those of `DIRECTIONS` that there are."""
        return DIRECTIONS if self.bidirectional else DIRECTIONS[:1]

    @property
    def has_verdict_so_far(self) -> bool:
        """Whether the state at each token gives the verdict on what was read until there, in one reading."""
        return not self.bidirectional and self.pooling == "last"

    @property
    def states(self) -> int:
        """How many hidden states a layer has at a token, those of all its directions."""
        return len(self.directions) * self.hidden_size


class RecurrentLayer(nn.Module):
    """One recurrent layer that reads both ways, or forward only.

    Output (batch, tokens, directions * hidden), forward states first.
    """

    def __init__(self, input_size: int, hidden_size: int, cell: str, bidirectional: bool = True) -> None:
        super().__init__()
        self.cell = CELLS[cell]
        self.directions = DIRECTIONS if bidirectional else DIRECTIONS[:1]
        self.forward_rnn = self.cell.module(input_size, hidden_size)
        self.backward_rnn = self.cell.module(input_size, hidden_size) if bidirectional else None

    def forward(self, inputs: Tensor, reversal: Tensor) -> Tensor:
        """States (batch, tokens, directions * hidden) of inputs (batch, tokens, features); see `reversed_places`."""
        forward, _ = self.forward_rnn(inputs)  # (B, T, H)
        if self.backward_rnn is None:
            return forward
        backward, _ = self.backward_rnn(reorder(inputs, reversal))  # (B, T, H), last token first
        return torch.cat([forward, reorder(backward, reversal)], dim=-1)  # (B, T, 2H)

    def recurrence(self, direction: str) -> nn.RNNBase:
        """The module of one of its `directions`. Raises `KeyError` for one that there is not."""
        module = {"forward": self.forward_rnn, "backward": self.backward_rnn}[direction]
        if module is None:
            raise KeyError(direction)
        return module


class RecurrentNetwork(nn.Module):
    """Ids and lengths to one logit for each review; above 0 means positive."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        states = config.states
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size, padding_idx=PADDING_ID)
        layers = nn.ModuleList(
            RecurrentLayer(
                states if index else config.embedding_size, config.hidden_size, config.cell, config.bidirectional
            )
            for index in range(config.layers)
        )
        self.layers = cast("Sequence[RecurrentLayer]", layers)
        self.output = nn.Linear(states if config.pooling == "last" else 2 * states, 1)
        self.dropout = nn.Dropout(config.dropout)

    @property
    def cell(self) -> Cell:
        """The kind of recurrence of all its layers."""
        return CELLS[self.config.cell]

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Logits (batch,) of right-padded ids (batch, tokens) with lengths (batch,), each at least 1."""
        return self.forward_embedded(self.embed(ids), lengths)

    def embed(self, ids: Tensor) -> Tensor:
        """Word vectors (batch, tokens, embedding) of ids (batch, tokens)."""
        return self.embedding(ids)

    def forward_embedded(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """Logits (batch,) of word vectors (batch, tokens, embedding): what attribution differentiates."""
        return self.decide(self.states(embedded, lengths)[-1], lengths)

    def states(self, embedded: Tensor, lengths: Tensor) -> list[Tensor]:
        """Hidden states of each layer (batch, tokens, directions * hidden) in reading order, forward ones first.

        Places beyond a review's length hold numbers without meaning.
        """
        reversal = reversed_places(lengths, embedded.shape[1])  # (B, T)
        states, inputs = [], embedded
        for layer in self.layers:
            states.append(layer(self.dropout(inputs), reversal))
            inputs = states[-1]
        return states

    def decide(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Logits (batch,) of the last layer's states (batch, tokens, directions * hidden), divided by the
        temperature.
        """
        pooled = self.dropout(self.pool(states, lengths))
        return self.output(pooled).squeeze(-1).float() / self.config.temperature

    def decide_above(self, layer: int, states: Tensor) -> Tensor:
        """Logits (batch,) of the states of a layer (from 1), (batch, tokens, directions * hidden), for reviews of one
        length: the layers above read them, and those of the last one decide.
        """
        lengths = torch.full((len(states),), states.shape[1], device=states.device)
        reversal = reversed_places(lengths, states.shape[1])
        for above in self.layers[layer:]:
            states = above(states, reversal)
        return self.decide(states, lengths)

    def so_far(self, states: Tensor) -> Tensor:
        """The verdict after each token, logits (batch, tokens): w · h_t + b of states (batch, tokens, hidden).

        Each is the verdict on a review that ends there. Raises `ValueError` for a network that reads backward as well,
        or whose verdict looks at more than the last state: it has none within one reading.
        """
        if not self.config.has_verdict_so_far:
            raise ValueError("only a network that reads forward, and whose last state decides, has a verdict so far")
        return self.output(self.dropout(states)).squeeze(-1).float() / self.config.temperature

    def pool(self, states: Tensor, lengths: Tensor) -> Tensor:
        """What the output layer reads: (batch, directions * hidden), or twice that for maximum and mean."""
        if self.config.pooling == "last":
            forward, *backward = states.split(self.config.hidden_size, dim=-1)  # (B, T, H) each
            batch = torch.arange(len(states), device=states.device)
            return torch.cat([forward[batch, lengths - 1], *(each[:, 0] for each in backward)], dim=-1)  # (B, 2H)
        places = torch.arange(states.shape[1], device=states.device)
        beyond = (places >= lengths[:, None]).unsqueeze(-1)  # (B, T, 1)
        maximum = states.masked_fill(beyond, -torch.inf).amax(dim=1)
        mean = states.masked_fill(beyond, 0).sum(dim=1) / lengths[:, None]
        return torch.cat([maximum, mean], dim=-1)  # (B, 4H)


def reversed_places(lengths: Tensor, tokens: int) -> Tensor:
    """For each place (batch, tokens) the place that a reader from the end meets there; padding stays where it is."""
    places = torch.arange(tokens, device=lengths.device)
    mirrored = lengths[:, None] - 1 - places
    return torch.where(mirrored >= 0, mirrored, places)


def reorder(values: Tensor, places: Tensor) -> Tensor:
    """values[b, places[b, t]] for values (batch, tokens, features) and places (batch, tokens)."""
    batch, tokens, features = values.shape
    rows = places + tokens * torch.arange(batch, device=places.device)[:, None]
    return values.flatten(0, 1).index_select(0, rows.flatten()).view(batch, tokens, features)
