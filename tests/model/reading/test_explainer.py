"""One computation for all views."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest
import torch

from model.attribution import integrated_gradients
from model.errors import CheckpointError, ReviewError
from model.reading import across
from model.reading import explainer as explain
from model.reading.atlas import FILE
from model.reading.explainer import Explainer
from model.reading.explanation import WEIGHTS, Question
from model.reading.units import rank_units
from model.recurrence.arriving import arriving_gradients
from model.recurrence.clamps import Clamp, switch_off
from model.recurrence.interventions import intervene
from model.recurrence.jacobians import gradient_flow, untrained
from model.recurrence.openings import Valve, read_openings
from model.recurrence.preactivations import preactivations
from model.recurrence.prefixes import read_prefixes
from model.recurrence.retention import measure_memory
from model.worker import TORCH
from tests.conftest import await_that, save_checkpoint

CLAMPS = (Clamp("h", 0.5, 1, "backward"), switch_off(2, "forward", 3))  # what both kinds of cell can hold
TEXTS = ("A film I don't like.", "good but not great !")
EACH = pytest.mark.parametrize("name", ["bilstm", "rnn"])
BOTH = pytest.mark.parametrize("direction", ["forward", "backward"])


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
    assert second.attribution.method.name == "saliency"


trace_gates = explain.trace_gates


def test_a_verdict_comes_between_two_steps_of_a_long_attribution_and_changes_none_of_its_scores(
    explainer, checkpoints, monkeypatch
):
    monkeypatch.setattr(integrated_gradients, "GRADIENT_TOKENS", 8)  # many short steps
    question = Question("the film is good , not great but good", "bilstm")
    alone = Explainer(checkpoints, "cpu").explain(question)
    explainer.read(question)
    asked, done = [], []

    with ThreadPoolExecutor(1) as another:

        def progress(share):
            done.append(bool(asked) and bool(wait(asked, 5).done))  # the worker is held here meanwhile
            if not asked:
                asked.append(another.submit(explainer.classify, "a dull film", "bilstm"))
                await_that(lambda: TORCH.waiting)

        found = explainer.explain(question, progress)
    assert done[:2] == [False, True]
    assert asked[0].result() == Explainer(checkpoints, "cpu").classify("a dull film", "bilstm")
    assert found.attribution.scores == alone.attribution.scores


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
    with pytest.raises(CheckpointError, match=r"python -m model train"):
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


def test_two_who_ask_the_same_at_once_are_answered_by_one_computation(explainer, monkeypatch):
    calls = count_calls(monkeypatch, "attribute")
    with ThreadPoolExecutor(4) as many:
        found = list(many.map(lambda _: explainer.explain(Question("a good film", "bilstm")), range(8)))
    assert len(calls) == 1
    assert all(each.attribution is found[0].attribution for each in found)


def embedded(explainer, found, network=None):
    """The network that read a review, and the review's word vectors."""
    network = network or explainer.checkpoint(found.question.checkpoint).network
    return network, network.embed(torch.tensor([found.review.ids]))


def count_calls(monkeypatch, name):
    """Lets a function that the explainer uses count how often it is called."""
    calls, original = [], getattr(explain, name)
    monkeypatch.setattr(explain, name, lambda *given: calls.append(1) or original(*given))
    return calls


def assert_same_flow(found, expected):
    assert (found.layer, found.direction, found.cell) == (expected.layer, expected.direction, expected.cell)
    assert [term.name for term in found.terms] == [term.name for term in expected.terms]
    for one, other in zip(found.terms, expected.terms, strict=True):
        np.testing.assert_allclose(one.norms, other.norms, rtol=1e-6)
    np.testing.assert_allclose(found.gain.log10_gain, expected.gain.log10_gain, atol=1e-6)
    np.testing.assert_allclose(found.bound.log10_gain, expected.bound.log10_gain, atol=1e-6)


@EACH
def test_prefixes_are_those_of_the_review_and_its_checkpoint(explainer, name):
    for text in TEXTS:
        found = explainer.explain(Question(text, name))
        for clamps in ((), CLAMPS):
            expected = read_prefixes(explainer.checkpoint(name).network, found.review.ids, clamps)
            curve = explainer.prefixes(found, clamps)
            np.testing.assert_array_equal(curve.lengths, expected.lengths)
            np.testing.assert_allclose(curve.logits, expected.logits, rtol=1e-6)
        assert explainer.prefixes(found).logits[-1] == pytest.approx(found.prediction.logit, abs=1e-5)
        assert explainer.prefixes(found, CLAMPS).logits[-1] != pytest.approx(found.prediction.logit, abs=1e-5)


