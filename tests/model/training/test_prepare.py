"""Preparing the dataset, on a few reviews written by hand."""

from __future__ import annotations

import pytest

from model.command_line import main
from model.errors import DataError
from model.tables import imdb
from model.training import prepare
from model.training.data import Split
from tests.model.tables.test_imdb import REVIEWS, archive
from tests.model.training.conftest import VALIDATION, text_of


def test_what_stands_in_test_or_validation_is_left_out_of_training(prepared):
    counts = [len(prepared.rows(split)) for split in Split]
    assert counts == [3, 1, 2, 1, 0, 0]
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


def test_validation_list_must_name_what_there_is(folder):
    with pytest.raises(DataError, match="1 reviews"):
        prepare.prepare(list(imdb.read_source(folder)), {"train/pos/999_9.txt"})


def test_command_prepares_and_refuses_with_one_sentence(folder, tmp_path, capsys):
    (tmp_path / "validation.txt").write_text("\n".join(VALIDATION))
    command = ["prepare", "--validation", str(tmp_path / "validation.txt"), "--out", str(tmp_path / "o" / "p.npz")]
    assert main([*command, "--source", str(folder)]) == 0
    assert "train            3 texts" in capsys.readouterr().out
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
