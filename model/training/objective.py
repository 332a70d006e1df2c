"""What a training step minimizes: cross-entropy, and what unlabelled reviews add to it.

- cross-entropy with the true label, with the teachers' (distillation, Hinton et al. 2015), or with a mix of both;
- adversarial training: the same on word vectors moved by epsilon in the direction that raises it most;
- virtual adversarial training: how far the verdict moves, at most, when the word vectors move by epsilon;
- straightness: the logit should not jump on the way from unknown words to the review, along which integrated gradients
  integrate: the square of its second difference at a random place of that way, as Moosavi-Dezfooli et al. (CVPR 2019)
  have it for a small step. A network whose logit jumps there is explained as exactly, but from more gradients;
- entropy minimization: verdicts should be decided;
- target replication (Lipton et al., *Learning to Diagnose with LSTM Recurrent Neural Networks*, ICLR 2016): the same
  label for the verdict after every token, so that what a word says is learnt without a long way back to it.

Sources: Miyato, Dai & Goodfellow, *Adversarial Training Methods for Semi-Supervised Text Classification* (ICLR 2017),
and Sachan et al. (AAAI 2019) for the entropy. Epsilon is the length, over the whole review, of a step in *normalized*
word vectors, those whose dimensions have mean 0 and variance 1 over the running words; otherwise a network would
escape by making its vectors longer. Here the step is scaled by each dimension's deviation, which comes to the same.
Of a text below `SHORT` tokens the step is shorter, by the root of its share of them: a few words would else be moved
so far that nothing of them is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid
from torch.nn.parallel import DistributedDataParallel

from model.network.network import RecurrentNetwork
from model.network.precision import autocast
from model.text import UNKNOWN_ID
from model.training.presets import Preset
from model.training.run import Processes

SHORT = 100  # tokens from which on a step has its whole length
SMALL = 0.1  # length of the random step that finds the direction in which a verdict moves most
BEND = 0.1  # between the three places whose logits should lie on a line, as a share of the whole way
SOME = 3  # of so many reviews of a batch one is held straight: three more logits for it


@dataclass(frozen=True, slots=True)
class Batch:
    """Reviews side by side. `targets` (batch,): P(positive) to learn, of weight `weights` (batch,), 0 where unknown."""

    ids: Tensor
    lengths: Tensor
    targets: Tensor
    weights: Tensor


class _Perturbed(nn.Module):
    """The network with its word vectors moved: what several processes wrap, so that their gradients are averaged."""

    def __init__(self, network: RecurrentNetwork, everywhere: bool) -> None:
        super().__init__()
        self.network, self.everywhere = network, everywhere

    def forward(self, batch: Batch, step: Tensor, seed: int, places: Sequence[Tensor] = ()) -> Tensor:
        """Logits with word vectors + step (batch, tokens, embedding); `seed` fixes the dropout.

        (batch, 1), or (batch, tokens) where the verdict after every token is asked for. With `places` (batch,) each,
        the logits (places, batch, …) there, from 0, unknown words, to 1, the review.
        """
        embedded = self.network.embed(batch.ids) + step
        if not places:
            return self._logits(embedded, batch, seed)
        unknown = self.network.embedding.weight[UNKNOWN_ID]
        return torch.stack(
            [self._logits(torch.lerp(unknown, embedded, each[:, None, None]), batch, seed) for each in places]
        )

    def _logits(self, embedded: Tensor, batch: Batch, seed: int) -> Tensor:
        torch.manual_seed(seed)
        if self.everywhere:
            return self.network.so_far(self.network.states(embedded, batch.lengths)[-1])
        return self.network.forward_embedded(embedded, batch.lengths).unsqueeze(-1)


class Objective:
    """Computes a batch's loss and leaves its gradients in the network's weights."""

    def __init__(
        self, network: RecurrentNetwork, preset: Preset, frequencies: Tensor, processes: Processes, half: bool
    ) -> None:
        """`frequencies` (vocabulary,): shares of the running words, which say what *normalized* means."""
        self._network, self._preset, self._processes, self._half = network, preset, processes, half
        self._frequencies = frequencies
        self._perturbed = _Perturbed(network, everywhere=preset.replicated > 0)
        self._parallel = processes.wrap(self._perturbed)
        self._device = frequencies.device.type

    def backward(self, batch: Batch, seed: int) -> tuple[Tensor, Tensor]:
        """Add the gradients of one batch. Gives back the clean logits and cross-entropies (batch,), both detached.

        The loss is the mean over the reviews of all processes.
        """
        preset = self._preset
        reviews = self._processes.total(torch.tensor(float(len(batch.lengths)), device=self._device))
        share = self._processes.count / float(reviews)  # of one review in the mean that the processes average
        origin = torch.zeros(*batch.ids.shape, preset.network.embedding_size, device=self._device)
        origin.requires_grad_(preset.adversarial > 0)
        last = next((part for part in ("virtual", "straight", "adversarial") if getattr(preset, part)), "clean")
        with self._shared(last == "clean"):
            found = self._logits(batch, origin, seed)
            logits = _last(found, batch)
            losses = _cross_entropy(logits, batch)
            decided = preset.entropy * _entropy(logits) if preset.entropy else 0.0
            along = preset.replicated * _along(found, batch) if preset.replicated else 0.0
            ((losses + decided + along).sum() * share).backward()
        clean = logits.detach()
        if preset.adversarial:
            step = preset.adversarial * _reach(batch) * self._direction(cast("Tensor", origin.grad))
            with self._shared(last == "adversarial"):
                (_cross_entropy(_last(self._logits(batch, step, seed), batch), batch).sum() * share).backward()
        if preset.straight:
            with self._shared(last == "straight"):
                (preset.straight * self._bends(batch, seed).sum() * share).backward()
        if preset.virtual:
            step = preset.virtual * _reach(batch) * self._blind_spot(batch, clean, seed)
            with self._shared(last == "virtual"):
                (_divergence(clean, _last(self._logits(batch, step, seed), batch)).sum() * share).backward()
        return clean, losses.detach()

    def _logits(self, batch: Batch, step: Tensor, seed: int, places: Sequence[Tensor] = ()) -> Tensor:
        with autocast(self._device, self._half):
            return self._parallel(batch, step, seed, places).float()

    def _bends(self, batch: Batch, seed: int) -> Tensor:
        """Squares (logits²) of the logits' second differences at random places, of some reviews, for all of them."""
        some = Batch(*(getattr(batch, each.name)[::SOME] for each in fields(Batch)))
        generator = torch.Generator(self._device).manual_seed(seed)
        middle = BEND + (1 - 2 * BEND) * torch.rand(len(some.lengths), generator=generator, device=self._device)
        here = torch.zeros((), device=self._device)
        before, there, after = self._logits(some, here, seed, (middle - BEND, middle, middle + BEND))
        bent = _last(before, some) - 2 * _last(there, some) + _last(after, some)
        return bent.square() * (len(batch.lengths) / len(some.lengths))

    def _shared(self, last: bool) -> AbstractContextManager:
        """Where gradients are added up; the processes share them in the `last` part."""
        parallel = self._parallel
        return nullcontext() if last or not isinstance(parallel, DistributedDataParallel) else parallel.no_sync()

    def _deviation(self) -> Tensor:
        """The spread of each embedding dimension over the running words (embedding,)."""
        with torch.no_grad():
            matrix = self._network.embedding.weight
            mean = self._frequencies @ matrix
            return (self._frequencies @ (matrix - mean).square()).sqrt()

    def _direction(self, gradient: Tensor) -> Tensor:
        """The steepest step (batch, tokens, embedding) that has length 1, over a whole review, when normalized."""
        deviation = self._deviation()
        normalized = gradient * deviation  # the gradient by normalized vectors
        return normalized * deviation / normalized.flatten(1).norm(dim=1).clamp_min(1e-20)[:, None, None]

    def _blind_spot(self, batch: Batch, clean: Tensor, seed: int) -> Tensor:
        """The step of length 1 in which the verdict moves most, by one power iteration from a random one."""
        generator = torch.Generator(self._device).manual_seed(seed)
        shape = (*batch.ids.shape, self._preset.network.embedding_size)
        random = torch.randn(shape, generator=generator, device=self._device)
        inside = torch.arange(shape[1], device=self._device) < batch.lengths[:, None]  # (B, T)
        step = (SMALL * self._direction(random * inside.unsqueeze(-1))).requires_grad_()
        with autocast(self._device, self._half):
            logits = _last(self._perturbed(batch, step, seed).float(), batch)
        (gradient,) = torch.autograd.grad(_divergence(clean, logits).sum(), step)
        return self._direction(gradient)