@EACH
def test_what_is_held_is_held_in_the_review_and_its_checkpoint(explainer, name):
    for text in TEXTS:
        found = explainer.explain(Question(text, name))
        for clamps in (CLAMPS, CLAMPS[:1], CLAMPS[1:]):
            expected = intervene(*embedded(explainer, found), clamps)
            after = explainer.intervene(found, clamps)
            assert after.clamps == clamps
            assert after.logit == pytest.approx(expected.logit, rel=1e-6)
            assert after.gates.of(1, "forward").h.shape == found.gates.of(1, "forward").h.shape
            np.testing.assert_array_equal(after.gates.of(2, "forward").h, expected.gates.of(2, "forward").h)


@BOTH
@pytest.mark.parametrize("layer", [1, 2])
def test_openings_are_those_of_the_review_and_read_once(explainer, monkeypatch, layer, direction):
    calls = count_calls(monkeypatch, "read_openings")
    for count, text in enumerate(TEXTS, start=1):
        found, valve = explainer.explain(Question(text, "bilstm")), Valve("f", layer, direction, 3, 2)
        expected = read_openings(*embedded(explainer, found), found.gates, valve)
        openings = explainer.openings(found, valve)
        assert openings.valve == valve
        np.testing.assert_array_equal(openings.logits, expected.logits)
        assert openings is explainer.openings(found, valve)
        assert len(calls) == count


def test_openings_of_a_plain_rnn_are_refused(explainer):
    with pytest.raises(ReviewError, match="no valves"):
        explainer.openings(explainer.explain(Question(TEXTS[0], "rnn")), Valve("f", 1, "forward", 0, 0))


@BOTH
@pytest.mark.parametrize("layer", [1, 2])
def test_memory_is_that_of_the_layer_and_direction(explainer, layer, direction):
    for text in TEXTS:
        found = explainer.explain(Question(text, "bilstm"))
        expected = measure_memory(found.gates.of(layer, direction))
        memory = explainer.memory(found, layer, direction)
        assert (memory.layer, memory.direction) == (layer, direction)
        np.testing.assert_array_equal(memory.log_kept, expected.log_kept)
        np.testing.assert_array_equal(memory.half_life, expected.half_life)


def test_memory_of_a_plain_rnn_is_refused(explainer):
    with pytest.raises(ReviewError, match="choose an LSTM checkpoint"):
        explainer.memory(explainer.explain(Question(TEXTS[0], "rnn")), 1, "forward")


@EACH
@BOTH
@pytest.mark.parametrize("layer", [1, 2])
def test_sums_are_those_of_the_layer_and_direction(explainer, name, layer, direction):
    for text in TEXTS:
        found = explainer.explain(Question(text, name))
        expected = preactivations(*embedded(explainer, found), found.gates, layer, direction)
        sums = explainer.preactivations(found, layer, direction)
        assert (sums.layer, sums.direction, sums.symbols) == (layer, direction, expected.symbols)
        np.testing.assert_array_equal(sums.total, expected.total)
        symbol = sums.symbols[0]
        values = np.tanh(sums.of(symbol)) if symbol == "h" else 1 / (1 + np.exp(-sums.of(symbol)))
        np.testing.assert_allclose(values, found.gates.of(layer, direction).values(symbol), atol=1e-5)


@EACH
@BOTH
@pytest.mark.parametrize("how", ["largest change", "most saturated", "largest weight"])
def test_remarkable_units_are_those_of_the_token(explainer, name, direction, how):
    found = explainer.explain(Question(TEXTS[0], name))
    network = explainer.checkpoint(name).network
    for place in range(len(found.review.tokens)):
        units = explainer.rank_units(found, 2, direction, place, how)
        assert units == rank_units(network, found.gates.of(2, direction), place, how).tolist()
        assert sorted(units) == [0, 1, 2, 3, 4]
        assert all(type(unit) is int for unit in units)


