"""An empty notebook, kept in either way."""

from __future__ import annotations

import pytest

from model.workbench.notebook import Notebook
from tests.noted import DIGEST, OWNER


@pytest.fixture(params=["on disk", "in memory"])
def notes(request, tmp_path) -> Notebook:
    return Notebook(tmp_path if request.param == "on disk" else None, OWNER, DIGEST, "bilstm")
