"""Presets: the learning rate's way, and settings that are changed."""

from __future__ import annotations

import pytest

from model.errors import DataError
from model.training.presets import PRESETS, changed_preset, one_cycle


def test_learning_rate_rises_and_falls_to_nothing():
    rates = [one_cycle(step / 100) for step in range(101)]
    assert rates[0] == 0
    assert max(rates) == pytest.approx(1, abs=1e-3)
    assert rates.index(max(rates)) == 10
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == 0


def test_setting_is_changed_alone():
    changed = changed_preset(PRESETS["bilstm"], ["dropout=0.4", "unlabelled=false", "batch=7"])
    assert (changed.network.dropout, changed.unlabelled, changed.batch) == (0.4, False, 7)
    assert changed.network.hidden_size == PRESETS["bilstm"].network.hidden_size
    assert changed.epochs == PRESETS["bilstm"].epochs
    assert changed_preset(PRESETS["recipe"], ["cell=rnn"]).network == PRESETS["rnn"].network


@pytest.mark.parametrize(
    "wrong",
    ["replicated=0.5", "adversarial", "dropout=2", "nothing=1", "network=3", "batch=many", "batch=-1", "cell=x"],
)
def test_setting_that_makes_no_sense_is_named_with_those_there_are(wrong):
    with pytest.raises(DataError, match=f"'{wrong}' cannot be set; settings are batch, "):
        changed_preset(PRESETS["recipe"], [wrong])
