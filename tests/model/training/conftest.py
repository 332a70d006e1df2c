"""What tests of preparing and of prepared data share: a few reviews written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.tables import imdb
from model.training import prepare
from model.training.data import PreparedData
from tests.model.tables.test_imdb import write_folder

VALIDATION = {"train/neg/1_1.txt"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The dataset's folder."""
    return write_folder(tmp_path)


@pytest.fixture
def prepared(folder: Path) -> PreparedData:
    """The dataset, prepared."""
    return prepare.prepare(list(imdb.read_source(folder)), VALIDATION)[0]


def text_of(prepared: PreparedData, row: int) -> str:
    """The words of a review, as its ids say."""
    words = ["<unk>", "<pad>", *prepared.vocabulary]
    return " ".join(words[id_] for id_ in prepared.review(row, 99))
