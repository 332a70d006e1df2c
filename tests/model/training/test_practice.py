"""Practice sentences: behind all reviews, as often as asked for, a doubt where there is no verdict; and the file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from model.errors import DataError
from model.evaluation.sentences import read_sentences
from model.network import checkpoint
from model.text import check_review
from model.training import practice
from model.training.batches import trained_rows
from model.training.data import Split
from model.training.presets import PRESETS
from model.training.soft_labels import SoftLabels
from tests.model.training.conftest import text_of
from tests.model.training.test_train import command
from tests.test_sentences import alike, pieces, plain, shipped_texts

FILE = "text,label,kind\nA good film,positive,plain\nbad zqx,negative,plain\nA film.,none,plot\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "practice.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_sentences_stand_behind_all_reviews_and_change_none(prepared, file):
    labels = SoftLabels(np.linspace(0, 1, len(prepared.labels), dtype=np.float32), ("somebody",))
    joined = practice.join(prepared, file)
    taught = practice.doubts(labels, joined)
    count = len(prepared.labels)
    rows = joined.rows(Split.PRACTICE)
    assert rows.tolist() == [count, count + 1, count + 2]
    assert joined.labels[rows].tolist() == [1, 0, -1]
    known = set(prepared.vocabulary)
    for row, words in zip(rows, ("A good film", "bad zqx", "A film ."), strict=True):
        assert text_of(joined, row) == " ".join(word if word in known else "<unk>" for word in words.lower().split())
    np.testing.assert_array_equal(taught.probabilities[rows], [np.nan, np.nan, 0.5])
    np.testing.assert_array_equal(taught.probabilities[:count], labels.probabilities)
    assert all(text_of(joined, row) == text_of(prepared, row) for row in range(count))
    assert joined.digest != prepared.digest


def test_each_stands_among_what_is_trained_on_as_often_as_asked_for(prepared, file):
    joined = practice.join(prepared, file)
    preset = replace(PRESETS["recipe"], practice=3)
    counts = np.bincount(trained_rows(joined, preset), minlength=len(joined.labels))
    assert counts[joined.splits == Split.PRACTICE].tolist() == [3, 3, 3]
    assert counts[joined.splits == Split.TRAIN].tolist() == [1] * len(joined.rows(Split.TRAIN))
    assert counts.sum() == 9 + len(joined.rows(Split.TRAIN))


def test_run_with_practice_says_so_and_goes_on_after_a_stop(workplace, file, monkeypatch):
    monkeypatch.setattr(practice, "PRACTICE", file)
    asked = ("--set", "practice=2")
    assert command(workplace, "whole", *asked, "--epochs", "2") == 0
    assert command(workplace, "parts", *asked, "--epochs", "1") == 0
    assert command(workplace, "parts", *asked, "--epochs", "2", "--resume") == 0
    whole, parts = (checkpoint.load("best", workplace / run) for run in ("whole", "parts"))
    assert (whole.training.practice, parts.training.practice) == (3, 3)
    assert [epoch.validation_loss for epoch in whole.history] == [epoch.validation_loss for epoch in parts.history]


@pytest.mark.parametrize(
    "spoilt", ["", "text,label,kind\n", "text,label\na,positive\n", "text,label,kind\na,good,plain\n", FILE + '"a']
)
def test_a_spoilt_file_is_refused_with_a_sentence(tmp_path, spoilt):
    path = tmp_path / "practice.csv"
    path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(DataError, match=re.escape("'practice.csv' must be CSV with the columns text, label, kind")):
        practice.read(path)
    with pytest.raises(DataError, match=re.escape("'none.csv' must be CSV")):
        practice.read(tmp_path / "none.csv")


def test_published_sentences_can_be_read_and_stand_in_no_test():
    found = practice.read()
    measured = shipped_texts() | {plain(sentence.text) for sentence in read_sentences()}
    shown = [pieces(text) for text in measured]
    texts = {plain(each.text) for each in found}
    assert len(texts) == len(found)  # none comes twice
    for each in found:
        assert check_review(each.text)
        own = pieces(plain(each.text))
        assert not any(alike(own, other) for other in shown), each.text


def test_published_sentences_praise_as_often_as_they_complain():
    counts = Counter(each.label for each in practice.read())
    assert counts[1] + counts[0] > 6 * counts[-1]
    assert 0.8 < counts[1] / counts[0] < 1.25
