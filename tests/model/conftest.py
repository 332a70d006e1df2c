"""What tests of training share."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.presets import PRESETS
from tests.made import save_made_data, small_presets


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with prepared data and word vectors, where all presets are small."""
    save_made_data(tmp_path)
    for name, preset in small_presets().items():
        monkeypatch.setitem(PRESETS, name, preset)
    return tmp_path
