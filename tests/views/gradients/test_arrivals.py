"""What arrives: each number against gradients that autograd finds."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from tests.views.gradients.measured import (
    BOTH,
    CELLS,
    factor,
    gains,
    measured,
    numbers_of,
    small_explainer,
)
from tests.views.harmless import table_of, tracks_of
from views.gradients.arrivals import SCALE, arrivals_card


def arriving_by_autograd(network, ids, layer, direction):
    """d logit / d h at each token of a plain RNN, Euclidean norms: its recurrence written out with autograd."""
    inputs = network.embedding.weight[torch.tensor(ids)].double()
    watched = None
    for each in range(1, network.config.layers + 1):
        outputs = []
        for way in ("forward", "backward"):
            module = network.layers[each - 1].recurrence(way)
            weights = [getattr(module, f"{part}_l0").double() for part in ("weight_ih", "weight_hh")]
            bias = (module.bias_ih_l0 + module.bias_hh_l0).double()
            h, states = torch.zeros(network.config.hidden_size, dtype=torch.float64), []
            for word in inputs if way == "forward" else inputs.flip(0):
                h = torch.tanh(weights[0] @ word + weights[1] @ h + bias)
                h.requires_grad_() if not h.requires_grad else h.retain_grad()
                states.append(h)
            states = states if way == "forward" else states[::-1]
            if (each, way) == (layer, direction):
                watched = states
            outputs.append(torch.stack(states))
        inputs = torch.cat(outputs, dim=1)
    half = network.config.hidden_size
    read = torch.cat([inputs[-1, :half], inputs[0, half:]])
    logit = (network.output.weight.double()[0] @ read + network.output.bias.double()[0]) / network.config.temperature
    logit.backward()
    return [float(state.grad.norm()) for state in watched]


@BOTH
@pytest.mark.parametrize("layer", [1, 2])
def test_what_arrives_is_what_autograd_finds(explainer, layer, direction):
    explanation, found = measured(explainer, "rnn", layer, direction)
    network = explainer.checkpoint("rnn").network
    expected = arriving_by_autograd(network, explanation.review.ids, layer, direction)
    page = arrivals_card(explanation, found)
    at_word, at_h = tracks_of(page)
    assert [row.name for row in (at_word, at_h)] == ["at the word", "at h"]
    assert numbers_of(at_h) == pytest.approx(expected, rel=0.051)
    assert at_h.lines(-4, 1)[0] == pytest.approx(
        {place: math.log10(value) for place, value in enumerate(expected)}, abs=0.01
    )
    table = table_of(page)
    assert [float(row["h"]) for row in table] == pytest.approx(expected, rel=1e-3)
    assert {row["c"] for row in table} == {""}
    words = [float(row["word vector"]) for row in table]
    assert numbers_of(at_word) == pytest.approx(words, rel=0.051)
    logs = {place: math.log10(value) for place, value in enumerate(words)}
    assert at_word.lines(-4, 1)[0] == pytest.approx(logs, abs=0.01)


@CELLS
def test_gradient_at_the_word_is_that_of_its_vector(explainer, name):
    explanation, found = measured(explainer, name)
    network = explainer.checkpoint(name).network
    words = network.embed(torch.tensor([explanation.review.ids])).clone().requires_grad_()
    network.forward_embedded(words, torch.tensor([words.shape[1]])).sum().backward()
    table = table_of(arrivals_card(explanation, found))
    assert [float(row["word vector"]) for row in table] == pytest.approx(words.grad[0].norm(dim=1).tolist(), rel=1e-4)


@BOTH
def test_gradient_at_c_stands_with_its_chain(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    page = arrivals_card(explanation, found)
    _, at_h, at_c = tracks_of(page)
    assert "dashed" not in at_h.note
    assert "dashed: chain alone" in at_c.note
    assert len(at_h.lines(-4, 1)) == 1
    line, chain = at_c.lines(-4, 1)
    arriving = found.arriving.of(2, direction)
    assert line == pytest.approx(dict(enumerate(np.log10(arriving.values("c")))), abs=0.01)
    table = table_of(page)
    assert [float(row["c"]) for row in table] == pytest.approx(arriving.values("c"), rel=1e-4)
    assert [float(row["h"]) for row in table] == pytest.approx(arriving.h, rel=1e-4)
    last = 7 if direction == "forward" else 0
    expected = {last: arriving.values("c")[last]}
    for distance, product in enumerate(gains(explainer, explanation, 2, direction), start=1):
        expected[abs(last - distance)] = arriving.values("c")[last] * factor(product)
    logs = {place: math.log10(value) for place, value in expected.items()}
    assert chain == pytest.approx(logs, abs=0.01)
    assert {place: float(row["log10 chain alone"]) for place, row in enumerate(table)} == pytest.approx(logs, abs=1e-4)


@BOTH
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_chain_of_a_single_unit_brings_all_that_arrives(tmp_path, cell, direction):
    """One unit has one direction only, so the average is exact: if the chain were the wrong way round, it would differ.

    The way through the output gate, which the chain leaves out, is cut.
    """
    explainer = small_explainer(tmp_path, cell=cell, hidden_size=1)
    for layer in explainer.checkpoint(cell).network.layers:
        for module in (layer.forward_rnn, layer.backward_rnn):
            module.weight_hh_l0[3:] = 0
    _, found = measured(explainer, cell, 2, direction)
    arriving = found.arriving.of(2, direction)
    values = arriving.h if cell == "rnn" else arriving.values("c")
    assert found.chain_alone == pytest.approx(np.log10(values), abs=1e-3)
    assert np.ptp(np.log10(values)) > 0.5


@BOTH
def test_chain_starts_at_the_token_read_last(explainer, direction):
    _, found = measured(explainer, "rnn", direction=direction)
    last = -1 if direction == "forward" else 0
    arriving = found.arriving.of(2, direction).h
    assert found.chain_alone[last] == pytest.approx(math.log10(arriving[last]))
    assert found.chain_alone.argmax() == range(8)[last]


def test_where_short_ways_lead_is_said(explainer, tmp_path):
    assert "also read by layer 2" in arrivals_card(*measured(explainer, layer=1))
    assert "looks at the last state of each direction only" in arrivals_card(*measured(explainer))
    pooled = small_explainer(tmp_path, pooling="max_mean")
    assert "maximum and the mean over all tokens" in arrivals_card(*measured(pooled, "lstm"))
    assert "also read by layer 2" in arrivals_card(*measured(pooled, "lstm", layer=1))


def sentence_of(page):
    """What is said of the words, in one line, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", "", re.search(r'<p class="gs-said">(.*?)</p>', page, re.DOTALL)[1]).split())


