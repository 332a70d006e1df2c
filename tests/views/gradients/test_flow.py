"""The Gradient flow tab: each number against the Jacobians and gradients taken by hand or by autograd."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.network.cells.cell import SIGMOID, Packed
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.jacobians import untrained
from model.text import tokenize
from tests.conftest import save_checkpoint
from tests.views.harmless import NASTY, assert_harmless, table_of, tracks_of
from views.gradients import flow as gradients

TEXT = "Not a good film, but great!"
BOTH = pytest.mark.parametrize("direction", ["forward", "backward"])
CELLS = pytest.mark.parametrize("name", ["bilstm", "rnn"])


def measured(explainer, name="bilstm", layer=2, direction="forward", text=TEXT, weights="trained"):
    explanation = explainer.explain(Question(text, name))
    return explanation, explainer.gradients(explanation, layer, direction, weights)


def number(text):
    return float(text.replace("−", "-"))


def numbers_of(row):
    return [number(shown) if shown else None for shown in row.numbers]


def step_matrices(explainer, explanation, layer, direction):
    """For each token (in the order of reading) but the first: the terms of its Jacobian, by hand in numpy."""
    network = explainer.checkpoint(explanation.question.checkpoint).network
    weights = network.layers[layer - 1].recurrence(direction).weight_hh_l0.double().numpy()
    trace = explanation.gates.of(layer, direction)
    order = slice(None) if direction == "forward" else slice(None, None, -1)
    h = trace.h[order].astype(float)
    if not trace.cell.gates:
        return [[np.diag(1 - h[t] ** 2) @ weights] for t in range(1, len(h))]
    i, f, g, o, c = (trace.values(symbol)[order].astype(float) for symbol in "ifgoc")
    w_i, w_f, w_g, _ = np.split(weights, 4)
    steps = []
    for t in range(1, len(h)):
        shown = np.diag(o[t - 1] * (1 - np.tanh(c[t - 1]) ** 2))
        steps.append(
            [
                np.diag(f[t]),
                np.diag(c[t - 1] * f[t] * (1 - f[t])) @ w_f @ shown,
                np.diag(g[t] * i[t] * (1 - i[t])) @ w_i @ shown,
                np.diag(i[t] * (1 - g[t] ** 2)) @ w_g @ shown,
            ]
        )
    return steps


def factor(matrix):
    """Root mean square over all directions."""
    return math.sqrt((matrix**2).sum() / len(matrix))


def at_tokens(values, direction):
    """Values of the steps, in reading order of the text; None at the token that is read first."""
    return [None, *values] if direction == "forward" else [*values[::-1], None]


def gains(explainer, explanation, layer, direction):
    """The products of all steps from the last one back, by distance."""
    product, found = np.eye(5), []
    for terms in reversed(step_matrices(explainer, explanation, layer, direction)):
        product = product @ sum(terms)
        found.append(product)
    return found


def small_explainer(folder, **settings):
    """The explainer of a single checkpoint."""
    save_checkpoint(folder / settings.get("cell", "lstm"), **settings)
    return Explainer(folder)


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
@CELLS
@pytest.mark.parametrize("layer", [1, 2])
def test_steps_are_the_jacobians_by_hand(explainer, name, layer, direction):
    explanation, found = measured(explainer, name, layer, direction)
    steps = step_matrices(explainer, explanation, layer, direction)
    expected = [at_tokens([factor(terms[k]) for terms in steps], direction) for k in range(len(steps[0]))]
    names = ["through h"] if name == "rnn" else ["kept by f", "through f", "through i", "through g"]
    if name == "bilstm":
        names.append("all together")
        expected.append(at_tokens([factor(sum(terms)) for terms in steps], direction))
    page = gradients.steps_sheet(explanation, found)
    rows = tracks_of(page)
    assert [row.name for row in rows] == names
    for row, values in zip(rows, expected, strict=True):
        shown = numbers_of(row)
        assert [each is None for each in shown] == [each is None for each in values]
        logs = {place: math.log10(value) for place, value in enumerate(values) if value is not None}
        clipped = {place: min(0.5, max(-2, value)) for place, value in logs.items()}
        (line,) = row.lines(-2, 0.5)
        assert line == pytest.approx(clipped, abs=0.002)
        for one, other in zip(shown, values, strict=True):
            assert one is None or one == pytest.approx(other, rel=0.051)
    assert f"Layer {layer}, {direction}." in page


@BOTH
@CELLS
def test_table_of_steps_holds_the_terms_and_their_sum(explainer, name, direction):
    explanation, found = measured(explainer, name, 1, direction)
    steps = step_matrices(explainer, explanation, 1, direction)
    table = table_of(gradients.steps_sheet(explanation, found))
    assert [row["token"] for row in table] == [token.text for token in explanation.review.tokens]
    names = list(table[0])[2:]
    assert names[-1] == "sum"
    for position, column in enumerate(names):
        for row, value in zip(
            table,
            at_tokens([factor(sum(terms) if column == "sum" else terms[position]) for terms in steps], direction),
            strict=True,
        ):
            assert row[column] == "" if value is None else float(row[column]) == pytest.approx(value, rel=1e-4)


@BOTH
def test_decay_is_the_product_of_the_steps_of_both_cells(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    twin = explainer.explain(Question(TEXT, "rnn"))
    table = table_of(gradients.decay_card(found))
    expected = []
    for each, cell in ((explanation, "lstm"), (twin, "rnn")):
        for distance, product in enumerate(gains(explainer, each, 2, direction), start=1):
            largest = np.linalg.svd(product, compute_uv=False)[0]
            expected.append((each.question.checkpoint, cell, distance, factor(product), largest))
    assert [(row["checkpoint"], row["cell"], int(row["distance (tokens)"])) for row in table] == [
        row[:3] for row in expected
    ]
    for row, (*_, average, largest) in zip(table, expected, strict=True):
        assert float(row["log10 average"]) == pytest.approx(math.log10(average), abs=1e-4)
        assert float(row["log10 largest"]) == pytest.approx(math.log10(largest), abs=1e-4)


@BOTH
def test_sentence_says_what_is_left_and_how_fast_it_is_lost(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    said = gradients.decay_sentence(found)
    assert said.startswith("After 7 tokens the LSTM (bilstm) keeps <strong>")
    assert said.endswith(" Layer 2, trained weights.")
    shown = [
        number(value)
        for pair in re.findall(r"<strong>([\d.e−]+)</strong> of the signal .best fit: times ([\d.e−]+) for each", said)
        for value in pair
    ]
    expected = []
    for each in (explanation, explainer.explain(Question(TEXT, "rnn"))):
        left = [factor(product) for product in gains(explainer, each, 2, direction)]
        expected += [left[-1], 10 ** np.polyfit(np.arange(1, 8), np.log10(left), 1)[0]]
    assert shown == pytest.approx(expected, rel=0.051)
    assert said.index("LSTM (bilstm)") < said.index("plain RNN (rnn)")


def test_long_reviews_are_spoken_of_at_one_distance(explainer):
    explanation, found = measured(explainer, text="a good film but dull . " * 10, layer=1)
    said = gradients.decay_sentence(found)
    assert said.startswith("After 40 tokens the LSTM")
    left = [factor(product) for product in gains(explainer, explanation, 1, "forward")]
    assert len(left) == 59
    assert number(re.search("<strong>(.*?)</strong>", said)[1]) == pytest.approx(left[39], rel=0.051)


def test_two_tokens_are_one_step_apart(explainer):
    _, found = measured(explainer, text="good film")
    assert gradients.decay_sentence(found).startswith("After 1 token the LSTM")
    assert "best fit" not in gradients.decay_sentence(found)


@pytest.mark.parametrize(
    ("log10", "shown"),
    [(0.0, "1"), (-0.5, "0.32"), (-9, "1e−9"), (-8.5, "3.2e−9"), (-120.2, "6.3e−121"), (-math.inf, "nothing")],
)
def test_what_is_left_is_written_for_people(explainer, log10, shown):
    _, found = measured(explainer)
    flow = found.flows[0].flow
    gain = replace(flow.gain, log10_gain=np.full(7, float(log10)))
    one = replace(found, flows=(replace(found.flows[0], flow=replace(flow, gain=gain)),))
    assert f"keeps <strong>{shown}</strong> of the signal" in gradients.decay_sentence(one)


def test_what_no_float_holds_is_a_power_of_ten(explainer):
    _, found = measured(explainer)
    flow = found.flows[0].flow
    gain = replace(flow.gain, log10_gain=np.full(7, -412.3))
    one = replace(found, flows=(replace(found.flows[0], flow=replace(flow, gain=gain)),))
    assert "keeps <strong>10<sup>−413</sup></strong>" in gradients.decay_sentence(one)


@BOTH
@pytest.mark.parametrize("layer", [1, 2])
def test_what_arrives_is_what_autograd_finds(explainer, layer, direction):
    explanation, found = measured(explainer, "rnn", layer, direction)
    network = explainer.checkpoint("rnn").network
    expected = arriving_by_autograd(network, explanation.review.ids, layer, direction)
    page = gradients.arrivals_sheet(explanation, found)
    at_word, at_h = tracks_of(page)
    assert [row.name for row in (at_word, at_h)] == ["at the word", "at h"]
    assert numbers_of(at_h) == pytest.approx(expected, rel=0.051)
    assert at_h.lines(-12, 1)[0] == pytest.approx(
        {place: math.log10(value) for place, value in enumerate(expected)}, abs=0.01
    )
    table = table_of(page)
    assert [float(row["h"]) for row in table] == pytest.approx(expected, rel=1e-3)
    assert {row["c"] for row in table} == {""}
    words = [float(row["word vector"]) for row in table]
    assert numbers_of(at_word) == pytest.approx(words, rel=0.051)
    logs = {place: math.log10(value) for place, value in enumerate(words)}
    assert at_word.lines(-12, 1)[0] == pytest.approx(logs, abs=0.01)


@CELLS
def test_gradient_at_the_word_is_that_of_its_vector(explainer, name):
    explanation, found = measured(explainer, name)
    network = explainer.checkpoint(name).network
    words = network.embed(torch.tensor([explanation.review.ids])).clone().requires_grad_()
    network.forward_embedded(words, torch.tensor([words.shape[1]])).sum().backward()
    table = table_of(gradients.arrivals_sheet(explanation, found))
    assert [float(row["word vector"]) for row in table] == pytest.approx(words.grad[0].norm(dim=1).tolist(), rel=1e-4)


@BOTH
def test_gradient_at_c_stands_with_its_chain(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    page = gradients.arrivals_sheet(explanation, found)
    _, at_h, at_c = tracks_of(page)
    assert "dashed" not in at_h.note
    assert "dashed: chain alone" in at_c.note
    assert len(at_h.lines(-12, 1)) == 1
    line, chain = at_c.lines(-12, 1)
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
    assert gradients.chain_alone(found) == pytest.approx(np.log10(values), abs=1e-3)
    assert np.ptp(np.log10(values)) > 0.5


@BOTH
def test_chain_starts_at_the_token_read_last(explainer, direction):
    _, found = measured(explainer, "rnn", direction=direction)
    last = -1 if direction == "forward" else 0
    arriving = found.arriving.of(2, direction).h
    assert gradients.chain_alone(found)[last] == pytest.approx(math.log10(arriving[last]))
    assert gradients.chain_alone(found).argmax() == range(8)[last]


def test_where_short_ways_lead_is_said(explainer, tmp_path):
    assert "also read by layer 2" in gradients.arrivals_sheet(*measured(explainer, layer=1))
    assert "looks at the last state of each direction only" in gradients.arrivals_sheet(*measured(explainer))
    pooled = small_explainer(tmp_path, pooling="max_mean")
    assert "maximum and the mean over all tokens" in gradients.arrivals_sheet(*measured(pooled, "lstm"))
    assert "also read by layer 2" in gradients.arrivals_sheet(*measured(pooled, "lstm", layer=1))


def test_gradient_of_nothing_runs_along_the_lower_edge(explainer):
    explanation, found = measured(explainer)
    steps = found.flows[0].flow
    none = replace(steps, terms=(replace(steps.terms[0], norms=np.array([np.nan] + 7 * [0.0])),))
    changed = replace(found, flows=(replace(found.flows[0], flow=none),))
    (row,) = tracks_of(gradients.steps_sheet(explanation, changed))
    assert row.numbers == ["", *["0"] * 7]
    assert row.lines(-2, 0.5) == [pytest.approx(dict.fromkeys(range(1, 8), -2))]


@BOTH
@CELLS
def test_flat_shares_are_counted_one_by_one(explainer, name, direction):
    explanation, found = measured(explainer, name, 2, direction)
    trace = explanation.gates.of(2, direction)
    said = gradients.flat_sentence(found)
    shares = re.findall(r"(\d+) % of (\w)", said)
    assert [symbol for _, symbol in shares] == (list("ifgo") if name == "bilstm" else ["h"])
    for share, symbol in shares:
        values = trace.values(symbol).ravel().tolist()
        slopes = [1 - value**2 if symbol in "gh" else 4 * value * (1 - value) for value in values]
        assert float(share) == pytest.approx(100 * sum(slope < 0.1 for slope in slopes) / len(values), abs=0.51)


def test_flat_shares_of_chosen_sums(explainer):
    _, found = measured(explainer, "rnn")
    steep, flat = 1.8, 1.9  # 1 - tanh² is 0.104 and 0.086
    sums = replace(
        found.preactivations,
        from_input=np.full((2, 1, 2), [[[steep, -flat]], [[flat, 0.0]]]),
        from_state=np.zeros((2, 1, 2)),
        bias=np.zeros((1, 2)),
    )
    assert gradients.flat_sentence(replace(found, preactivations=sums)).startswith("50 % of h lie")
    gate = replace(
        sums, packed=(Packed("i", SIGMOID),), from_input=np.full((2, 1, 2), [[[3.6, -3.7]], [[4.0, 0.0]]])
    )  # a sigmoid is half as steep
    assert gradients.flat_sentence(replace(found, preactivations=gate)).startswith("50 % of i lie")


@CELLS
def test_table_of_sums_counts_every_value_once(explainer, name):
    _, found = measured(explainer, name, 1)
    table = table_of(gradients.curves_card(found))
    assert (len(table), float(table[0]["from"]), float(table[-1]["to"])) == (32, -8, 8)
    for symbol in found.preactivations.symbols:
        values = [min(8, max(-8, float(value))) for value in found.preactivations.of(symbol).ravel()]
        for row in table:
            low, high = float(row["from"]), float(row["to"])
            count = sum(low <= value < high or value == high == 8 for value in values)
            assert int(row[symbol]) == count
        assert sum(int(row[symbol]) for row in table) == len(values) == 8 * 5


@CELLS
def test_untrained_weights_are_said_and_are_others(explainer, name):
    explanation, found = measured(explainer, name, weights="untrained")
    pages = [
        gradients.steps_sheet(explanation, found),
        gradients.decay_card(found),
        gradients.arrivals_sheet(explanation, found),
        gradients.curves_card(found),
    ]
    for page in pages:
        assert '<span class="gs-badge">untrained weights</span>' in page
    trained = measured(explainer, name)[1]
    assert table_of(pages[1]) != table_of(gradients.decay_card(trained))
    network = untrained(explainer.checkpoint(name).network)
    words = network.embed(torch.tensor([explanation.review.ids])).clone().requires_grad_()
    network.forward_embedded(words, torch.tensor([words.shape[1]])).sum().backward()
    assert [float(row["word vector"]) for row in table_of(pages[2])] == pytest.approx(
        words.grad[0].norm(dim=1).tolist(), rel=1e-4
    )


def test_plain_rnn_has_one_term_and_says_so(explainer):
    page = gradients.steps_sheet(*measured(explainer, "rnn"))
    assert "dhₜ/dhₜ₋₁, a single term" in page
    assert "dCₜ/dCₜ₋₁, the sum of four terms" in gradients.steps_sheet(*measured(explainer))


def test_plain_rnn_stands_first_where_it_is_asked_for(explainer):
    said = gradients.decay_sentence(measured(explainer, "rnn")[1])
    assert said.index("plain RNN (rnn)") < said.index("LSTM (bilstm)")


@BOTH
@CELLS
@pytest.mark.parametrize("weights", ["trained", "untrained"])
def test_single_token_has_no_step_back(explainer, name, direction, weights):
    explanation, found = measured(explainer, name, 2, direction, "good", weights)
    for row in tracks_of(gradients.steps_sheet(explanation, found)):
        assert row.numbers == [""]
        assert row.lines(-2, 0.5) == [{}]
    assert "A review of a single token has no steps back." in gradients.decay_card(found)
    arrivals = table_of(gradients.arrivals_sheet(explanation, found))
    assert len(arrivals) == 1
    state = "h" if name == "rnn" else "c"
    assert float(arrivals[0]["log10 chain alone"]) == pytest.approx(math.log10(float(arrivals[0][state])), abs=1e-4)
    assert "% of" in gradients.curves_card(found)


def test_text_of_a_person_never_becomes_markup(explainer):
    explanation, found = measured(explainer, text=NASTY)
    steps, arrivals = gradients.steps_sheet(explanation, found), gradients.arrivals_sheet(explanation, found)
    for page in (steps, arrivals, gradients.decay_card(found), gradients.curves_card(found)):
        assert_harmless(page)
    for page in (steps, arrivals):
        cells = [row["token"] for row in table_of(page)]
        assert cells == ["'" + token.text if token.text[0] in "=+-@" else token.text for token in tokenize(NASTY)]


def test_name_of_a_checkpoint_never_becomes_markup(explainer):
    _, found = measured(explainer)
    named = replace(found, flows=tuple(replace(each, checkpoint=NASTY) for each in found.flows))
    assert_harmless(gradients.decay_card(named))
    named = replace(found, flows=(replace(found.flows[0], checkpoint="=1+1"),))
    assert table_of(gradients.decay_card(named))[0]["checkpoint"] == "'=1+1"
