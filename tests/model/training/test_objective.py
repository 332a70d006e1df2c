"""What a step minimizes: each part by hand or by autograd, and what perturbations may and may not do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from model.text import UNKNOWN_ID
from model.training.objective import Batch, Objective, _divergence, _entropy, _reach
from model.training.presets import Preset
from model.training.run import Processes
from tests.conftest import TINY, make_network

PRESET = Preset(network=make_network(pooling="max_mean", dropout=0.0).config)


def make(network=None, **settings):
    network = network or make_network(pooling="max_mean", dropout=0.0)
    network.requires_grad_(True)
    frequencies = torch.full((TINY["vocabulary_size"],), 1 / TINY["vocabulary_size"])
    return network, Objective(
        network, replace(PRESET, network=network.config, **settings), frequencies, Processes(), half=False
    )


def make_batch(weights=(1.0, 1.0, 0.0)):
    ids = torch.tensor([[2, 3, 4, 5], [6, 7, 1, 1], [8, 9, 10, 1]])
    return Batch(ids, torch.tensor([4, 2, 3]), torch.tensor([1.0, 0.2, 0.0]), torch.tensor(weights))


def gradients(network):
    return {name: weights.grad.clone() for name, weights in network.named_parameters()}


def test_clean_part_is_the_mean_weighted_cross_entropy():
    network, objective = make()
    batch = make_batch()
    logits, losses = objective.backward(batch, seed=1)
    found = gradients(network)
    network.zero_grad()
    again = network(batch.ids, batch.lengths)
    expected = batch.weights * binary_cross_entropy_with_logits(again, batch.targets, reduction="none")
    (expected.sum() / 3).backward()
    torch.testing.assert_close(logits, again.detach())
    torch.testing.assert_close(losses, expected.detach())
    assert all(torch.allclose(found[name], weights.grad, atol=1e-6) for name, weights in network.named_parameters())


def test_replicated_targets_add_the_mean_loss_of_the_verdicts_after_every_token():
    network, objective = make(make_network(bidirectional=False, layers=1, dropout=0.0), replicated=0.5)
    batch = make_batch()
    logits, losses = objective.backward(batch, seed=1)
    found = gradients(network)
    network.zero_grad()
    expected, last = torch.zeros(()), []
    for ids, length, target, weight in zip(
        batch.ids, batch.lengths.tolist(), batch.targets, batch.weights, strict=True
    ):
        prefixes = torch.stack([network(ids[None, :end], torch.tensor([end]))[0] for end in range(1, length + 1)])
        each = weight * binary_cross_entropy_with_logits(prefixes, target.expand(length), reduction="none")
        expected = expected + (each[-1] + 0.5 * each.mean()) / 3
        last.append(each[-1].detach())
    expected.backward()
    torch.testing.assert_close(losses, torch.stack(last))
    torch.testing.assert_close(logits, network(batch.ids, batch.lengths).detach())
    assert all(torch.allclose(found[name], weights.grad, atol=1e-6) for name, weights in network.named_parameters())


def test_adversarial_step_raises_the_loss_and_has_the_length_that_was_set():
    network, objective = make(adversarial=0.5)
    batch = make_batch(weights=(1.0, 1.0, 1.0))
    embedded = network.embed(batch.ids).detach().requires_grad_()
    loss = binary_cross_entropy_with_logits(
        network.forward_embedded(embedded, batch.lengths), batch.targets, reduction="sum"
    )
    (gradient,) = torch.autograd.grad(loss, embedded)
    step = 0.5 * objective._direction(gradient)
    normalized = step / network.embedding.weight.std(dim=0, correction=0)
    torch.testing.assert_close(normalized.flatten(1).norm(dim=1), torch.full((3,), 0.5))
    moved = binary_cross_entropy_with_logits(
        network.forward_embedded(embedded + step, batch.lengths), batch.targets, reduction="sum"
    )
    assert moved > loss
    assert not step[1, 2:].any()
    assert not step[2, 3:].any()  # padding stays where it is


def test_step_of_a_short_text_is_shorter_as_the_root_of_its_length():
    batch = Batch(torch.zeros(3, 400), torch.tensor([1, 25, 400]), torch.zeros(3), torch.ones(3))
    assert _reach(batch).flatten().tolist() == pytest.approx([0.1, 0.5, 1.0])


def test_longer_word_vectors_do_not_escape_a_perturbation():
    network, objective = make(adversarial=0.5)
    gradient = torch.randn(3, 4, TINY["embedding_size"], generator=torch.Generator().manual_seed(0))
    before = objective._direction(gradient)
    with torch.no_grad():
        network.embedding.weight.mul_(10)
    torch.testing.assert_close(objective._direction(gradient / 10), 10 * before)


def test_virtual_step_moves_the_verdict_more_than_a_random_one():
    network, objective = make(virtual=0.5)
    batch = make_batch()
    with torch.no_grad():
        clean = network(batch.ids, batch.lengths)
    embedded = network.embed(batch.ids).detach()

    def moved(step):
        with torch.no_grad():
            return _divergence(clean, network.forward_embedded(embedded + step, batch.lengths))

    found = moved(0.5 * objective._blind_spot(batch, clean, seed=3))
    generator = torch.Generator().manual_seed(5)
    inside = (torch.arange(4) < batch.lengths[:, None]).unsqueeze(-1)
    others = [
        moved(0.5 * objective._direction(torch.randn(embedded.shape, generator=generator) * inside)) for _ in range(20)
    ]
    assert (found > torch.stack(others).mean(dim=0)).all()


def test_straight_part_is_the_mean_square_of_a_second_difference_by_hand():
    network, objective = make(straight=0.5)
    batch, seed = make_batch(weights=(0.0, 0.0, 0.0)), 7  # labels have no part in it
    objective.backward(batch, seed)
    found = gradients(network)
    network.zero_grad()
    middle = 0.1 + 0.8 * torch.rand(1, generator=torch.Generator().manual_seed(seed))
    review = network.embed(batch.ids[:1])  # of three reviews the first
    unknown = network.embed(torch.full_like(batch.ids[:1], UNKNOWN_ID))
    before, there, after = (
        network.forward_embedded(unknown + place * (review - unknown), batch.lengths[:1])
        for place in (middle - 0.1, middle, middle + 0.1)
    )
    (0.5 * (before - 2 * there + after).square()).backward()
    assert any(weights.abs().max() > 1e-4 for weights in found.values())
    for name, weights in network.named_parameters():
        torch.testing.assert_close(found[name], weights.grad, rtol=1e-3, atol=1e-6)


def test_network_that_is_held_straight_bends_less():
    network, objective = make(straight=1.0)
    network.embedding.weight.data *= 10
    network.output.weight.data *= 10  # so that its logit jumps
    batch = make_batch(weights=(0.0, 0.0, 0.0))
    optimizer = torch.optim.SGD(network.parameters(), 0.01)
    before = objective._bends(batch, 3).sum().item()
    for _ in range(20):
        optimizer.zero_grad()
        objective.backward(batch, 3)
        optimizer.step()
    assert objective._bends(batch, 3).sum().item() < before / 2


@pytest.mark.parametrize("part", [{"adversarial": 0.5}, {"straight": 5.0}, {"virtual": 0.5}, {"entropy": 1.0}])
def test_each_part_adds_to_the_gradient(part):
    network, objective = make()
    objective.backward(make_batch(), seed=1)
    plain = gradients(network)
    network.zero_grad()
    _, objective = make(network, **part)
    objective.backward(make_batch(), seed=1)
    added = gradients(network)
    assert any(not torch.allclose(plain[name], added[name], atol=1e-5) for name in plain)


def test_reviews_without_a_label_add_nothing_to_cross_entropy_and_something_to_the_virtual_part():
    unknown = make_batch(weights=(0.0, 0.0, 0.0))
    network, objective = make(adversarial=0.5)
    _, losses = objective.backward(unknown, seed=1)
    assert not losses.any()
    assert all(not gradient.any() for gradient in gradients(network).values())
    network, objective = make(virtual=0.5)
    objective.backward(unknown, seed=1)
    assert any(gradient.any() for gradient in gradients(network).values())


def test_entropy_and_divergence_are_those_of_two_classes():
    clean, moved = torch.tensor([0.0, 2.0, -1.0]), torch.tensor([1.0, 2.0, 3.0])
    p, q = clean.sigmoid().double().numpy(), moved.sigmoid().double().numpy()
    entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p))
    divergence = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    np.testing.assert_allclose(_entropy(clean).numpy(), entropy, atol=1e-6)
    np.testing.assert_allclose(_divergence(clean, moved).numpy(), divergence, atol=1e-6)


def test_dropout_is_the_same_in_all_parts_of_a_step():
    network = make_network(pooling="max_mean", dropout=0.5).train()
    network, objective = make(network, virtual=0.5)
    batch = make_batch()
    zero = torch.zeros(3, 4, TINY["embedding_size"])
    assert torch.equal(objective._logits(batch, zero, 7), objective._logits(batch, zero, 7))
    assert not torch.equal(objective._logits(batch, zero, 7), objective._logits(batch, zero, 8))
