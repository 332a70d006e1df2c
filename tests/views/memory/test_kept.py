"""The Memory tab: shares of what was written, worked out once more by plain products of the forget gates."""

from __future__ import annotations

import base64
import html
import io
import math
import re
import statistics
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from model.errors import ReviewError
from model.network.cells.lstm import LSTM
from model.reading.explanation import Question
from model.recurrence.replay import GateTrace
from model.recurrence.retention import measure_memory
from tests.views.harmless import NASTY, assert_harmless, table_of, tracks_of
from views.drawing import colours
from views.drawing.downloads import csv_link
from views.memory import kept

TEXT = "Not a good film, but great!"
BOTH = pytest.mark.parametrize("direction", ["forward", "backward"])


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question(TEXT, "bilstm"))


def share(explanation, direction, place, other, unit):
    """What is left at token `other` of what was written at `place`, by a loop over the gates; None if not read yet."""
    forget = explanation.gates.of(2, direction).values("f")
    step = 1 if direction == "forward" else -1
    if (other - place) * step < 0:
        return None
    return math.prod(float(forget[t, unit]) for t in range(place + step, other + step, step))


def half_life(forget):
    """Of one unit (tokens,): by its geometric mean."""
    return math.log(0.5) / math.log(statistics.geometric_mean(map(float, forget)))


def with_forget_gate(forget, direction="forward"):
    """The memory of a made forget gate (tokens, units)."""
    gate = np.array(forget, dtype=np.float32)
    return measure_memory(GateTrace(1, direction, LSTM, dict.fromkeys("ifgoch", gate)))


def percent(value):
    """A share as the page writes it, or as close as rounding leaves it."""
    return pytest.approx(100 * value, abs=0.5001)


def numbers_of(row):
    """The row's percentages; None where it has none."""
    return [float(number.removesuffix(" %")) if number else None for number in row.numbers]


@BOTH
@pytest.mark.parametrize("place", [0, 3, 7])
def test_chosen_unit_shows_the_product_of_its_forget_gates(explainer, explanation, direction, place):
    row = tracks_of(kept.memory_card(explanation, explainer.memory(explanation, 2, direction), place, 3))[0]
    expected = [share(explanation, direction, place, other, 3) for other in range(8)]
    assert row.name == "unit 3"
    assert [number is None for number in numbers_of(row)] == [value is None for value in expected]
    for number, value in zip(numbers_of(row), expected, strict=True):
        assert number is None or number == percent(value)
    (line,) = row.lines(0, 1)
    assert line == pytest.approx({t: value for t, value in enumerate(expected) if value is not None}, abs=0.001)
    read = [value for value in (expected if direction == "forward" else expected[::-1]) if value is not None]
    gone, _, left = row.note.rpartition("left at the end: ")
    assert float(left.removesuffix(" %")) == percent(read[-1])
    after = next((count for count, value in enumerate(read) if value < 0.5), None)
    plural = "" if after == 1 else "s"
    assert gone == ("" if after is None else f"half is gone after {after} token{plural}; ")


@BOTH
def test_lines_over_all_units_are_their_middle_and_their_quarters(explainer, explanation, direction):
    row = tracks_of(kept.memory_card(explanation, explainer.memory(explanation, 2, direction), 4, 0))[1]
    low, middle, high = row.lines(0, 1)
    assert sorted(low) == ([4, 5, 6, 7] if direction == "forward" else [0, 1, 2, 3, 4])
    for other in low:
        units = sorted(share(explanation, direction, 4, other, unit) for unit in range(5))
        assert [low[other], middle[other], high[other]] == pytest.approx(units[1:4], abs=0.001)  # of five units
        assert numbers_of(row)[other] == percent(statistics.median(units))


