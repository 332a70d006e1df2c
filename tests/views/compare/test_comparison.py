"""The Compare tab's HTML and CSV: escaped, complete, and saying what was computed."""

from __future__ import annotations

import base64
import csv
import html
import io
import re
from dataclasses import replace

import numpy as np
import pytest

from model.attribution.methods import METHODS
from model.reading.comparison import compare
from model.reading.explainer import Explainer
from tests.conftest import save_checkpoint
from tests.test_house import ROOT, imports
from tests.views.harmless import NASTY
from views.compare.comparison import comparison
from views.compare.table import csv_table
from views.drawing.numbers import difference, signed

LONG = "the film is good and the film is dull . " * 6


@pytest.fixture(scope="module")
def explainer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    save_checkpoint(folder / "bilstm")
    save_checkpoint(folder / "rnn", cell="rnn")
    save_checkpoint(folder / "shallow", layers=1)
    return Explainer(folder)


@pytest.fixture
def edit(ask):
    """One review before and after an edit, with scores as large as those of a trained network."""
    sides = (ask("The film is good, but slow"), ask("The film is not good, but flembic"))
    return compare(*(scaled(side, 60) for side in sides))


def scaled(explanation, times):
    attribution = explanation.attribution
    return replace(explanation, attribution=replace(attribution, scores=tuple(times * x for x in attribution.scores)))


def with_words(explanation, text):
    """The explanation with one text for every token."""
    prediction = explanation.prediction
    tokens = tuple(replace(token, text=text) for token in prediction.review.tokens)
    return replace(explanation, prediction=replace(prediction, review=replace(prediction.review, tokens=tokens)))


def columns(part):
    """Of each column: what it says, and its HTML."""
    found = re.findall(r'<span class="gs-pair [^"]*" role="listitem" tabindex="-?\d" aria-label="([^"]*)">', part)
    pieces = re.split(r'<span class="gs-pair (?!gs-pair-key)', part)[1:]
    return list(zip(map(html.unescape, found), pieces, strict=True))


def number(text):
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_text_of_a_person_never_becomes_markup(ask, method):
    sides = [with_words(ask(text, "bilstm", method), NASTY) for text in ("good", "good film is dull")]
    for compared in (compare(*sides), compare(*sides[::-1])):
        part = comparison(compared, 1, "forward", "f")
        assert "<script" not in part
        assert "<img" not in part
        tags = re.findall(r"<[^>]*>", re.sub(r'aria-label="[^"]*"', "", part))
        assert not [tag for tag in tags if "onerror" in tag]
        assert part.count("&lt;script") >= 2 * 5


def test_rendering_knows_no_torch_and_no_gradio():
    assert not {each.split(".")[0] for each in imports(ROOT / "views" / "compare" / "pairs.py")} & {"torch", "gradio"}


def test_both_verdicts_stand_on_one_meter(edit):
    part = comparison(edit, 1, "forward", "f")
    (meter,) = re.findall(r'<div class="gs-meter.*?</div>', part, re.DOTALL)
    left, right = (side.prediction.probability for side in (edit.left, edit.right))
    assert [float(place) for place in re.findall(r'<i class="gs-mark-[ab]" style="left:([\d.]+)%', meter)] == (
        pytest.approx([100 * left, 100 * right], abs=0.051)
    )
    between = re.search(r"A → B</b> <strong>([^<]+)</strong>.*?<p class=\"gs-note\">(\S+) logits", part, re.DOTALL)
    assert number(between[1]) == pytest.approx(right - left, abs=0.0051)
    assert number(between[2]) == pytest.approx(edit.right.prediction.logit - edit.left.prediction.logit, abs=0.0051)


def test_every_column_says_its_numbers(edit):
    found = columns(comparison(edit, 2, "backward", "f"))
    assert len(found) == len(edit.pairs) == 8
    change, distance = edit.change("f", 2, "backward"), edit.distance("f", 2, "backward")
    for place, (pair, (label, _)) in enumerate(zip(edit.pairs, found, strict=True)):
        if pair.left is None:
            assert label.startswith("Only in B “\u2068not\u2069” ")
            continue
        words = re.findall("\u2068(.*?)\u2069", label)
        assert words == [edit.left.review.tokens[pair.left].text, edit.right.review.tokens[pair.right].text]
        assert number(re.search(r": (\S+) logits", label)[1]) == pytest.approx(edit.score_change[place], abs=1.1e-3)
        scores = re.findall("\u2069” ([^ ,:]+)", label)
        shift = re.search(r": (\S+) logits", label)[1]
        assert number(scores[1]) - number(scores[0]) == pytest.approx(number(shift), abs=1e-9)
        before, after, moved = re.search(r"f (\S+) → ([^,]+), units moved by (\S+)", label).groups()
        assert number(after) - number(before) == pytest.approx(change[place], abs=1.1e-3)
        assert number(moved) == pytest.approx(distance[place], abs=6e-4)


