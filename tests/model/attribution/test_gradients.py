"""The way round cuDNN: on a stand-in that refuses a backward pass in evaluation mode as cuDNN does."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from model.attribution import gradients
from model.attribution.attribution import attribute
from model.attribution.gradients import for_gradients, needs_training_mode
from model.attribution.methods import METHODS
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS


@pytest.fixture
def refusing(monkeypatch):
    """Recurrent layers as they are on a GPU."""

    def wrapped(forward):
        def refuse(self, inputs, *others):
            if not self.training and inputs.requires_grad and torch.is_grad_enabled():
                raise RuntimeError("cudnn RNN backward can only be called in training mode")
            return forward(self, inputs, *others)

        return refuse

    for kind in (nn.LSTM, nn.RNN):
        monkeypatch.setattr(kind, "forward", wrapped(kind.forward))
    monkeypatch.setattr(gradients, "needs_training_mode", lambda device: True)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_finds_the_same_where_evaluation_mode_gives_no_gradient(method, cell, request):
    network = make_network(cell=cell, dropout=0.5)
    expected = attribute(network, IDS, method)
    request.getfixturevalue("refusing")
    found = attribute(network, IDS, method)
    assert found.scores == pytest.approx(expected.scores, abs=1e-5)
    assert found.logit == pytest.approx(expected.logit, abs=1e-5)
    assert not any(module.training for module in network.modules())


def test_the_stand_in_refuses_the_network_itself(refusing, monkeypatch):
    monkeypatch.setattr(gradients, "needs_training_mode", lambda device: False)
    with pytest.raises(RuntimeError, match="training mode"):
        attribute(make_network(), IDS)


def test_the_copy_has_the_very_weights_and_drops_nothing(refusing):
    network = make_network(dropout=0.5)
    own = for_gradients(network)
    assert own.training
    assert not network.training
    assert (own.dropout.p, network.dropout.p) == (0.0, 0.5)
    for name, weights in network.named_parameters():
        assert own.get_parameter(name) is weights


def test_only_a_gpu_needs_training_mode():
    assert needs_training_mode(torch.device("cuda", 0))
    assert not needs_training_mode(torch.device("cpu"))
    network = make_network()
    assert for_gradients(network) is network
