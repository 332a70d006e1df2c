"""The command line: a newcomer finds the commands, each loads what it needs, and what ends one is one sentence."""

from __future__ import annotations

import errno
import importlib
import io
import json
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path

import pytest
import torch

from model.attribution.methods import METHODS
from model.command_line import COMMANDS, EXTRAS, GROUPS, exit_code, main
from model.errors import DataError, OutOfTime
from tests.conftest import ROOT


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_commands_are_listed_in_groups_each_with_an_example(capsys, arguments):
    assert main(arguments) == 0
    said = capsys.readouterr().out
    for title, commands in GROUPS.items():
        assert f"{title}:\n" in said
        for name, command in commands.items():
            assert command.about in said
            assert f"python -m model {name} {command.example}".rstrip() + "\n" in said


def test_list_of_commands_loads_no_torch():
    check = (
        "import sys\n"
        "from model.command_line import main\n"
        "main([])\n"
        "assert not {'torch', 'numpy', 'spacy'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_offers_what_the_table_promises(name, capsys):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    module = importlib.import_module(COMMANDS[name].module)
    parser = ArgumentParser()
    module.add_arguments(parser)
    destinations = {action.dest for action in parser._actions} - {"help"}
    assert destinations == {field.name for field in fields(module.Options)}
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"usage: python -m model {name} " in said
    assert f"python -m model {name} {COMMANDS[name].example}".rstrip() + "\n" in said
    assert module.work.__doc__


def test_options_of_several_commands_have_one_wording():
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    said: dict[str, set[object]] = {}
    for command in COMMANDS.values():
        parser = ArgumentParser()
        importlib.import_module(command.module).add_arguments(parser)
        for action in parser._actions:
            if {"--data", "--device", "--seed", "--checkpoint", "--folder", "--minutes", "--resume"} & {
                *action.option_strings
            }:
                said.setdefault(action.dest, set()).add((action.help, action.default, action.metavar))
    assert len(said) == 7
    assert all(len(wordings) == 1 for wordings in said.values()), said


def test_unknown_command_is_one_sentence_with_those_there_are(capsys):
    assert main(["trian"]) == 2
    said = capsys.readouterr().err
    assert "There is no command 'trian'" in said
    assert all(name in said for name in COMMANDS)


def test_module_runs_as_a_program(tmp_path):
    done = subprocess.run([sys.executable, "-m", "model", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "prepare" in done.stdout


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("There is nothing."), "There is nothing."),
        (torch.OutOfMemoryError("CUDA out of memory, tried to allocate"), "The device is out of memory"),
        (
            OSError(errno.ENOSPC, "No space left on device", "a.npz"),
            "The file 'a.npz' cannot be read or written: No space",
        ),
        (KeyboardInterrupt(), "Stopped."),
    ],
)
def test_what_ends_a_command_is_one_sentence(capsys, error, sentence):
    def work():
        raise error

    assert exit_code(work) == 1
    written = capsys.readouterr().err
    assert written.startswith(sentence)
    assert len(written.splitlines()) == 1


def test_time_that_is_over_is_no_failure(capsys, tmp_path):
    def work():
        raise OutOfTime(tmp_path)

    assert exit_code(work) == 0
    assert "go on with --resume" in capsys.readouterr().out


@pytest.mark.parametrize(("library", "extra"), EXTRAS.items())
def test_missing_optional_library_names_its_extra(capsys, library, extra):
    def work():
        raise ModuleNotFoundError(f"No module named '{library}'", name=f"{library}.part")

    assert exit_code(work) == 1
    said = capsys.readouterr().err
    assert f"needs {library}," in said
    assert f"pip install 'gatescope[{extra}]'" in said


def test_extras_are_those_of_the_package():
    tomllib = pytest.importorskip("tomllib")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    distributions = {"sklearn": "scikit-learn"}
    for library, extra in EXTRAS.items():
        assert any(each.startswith(distributions.get(library, library)) for each in declared[extra])


@pytest.mark.parametrize("error", [RuntimeError("a fault"), ModuleNotFoundError("No module named 'own'", name="own")])
def test_fault_of_the_program_itself_is_not_hidden(error):
    def work():
        raise error

    with pytest.raises(type(error), match=str(error)):
        exit_code(work)


def test_review_is_classified_as_text_and_as_json(checkpoints, capsys):
    command = ["classify", "good film zzz zzz", "--folder", str(checkpoints)]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert f"P(positive) = {answer['probability']:.2f}, logit {answer['logit']:+.2f}" in text
    assert "4 tokens, 2 unknown: zzz\n" in text
    assert answer["tokens"] == ["good", "film", "zzz", "zzz"]
    assert answer["unknown"] == [2, 3]
    assert answer["label"] in text.lower()
    assert answer["truncated"] is False


def test_review_is_read_from_standard_input(checkpoints, capsys, monkeypatch):
    answers = []
    for text in ("good film", "-"):
        monkeypatch.setattr(sys, "stdin", io.StringIO("good film\n"))
        assert main(["classify", text, "--json", "--folder", str(checkpoints), "--checkpoint", "rnn"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]


def test_review_is_explained_as_text_and_as_json(checkpoints, capsys):
    command = ["explain", "good film zzz", "--folder", str(checkpoints)]
    assert main([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sum(answer["scores"]) == pytest.approx(answer["logit"] - answer["baseline_logit"], abs=0.01)
    assert main(command) == 0
    text = capsys.readouterr().out
    for token, score in zip(answer["tokens"], answer["scores"], strict=True):
        assert f"{token:<4} {score:+8.3f}" in text
    assert "zzz    +0.000  unknown" in text
    assert "the scores add up to" in text
    assert main([*command, "--method", "saliency", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["delta"] is None


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_can_be_asked_for_and_what_has_no_sign_is_told_without(checkpoints, capsys, method):
    command = ["explain", "good film", "--folder", str(checkpoints), "--method", method.name]
    assert main([*command, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert method.name in text
    for token, score in zip(("good", "film"), scores, strict=True):
        assert f"  {token} {score:+8.3f}" in text if method.signed else f"  {token} {score:8.3f}" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["classify", " "], "There is nothing to read yet"),
        (["classify", "good", "--checkpoint", "none"], "There is no checkpoint of that name"),
        (["explain", "good", "--method", "magic"], "There is no such method; there are: "),
        (["explain", "good", "--baseline", "magic"], "there are: "),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(checkpoints, capsys, arguments, sentence):
    assert main([*arguments, "--folder", str(checkpoints)]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_bytes_that_are_no_text_are_one_sentence(checkpoints):
    command = [sys.executable, "-X", "utf8", "-m", "model", "classify", "-", "--folder", str(checkpoints)]
    done = subprocess.run(command, cwd=ROOT, input=b"\xff\xfe", capture_output=True, env={"PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 1
    assert done.stderr.decode() == "Standard input is not text in UTF-8.\n"


def test_prepared_file_may_be_named_by_its_folder(tmp_path: Path, capsys):
    assert main(["ngrams", "--data", str(tmp_path)]) == 1
    assert f"There is no prepared file at '{tmp_path / 'imdb.npz'}'" in capsys.readouterr().err