def test_columns_show_by_sign_what_is_new_gone_and_replaced(ask):
    part = comparison(compare(ask("a good film , slow"), ask("a film is dull ,")), 1, "forward", "f")
    ties = [re.search(r'<span class="gs-tie">(.?)</span>', column)[1] for _, column in columns(part)]
    compared = compare(ask("a good film , slow"), ask("a film is dull ,"))
    signs = [
        "+" if pair.left is None else "−" if pair.right is None else "" if same else "≠"
        for pair, same in zip(compared.pairs, compared.same, strict=True)
    ]
    assert ties == signs
    assert set(signs) >= {"", "+", "−"}


def test_bars_share_one_scale_and_mark_what_goes_beyond(edit):
    for place, (_, column) in enumerate(columns(comparison(edit, 1, "forward", "f"))):
        kind, share = re.search(r'<i class="(gs-(?:rise|fall)[^"]*)" style="--v:([\d.]+)"', column).groups()
        shift = edit.shift[place]
        assert kind.startswith("gs-rise" if shift > 0 else "gs-fall")
        assert ("gs-beyond" in kind) == (abs(shift) > 1)
        assert float(share) == pytest.approx(min(1, abs(shift)), abs=6e-4)
    assert 0 < sum(abs(edit.shift) > 1) < len(edit.pairs)


def test_pale_bar_is_how_far_the_units_moved(edit):
    distance = edit.distance("g", 1, "backward")
    for place, (_, column) in enumerate(columns(comparison(edit, 1, "backward", "g"))):
        moved = re.search(r'<i class="gs-moved" style="--v:([\d.]+)"', column)
        assert (moved is None) == np.isnan(distance[place])
        if moved:
            assert float(moved[1]) == pytest.approx(min(1, distance[place]), abs=6e-4)


def test_sentence_names_the_three_largest_changes_in_order(edit):
    (sentence,) = re.findall(r'<p class="gs-compare-sum">(.*?)</p>', comparison(edit, 1, "forward", "f"))
    found = [number(text) for text in re.findall(r"<b>([+−][\d.]+)</b>", sentence)]
    expected = sorted(edit.shift, key=abs, reverse=True)[:3]
    assert found == pytest.approx(expected, abs=0.0051)
    differ = sum(shift for shift, same in zip(edit.shift, edit.same, strict=True) if not same)
    assert f"shift the sum of the scores by {signed(differ)}" in sentence


def test_nothing_changed_is_said(ask):
    part = comparison(compare(ask("good film"), ask("good  film")), 1, "forward", "f")
    assert "No token's score changed." in part
    assert "Here no unit moved." in part
    assert "<small>" not in part
    alike = comparison(compare(ask("good film"), ask("good film")), 1, "forward", "f")
    assert "A and B are one review, read by one checkpoint: change a word of B" in alike


def test_what_lies_between_the_baselines_of_two_checkpoints_is_said(ask):
    compared = compare(ask("good film"), ask("good film", "rnn"))
    assert abs(compared.baseline_change) > 0.05
    assert f"{signed(compared.baseline_change)} lie between" in comparison(compared, 1, "forward", "h")


def test_plain_rnn_beside_an_lstm_shows_the_hidden_state_and_says_why(ask):
    compared = compare(ask("good film"), ask("good film", "rnn"))
    part = comparison(compared, 2, "forward", "f")
    assert "A plain RNN has no gates" in part
    assert "hidden state <em>h</em>" in part
    assert "only their means compare" in part
    assert "gs-moved" not in part
    assert "has no gates" not in comparison(compared, 2, "forward", "h")


def test_layer_that_one_network_lacks_is_said(ask):
    compared = compare(ask("good film"), ask("good film", "shallow"))
    part = comparison(compared, 2, "forward", "f")
    assert "no such layer" in part
    assert len(columns(part)) == 2
    assert "no such layer" not in comparison(compared, 1, "forward", "f")
    assert "layer2" not in csv_table(compared, 2, "forward")


def test_saliency_has_no_sign_but_its_change_has(ask):
    compared = compare(ask("good film", "bilstm", "saliency"), ask("bad film", "bilstm", "saliency"))
    label, column = columns(comparison(compared, 1, "forward", "f"))[0]
    scores = [side.attribution.scores[0] for side in (compared.left, compared.right)]
    assert label.startswith(f"A “\u2068good\u2069” {scores[0]:.3f} → B “\u2068bad\u2069” {scores[1]:.3f}: ")
    assert f"{difference(*scores, 3)} logits per unit" in label
    assert "gs-plain" in column
    assert "gs-pos" not in column


def test_unknown_words_are_marked(edit):
    label, column = columns(comparison(edit, 1, "forward", "f"))[-1]
    assert label.count("unknown word") == 2  # "slow" is not in the small vocabulary either
    assert re.search(r'gs-unknown"[^>]*>flembic</bdi>', column)


