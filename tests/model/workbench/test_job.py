"""The command: what it writes, that a run that was stopped ends as one that was not, and that Ray gives the same."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from model.command_line import main
from model.network import checkpoint
from model.tables.table import read_table
from model.workbench import job
from model.workbench.parts import Parts
from model.workbench.scoring import score as score_texts
from tests.conftest import ROOT, WORDS

KILLED = """
import os, signal, sys
from model.command_line import main
from model.workbench import job
from model.workbench.parts import Parts
job.CHUNK = 4
write, count = Parts.write, 0
def write_some(parts, chunk, content):
    global count
    if count == 3:
        (parts.folder / "000003.npz.partial").write_bytes(content[:100])
        os.kill(os.getpid(), signal.SIGKILL)
    write(parts, chunk, content)
    count += 1
Parts.write = write_some
sys.exit(main(["score", *sys.argv[1:]]))
"""


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """A file of 30 reviews, one of which could start a formula, and a row without text."""
    path = tmp_path / "reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "sentiment"])
        writer.writerow(["=1+1, the film is good", "pos"])
        writer.writerow(["", "neg"])
        for n in range(29):
            writer.writerow([" ".join(WORDS[(n * k) % len(WORDS)] for k in range(2 + n)), ("pos", "neg", "")[n % 3]])
    return path


@pytest.fixture
def command(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command with the small checkpoints, in chunks of four."""
    monkeypatch.setattr(job, "CHUNK", 4)
    return lambda *arguments: main(["score", *map(str, arguments), "--folder", str(checkpoints)])


def test_every_row_is_written_with_what_the_network_says(command, reviews, checkpoints, tmp_path, capsys):
    assert command(reviews, tmp_path / "out.jsonl") == 0
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    table = read_table(reviews)
    scores = score_texts(checkpoint.load("bilstm", checkpoints), table.texts)
    assert list(written[0]) == ["line", "text", "label", "label_in_file", "prediction", "probability", "logit",
                                "tokens", "unknown", "truncated", "forget", "saturated"]  # fmt: skip
    assert [row["text"] for row in written] == list(table.texts)
    assert [row["line"] for row in written] == table.lines.tolist()
    assert [row["label"] for row in written[:4]] == ["positive", "positive", "negative", None]
    assert [row["label_in_file"] for row in written[:4]] == ["pos", "pos", "neg", None]
    np.testing.assert_allclose([row["logit"] for row in written], scores.logits, atol=1e-5)
    np.testing.assert_allclose([row["forget"] for row in written], scores.forget, atol=1e-5)
    assert [row["prediction"] == "positive" for row in written] == scores.predicted.tolist()
    assert [row["unknown"] for row in written] == scores.unknown.tolist()
    assert not any(row["truncated"] for row in written)
    said = capsys.readouterr()
    assert "30 reviews, accuracy " in said.out
    assert "1 row skipped (line 3: no text)" in said.out
    assert "30/30" in said.err
    assert not (tmp_path / "out.jsonl.parts").exists()


def test_the_ending_says_the_format(command, reviews, tmp_path):
    for ending in ("csv", "jsonl", "parquet"):
        assert command(reviews, tmp_path / f"out.{ending}") == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert cells[0]["text"] == "'=1+1, the film is good"
    assert lines[0]["text"] == rows[0]["text"] == "=1+1, the film is good"
    for cell, line, row in zip(cells, lines, rows, strict=True):
        assert np.float32(cell["logit"]) == np.float32(line["logit"]) == np.float32(row["logit"])
    assert rows[3]["label"] is None
    assert cells[3]["label"] == ""


def test_a_plain_network_has_no_gates_to_write(command, reviews, tmp_path):
    assert command(reviews, tmp_path / "out.parquet", "--checkpoint", "rnn") == 0
    assert parquet.read_table(tmp_path / "out.parquet")["forget"].null_count == 30


