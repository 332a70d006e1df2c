"""The named runs: what network, on which reviews, with which of the methods.

Every method is a setting of its own, so that what it brings can be measured by leaving it out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from model.network.network import NetworkConfig
from model.text import MAX_TOKENS
from model.training.settings import changed


@dataclass(frozen=True, slots=True)
class Preset:
    """What a named run is made of. The defaults are the recipe's."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    batch: int = 30  # reviews
    learning_rate: float = 1e-3  # Adam's usual one; at its height where `one_cycle` is on
    epochs: int = 10
    max_tokens: int = MAX_TOKENS  # as in serving; cuts 2 % of the reviews
    one_cycle: bool = False  # the learning rate rises over a tenth of the steps and falls to 0
    beta1: float = 0.9  # of Adam
    clip: float = 0.0  # of the gradient's norm; 0: none
    unlabelled: bool = False  # train on the unlabelled reviews as well
    excerpts: bool = False  # and on excerpts of them, a few sentences each
    practice: int = 0  # how often among them stands each sentence that was written to learn from; 0: none
    epoch_reviews: int = 0  # reviews between two validations; 0: all
    soft: float = 0.5  # weight of the teachers' label beside the true one, where there are both
    adversarial: float = 0.0  # epsilon of adversarial perturbations, of normalized embeddings; 0: none
    masked: float = 0.0  # share of a review's words that are unknown in a step (Tang et al. 2019)
    virtual: float = 0.0  # epsilon of virtual adversarial perturbations; 0: none
    straight: float = 0.0  # weight of how much the logit bends on the way from unknown words to a review; 0: none
    entropy: float = 0.0  # weight of the verdicts' entropy
    average: float = 0.0  # decay of the weights' moving average; 0: none
    forget_bias: float = 0.0  # of an LSTM at its start; 0: PyTorch's own start
    identity: float = 0.0  # a plain RNN's state weights start as so many times the identity; 0: PyTorch's own start
    replicated: float = 0.0  # weight of the verdicts after every token beside the last one (Lipton et al., ICLR 2016)

    def __post_init__(self) -> None:
        if self.replicated and not self.network.has_verdict_so_far:
            raise ValueError("only a network that reads forward, and whose last state decides, has a verdict so far")


_BILSTM = NetworkConfig(vocabulary_size=30_002, pooling="max_mean", dropout=0.25)

_SMALL = NetworkConfig(hidden_size=16, layers=1, bidirectional=False, dropout=0.25)  # all units fit on one screen

PRESETS = {
    "recipe": Preset(),
    "rnn": Preset(network=NetworkConfig(cell="rnn")),
    "bilstm": Preset(
        network=_BILSTM,
        batch=32,
        epochs=12,
        max_tokens=400,
        one_cycle=True,
        clip=1.0,
        unlabelled=True,
        epoch_reviews=17_500,
        adversarial=5.0,
        average=0.999,
    ),
    "birnn": Preset(
        network=replace(_BILSTM, cell="rnn"),
        batch=64,
        epochs=4,
        max_tokens=400,
        one_cycle=True,
        clip=1.0,
        average=0.999,
        identity=0.9,
    ),
    "small-lstm": Preset(
        network=_SMALL,
        batch=32,
        learning_rate=3e-3,
        epochs=3,
        max_tokens=300,
        one_cycle=True,
        clip=1.0,
        average=0.999,
        forget_bias=1.0,
        replicated=0.5,
    ),
    "small-rnn": Preset(
        network=replace(_SMALL, cell="rnn"),
        batch=32,
        learning_rate=1e-3,
        epochs=10,
        max_tokens=300,
        one_cycle=True,
        clip=1.0,
        average=0.999,
        identity=0.99,
        replicated=0.5,
    ),
    "teacher": Preset(
        network=NetworkConfig(
            vocabulary_size=30_002, embedding_size=256, hidden_size=1024, pooling="max_mean", dropout=0.5
        ),
        batch=96,
        epochs=24,
        max_tokens=400,
        one_cycle=True,
        beta1=0.0,
        clip=1.0,
        unlabelled=True,
        epoch_reviews=17_500,
        adversarial=5.0,
        virtual=5.0,
        entropy=1.0,
        average=0.999,
    ),
}


def one_cycle(share: float) -> float:
    """The factor of the learning rate, in [0, 1], when a `share` of the steps, in [0, 1], is done."""
    return min(share / 0.1, (1 + math.cos(math.pi * max(0.0, share - 0.1) / 0.9)) / 2) if share < 1 else 0.0


def changed_preset(preset: Preset, changes: Sequence[str]) -> Preset:
    """A preset, or its network's dropout or cell, with some settings changed, each as "name=value".

    Raises `DataError` for one that cannot be set.
    """
    return changed(preset, changes, within={"network": ("dropout", "cell")})
