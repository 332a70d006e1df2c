"""What tests of training, and those of tables, share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from model.reading import across
from model.training.presets import PRESETS
from tests.made import save_made_data, small_presets
from tests.tables import write_file


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with prepared data and word vectors, where all presets are small, and so is an atlas."""
    save_made_data(tmp_path)
    for name, preset in small_presets().items():
        monkeypatch.setitem(PRESETS, name, preset)
    monkeypatch.setattr(across, "OWN", across.OWN[1:2])  # the shortest texts are enough for an atlas
    return tmp_path


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of that name and gives back its path."""
    return lambda name, content: write_file(tmp_path / name, content)
