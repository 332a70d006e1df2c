"""Who wrote what a unit holds: the numbers shown are those of the cell, and add up as shown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from model.reading.explanation import Question
from model.recurrence.step import cell_step
from views.cell.ledger import LEAST, ledger_card, writers_line
from views.drawing.numbers import signed

TEXT = "Not a good film, but great: fun & <3 , and the ending is good."


def card_of(explainer, layer=2, direction="forward", place=5, unit=3):
    reading = explainer.read(Question(TEXT, "bilstm"))
    step = cell_step(
        explainer.preactivations(reading, layer, direction), reading.gates.of(layer, direction), place, unit
    )
    read = explainer.read_off(reading) if layer == 2 else None
    return reading, step, str(ledger_card(reading, step, explainer.written(reading, layer, direction), read))


def amounts(card):
    return [float(found.replace("−", "-")) for found in re.findall(r"<td>([+−]?[0-9.]+)</td></tr>", card)]


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("place", [0, 5, 15])
def test_what_each_word_wrote_adds_up_to_the_memory_as_shown(explainer, layer, direction, place):
    for unit in range(5):
        _, step, card = card_of(explainer, layer, direction, place, unit)
        *parts, total = amounts(card)
        assert sum(parts) == pytest.approx(total, abs=1e-9)
        memory = next(state.value for state in step.states if state.symbol == "c")
        assert total == pytest.approx(memory, abs=0.00501)
        assert 1 <= len(parts) <= 7


def test_what_was_read_of_a_unit_is_said_of_the_last_layer_alone(explainer):
    reading, step, card = card_of(explainer, direction="backward")
    read = explainer.read_off(reading).read
    column = read[:, 5 + step.unit]  # behind the units that read forward
    assert f"Of the verdict's {signed(reading.prediction.logit)} logits" in card.replace("&#39;", "'")
    assert f"{signed(column.sum())} were read off this unit, {signed(column[step.place])} of them" in card
    assert "read off" not in card_of(explainer, layer=1)[2]


def test_words_of_a_person_stay_text(explainer):
    cards = [card_of(explainer, place=place)[2] for place in range(16)]
    assert not any(re.search("& |<3", card) for card in cards)
    assert any("&amp;" in card for card in cards)
    assert any("&lt;3" in card for card in cards)


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("place", [0, 5, 15])
def test_words_that_wrote_most_are_inked_by_their_share(explainer, direction, place):
    reading, step, _ = card_of(explainer, direction=direction, place=place)
    ledger = explainer.written(reading, 2, direction)
    held = ledger.of_unit(step.unit, place)
    line = str(writers_line(reading, step, ledger))
    found = re.findall(r'data-sign="(.)" style="--share:([0-9.]+)"><bdi>(.*?)</bdi>', line)
    shares = held / abs(held).sum()
    order = sorted(range(len(held)), key=lambda at: -abs(held[at]))
    expected = [at for at in order[:4] if abs(shares[at]) >= LEAST]
    assert [word for *_, word in found] == [
        reading.review.tokens[at].text.replace("&", "&amp;").replace("<", "&lt;") for at in expected
    ]
    for (sign, share, _), at in zip(found, expected, strict=True):
        assert float(share) == pytest.approx(abs(shares[at]), abs=0.00051)
        assert sign == ("+" if held[at] > 0 else "−")


def test_unit_that_holds_nothing_was_written_by_nobody(explainer):
    reading, step, _ = card_of(explainer)
    ledger = explainer.written(reading, 2, "forward")
    assert writers_line(reading, step, replace(ledger, written=ledger.written * 0)) == ""