@EACH
@BOTH
@pytest.mark.parametrize("layer", [1, 2])
def test_gradients_are_those_of_the_review_and_both_kinds_of_cell(explainer, name, layer, direction):
    other = {"bilstm": "rnn", "rnn": "bilstm"}[name]
    for text in TEXTS:
        found = explainer.explain(Question(text, name))
        measured = explainer.gradients(found, layer, direction)
        assert (measured.weights, measured.pooling) == ("trained", "last")
        assert [flow.checkpoint for flow in measured.flows] == [name, other]
        assert [flow.flow.cell.key for flow in measured.flows] == (
            ["lstm", "rnn"] if name == "bilstm" else ["rnn", "lstm"]
        )
        for flow in measured.flows:
            read = embedded(explainer, explainer.explain(Question(text, flow.checkpoint)))
            assert_same_flow(flow.flow, gradient_flow(*read, layer, direction))
        expected = arriving_gradients(*embedded(explainer, found))
        np.testing.assert_allclose(measured.arriving.embedding, expected.embedding, rtol=1e-5)
        for state in expected.states:
            own = measured.arriving.of(state.layer, state.direction)
            np.testing.assert_allclose(own.h, state.h, rtol=1e-5)
        np.testing.assert_array_equal(
            measured.preactivations.total, explainer.preactivations(found, layer, direction).total
        )


@EACH
@BOTH
def test_untrained_gradients_are_those_of_a_network_that_learned_nothing(explainer, name, direction):
    found = explainer.explain(Question(TEXTS[0], name))
    measured = explainer.gradients(found, 2, direction, "untrained")
    assert measured.weights == "untrained"
    for flow in measured.flows:
        network = untrained(explainer.checkpoint(flow.checkpoint).network)
        read = embedded(explainer, explainer.explain(Question(TEXTS[0], flow.checkpoint)), network)
        assert_same_flow(flow.flow, gradient_flow(*read, 2, direction))
    read = embedded(explainer, found, untrained(explainer.checkpoint(name).network))
    np.testing.assert_allclose(measured.arriving.embedding, arriving_gradients(*read).embedding, rtol=1e-5)
    fresh = explain.trace_gates(*read)
    np.testing.assert_array_equal(
        measured.preactivations.total, preactivations(read[0], read[1], fresh, 2, direction).total
    )
    trained = explainer.gradients(found, 2, direction)
    assert not np.allclose(measured.preactivations.total, trained.preactivations.total)
    assert not np.allclose(measured.arriving.embedding, trained.arriving.embedding)
    for one, two in zip(measured.flows, trained.flows, strict=True):
        assert not np.allclose(one.flow.gain.log10_gain, two.flow.gain.log10_gain)


@pytest.mark.parametrize("weights", ["random", "", None, 1, ["trained"]])
def test_unknown_weights_are_refused(explainer, weights):
    found = explainer.explain(Question(TEXTS[0], "bilstm"))
    with pytest.raises(ReviewError, match="there are: trained, untrained"):
        explainer.gradients(found, 1, "forward", weights)


def test_network_is_not_changed_by_what_is_measured_on_it(explainer):
    found = explainer.explain(Question(TEXTS[0], "bilstm"))
    before = [weights.clone() for weights in explainer.checkpoint("bilstm").network.parameters()]
    for weights in WEIGHTS:
        explainer.gradients(found, 1, "forward", weights)
    for old, new in zip(before, explainer.checkpoint("bilstm").network.parameters(), strict=True):
        assert torch.equal(old, new)
        assert new.grad is None
    assert explainer.classify(TEXTS[0], "bilstm") == found.prediction


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_checkpoint_alone_has_no_twin(tmp_path, cell):
    save_checkpoint(tmp_path / "alone", cell=cell)
    save_checkpoint(tmp_path / "another", cell=cell, seed=1)
    explainer = Explainer(tmp_path)
    for weights in WEIGHTS:
        measured = explainer.gradients(explainer.explain(Question(TEXTS[0], "alone")), 1, "backward", weights)
        assert [flow.checkpoint for flow in measured.flows] == ["alone"]


def test_twin_with_fewer_layers_is_compared_by_its_last_one(tmp_path):
    save_checkpoint(tmp_path / "bilstm")
    save_checkpoint(tmp_path / "rnn", cell="rnn", layers=1)
    explainer = Explainer(tmp_path)
    found = explainer.gradients(explainer.explain(Question(TEXTS[0], "bilstm")), 2, "backward")
    assert [flow.flow.layer for flow in found.flows] == [2, 1]