def test_columns_can_be_named(command, tmp_path, capsys):
    path = tmp_path / "two.csv"
    path.write_text("text,other,label,mine\n" + "the film is good and great,bad film,1,0\n" * 3)
    assert command(path, tmp_path / "out.parquet", "--text", "other", "--label", "mine") == 0
    row = parquet.read_table(tmp_path / "out.parquet").to_pylist()[0]
    assert (row["text"], row["label"]) == ("bad film", "negative")
    assert command(path, tmp_path / "out.parquet", "--text", "missing") == 1
    assert "no column 'missing'" in capsys.readouterr().err


def test_unclear_labels_stop_with_the_question_and_flags_answer_it(command, tmp_path, capsys):
    path, out = tmp_path / "stars.csv", tmp_path / "out.parquet"
    path.write_text("review,rating\n" + "a dull film,1\na film,3\na good film,4\n" * 2)
    assert command(path, out) == 1
    said = capsys.readouterr().err
    assert "'3' (2), '4' (2)" in said
    assert "--label-value '3=…' --label-value '4=…'" in said
    assert not out.exists()
    assert command(path, out, "--label-value", "3=none", "--label-value", "4=positive") == 0
    written = parquet.read_table(out)
    assert [row["label"] for row in written.to_pylist()] == ["negative", None, "positive"] * 2
    assert [row["label_in_file"] for row in written.to_pylist()] == ["1", "3", "4"] * 2
    assert b"4 = positive (2)" in written.schema.metadata[b"label_values"]
    assert command(path, out, "--label-value", "*=none") == 0
    assert [row["label"] for row in parquet.read_table(out).to_pylist()] == ["negative", None, None] * 2
    assert command(path, out, "--no-label") == 0
    assert set(parquet.read_table(out)["label"].to_pylist()) == {None}
    for wrong, sentence in (
        ("4", "write --label-value 1=negative"),
        ("4=good", "positive, negative or none"),
        ("five=positive", "'five' does not stand in the column 'rating'"),
    ):
        capsys.readouterr()
        assert command(path, out, "--label-value", wrong) == 1
        assert sentence in capsys.readouterr().err


def test_how_a_file_is_written_is_said_and_what_was_assumed_is_asked(command, tmp_path, capsys):
    path, out = tmp_path / "old.csv", tmp_path / "out.jsonl"
    path.write_bytes("review,sentiment\nthe \u2018good\u2019 film,pos\nthe bad film,neg\n".encode("cp1252"))
    assert command(path, out) == 1
    assert "is read as cp1252" in capsys.readouterr().err
    assert command(path, out, "--encoding", "cp1252") == 0
    assert "\u2018good\u2019" in json.loads(out.read_text(encoding="utf-8").splitlines()[0])["text"]
    assert command(path, out, "--encoding", "cp1252", "--no-header", "--text", "text") == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


def test_at_a_terminal_unclear_labels_are_asked(command, tmp_path, capsys, monkeypatch):
    path, out = tmp_path / "ones.csv", tmp_path / "out.parquet"
    path.write_text("review,label\n" + "a dull film,1\n" * 3)
    terminal = io.StringIO("perhaps\n Negative\n")
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    assert command(path, out) == 0
    assert "'1' (3): positive, negative or none?" in capsys.readouterr().err
    assert parquet.read_table(out)["label"].to_pylist() == ["negative"] * 3


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(
    command, reviews, checkpoints, tmp_path, monkeypatch, ending
):
    whole, out = tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    assert command(reviews, whole) == 0
    arguments = [reviews, out, "--folder", checkpoints]
    killed = subprocess.run([sys.executable, "-c", KILLED, *map(str, arguments)], cwd=ROOT, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    parts = tmp_path / f"out.{ending}.parts"
    assert len(list(parts.glob("*.npz"))) == 3
    assert not out.exists()
    damaged = parts / "000001.npz"
    damaged.write_bytes(damaged.read_bytes()[:50])  # as a machine that lost its power leaves it
    written: list[int] = []
    write = Parts.write

    def note(parts: Parts, chunk: int, content: bytes) -> None:
        written.append(chunk)
        write(parts, chunk, content)

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "write", note)
        assert command(reviews, out) == 0
    assert written == [1, 3, 4, 5, 6, 7]
    assert out.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_parts_of_another_run_are_refused(command, reviews, checkpoints, tmp_path, capsys):
    out = tmp_path / "out.csv"
    arguments = [reviews, out, "--folder", checkpoints]
    subprocess.run([sys.executable, "-c", KILLED, *map(str, arguments)], cwd=ROOT, capture_output=True)
    for change in (["--checkpoint", "rnn"], ["--float32"]):
        assert command(reviews, out, *change) == 1
        assert "parts of another run: delete that folder, or choose another OUT." in capsys.readouterr().err
    reviews.write_text(reviews.read_text() + "one more good film,pos\n")
    assert command(reviews, out) == 1
    assert "parts of another run" in capsys.readouterr().err
    assert len(list((tmp_path / "out.csv.parts").glob("*.npz"))) == 3