def _reach(batch: Batch) -> Tensor:
    """The length of a text's step (batch, 1, 1), as a share of that of a long one."""
    return (batch.lengths / SHORT).clamp(max=1).sqrt()[:, None, None]


def _last(logits: Tensor, batch: Batch) -> Tensor:
    """The verdicts (batch,) among logits (batch, 1), or (batch, tokens) after each token."""
    if logits.shape[1] == 1:
        return logits.squeeze(-1)
    return logits.gather(1, (batch.lengths - 1).unsqueeze(-1)).squeeze(-1)


def _along(logits: Tensor, batch: Batch) -> Tensor:
    """Nats (batch,), weighted: the mean cross-entropy of logits (batch, tokens) after each token of a review."""
    targets = batch.targets.unsqueeze(-1).expand_as(logits)
    losses = binary_cross_entropy_with_logits(logits, targets, reduction="none")
    inside = torch.arange(logits.shape[1], device=logits.device) < batch.lengths.unsqueeze(-1)
    return batch.weights * (losses * inside).sum(dim=1) / batch.lengths


def _cross_entropy(logits: Tensor, batch: Batch) -> Tensor:
    """Nats (batch,), weighted."""
    return batch.weights * binary_cross_entropy_with_logits(logits, batch.targets, reduction="none")


def _entropy(logits: Tensor) -> Tensor:
    """Nats of each verdict (batch,)."""
    return binary_cross_entropy_with_logits(logits, logits.sigmoid(), reduction="none")


def _divergence(clean: Tensor, moved: Tensor) -> Tensor:
    """Kullback-Leibler divergence (batch,) of moved verdicts from clean ones, in nats; `clean` is held fixed."""
    positive = clean.sigmoid()
    there = positive * (logsigmoid(clean) - logsigmoid(moved))
    return there + (1 - positive) * (logsigmoid(-clean) - logsigmoid(-moved))
