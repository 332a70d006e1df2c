"""The command that measures a checkpoint, on a small one and made data."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from model.attribution import faithfulness
from model.attribution.methods import METHODS
from model.command_line import main
from model.evaluation import behaviour, evaluate
from model.evaluation import card as card_of
from model.evaluation.sentences import measure_sentences
from model.network import checkpoint
from model.network.checkpoint import TrainingRecord
from model.training import data
from model.training.data import Split
from tests.conftest import make_network
from tests.made import WORDS, made_data
from tests.model.attribution.test_faithfulness import seconds_apart


@pytest.fixture
def folder(tmp_path):
    """A folder with prepared data and a checkpoint, "net", that was never evaluated."""
    data.save(made_data(), tmp_path / "imdb.npz")
    record = TrainingRecord("recipe", "none", 10, 1, 1, 0.1, "CPU", 1)
    network = make_network(vocabulary_size=len(WORDS) + 2)
    checkpoint.save(tmp_path / "net", network, list(WORDS), record)
    return tmp_path


def command(folder, *more):
    return main(["evaluate", "net", "--data", str(folder), "--folder", str(folder), "--device", "cpu", *more])


def stored(folder):
    return {path.name: path.read_bytes() for path in (folder / "net").iterdir()}


def test_evaluating_twice_gives_the_same_files(folder):
    assert command(folder) == 0
    first = checkpoint.load("net", folder)
    assert command(folder) == 0
    again = checkpoint.load("net", folder)
    assert again.network.config.temperature == pytest.approx(first.network.config.temperature)
    assert again.report.behaviour == first.report.behaviour
    for one, other in zip(first.report.slices, again.report.slices, strict=True):
        assert (one.kind, one.name, one.reviews, one.accuracy) == (
            other.kind,
            other.name,
            other.reviews,
            other.accuracy,
        )
        assert (one.ece, one.uncalibrated_ece) == pytest.approx((other.ece, other.uncalibrated_ece), abs=1e-6)


def test_data_that_were_counted_with_other_words_are_measured_all_the_same(folder):
    prepared = made_data()
    turned = prepared.in_words(WORDS[::-1])
    assert not np.array_equal(turned.ids, prepared.ids)
    found = []
    for counted in (prepared, turned):
        data.save(counted, folder / "imdb.npz")
        assert command(folder, "--faithfulness", "--reviews", "3") == 0
        compared = faithfulness.read(folder / "net").methods
        report = checkpoint.load("net", folder).report
        metrics = [number for split in (report.validation, report.test) for number in astuple(split)]
        found.append([*metrics, *(number for each in compared for number in (each.aopc, each.tau))])
    assert found[1] == pytest.approx(found[0], abs=1e-5)


def test_slices_and_behaviour_are_stored_printed_and_on_the_card(folder, capsys):
    assert command(folder) == 0
    report = checkpoint.load("net", folder).report
    output, card = capsys.readouterr().out, (folder / "net" / "README.md").read_text()
    assert {each.kind for each in report.slices} == {"tokens", "negation words per 100 tokens", "unknown words"}
    assert sum(each.cases for each in report.behaviour) == len(behaviour.read_cases())
    assert [each.rate for each in report.behaviour] == sorted(each.rate for each in report.behaviour)
    for each in report.slices:
        assert f"| {each.kind} | {each.name} | {each.reviews} | {each.accuracy:.4f} |" in card
        assert f"{each.kind}, {each.name}" in output
    for each in report.behaviour:
        assert f"| {each.name} | {each.passed} | {each.cases} |" in card
        assert each.name in output
    assert card_of.sentences_note(report.sentences) in card
    assert card_of.sentences_note(report.sentences) in output
    assert report.sentences == measure_sentences(checkpoint.load("net", folder), "reporting")
    assert not (folder / "net" / "faithfulness.json").exists()
    assert "Faithfulness" not in card


def test_behaviour_is_measured_with_the_fitted_temperature(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(
        evaluate.behaviour, "run", lambda loaded, cases: seen.append(loaded.network.config.temperature) or ()
    )
    assert command(folder) == 0
    assert seen == [checkpoint.load("net", folder).network.config.temperature]


def test_attribution_methods_are_compared_on_request(folder, capsys):
    assert command(folder, "--faithfulness", "--reviews", "5", "--seed", "7") == 0
    found = faithfulness.read(folder / "net")
    card = (folder / "net" / "README.md").read_text()
    assert (found.reviews, found.seed, [each.method for each in found.methods]) == (
        5,
        7,
        [method.name for method in METHODS],
    )
    assert "## Faithfulness of the attributions" in card
    assert f"The winner by AOPC is {found.winner} with" in card
    assert "--faithfulness --reviews 5 --seed 7" in card
    assert all(each.method in capsys.readouterr().out for each in found.ranking[:1])
    assert command(folder, "--faithfulness", "--reviews", "5", "--seed", "7") == 0
    again = faithfulness.read(folder / "net")
    for one, other in zip(seconds_apart(found).methods, seconds_apart(again).methods, strict=True):
        assert (other.aopc, other.tau) == pytest.approx((one.aopc, one.tau), abs=1e-5)


def test_earlier_comparison_of_methods_stays_on_the_card(folder):
    assert command(folder, "--faithfulness", "--reviews", "2") == 0
    before = stored(folder)
    assert command(folder) == 0
    assert stored(folder)["faithfulness.json"] == before["faithfulness.json"]
    assert b"Faithfulness of the attributions" in stored(folder)["README.md"]


def test_reviews_of_the_comparison_are_validation_reviews_that_fit(monkeypatch):
    prepared = made_data()
    monkeypatch.setattr(faithfulness, "MAX_TOKENS", 7)
    drawn = evaluate.draw_reviews(prepared, 100, reviews=1_000, seed=1)
    validation = [prepared.review(row, 100) for row in prepared.rows(Split.VALIDATION)]
    fitting = [review.tolist() for review in validation if len(review) <= 7]
    assert 0 < len(fitting) < len(validation)
    assert [review.tolist() for review in drawn] == fitting
    few, same, others = (evaluate.draw_reviews(prepared, 100, 3, seed) for seed in (1, 1, 2))
    assert len(few) == 3
    assert all(np.array_equal(one, other) for one, other in zip(few, same, strict=True))
    assert not all(np.array_equal(one, other) for one, other in zip(few, others, strict=True))


def test_comparison_without_a_fitting_review_is_one_sentence_and_changes_nothing(folder, capsys, monkeypatch):
    monkeypatch.setattr(faithfulness, "MAX_TOKENS", 2)
    before = stored(folder)
    assert command(folder, "--faithfulness") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert stored(folder) == before


@pytest.mark.parametrize("more", [["--reviews", "0"], ["--reviews", "few"], ["--seed", "-1"]])
def test_number_that_makes_no_sense_is_refused(folder, capsys, more):
    with pytest.raises(SystemExit):
        command(folder, "--faithfulness", *more)
    assert more[0] in capsys.readouterr().err


def test_missing_file_is_one_sentence(folder, capsys):
    for more in (["--data", str(folder / "none.npz")], ["--folder", str(folder / "none")]):
        assert command(folder, *more) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