def with_norms(found, *norms):
    return replace(found, arriving=replace(found.arriving, embedding=np.array(norms, dtype=float)))


def test_sentence_names_the_words_with_the_largest_and_the_smallest_gradient(explainer):
    explanation, found = measured(explainer, text="good film not dull")
    assert sentence_of(arrivals_card(explanation, with_norms(found, 0.02, 0.3, 0.012, 0.04))) == (
        "A small change of a word’s vector would move the verdict most at “film”, by 0.3 logits for a change of "
        "length 1. Least at “not”: by 0.012, 25 times less."
    )
    said = sentence_of(arrivals_card(explanation, with_norms(found, 0.02, 0.3, 0.0, 0.04)))
    assert said.endswith("At “not” not at all.")
    explanation, found = measured(explainer, text="good film good film")
    said = sentence_of(arrivals_card(explanation, with_norms(found, 0.02, 0.3, 0.01, 0.04)))
    assert "most at “film” (token 2), by 0.3 logits" in said
    assert "Least at “good” (token 3): by 0.01" in said
    said = sentence_of(arrivals_card(*measured(explainer, text="good")))
    assert said.startswith("A small change of the vector of “good” would move the verdict by ")
    assert "east at" not in said


@pytest.mark.parametrize("name", ["bilstm", "bilstm-recipe", "small-lstm"])
def test_range_holds_what_arrives_in_the_shipped_networks_that_learnt(name):
    explainer = Explainer()
    reading = explainer.read(Question("It is slow and a little dull, yet the last act made up for it all.", name))
    arriving = explainer.gradients(reading, 1, "forward").arriving
    for norms in (arriving.embedding, *arriving.of(1, "forward").norms.values()):
        assert norms.min() > SCALE.low
        assert norms.max() < SCALE.high
