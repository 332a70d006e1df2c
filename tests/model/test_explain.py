"""One computation for all views."""

from __future__ import annotations

import threading

import pytest

from model import explain
from model.errors import CheckpointError, ReviewError
from model.explain import Explainer, Question


@pytest.fixture
def explainer(checkpoints):
    return Explainer(checkpoints)


def test_parts_of_an_explanation_belong_together(explainer):
    found = explainer.explain(Question("A film I don't like.", "bilstm"))
    tokens = len(found.review.tokens)
    assert len(found.attribution.scores) == tokens == len(found.gates.traces[0].h)
    assert found.attribution.logit == pytest.approx(found.prediction.logit, abs=1e-5)
    assert found.prediction == explainer.classify("A film I don't like.", "bilstm")


def test_gates_are_computed_once_for_all_methods(explainer, monkeypatch):
    calls = []
    monkeypatch.setattr(explain, "trace_gates", lambda *given: calls.append(1) or trace_gates(*given))
    first = explainer.explain(Question("good film", "bilstm"))
    second = explainer.explain(Question("good film", "bilstm", "saliency"))
    assert calls == [1]
    assert second.gates is first.gates
    assert second.attribution.method == "saliency"


trace_gates = explain.trace_gates


def test_only_the_last_explanations_are_kept(explainer):
    kept = explainer._readings._values
    for number in range(explain.KEPT + 3):
        explainer.explain(Question("good " * (number + 1), "bilstm", "saliency"))
    assert len(kept) == explain.KEPT


def test_default_is_the_best_checkpoint(explainer):
    assert explainer.names == ["bilstm", "rnn"]
    assert explainer.default == "bilstm"


def test_unknown_checkpoint_or_unreadable_text_is_refused(explainer):
    with pytest.raises(CheckpointError, match="there are: bilstm, rnn"):
        explainer.explain(Question("good", "none"))
    with pytest.raises(ReviewError):
        explainer.explain(Question(" ", "bilstm"))


def test_folder_without_checkpoints_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"model\.train"):
        Explainer(tmp_path)


def test_many_people_at_once_get_their_own_answers(explainer):
    texts = [f"{'good ' * number}bad film" for number in range(1, 13)]
    alone = {text: Explainer(explainer._folder).explain(Question(text, "bilstm")).attribution for text in texts}
    found = {}

    def ask(text):
        found[text] = explainer.explain(Question(text, "bilstm")).attribution

    threads = [threading.Thread(target=ask, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text in texts:
        assert found[text].scores == pytest.approx(alone[text].scores, abs=1e-6)
