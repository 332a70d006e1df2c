"""Word vectors: read from a file or a cache, or learnt on the reviews."""

from __future__ import annotations

import pytest
import torch

from model.command_line import main
from model.errors import DataError
from model.training import vectors
from tests.made import WORDS


def test_vectors_are_those_of_the_file_and_the_rest_is_drawn(workplace):
    found = vectors.read(str(workplace / "vectors.txt"), WORDS, 8, seed=1)
    first = (workplace / "vectors.txt").read_text().split()[1:9]
    assert found.known == 30
    assert found.matrix[2].tolist() == pytest.approx([float(value) for value in first])
    assert not found.matrix[:2].any()
    assert found.matrix[-1].any()
    assert torch.equal(found.matrix, vectors.read(str(workplace / "vectors.txt"), WORDS, 8, seed=1).matrix)
    with pytest.raises(DataError, match="8 dimensions"):
        vectors.read(str(workplace / "vectors.txt"), WORDS, 100, seed=1)


def test_vectors_are_learnt_on_the_reviews(workplace):
    pytest.importorskip("gensim")
    out = workplace / "learnt.txt"
    options = ["--words", "42", "--size", "8", "--epochs", "1", "--workers", "1"]
    assert main(["vectors", "--data", str(workplace / "imdb.npz"), "--out", str(out), *options]) == 0
    assert vectors.read(str(out), WORDS, 8, seed=1).known == len(WORDS)


def test_glove_is_taken_from_torchtexts_cache_folder(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    vectors.CACHE.mkdir()
    (vectors.CACHE / "glove.6B.8d.txt").write_text((workplace / "vectors.txt").read_text())
    assert vectors.read("glove", WORDS, 8, seed=1).known == 30
    assert [path.name for path in vectors.CACHE.iterdir()] == ["glove.6B.8d.txt"]  # no pickled copy


def test_vectors_that_cannot_be_downloaded_are_one_sentence(workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    with pytest.raises(DataError, match="cannot be had"):
        vectors.read("glove", WORDS, 9, seed=1)  # there is no glove.6B of 9 dimensions
