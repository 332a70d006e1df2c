"""Preparing the dataset, on a few reviews written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model import text
from model.command_line import main
from model.errors import DataError
from model.tables import imdb
from model.training import data, prepare
from model.training.data import Split
from tests.model.tables.test_imdb import REVIEWS, archive, write_folder

VALIDATION = {"train/neg/1_1.txt"}


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path)


@pytest.fixture
def prepared(folder):
    return prepare.prepare(list(imdb.read_source(folder)), VALIDATION)[0]


def text_of(prepared, row):
    words = ["<unk>", "<pad>", *prepared.vocabulary]
    return " ".join(words[id_] for id_ in prepared.review(row, 99))


def test_what_stands_in_test_or_validation_is_left_out_of_training(prepared):
    counts = [len(prepared.rows(split)) for split in Split]
    assert counts == [3, 1, 2, 1]
    assert "test" not in " ".join(text_of(prepared, row) for row in prepared.rows(Split.TRAIN))


def test_vocabulary_is_counted_on_training_reviews_by_frequency(prepared):
    assert prepared.vocabulary[:2] == ("good", ".")
    assert "newword" not in prepared.vocabulary
    assert "validation" not in prepared.vocabulary


def test_labels_and_ratings_come_from_the_names(prepared):
    rows = prepared.rows(Split.TRAIN)
    assert prepared.labels[rows].tolist() == [1, 1, 0]
    assert prepared.ratings[rows].tolist() == [9, 8, 2]
    assert prepared.labels[prepared.rows(Split.UNLABELLED)].tolist() == [-1]


def test_line_break_tags_leave_no_tokens(prepared):
    assert text_of(prepared, prepared.rows(Split.TRAIN)[0]) == "a good film . great !"


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


def test_validation_list_must_name_what_there_is(folder):
    with pytest.raises(DataError, match="1 reviews"):
        prepare.prepare(list(imdb.read_source(folder)), {"train/pos/999_9.txt"})


def test_command_prepares_and_refuses_with_one_sentence(folder, tmp_path, capsys):
    (tmp_path / "validation.txt").write_text("\n".join(VALIDATION))
    command = ["prepare", "--validation", str(tmp_path / "validation.txt"), "--out", str(tmp_path / "o" / "p.npz")]
    assert main([*command, "--source", str(folder)]) == 0
    assert "train            3 reviews" in capsys.readouterr().out
    assert main([*command, "--source", str(tmp_path / "none")]) == 1
    assert "There is no dataset" in capsys.readouterr().err


def test_dataset_is_downloaded_by_torchtext_once(tmp_path, monkeypatch):
    fetched = []

    def fetch(url, path):
        fetched.append(url)
        archive(path, {f"aclImdb/{name}": text for name, text in REVIEWS.items()})

    monkeypatch.setattr("torchtext.utils.download_from_url", fetch)
    path = prepare.download(tmp_path / "data")
    assert prepare.download(tmp_path / "data") == path
    assert len(fetched) == 1
    assert fetched[0].endswith("aclImdb_v1.tar.gz")
    assert len(list(imdb.read_source(path))) == len(REVIEWS)


def test_failed_download_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(url, path):
        open(path, "w").close()
        raise OSError("no network")

    monkeypatch.setattr("torchtext.utils.download_from_url", fail)
    with pytest.raises(DataError, match="could not be downloaded"):
        prepare.download(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


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
