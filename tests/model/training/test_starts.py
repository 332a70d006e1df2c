"""How recurrent weights start: what is asked for changes, and nothing else."""

from __future__ import annotations

import torch

from model.training.presets import Preset
from model.training.starts import SMALL, start_recurrences
from tests.conftest import make_network


def changed_by(network, preset):
    before = {name: weights.clone() for name, weights in network.state_dict().items()}
    start_recurrences(network, preset)
    return {name for name, weights in network.state_dict().items() if not torch.equal(weights, before[name])}


def test_nothing_changes_where_nothing_is_asked_for():
    assert changed_by(make_network(), Preset()) == set()


def test_forget_gates_start_open_in_each_layer_and_direction():
    network = make_network()
    changed = changed_by(network, Preset(forget_bias=1.5))
    assert changed == {name for name in network.state_dict() if "bias" in name and "rnn" in name}
    for layer in network.layers:
        for direction in layer.directions:
            module = layer.recurrence(direction)
            bias = module.bias_ih_l0 + module.bias_hh_l0
            rows = network.cell.rows("f", 5)
            assert bias[rows].tolist() == [1.5] * 5
            assert 1.5 not in bias[: rows.start]


def test_a_plain_rnn_starts_as_a_multiple_of_the_identity():
    network = make_network(cell="rnn", bidirectional=False, layers=1)
    changed = changed_by(network, Preset(identity=0.97))
    assert changed == {f"layers.0.forward_rnn.weight_{part}_l0" for part in ("ih", "hh")}
    module = network.layers[0].forward_rnn
    torch.testing.assert_close(module.weight_hh_l0, 0.97 * torch.eye(5))
    assert 0 < module.weight_ih_l0.abs().max() < 5 * SMALL


def test_gates_have_no_identity_and_a_plain_rnn_no_forget_bias():
    assert changed_by(make_network(), Preset(identity=0.97)) == set()
    assert changed_by(make_network(cell="rnn"), Preset(forget_bias=1.0)) == set()
