"""Publishing: the best of some runs, what was tried, and its atlas."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from model.command_line import main
from model.evaluation import publish
from model.evaluation.choice import choose
from model.network import checkpoint
from model.network.checkpoint import Candidate
from model.reading import atlas
from tests.model.training.test_train import command


def candidate(run, validation, sentences):
    return Candidate(run, "", 1, validation, sentences)


@pytest.mark.parametrize(
    ("tried", "chosen"),
    [
        ([candidate("a", 0.90, 0.9), candidate("b", 0.93, 0.5)], "b"),  # far better on reviews
        ([candidate("a", 0.928, 0.9), candidate("b", 0.93, 0.5)], "a"),  # as good on reviews, better on sentences
        ([candidate("a", 0.928, 0.8), candidate("b", 0.93, 0.8)], "b"),
        ([candidate("a", 0.921, 0.9), candidate("b", 0.928, 0.8), candidate("c", 0.93, 0.7)], "b"),
    ],
)
def test_of_runs_as_good_as_the_best_the_one_that_judges_sentences_best_is_taken(tried, chosen):
    assert choose(tried).run == chosen
    assert choose(tried[::-1]).run == chosen


def test_best_run_is_published_and_evaluated_the_same_twice(workplace, capsys):
    assert command(workplace, "short", "--epochs", "1") == 0
    assert command(workplace, "long") == 0
    folder = workplace / "checkpoints"
    best = publish.publish("net", [workplace / "short", workplace / "long"], folder)
    candidates = checkpoint.load("net", folder).training.candidates
    assert [(each.run, each.made_of) for each in candidates] == [
        (run, "preset recipe, vectors.txt, labelled reviews") for run in ("short", "long")
    ]
    assert best.epochs == 6
    assert len(atlas.read(folder / "net", checkpoint.load("net", folder).network.config).reviews) == 300
    assert (folder / "net" / "curves.png").read_bytes().startswith(b"\x89PNG")
    arguments = ["evaluate", "net", "--data", str(workplace), "--folder", str(folder), "--device", "cpu"]
    assert main(arguments) == 0
    first = checkpoint.load("net", folder).report
    assert main(arguments) == 0
    again = checkpoint.load("net", folder).report
    for split in ("validation", "test"):
        assert astuple(getattr(again, split)) == pytest.approx(astuple(getattr(first, split)), abs=1e-6)
    assert first.test.accuracy > 0.9
    assert f"{first.test.accuracy:.4f}" in (folder / "net" / "README.md").read_text()
    assert "test" in capsys.readouterr().out


def test_publishing_new_weights_forgets_what_was_measured_of_old_ones(workplace):
    assert command(workplace, "run", "--epochs", "1") == 0
    folder = workplace / "checkpoints"
    publish.publish("net", [workplace / "run"], folder)
    (folder / "net" / "faithfulness.json").write_text("of other weights")
    publish.publish("net", [workplace / "run"], folder)
    assert not (folder / "net" / "faithfulness.json").exists()
