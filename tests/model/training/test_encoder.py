"""A pretrained encoder as a teacher: made here, tiny; it learns, survives stops, and labels what it has not seen."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model.command_line import main
from model.training import data, encoder, practice, soft_labels
from model.training.data import PreparedTexts, Split
from tests.made import WORDS, made_data


@pytest.fixture
def pretrained(workplace):
    """A folder with an untrained encoder of the made words, and the made reviews as texts."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = workplace / "pretrained"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(WORDS) + 5, **sizes)).save_pretrained(folder)
    prepared = made_data()
    reviews = [prepared.ids[a:b] for a, b in zip(prepared.offsets, prepared.offsets[1:], strict=False)]
    encoded = [" ".join(WORDS[id_ - 2] for id_ in review).encode() for review in reviews]
    texts = PreparedTexts(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)]))
    data.save_texts(texts, prepared, data.texts_path(workplace / "imdb.npz"))
    return folder


@pytest.fixture
def run(workplace, pretrained, monkeypatch):
    """Runs the command on the made data, quickly."""
    monkeypatch.setattr(encoder.EncoderSettings, "__init__", _quick(encoder.EncoderSettings.__init__))

    def command(name, *more, source=pretrained):
        paths = ["--data", str(workplace / "imdb.npz"), "--labels", str(workplace / f"{name}.npz")]
        out = ["--out", str(workplace / name), "--device", "cpu", "--from", str(source)]
        return main(["encoder", *paths, *out, *more])

    return command


def _quick(init):
    def quick(self, *arguments, **settings):
        init(self, *arguments, **({"batch": 10, "learning_rate": 1e-2, "epochs": 6} | settings))

    return quick


def test_encoder_learns_and_labels_what_it_has_not_seen(run, workplace):
    assert run("whole") == 0
    prepared = made_data()
    found = soft_labels.read(workplace / "whole.npz", prepared)
    assert found.teachers == ("pretrained",)
    assert found.accuracy(prepared, Split.VALIDATION) > 0.9
    asked = ~np.isnan(found.probabilities)
    assert set(prepared.splits[asked].tolist()) == {Split.VALIDATION, Split.UNLABELLED}


@pytest.mark.parametrize("excerpts", [(), ("excerpts=1",)])
def test_with_folds_each_review_is_labelled_by_an_encoder_that_has_not_seen_it(run, workplace, monkeypatch, excerpts):
    learnt, asked = [set()], [set()]
    train_step, label = encoder.FineTuning._train_step, encoder.FineTuning._label
    begin = encoder.FineTuning._begin

    def spy_step(self, batch, total):
        learnt[-1].update(batch.rows.tolist())
        return train_step(self, batch, total)

    def spy_label(self, stop):
        label(self, stop)
        asked[-1].update(np.flatnonzero(~np.isnan(self.said[self.part])).tolist())

    def spy_begin(self, part):
        if part:
            learnt.append(set())
            asked.append(set())
        begin(self, part)

    monkeypatch.setattr(encoder.FineTuning, "_train_step", spy_step)
    monkeypatch.setattr(encoder.FineTuning, "_label", spy_label)
    monkeypatch.setattr(encoder.FineTuning, "_begin", spy_begin)
    assert run("folds", "--set", "epochs=6", "folds=2", *excerpts) == 0
    prepared = made_data()
    train = set(prepared.rows(Split.TRAIN).tolist())
    assert len(learnt) == len(asked) == 2
    assert learnt[0] | learnt[1] == train
    for seen, spoken in zip(learnt, asked, strict=True):
        assert spoken & train == train - seen
    found = soft_labels.read(workplace / "folds.npz", prepared)
    assert found.accuracy(prepared, Split.TRAIN) > 0.7
    assert not np.isnan(found.probabilities[prepared.rows(Split.UNLABELLED)]).any()


def test_practice_is_learnt_whole_as_often_as_asked_for_and_labelled_by_nobody(run, workplace, monkeypatch, tmp_path):
    file = tmp_path / "practice.csv"
    file.write_text(f"text,label,kind\n{WORDS[0]},positive,plain\n{WORDS[1]} {WORDS[1]},none,plot\n")
    monkeypatch.setattr(practice, "PRACTICE", file)
    learnt, step = [], encoder.FineTuning._train_step

    def spy(self, batch, total):
        learnt.extend(zip(batch.rows.tolist(), batch.pieces, strict=True))
        return step(self, batch, total)

    monkeypatch.setattr(encoder.FineTuning, "_train_step", spy)
    assert run("practised", "--set", "epochs=2", "practice=3", "excerpts=1") == 0
    prepared = made_data()
    count = len(prepared.labels)
    behind = [(row - count, pieces.tolist()) for row, pieces in learnt if row >= count]
    assert sorted(behind) == [(0, [2, 5, 3])] * 6 + [(1, [2, 6, 6, 3])] * 6
    assert len(soft_labels.read(workplace / "practised.npz", prepared).probabilities) == count