@BOTH
def test_map_has_a_pixel_for_each_unit_the_longest_memory_on_top(explainer, explanation, direction):
    row = tracks_of(kept.memory_card(explanation, explainer.memory(explanation, 2, direction), 4, 0))[2]
    data = re.search(r'base64,([^"]+)"', row.picture)[1]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    forget = explanation.gates.of(2, direction).values("f")
    order = sorted(range(5), key=lambda unit: -half_life(forget[:, unit]))
    assert pixels.shape == (5, 8, 4)
    for line, unit in enumerate(order):
        for other in range(8):
            value = share(explanation, direction, 4, other, unit)
            assert pixels[line, other, 3] == (0 if value is None else 255)
            if value is not None:
                expected = np.array(colours.SHUT) + value * (np.array(colours.OPEN) - colours.SHUT)
                np.testing.assert_allclose(pixels[line, other, :3], expected, atol=1.5)


@BOTH
def test_table_holds_the_share_of_every_unit_at_every_token(explainer, explanation, direction):
    page = kept.memory_card(explanation, explainer.memory(explanation, 2, direction), 4, 0)
    table = table_of(page)
    assert [row["token"] for row in table] == ["Not", "a", "good", "film", ",", "but", "great", "!"]
    assert [int(row["place"]) for row in table] == list(range(1, 9))
    for other, row in enumerate(table):
        for unit in range(5):
            value = share(explanation, direction, 4, other, unit)
            found = row[f"unit {unit}"]
            assert found == "" if value is None else float(found) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("direction", "place", "said"),
    [
        ("forward", 0, ("After the 2 tokens read since", "unit 0 has 43 % left", "half is left in 1 of 3 units")),
        ("forward", 1, ("After the 1 token read since", "unit 0 has 95 % left", "half is left in 2 of 3 units")),
        ("forward", 2, ("It is the last token that this direction reads.",)),
        ("backward", 2, ("After the 2 tokens read since", "unit 0 has 40 % left", "half is left in 0 of 3 units")),
        ("backward", 1, ("After the 1 token read since", "unit 0 has 90 % left", "half is left in 1 of 3 units")),
        ("backward", 0, ("It is the last token that this direction reads.",)),
    ],
)
def test_sentence_counts_the_units_that_keep_half_to_the_end(explainer, direction, place, said):
    explanation = explainer.explain(Question("dull bad film", "bilstm"))
    forget = [[0.9, 0.2, 0.5], [0.45, 0.9, 0.6], [0.95, 0.8, 0.1]]
    page = kept.memory_card(explanation, with_forget_gate(forget, direction), place, 0)
    assert all(part in page for part in said)
    lives = [half_life(unit) for unit in zip(*forget, strict=True)]
    said = " ".join(page.split())
    arrow = {"forward": "→ forward", "backward": "← backward"}[direction]
    assert f"the middle unit of layer 1, {arrow}, would lose half in {sorted(lives)[1]:.1f} tokens" in said
    assert f"longest memory (unit 0) in {max(lives):.1f} tokens" in said
    assert "No unit of another layer or direction keeps longer." in said


def test_gate_that_never_shuts_has_a_half_life_without_end(explainer):
    explanation = explainer.explain(Question("dull film", "bilstm"))
    held = with_forget_gate([[1, 0.5], [1, 0.5]])
    page = kept.memory_card(explanation, held, 0, 0)
    assert "(unit 0) in without end" not in page
    assert "(unit 0) never" in page
    assert tracks_of(page)[0].note == "left at the end: 100 %"
    assert [row["half-life (tokens)"] for row in table_of(csv_link(kept.unit_csv(held), "x"))] == ["inf", "1"]


def test_table_of_units_counts_gates_at_their_ends(explainer, explanation):
    measured = explainer.memory(explanation, 1, "backward")
    trace = explanation.gates.of(1, "backward")
    table = table_of(csv_link(kept.unit_csv(measured), "x"))
    assert [int(row["unit"]) for row in table] == list(range(5))
    for unit, row in enumerate(table):
        assert float(row["half-life (tokens)"]) == pytest.approx(half_life(trace.values("f")[:, unit]), rel=1e-4)
        for symbol in "ifo":
            values = trace.values(symbol)[:, unit].tolist()
            shut, opened = sum(value < 0.1 for value in values), sum(value > 0.9 for value in values)
            assert float(row[f"{symbol} shut"]) == pytest.approx(shut / 8, rel=1e-5)
            assert float(row[f"{symbol} open"]) == pytest.approx(opened / 8, rel=1e-5)


