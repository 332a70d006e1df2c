"""Soft labels: who speaks of which review, their mean, and the student that learns them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from model.command_line import main
from model.errors import DataError
from model.network import checkpoint
from model.training import data, soft_labels
from model.training.data import Split
from model.training.soft_labels import SoftLabels
from tests.conftest import ROOT
from tests.made import WORDS, made_data


def train_teacher(workplace, name="teacher"):
    paths = ["--data", str(workplace / "imdb.npz"), "--vectors", str(workplace / "vectors.txt")]
    assert main(["train", "recipe", *paths, "--out", str(workplace / name), "--device", "cpu"]) == 0
    return workplace / name / "best"


def command(workplace, *teachers, more=()):
    paths = ["--data", str(workplace / "imdb.npz"), "--out", str(workplace / "labels.npz"), "--device", "cpu"]
    return main(["labels", *map(str, teachers), *paths, *map(str, more)])


def test_network_speaks_of_reviews_that_it_was_not_trained_on_and_never_of_test(workplace):
    assert command(workplace, train_teacher(workplace)) == 0
    prepared = made_data()
    found = soft_labels.read(workplace / "labels.npz", prepared)
    asked = ~np.isnan(found.probabilities)
    assert set(prepared.splits[asked].tolist()) == {Split.VALIDATION, Split.UNLABELLED}
    assert asked.sum() == len(prepared.rows(Split.VALIDATION)) + len(prepared.rows(Split.UNLABELLED))
    assert found.teachers == ("teacher",)


def test_labels_that_were_made_before_are_a_teacher_too(workplace):
    prepared = made_data()
    probabilities = SoftLabels.none(prepared).probabilities
    probabilities[:] = 0.5
    soft_labels.write(SoftLabels(probabilities, ("rule",)), prepared, workplace / "rule.npz")
    teacher = train_teacher(workplace)
    assert command(workplace, teacher) == 0
    alone = soft_labels.read(workplace / "labels.npz", prepared)
    assert command(workplace, teacher, workplace / "rule.npz") == 0
    both = soft_labels.read(workplace / "labels.npz", prepared)
    assert both.teachers == ("teacher", "rule")
    rows = prepared.rows(Split.UNLABELLED)
    surer = np.abs(alone.probabilities[rows] - 0.5) > np.abs(both.probabilities[rows] - 0.5)
    assert surer.all()  # the mean of a verdict and a doubt
    assert (both.probabilities[prepared.rows(Split.TRAIN)] == 0.5).all()  # where the network does not speak


def test_of_excerpts_one_may_speak_alone(workplace):
    splits = made_data().splits.copy()
    splits[made_data().rows(Split.UNLABELLED)[::2]] = Split.EXCERPT
    prepared = replace(made_data(), splits=splits)
    data.save(prepared, workplace / "imdb.npz")
    for name, probability in (("all", 0.5), ("sentences", 0.9)):
        probabilities = np.full(len(splits), probability, dtype=np.float32)
        soft_labels.write(SoftLabels(probabilities, (name,)), prepared, workplace / f"{name}.npz")
    alone = workplace / "sentences.npz"
    assert command(workplace, workplace / "all.npz", more=["--excerpts", alone]) == 0
    found = soft_labels.read(workplace / "labels.npz", prepared)
    np.testing.assert_allclose(found.probabilities, np.where(splits == Split.EXCERPT, 0.9, 0.5), rtol=1e-6)
    assert found.teachers == ("all", "sentences")
    assert command(workplace, workplace / "all.npz", alone, more=["--excerpts", alone]) == 0
    found = soft_labels.read(workplace / "labels.npz", prepared)
    sure = 1 / (1 + np.exp(-np.log(3) / 20))  # 0.75 where half are right: at the highest temperature there is
    np.testing.assert_allclose(found.probabilities, np.where(splits == Split.EXCERPT, 0.9, sure), rtol=1e-4)
    assert found.teachers == ("all", "sentences")


def test_teachers_are_averaged_in_logits_where_they_speak():
    nan = np.nan
    first = SoftLabels(np.array([0.5, 0.9, nan, nan], dtype=np.float32), ("a",))
    second = SoftLabels(np.array([0.5, 0.1, 0.8, nan], dtype=np.float32), ("b",))
    found = soft_labels.mean([first, second])
    np.testing.assert_allclose(found.probabilities, [0.5, 0.5, 0.8, nan], atol=1e-6)
    assert found.teachers == ("a", "b")


def test_a_mean_that_is_less_sure_than_it_is_right_is_calibrated(workplace):
    """Two teachers are sure of what they know and doubt the rest: their mean is right where it is only half sure."""
    prepared = made_data()
    truth = np.where(prepared.labels == 1, 3.0, -3.0)
    known = np.arange(len(truth)) % 2 == 0
    wrong = np.arange(len(truth)) % 10 == 0  # one in ten, of which the first is as sure
    for name, logits in (("even", np.where(known, truth, 0.0)), ("odd", np.where(known, 0.0, truth))):
        soft_labels.write(
            SoftLabels.from_logits(np.where(wrong, -logits, logits), (name,)), prepared, workplace / f"{name}.npz"
        )
    assert command(workplace, workplace / "even.npz", workplace / "odd.npz") == 0
    found = soft_labels.read(workplace / "labels.npz", prepared)
    rows = prepared.rows(Split.VALIDATION)
    sure = np.maximum(found.probabilities, 1 - found.probabilities)
    right = (found.probabilities > 0.5) == (prepared.labels == 1)
    assert sure[rows].mean() == pytest.approx(right[rows].mean(), abs=1e-3)
    assert sure[rows].min() > 1 / (1 + np.exp(-1.5)) + 0.01  # what the mean alone would say
    none = SoftLabels.none(prepared)
    assert soft_labels.calibrated(none, prepared) is none


def test_certain_teacher_does_not_drown_the_others():
    sure = SoftLabels(np.array([1.0], dtype=np.float32), ("a",))
    found = soft_labels.mean([sure, SoftLabels(np.array([0.5], dtype=np.float32), ("b",))])
    assert 0.99 < found.probabilities[0] < 1


def test_student_learns_from_a_teacher_alone(workplace):
    """All labels of the training split are taken away; what the teacher says of the unlabelled ones is enough."""
    prepared = made_data()
    probabilities = SoftLabels.none(prepared).probabilities
    rows = np.concatenate([prepared.rows(Split.TRAIN), prepared.rows(Split.UNLABELLED)])
    for row in rows:
        probabilities[row] = 0.95 if 2 in prepared.review(row, 44) else 0.05
    blind = replace(prepared, labels=np.where(prepared.splits == Split.TRAIN, -1, prepared.labels).astype(np.int8))
    data.save(blind, workplace / "imdb.npz")
    soft_labels.write(SoftLabels(probabilities, ("rule",)), blind, workplace / "labels.npz")
    paths = ["--data", str(workplace / "imdb.npz"), "--vectors", str(workplace / "vectors.txt")]
    taught = ["--labels", str(workplace / "labels.npz"), "--out", str(workplace / "student"), "--device", "cpu"]
    assert main(["train", "bilstm", *paths, *taught]) == 0
    student = checkpoint.load("best", workplace / "student")
    assert max(epoch.validation_accuracy for epoch in student.history) > 0.9
    assert student.training.teachers == ("rule",)


def test_run_goes_on_from_the_best_network_of_another(workplace):
    first = train_teacher(workplace, "first")
    paths = ["--data", str(workplace / "imdb.npz"), "--from", str(workplace / "first"), "--device", "cpu"]
    assert main(["train", "recipe", *paths, "--out", str(workplace / "next"), "--epochs", "1"]) == 0
    later = checkpoint.load("best", workplace / "next")
    assert later.training.continued == "first"
    before = checkpoint.load(first.name, first.parent).history
    assert later.history[0].train_loss < before[0].train_loss / 2
    assert main(["train", "bilstm", *paths, "--out", str(workplace / "other"), "--epochs", "1"]) == 1  # another shape


def test_run_goes_on_from_a_network_of_other_words_word_by_word(workplace):
    first = train_teacher(workplace, "first")
    data.save(made_data().in_words(WORDS[::-1]), workplace / "turned.npz")
    paths = ["--data", str(workplace / "turned.npz"), "--from", str(workplace / "first"), "--device", "cpu"]
    assert main(["train", "recipe", *paths, "--out", str(workplace / "next"), "--epochs", "1"]) == 0
    before = checkpoint.load(first.name, first.parent).history
    assert checkpoint.load("best", workplace / "next").history[0].train_loss < before[0].train_loss / 2


def test_teacher_of_other_words_says_the_same_of_the_same_reviews(workplace):
    teacher, prepared = train_teacher(workplace), made_data()
    same, turned = (soft_labels.ask(teacher, each, "cpu") for each in (prepared, prepared.in_words(WORDS[::-1])))
    assert turned.probabilities == pytest.approx(same.probabilities, abs=1e-6, nan_ok=True)


def test_labels_for_other_data_or_damaged_ones_are_refused(workplace, capsys):
    prepared = made_data()
    soft_labels.write(SoftLabels.none(prepared), prepared, workplace / "labels.npz")
    with pytest.raises(DataError, match="other prepared data"):
        soft_labels.read(workplace / "labels.npz", replace(prepared, splits=prepared.splits[::-1].copy()))
    (workplace / "labels.npz").write_bytes((workplace / "labels.npz").read_bytes()[:100])
    with pytest.raises(DataError, match="damaged"):
        soft_labels.read(workplace / "labels.npz", prepared)
    with pytest.raises(DataError, match="no soft labels at"):
        soft_labels.read(workplace / "none.npz", prepared)
    assert command(workplace, workplace / "none") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_full_disk_is_one_sentence_and_leaves_the_old_labels(workplace, monkeypatch):
    prepared = made_data()
    path = workplace / "labels.npz"
    soft_labels.write(SoftLabels.none(prepared), prepared, path)
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(DataError, match="disk full"):
        soft_labels.write(SoftLabels.none(prepared), prepared, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["encoder-mpnet.npz", "encoder.npz", "encoder-excerpts.npz", "labels.npz"])
def test_published_labels_are_what_their_card_says(name):
    card = (ROOT / "assets" / "labels" / "README.md").read_text(encoding="utf-8")
    with np.load(ROOT / "assets" / "labels" / name, allow_pickle=False) as file:
        probabilities, teachers, digest = file["probabilities"], file["teachers"].tolist(), str(file["digest"])
    spoken = probabilities[~np.isnan(probabilities)]
    beginning = card[card.index("P(positive) of") : card.index("as `python -m model prepare`")]
    counts = [int(count.replace(",", "")) for count in re.findall(r"\d[\d,]*\d", beginning)]
    assert sum(counts) == len(spoken)
    assert f"({len(probabilities):,},)" in card
    row, _figures = re.findall(rf"^\| `{name}` \| (.+) \|$", card, re.MULTILINE)
    assert teachers == re.findall(r"`([^`]+)`", row)
    assert spoken.min() > 0
    assert spoken.max() < 1
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