def test_a_folder_that_is_not_of_parts_is_left_alone(command, reviews, tmp_path, capsys):
    folder = tmp_path / "out.csv.parts"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    assert command(reviews, tmp_path / "out.csv") == 1
    assert "parts of another run" in capsys.readouterr().err
    assert (folder / "letter.txt").read_text() == "dear"


def test_a_run_stopped_by_its_user_says_how_to_go_on(command, reviews, tmp_path, capsys, monkeypatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "write", stop)
        assert command(reviews, tmp_path / "out.csv") == 1
    assert "the same command goes on" in capsys.readouterr().err
    assert command(reviews, tmp_path / "out.csv") == 0


def test_what_cannot_work_ends_with_one_sentence_before_the_work(command, reviews, tmp_path, capsys):
    for arguments, sentence in (
        ([reviews, tmp_path / "out.xlsx"], "cannot be written by its ending; there are .csv, .jsonl, .parquet"),
        ([reviews, tmp_path / "none" / "out.csv"], "There is no folder"),
        ([reviews, reviews], "choose another OUT"),
        ([tmp_path / "none.csv", tmp_path / "out.csv"], "There is no file 'none.csv'"),
        ([tmp_path, tmp_path / "out.csv"], "not the Large Movie Review Dataset"),
        ([reviews, tmp_path / "out.csv", "--checkpoint", "none"], "There is no checkpoint of that name"),
    ):
        assert command(*arguments) == 1
        error = capsys.readouterr().err
        assert sentence in error
        assert "Traceback" not in error


def test_a_full_disk_leaves_the_older_file(command, reviews, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out.csv"
    out.write_text("older")

    write = Path.write_bytes

    def full(path: Path, content: bytes) -> None:
        if path.name == "out.csv.partial":
            raise OSError(28, "No space left on device", str(path))
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        assert command(reviews, out) == 1
    assert "No space left" in capsys.readouterr().err
    assert out.read_text() == "older"
    assert command(reviews, out) == 0


def test_the_dataset_itself_can_be_scored(command, tmp_path, capsys):
    for name, text in (("pos/0_9.txt", "a great film"), ("neg/0_2.txt", "it is bad , not good")):
        for split in ("train", "test"):
            path = tmp_path / "aclImdb" / split / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text} {split}")
    assert command(tmp_path / "aclImdb", tmp_path / "out.parquet", "--split", "train") == 0
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert {(row["text"], row["label"]) for row in rows} == {
        ("a great film train", "positive"),
        ("it is bad , not good train", "negative"),
    }


def test_without_ray_the_command_says_how_to_get_it(command, reviews, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert command(reviews, tmp_path / "out.csv", "--engine", "ray") == 1
    assert "pip install 'gatescope[ray]'" in capsys.readouterr().err


def test_ray_writes_the_same_bytes(command, reviews, checkpoints, tmp_path):
    pytest.importorskip("ray.data")
    assert command(reviews, tmp_path / "local.csv") == 0
    code = (
        "import sys; from model.command_line import main; from model.workbench import job; job.CHUNK = 4; "
        "sys.exit(main(['score', *sys.argv[1:]]))"
    )
    arguments = [reviews, tmp_path / "ray.csv", "--folder", checkpoints, "--engine", "ray", "--workers", "2"]
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ray.csv").read_bytes() == (tmp_path / "local.csv").read_bytes()
    assert not (tmp_path / "ray.csv.parts").exists()