@pytest.mark.parametrize("folds", [(), ("folds=2",), ("excerpts=1",)])
def test_run_that_was_stopped_five_times_ends_with_the_numbers_of_one_that_was_not(run, workplace, folds):
    settings = ["--set", "epochs=1", *folds]
    assert run("whole", *settings) == 0
    assert run("parts", *settings, "--minutes", "0") == 0
    for _ in range(30 if folds else 4):  # so often that both parts are stopped
        assert run("parts", *settings, "--minutes", "0", "--resume") == 0
    assert run("parts", *settings, "--resume") == 0
    whole, parts = (load_file(workplace / name / "state.safetensors") for name in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name].nan_to_num(), parts[name].nan_to_num()) for name in whole)
    prepared = made_data()
    both = [soft_labels.read(workplace / f"{name}.npz", prepared).probabilities for name in ("whole", "parts")]
    np.testing.assert_array_equal(*both)


def test_labelling_that_was_stopped_goes_on(run, workplace, capsys):
    assert run("run", "--set", "epochs=1") == 0
    expected = soft_labels.read(workplace / "run.npz", made_data()).probabilities
    (workplace / "run.npz").unlink()
    assert run("run", "--set", "epochs=1", "--resume") == 0
    np.testing.assert_array_equal(soft_labels.read(workplace / "run.npz", made_data()).probabilities, expected)


def test_long_review_keeps_its_first_and_last_pieces(pretrained, workplace):
    prepared = data.load(workplace / "imdb.npz")
    texts = data.load_texts(data.texts_path(workplace / "imdb.npz"), prepared)
    settings = encoder.EncoderSettings(head=1, tail=2)
    found = encoder.FineTuning(str(pretrained), settings, prepared, texts, workplace / "run", "cpu", 1)
    row = int(np.argmax(np.diff(prepared.offsets)))
    ids = prepared.review(row, 99)
    assert found._pieces(row).tolist() == [2, ids[0] + 3, ids[-2] + 3, ids[-1] + 3, 3]


def test_each_review_is_learnt_whole_and_as_runs_of_its_sentences(pretrained, workplace, monkeypatch):
    monkeypatch.setattr(encoder, "ENDINGS", (WORDS[0], WORDS[1], "…"))  # the last one is no word of the encoder's
    prepared = data.load(workplace / "imdb.npz")
    texts = data.load_texts(data.texts_path(workplace / "imdb.npz"), prepared)
    settings = encoder.EncoderSettings(excerpts=3)
    tuning = encoder.FineTuning(str(pretrained), settings, prepared, texts, workplace / "run", "cpu", 1)
    rows = prepared.rows(Split.TRAIN)[:40]
    learnt = {row: [] for row in rows.tolist()}
    for batch in tuning._batches(rows, 0):
        for row, pieces in zip(batch.rows.tolist(), batch.pieces, strict=True):
            learnt[row].append(pieces.tolist())
    shorter = 0
    for row, all_pieces in learnt.items():
        whole = tuning._pieces(row).tolist()
        ends = [place + 1 for place, piece in enumerate(whole) if piece in (5, 6)]
        bounds = sorted({1, *ends, len(whole) - 1})
        possible = {
            (2, *whole[start:end], 3) for first, start in enumerate(bounds) for end in bounds[first + 1 : first + 4]
        }
        assert len(all_pieces) == 4
        assert whole in all_pieces
        assert all(pieces == whole or tuple(pieces) in possible for pieces in all_pieces)
        shorter += sum(len(pieces) < len(whole) for pieces in all_pieces)
    assert shorter > len(rows)


@pytest.mark.parametrize("kind", ["nothing", "no encoder"])
def test_folder_that_is_no_encoder_is_refused_in_one_sentence(run, workplace, capsys, kind):
    source = workplace / "elsewhere"
    if kind == "no encoder":
        source.mkdir()
        (source / "config.json").write_text("{}")
    started = time.monotonic()
    assert run("run", source=source) == 1
    assert "is no pretrained encoder" in capsys.readouterr().err
    assert time.monotonic() - started < 30


def test_state_of_other_data_is_refused(run, workplace, capsys, pretrained):
    assert run("run", "--set", "epochs=1", "--minutes", "0") == 0
    prepared = made_data()
    ids = prepared.ids.copy()
    ids[0] += 1
    changed = data.PreparedData(
        ids, prepared.offsets, prepared.labels, prepared.splits, prepared.ratings, prepared.vocabulary
    )
    data.save(changed, workplace / "imdb.npz")
    assert run("run", "--set", "epochs=1", "--resume") == 1
    assert "other prepared data" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["folds=1", "head=-1", "nothing=1"])
def test_setting_that_makes_no_sense_is_refused(run, capsys, change):
    assert run("run", "--set", change) == 1
    assert f"'{change}' cannot be set; settings are head, " in capsys.readouterr().err


def test_missing_library_is_named(run, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert run("run", source="anything") == 1
    assert "pip install 'gatescope[teacher]'" in capsys.readouterr().err