ASKED = {
    "prefixes": ("read_prefixes", lambda explainer, found, clamps, part: explainer.prefixes(found, clamps)),
    "intervene": ("intervene", lambda explainer, found, clamps, part: explainer.intervene(found, clamps)),
    "sums": ("preactivations", lambda explainer, found, clamps, part: explainer.preactivations(found, *part)),
    "gradients": ("arriving_gradients", lambda explainer, found, clamps, part: explainer.gradients(found, *part)),
}


@pytest.mark.parametrize("question", ASKED)
def test_same_question_is_answered_once(explainer, monkeypatch, question):
    name, ask = ASKED[question]
    found = explainer.explain(Question(TEXTS[0], "bilstm"))
    calls = count_calls(monkeypatch, name)
    first = ask(explainer, found, CLAMPS, (1, "backward"))
    assert len(calls) == 1
    other_method = explainer.explain(Question(TEXTS[0], "bilstm", "saliency"))
    assert ask(explainer, found, CLAMPS, (1, "backward")) is first
    assert ask(explainer, other_method, CLAMPS, (1, "backward")) is first
    assert len(calls) == 1


@pytest.mark.parametrize("question", ASKED)
def test_other_question_has_an_answer_of_its_own(explainer, monkeypatch, question):
    name, ask = ASKED[question]
    found = explainer.explain(Question(TEXTS[0], "bilstm"))
    calls = count_calls(monkeypatch, name)
    ask(explainer, found, CLAMPS, (1, "backward"))
    ask(explainer, explainer.explain(Question(TEXTS[1], "bilstm")), CLAMPS, (1, "backward"))
    ask(explainer, explainer.explain(Question(TEXTS[0], "rnn")), CLAMPS, (1, "backward"))
    ask(explainer, found, CLAMPS[:1], (2, "backward"))
    ask(explainer, found, CLAMPS[1:], (1, "forward"))
    assert len(calls) == 5


def test_weights_are_no_answer_for_other_weights(explainer, monkeypatch):
    found = explainer.explain(Question(TEXTS[0], "bilstm"))
    calls = count_calls(monkeypatch, "arriving_gradients")
    kept = [explainer.gradients(found, 1, "forward", weights) for weights in ("trained", "untrained") * 2]
    assert len(calls) == 2
    assert kept[0] is kept[2]
    assert kept[1] is kept[3]
    explainer.gradients(found, 1, "backward")
    assert len(calls) == 3


def test_ledgers_and_interactions_are_of_the_review_that_is_explained(explainer, ask):
    explanation = ask("not a good film")
    memory = explanation.gates.of(2, "backward").memory
    held = explainer.written(explanation, 2, "backward").of_unit(1, 0)
    assert held.sum() == pytest.approx(float(memory[0, 1]), abs=1e-6)
    assert explainer.read_off(explanation).logit == pytest.approx(explanation.prediction.logit, abs=1e-5)
    found = explainer.interactions(explanation, 0)
    assert found.changes[0] == pytest.approx(explanation.attribution.scores[0], abs=1e-6)
    assert explainer.interactions(explanation, 0) is found
    assert explainer.interactions(explanation, 1) is not found


def test_atlas_is_none_until_it_is_made_and_then_gives_the_means(checkpoints, monkeypatch):
    monkeypatch.setattr(across, "OWN", across.OWN[1:2])
    explainer, shares = Explainer(checkpoints), []
    reading = explainer.read(Question("Not a good film", "bilstm"))
    assert explainer.atlas("bilstm") is None
    assert explainer.passing_on(reading, 2).reviews == 0
    made = explainer.make_atlas("bilstm", shares.append)
    assert explainer.atlas("bilstm") is made
    assert explainer.atlas("rnn") is None
    assert shares[-1] == pytest.approx(1)
    assert explainer.passing_on(reading, 2).reviews == len(made.reviews) == 300


def test_atlas_that_cannot_be_used_is_refused_and_means_are_the_review_s_own(tmp_path):
    (save_checkpoint(tmp_path / "net") / FILE).write_bytes(b"broken")
    explainer = Explainer(tmp_path)
    with pytest.raises(CheckpointError, match="cannot be used"):
        explainer.atlas("net")
    assert explainer.passing_on(explainer.read(Question("Not a good film", "net")), 2).reviews == 0
