"""The command that makes an atlas: where it is written, of which texts, and what it says."""

from __future__ import annotations

import pytest

from model.command_line import main
from model.network import checkpoint
from model.reading import across, atlas
from model.reading.atlas import FILE
from tests.conftest import save_checkpoint


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(across, "OWN", across.OWN[1:2])
    return save_checkpoint(tmp_path / "checkpoints" / "net").parent


def test_atlas_of_the_texts_of_the_page_lies_beside_the_checkpoint(folder, capsys):
    assert main(["atlas", "net", "--folder", str(folder), "--device", "cpu"]) == 0
    found = atlas.read(folder / "net", checkpoint.load("net", folder).network.config)
    assert found.source == ""
    assert len(found.reviews) == 300
    said = capsys.readouterr().out
    assert "after a negation: of 20 random units half are below AUC 0." in said
    assert str(folder / "net" / FILE) in said


def test_atlas_of_own_texts_is_written_where_it_is_said_and_names_them(folder, tmp_path, capsys):
    (tmp_path / "mine.csv").write_text("text,label\na good film,pos\nnot a bad film,pos\nit is dull,neg\n")
    arguments = ["atlas", "net", "--folder", str(folder), "--device", "cpu", "--texts", str(tmp_path / "mine.csv")]
    assert main(arguments) == 1
    assert "say with --out where" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "mine.gz")]) == 0
    assert not (folder / "net" / FILE).exists()
    (tmp_path / "mine.gz").rename(folder / "net" / FILE)
    found = atlas.read(folder / "net", checkpoint.load("net", folder).network.config)
    assert (found.source, len(found.reviews)) == ("mine.csv", 3)