def test_quiet_stretches_of_a_long_review_can_be_folded(ask):
    compared = compare(ask(LONG), ask(LONG + "great"))
    part = comparison(compared, 1, "forward", "f")
    folded = [int(count) for count in re.findall(r"… (\d+) alike …", part)]
    assert folded
    assert sum(folded) == part.count("gs-quiet")
    assert '<input type="checkbox" checked>' in part
    for place, (_, column) in enumerate(columns(part)):
        if "gs-quiet" in column.partition(">")[0]:
            assert compared.same[place]
            assert abs(compared.shift[place]) < 0.05


def test_short_reviews_are_not_folded(edit):
    assert "checkbox" not in comparison(edit, 1, "forward", "f")


def test_cut_review_says_so_where_it_was_cut(ask):
    sides = [ask("good " * 1_100, "bilstm", "input × gradient"), ask("good film", "bilstm", "input × gradient")]
    part = comparison(compare(*sides), 1, "forward", "f")
    assert "cut: 100 tokens in the middle were left out" in part
    before, after = part.split("A: 100 tokens left out")
    assert len(re.findall('class="gs-word', before)) >= 250
    assert part.count("tokens left out") == 1
    assert len(columns(after)) == 750


def test_one_word_against_one_word_works(ask):
    part = comparison(compare(ask("good"), ask("bad")), 2, "backward", "c")
    assert len(columns(part)) == 1
    assert "The largest change of a score" in part


def test_only_the_largest_changes_are_in_the_tab_order(ask):
    compared = compare(ask(LONG), ask(LONG.replace("good", "bad")))
    part = comparison(compared, 1, "forward", "f")
    reached = [
        place for place, stop in enumerate(re.findall(r'role="listitem" tabindex="(-?\d)"', part)) if stop == "0"
    ]
    expected = sorted(range(len(compared.pairs)), key=lambda place: -abs(compared.shift[place]))[:12]
    assert reached == sorted(expected)


def test_table_has_a_row_for_each_pair_and_a_dash_for_what_is_lacking(edit):
    body = re.search(r"<tbody>(.*)</tbody>", comparison(edit, 1, "forward", "f"), re.DOTALL)[1]
    rows = [re.findall(r"<t[dh][^>]*>(?:<bdi>)?(.*?)(?:</bdi>)?</t[dh]>", row) for row in body.split("</tr>")[:-1]]
    assert len(rows) == len(edit.pairs)
    (new,) = (row for row in rows if row[4] == "not")
    assert new[:3] == ["", "–", "–"]
    assert new[3] == "4"
    assert new[6] == new[-1] == "–"
    before, after, change = (number(rows[0][cell]) for cell in (2, 5, 6))
    assert change == pytest.approx(after - before, abs=1e-9)  # the difference of what is printed
    assert [before, after] == pytest.approx(
        [edit.left.attribution.scores[0], edit.right.attribution.scores[0]], abs=6e-4
    )


def test_csv_holds_every_pair_and_no_number_for_what_is_lacking(edit):
    rows = list(csv.DictReader(io.StringIO(csv_table(edit, 2, "backward"))))
    assert len(rows) == len(edit.pairs)
    assert len(rows[0]) == 9 + 6 * 4
    (new,) = (row for row in rows if row["token.B"] == "not")
    assert new["place.A"] == new["attribution.change"] == new["layer2.backward.c.change"] == ""
    assert float(new["attribution.B"]) == pytest.approx(edit.right.attribution.scores[3], rel=1e-4)
    assert (rows[-1]["token.B"], rows[-1]["known.B"]) == ("flembic", "no")
    assert float(rows[0]["attribution.change"]) == pytest.approx(edit.score_change[0], rel=1e-4)
    trace = edit.right.gates.of(2, "backward")
    assert float(rows[0]["layer2.backward.c.B"]) == pytest.approx(trace.values("c")[0].mean(), rel=1e-4)
    assert float(rows[0]["layer2.backward.c.moved"]) == pytest.approx(edit.distance("c", 2, "backward")[0], rel=1e-4)


def test_no_cell_of_the_csv_starts_a_formula(ask):
    compared = compare(ask("=1+1 good"), ask("@SUM good"))
    rows = list(csv.reader(io.StringIO(csv_table(compared, 1, "forward"))))
    words = {cell for row in rows[1:] for cell in (row[1], row[5])}
    assert {"'=1", "'@SUM"} & words
    assert not [word for word in words if word.startswith(("=", "+", "@"))]


def test_download_link_holds_the_csv(edit):
    link = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', comparison(edit, 1, "backward", "f"))[1]
    assert base64.b64decode(link).decode("utf-8-sig") == csv_table(edit, 1, "backward")


@pytest.mark.parametrize(("value", "text"), [(0.004, "0.00"), (-0.004, "0.00"), (-1.5, "−1.50"), (0.126, "+0.13")])
def test_change_has_a_sign_unless_it_is_rounded_to_nothing(value, text):
    assert signed(value) == text
