"""The network: against PyTorch's own, and its independence of padding."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from model.network.network import NetworkConfig, RecurrentNetwork
from model.text import pad
from tests.conftest import make_network

REVIEWS = [[3, 4, 5, 6, 7, 8, 2], [9, 2, 3], [5], [4, 4, 9, 10]]


def stock(network: RecurrentNetwork) -> nn.RNNBase:
    """PyTorch's bidirectional module with the same weights."""
    config = network.config
    kind = {"lstm": nn.LSTM, "rnn": nn.RNN}[config.cell]
    module = kind(config.embedding_size, config.hidden_size, config.layers, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for number, layer in enumerate(network.layers):
            for name, weights in layer.forward_rnn.named_parameters():
                getattr(module, name.replace("l0", f"l{number}")).copy_(weights)
            for name, weights in layer.backward_rnn.named_parameters():
                getattr(module, name.replace("l0", f"l{number}_reverse")).copy_(weights)
    return module.eval()


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_states_and_logit_equal_those_of_pytorch_on_packed_sequences(cell):
    network = make_network(cell=cell)
    ids, lengths = pad(REVIEWS)
    embedded = network.embed(ids)
    packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    output, final = stock(network)(packed)
    expected, _ = pad_packed_sequence(output, batch_first=True)
    states = network.states(embedded, lengths)[-1]
    for row, length in enumerate(lengths):
        torch.testing.assert_close(states[row, :length], expected[row, :length], atol=1e-5, rtol=0)
    hidden = final[0] if cell == "lstm" else final
    logits = network.output(torch.cat([hidden[-2], hidden[-1]], dim=-1)).squeeze(-1)
    torch.testing.assert_close(network(ids, lengths), logits, atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("pooling", ["last", "max_mean"])
def test_padding_does_not_change_the_logit(cell, pooling):
    network = make_network(cell=cell, pooling=pooling)
    ids, lengths = pad(REVIEWS)
    together = network(ids, lengths)
    wider = torch.nn.functional.pad(ids, (0, 9), value=1)
    torch.testing.assert_close(network(wider, lengths), together, atol=1e-5, rtol=0)
    for row, review in enumerate(REVIEWS):
        alone = network(torch.tensor([review]), torch.tensor([len(review)]))
        torch.testing.assert_close(alone[0], together[row], atol=1e-5, rtol=0)


def test_what_stands_in_the_padding_does_not_matter(network):
    ids, lengths = pad(REVIEWS)
    embedded = network.embed(ids)
    noisy = embedded.clone()
    for row, length in enumerate(lengths):
        noisy[row, length:] = 1e3
    torch.testing.assert_close(network.forward_embedded(noisy, lengths), network.forward_embedded(embedded, lengths))


def test_maximum_and_mean_are_over_the_review_alone():
    network = make_network(pooling="max_mean")
    states = torch.tensor([[[1.0, -2.0], [3.0, -4.0], [99.0, 99.0]]])
    pooled = network.pool(states, torch.tensor([2]))
    assert pooled.tolist() == [[3.0, -2.0, 2.0, -3.0]]


def test_temperature_divides_the_logit():
    warm, plain = make_network(temperature=2.0), make_network()
    ids, lengths = pad(REVIEWS)
    torch.testing.assert_close(2 * warm(ids, lengths), plain(ids, lengths))


def test_dropout_acts_in_training_only(network):
    ids, lengths = pad(REVIEWS)
    assert torch.equal(network(ids, lengths), network(ids, lengths))
    network.train()
    assert not torch.equal(network(ids, lengths), network(ids, lengths))


def test_recipe_has_the_stated_sizes():
    network = RecurrentNetwork(NetworkConfig())
    assert network.embedding.weight.shape == (10_002, 100)
    assert network.layers[1].forward_rnn.weight_ih_l0.shape == (4 * 256, 2 * 256)
    assert network.output.weight.shape == (1, 512)
    assert network.dropout.p == 0.5


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_size": 0},
        {"cell": "elman"},
        {"pooling": "first"},
        {"dropout": 1.0},
        {"temperature": 0.0},
        {"layers": 1.5},
        {"bidirectional": 1},
    ],
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ValueError, match=r"must|unknown"):
        NetworkConfig(**settings)