@pytest.mark.parametrize("unit", [-1, 5, 99])
def test_unit_that_there_is_not_is_refused(explainer, explanation, unit):
    with pytest.raises(ReviewError, match=f"no unit {unit}: this layer has 5, numbered from 0"):
        kept.memory_card(explanation, explainer.memory(explanation, 1, "forward"), 0, unit)


def test_plain_rnn_is_refused_with_a_sentence(explainer):
    explanation = explainer.explain(Question(TEXT, "rnn"))
    with pytest.raises(ReviewError, match="has no forget gate") as refused:
        explainer.memory(explanation, 1, "forward")
    assert "has no forget gate" in kept.no_gates(str(refused.value))
    assert_harmless(kept.no_gates(NASTY))
    assert "<script" not in kept.no_gates(NASTY)


def test_longest_keeper_of_all_is_named_with_a_way_to_it_where_it_is_another(explainer, explanation):
    of_each = [explainer.memory(explanation, layer, way) for layer in (1, 2) for way in ("forward", "backward")]
    keeper = explainer.longest_keeper(explanation)
    assert keeper.half_life == max(float(each.half_life.max()) for each in of_each)
    for memory in of_each:
        here = (memory.layer, memory.direction) == (keeper.layer, keeper.direction)
        page = " ".join(kept.memory_card(explanation, memory, 0, 0, keeper).split())
        assert ("No unit of another layer or direction keeps longer." in page) is here
        found = re.search(
            r'gs-look-unit"([^>]*)>([^<]*)</button> keeps longest: half would be lost in ([\d.,]+) ', page
        )
        assert (found is None) is here
        if found:
            named = {"layer": str(keeper.layer), "direction": keeper.direction, "unit": str(keeper.unit)}
            assert dict(re.findall(r'data-(\w+)="([^"]*)"', found[1])) == named
            assert found[2].endswith(f"unit {keeper.unit}")
            assert float(found[3]) == pytest.approx(keeper.half_life, abs=0.051)


@BOTH
def test_single_token_is_kept_whole(explainer, direction):
    explanation = explainer.explain(Question("good", "bilstm"))
    page = kept.memory_card(explanation, explainer.memory(explanation, 2, direction), 0, 2)
    unit, middle, _ = tracks_of(page)
    assert unit.numbers == middle.numbers == ["100 %"]
    assert "It is the last token that this direction reads." in page
    assert "In a review of a single token nothing is read after it" in page
    assert [float(value) for name, value in table_of(page)[0].items() if name.startswith("unit")] == [1] * 5


def test_text_of_a_person_never_becomes_markup(explainer):
    explanation = explainer.explain(Question(NASTY, "bilstm"))
    for place, token in enumerate(explanation.review.tokens):
        page = kept.memory_card(explanation, explainer.memory(explanation, 1, "forward"), place, 0)
        assert_harmless(page)
        assert f"(token {place + 1})" in page
        cell = table_of(page)[place]["token"]
        assert cell == ("'" + token.text if token.text[0] in "=+-@" else token.text)


def test_chosen_token_never_becomes_markup(explainer, explanation):
    tokens = tuple(replace(token, text=NASTY) for token in explanation.review.tokens)
    review = replace(explanation.review, tokens=tokens)
    nasty = replace(explanation, prediction=replace(explanation.prediction, review=review))
    page = kept.memory_card(nasty, explainer.memory(nasty, 1, "forward"), 2, 0)
    assert_harmless(page)
    assert html.unescape(re.search("<h2>.*?<bdi>“(.*?)”</bdi>", page)[1]) == NASTY


def test_no_word_starts_a_formula(explainer):
    explanation = explainer.explain(Question("=SUM(A1) +1 -2 @x good", "bilstm"))
    table = table_of(kept.memory_card(explanation, explainer.memory(explanation, 1, "forward"), 0, 0))
    assert [row["token"] for row in table] == ["'=", "SUM(A1", ")", "'+1", "'-2", "'@x", "good"]
