"""The What if tab: what is shown before and after is what the network made of both."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp, switch_off
from model.recurrence.prefixes import PrefixCurve
from tests.views.harmless import NASTY, assert_harmless, table_of, tracks_of
from views.what_if.before_after import (
    change_card,
    clamp_words,
    gates_card,
    gates_cards,
    nothing_held,
    running_card,
)

TEXT = "Not a good film, but great!"
SHUT = (Clamp("f", 0.0),)


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question(TEXT, "bilstm"))


def number(text):
    return float(text.replace("−", "-"))


def path_of(picture, kind):
    return re.search(rf'class="{kind}" d="([^"]*)"', picture)[1]


@pytest.mark.parametrize(
    ("clamp", "words"),
    [
        (Clamp("f", 0.0), "forget gate f = 0: all layers, both directions, all units, all tokens"),
        (Clamp("g", -0.25, 1, "backward"), "candidate g = −0.25: layer 1, ← backward, all units, all tokens"),
        (Clamp("c", 2.5, None, None, 4), "cell state c = 2.5: all layers, both directions, unit 4, all tokens"),
        (Clamp("i", 1.0, start=2, end=3), "input gate i = 1: all layers, both directions, all units, token 3"),
        (Clamp("i", 1.0, start=2), "input gate i = 1: all layers, both directions, all units, tokens 3 to 8"),
        (Clamp("i", 1.0, end=2), "input gate i = 1: all layers, both directions, all units, tokens 1 to 2"),
        (Clamp("i", 1.0, start=0, end=8), "input gate i = 1: all layers, both directions, all units, all tokens"),
        (Clamp("i", 1.0, start=7), "input gate i = 1: all layers, both directions, all units, token 8"),
        (switch_off(2, "forward", 3), "switched off (h = 0): layer 2, → forward, unit 3, all tokens"),
        (Clamp("h", 0.5), "hidden state h = 0.5: all layers, both directions, all units, all tokens"),
    ],
)
def test_what_is_held_is_said_in_words(clamp, words):
    assert clamp_words(clamp, 8) == words


def test_card_shows_both_verdicts(explainer, explanation):
    after = explainer.intervene(explanation, (*SHUT, switch_off(1, "forward")))
    page = change_card(explanation, after)
    before, now = (1 / (1 + np.exp(-logit)) for logit in (explanation.prediction.logit, after.logit))
    assert f"<strong>{before:.2f} → {now:.2f}</strong>" in page
    assert "The review has one token" not in page
    logits = re.search(r"logit ([+−]\d+\.\d+) → ([+−]\d+\.\d+)", page).groups()
    assert [number(logit) for logit in logits] == pytest.approx(
        [explanation.prediction.logit, after.logit], abs=0.00501
    )
    left = re.findall(r'<i class="(gs-before|gs-after)" style="left:([\d.]+)%"', page)
    assert [name for name, _ in left] == ["gs-before", "gs-after"]
    assert [float(value) for _, value in left] == pytest.approx([100 * before, 100 * now], abs=0.0501)
    assert number(re.search(r"moves P\(positive\) by ([+−]\d+\.\d+)", page)[1]) == pytest.approx(
        now - before, abs=0.0051
    )
    assert re.findall("<li>(.*?)</li>", page) == [clamp_words(clamp, 8) for clamp in after.clamps]


def test_both_gates_held_are_those_of_a_network_that_forgets(explainer, explanation):
    """The forget gate at 0 for good, by weights instead of by hand."""
    checkpoint = Explainer(explainer._folder).checkpoint("bilstm")
    network = checkpoint.network
    for layer in network.layers:
        for module in (layer.forward_rnn, layer.backward_rnn):
            module.bias_ih_l0[5:10] = -1e4  # f is the second of the four blocks
    ids = torch.tensor([explanation.review.ids])
    logit = float(network(ids, torch.tensor([ids.shape[1]])))
    page = change_card(explanation, explainer.intervene(explanation, SHUT))
    assert number(re.search(r"→ ([+−]\d+\.\d+)</span>", page)[1]) == pytest.approx(logit, abs=0.00501)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (1.0, -1.0, "It moves P(positive) by −0.46: “Positive” becomes “Negative”. Held:"),
        (-1.0, 1.0, "It moves P(positive) by +0.46: “Negative” becomes “Positive”. Held:"),
        (1.0, 2.0, "It moves P(positive) by +0.15. Held:"),
        (1.0, 1.01, "It hardly moves P(positive). Held:"),
        (
            0.4072,
            0.4037,
            "It hardly moves P(positive): “Positive” becomes “In doubt, leaning positive”. Held:",
        ),
    ],
)
def test_change_is_said_as_it_is(explainer, explanation, before, after, said):
    def of(logit):
        return {"logit": logit, "probability": 1 / (1 + np.exp(-logit))}

    held = replace(explainer.intervene(explanation, SHUT), **of(after))
    before = replace(explanation, prediction=replace(explanation.prediction, **of(before)))
    assert said in change_card(before, held)


@pytest.mark.parametrize(("layer", "direction"), [(1, "forward"), (2, "backward")])
def test_gates_stand_before_and_after_one_under_the_other(explainer, explanation, layer, direction):
    after = explainer.intervene(explanation, SHUT)
    rows = tracks_of(gates_card(explanation, after, layer, direction))
    assert [row.note for row in rows] == ["before", "after"] * 6
    names = ["input gate i", "forget gate f", "output gate o", "candidate g", "cell state c", "hidden state h"]
    assert [row.name for row in rows] == [name for name in names for _ in range(2)]
    for place, symbol in enumerate("ifogch"):
        for row, gates in zip(rows[2 * place :], (explanation.gates, after.gates), strict=False):
            values = gates.of(layer, direction).values(symbol)
            middle = [sorted(map(float, token))[len(token) // 2] for token in values]
            assert [number(shown) for shown in row.numbers] == pytest.approx(middle, abs=0.00501)
    assert rows[3].numbers == ["0.00"] * 8
    assert path_of(rows[3].picture, "gs-half gs-gate").count("98.0") == 2 * 8 + 1  # shut, at all eight tokens
    assert "98.0" not in path_of(rows[2].picture, "gs-middle")


def test_gates_that_do_not_change_are_said_so(explainer, explanation):
    above = explainer.intervene(explanation, (switch_off(2, "backward"),))
    assert "Nothing changes in it" in gates_card(explanation, above, 1, "forward")
    assert "Nothing changes in it" in gates_card(explanation, above, 2, "forward")
    assert "Nothing changes" not in gates_card(explanation, above, 2, "backward")


def test_table_holds_the_means_of_all_layers_before_and_after(explainer, explanation):
    after = explainer.intervene(explanation, SHUT)
    table = table_of(gates_card(explanation, after, 1, "forward"))
    assert len(table) == 8
    assert len(table[0]) == 2 + 2 * 4 * 6
    for place, row in enumerate(table):
        assert (int(row["place"]), row["token"]) == (place + 1, explanation.review.tokens[place].text)
        for when, gates in (("before", explanation.gates), ("after", after.gates)):
            for trace in gates.traces:
                for symbol in "ifogch":
                    mean = sum(map(float, trace.values(symbol)[place])) / 5
                    found = float(row[f"layer{trace.layer}.{trace.direction}.{symbol} {when}"])
                    assert found == pytest.approx(mean, rel=1e-4, abs=1e-6)


def test_running_verdicts_are_those_of_the_reviews_that_end_there(explainer, explanation):
    """Each prefix read alone, as a review of its own."""
    checkpoint = explainer.checkpoint("bilstm")
    page = running_card(explanation, explainer.prefixes(explanation), explainer.prefixes(explanation, SHUT))
    (row,) = tracks_of(page)
    old, new = row.lines(0, 1)
    assert [re.search('class="gs-dashed"', path) is not None for path in re.findall("<path[^>]*>", row.picture)] == [
        False,  # the axis
        True,
        False,
    ]
    table = table_of(page)
    assert len(table) == 8
    for place, line in enumerate(table):
        part = explanation.review.ids[: place + 1]
        alone = float(checkpoint.network(torch.tensor([part]), torch.tensor([len(part)])))
        text = "".join(token.text + token.space for token in explanation.review.tokens[: place + 1]).strip()
        shut = explainer.intervene(explainer.explain(Question(text, "bilstm")), SHUT).probability
        expected = [1 / (1 + np.exp(-alone)), shut]
        assert int(line["tokens read"]) == place + 1
        assert [float(line["P(positive) before"]), float(line["P(positive) after"])] == pytest.approx(
            expected, abs=1e-5
        )
        assert [old[place], new[place]] == pytest.approx(expected, abs=0.001)
        assert number(row.numbers[place]) == pytest.approx(expected[1], abs=0.00501)


def test_prefixes_that_were_not_read_are_marked_as_estimates(explanation):
    lengths = np.array([1, 4, 8])
    before, after = (
        PrefixCurve(lengths, np.log(values / (1 - values)), values)
        for values in (np.array([0.5, 0.5, 0.5]), np.array([0.2, 0.8, 0.4]))
    )
    (row,) = tracks_of(running_card(explanation, before, after))
    assert row.numbers == ["0.20", "≈ 0.40", "≈ 0.60", "0.80", "≈ 0.70", "≈ 0.60", "≈ 0.50", "0.40"]
    assert row.lines(0, 1)[1] == pytest.approx({0: 0.2, 3: 0.8, 7: 0.4}, abs=0.001)


def test_plain_rnn_shows_its_hidden_state_alone(explainer):
    explanation = explainer.explain(Question(TEXT, "rnn"))
    after = explainer.intervene(explanation, (Clamp("h", 0.5, 1, "backward"),))
    rows = tracks_of(gates_card(explanation, after, 1, "backward"))
    assert [(row.name, row.note) for row in rows] == [("hidden state h", "before"), ("hidden state h", "after")]
    assert rows[1].numbers == ["0.50"] * 8
    assert rows[0].numbers != rows[1].numbers
    assert "hidden state h = 0.5: layer 1, ← backward" in change_card(explanation, after)


@pytest.mark.parametrize("name", ["bilstm", "rnn"])
def test_single_token_has_a_before_and_an_after(explainer, name):
    explanation = explainer.explain(Question("good", name))
    clamps = (switch_off(),)
    after = explainer.intervene(explanation, clamps)
    assert "all tokens" in change_card(explanation, after)
    assert "The review has one token: nothing was read before it" in change_card(explanation, after)
    rows = tracks_of(gates_card(explanation, after, 1, "backward"))
    assert rows[-1].numbers == ["0.00"]
    page = running_card(explanation, explainer.prefixes(explanation), explainer.prefixes(explanation, clamps))
    assert float(table_of(page)[0]["P(positive) after"]) == pytest.approx(after.probability, abs=1e-5)
    assert float(table_of(page)[0]["P(positive) before"]) == pytest.approx(explanation.prediction.probability, abs=1e-5)


def test_text_of_a_person_never_becomes_markup(explainer):
    explanation = explainer.explain(Question(NASTY, "bilstm"))
    after = explainer.intervene(explanation, SHUT)
    curves = explainer.prefixes(explanation), explainer.prefixes(explanation, SHUT)
    gates = gates_card(explanation, after, 1, "forward")
    for page in (gates, change_card(explanation, after), running_card(explanation, *curves)):
        assert_harmless(page)
    assert [row["token"].removeprefix("'") for row in table_of(gates)] == [
        token.text.removeprefix("'") for token in explanation.review.tokens
    ]
    assert not [row for row in table_of(gates) if row["token"].startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [("bilstm", "forget gate at 0", "has no gates"), ("rnn", "A plain RNN has no gates", "forget gate")],
)
def test_before_anything_is_held_the_page_says_what_of_this_cell_can_be(explainer, name, said, unsaid):
    page = nothing_held(explainer.read(Question(TEXT, name)))
    assert "Hold it" in page
    assert "switch a direction off" in page
    assert said in page
    assert unsaid not in page


@pytest.mark.parametrize(
    ("clamp", "shown"),
    [
        (Clamp("f", 0.0), ["layer 1, → forward"]),
        (Clamp("f", 0.0, 1, "forward"), ["layer 1, → forward"]),
        (Clamp("f", 0.0, 2, "backward"), ["layer 2, ← backward", "layer 1, → forward"]),
        (Clamp("f", 0.0, None, "backward"), ["layer 1, ← backward", "layer 1, → forward"]),
    ],
)
def test_gates_are_shown_where_something_is_held_and_where_a_person_looks(explainer, explanation, clamp, shown):
    after = explainer.intervene(explanation, (Clamp("o", 0.5, 1, "forward"), clamp))
    page = gates_cards(explanation, after, 1, "forward")
    assert re.findall(r"The gates before and after: ([^\n<]*)", page) == shown


def test_picture_of_gates_says_whether_something_is_held_there(explainer, explanation):
    after = explainer.intervene(explanation, (Clamp("f", 0.0, 2, "backward"),))
    held, chosen = (gates_card(explanation, after, *place) for place in ((2, "backward"), (1, "forward")))
    assert "Something is held in this layer" in held
    assert "Nothing is held in this layer and direction, which is the one that is chosen above" in chosen


def test_what_is_held_at_one_word_is_set_beside_the_same_at_others(explainer, explanation):
    clamps = (Clamp("f", 0.0, start=2, end=3),)
    others = explainer.elsewhere(explanation, clamps)
    assert len(others) == 3
    card = change_card(explanation, explainer.intervene(explanation, clamps), others)
    for each in others:
        (place,) = (clamp.start for clamp in each.clamps)
        assert place != 2
        expected = explainer.intervene(explanation, (Clamp("f", 0.0, start=place, end=place + 1),)).probability
        assert f"“{explanation.review.tokens[place].text}” {expected:.2f}" in card
    assert explainer.elsewhere(explanation, SHUT) == ()
    assert "drawn at random" not in change_card(explanation, explainer.intervene(explanation, SHUT))


def test_a_unit_left_alone_is_set_beside_others_left_alone(explainer, explanation):
    clamps = (Clamp("h", 0.0, 1, "forward", 2, spared=True),)
    others = explainer.elsewhere(explanation, clamps)
    card = change_card(explanation, explainer.intervene(explanation, clamps), others)
    assert "all units but 2" in card
    assert len(others) == 3
    for each in others:
        assert f"unit {each.clamps[0].unit}: {each.probability:.2f}" in card
    assert "with other units, drawn at random" in card
