"""Prepared data: reviews come back as ids and as texts, and a file that is none is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model import text
from model.errors import DataError
from model.tables import imdb
from model.training import data, prepare
from model.training.data import Split
from tests.model.training.conftest import VALIDATION, text_of


def test_rarer_words_become_unknown_and_long_reviews_are_cut(prepared):
    row = prepared.rows(Split.TRAIN)[1]
    assert prepared.review(row, 3).tolist() == [2, 2, 0]
    assert prepared.review(row, 3, max_tokens=2).tolist() == [2, 0]


def test_prepared_file_comes_back(prepared, tmp_path):
    data.save(prepared, tmp_path / "p.npz")
    loaded = data.load(tmp_path / "p.npz")
    assert loaded.vocabulary == prepared.vocabulary
    assert np.array_equal(loaded.ids, prepared.ids)
    assert loaded.ids.dtype == np.uint16


def test_missing_damaged_or_old_prepared_file_is_refused(prepared, tmp_path, monkeypatch):
    path = tmp_path / "p.npz"
    with pytest.raises(DataError, match="no prepared file at"):
        data.load(path)
    monkeypatch.setattr(data, "VERSION", 99)
    data.save(prepared, path)
    monkeypatch.undo()
    with pytest.raises(DataError, match="version 99"):
        data.load(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(DataError, match="damaged"):
        data.load(path)


def test_texts_lie_beside_the_prepared_file_in_its_order(folder, tmp_path):
    prepared, texts = prepare.prepare(list(imdb.read_source(folder)), VALIDATION)
    path = data.texts_path(tmp_path / "imdb.npz")
    data.save_texts(texts, prepared, path)
    found = data.load_texts(path, prepared)
    first = found.review(prepared.rows(Split.TRAIN)[0])
    assert [word.lower() for word in text.words(first)] == text_of(prepared, prepared.rows(Split.TRAIN)[0]).split()


def test_texts_of_other_data_are_refused(folder, prepared, tmp_path):
    _, texts = prepare.prepare(list(imdb.read_source(folder)), VALIDATION)
    path = data.texts_path(tmp_path / "imdb.npz")
    data.save_texts(texts, replace(prepared, labels=1 - prepared.labels), path)
    with pytest.raises(DataError, match="other prepared data"):
        data.load_texts(path, prepared)
