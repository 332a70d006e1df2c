"""What makes a checkpoint is what was published, to the last bit."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from model.assets import CHECKPOINTS
from model.errors import CheckpointError
from model.network import checkpoint, sums
from tests.conftest import save_checkpoint


@pytest.fixture
def folder(tmp_path):
    save_checkpoint(tmp_path / "net")
    return tmp_path


def turn_a_bit(path, seed):
    content = bytearray(path.read_bytes())
    content[random.Random(seed).randrange(len(content) * 9 // 10, len(content))] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(5))
def test_one_bit_of_the_weights_that_turned_over_is_refused_in_a_sentence(folder, seed):
    turn_a_bit(folder / "net" / "model.safetensors", seed)
    with pytest.raises(CheckpointError, match=r"model\.safetensors of checkpoint 'net' is not the one that was"):
        checkpoint.load("net", folder)


def test_setting_and_word_that_changed_are_refused(folder):
    for name, old, new in (
        ("config.json", '"temperature": 1.0', '"temperature": 2.0'),
        ("vocabulary.txt", "dull", "gull"),
    ):
        path = folder / "net" / name
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))
        with pytest.raises(CheckpointError, match=f"{name} of checkpoint 'net' is not the one"):
            checkpoint.load("net", folder)
        path.write_text(before)
    assert checkpoint.load("net", folder).name == "net"


def test_settings_that_are_set_are_recorded_anew(folder):
    checkpoint.set_temperature(folder / "net", 1.5)
    assert checkpoint.load("net", folder).network.config.temperature == 1.5


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"nothing  here\n", b"0  model.safetensors\n"])
def test_sums_that_are_damaged_refuse_what_they_do_not_record(folder, content):
    (folder / "net" / sums.FILE).write_bytes(content)
    with pytest.raises(CheckpointError, match="is not the one that was published"):
        checkpoint.load("net", folder)


def test_saving_that_is_interrupted_leaves_no_wrong_sums(folder, monkeypatch):
    monkeypatch.setattr(checkpoint.files, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        checkpoint.set_temperature(folder / "net", 1.5)
    assert checkpoint.load("net", folder).network.config.temperature == 1.0


@pytest.mark.parametrize("name", checkpoint.available())
def test_shipped_checkpoints_are_recorded_in_the_form_of_sha256sum(name):
    sums.check(CHECKPOINTS / name)
    recorded = (CHECKPOINTS / name / sums.FILE).read_text().split()[1::2]
    assert tuple(recorded) == sums.COVERED
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "-c", sums.FILE], cwd=CHECKPOINTS / name, check=True)
