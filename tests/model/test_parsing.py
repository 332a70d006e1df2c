"""What comes from outside: what keeps the limits comes through, of all else one sentence is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import AfterValidator, Field, TypeAdapter

from model.errors import DataError
from model.parsing import STRUCTURE, Says, parse, said


def odd(number: int) -> int:
    if number % 2 == 0:
        raise said("An even number.")
    return number


Few = Annotated[
    list[Annotated[str, Field(strict=True, max_length=3), Says("No text.")]],
    Field(max_length=2),
    Says("No list.", {"too_long": "{length:,} words, {most} fit."}),
]
Number = Annotated[
    int, Field(strict=True, ge=1), AfterValidator(odd), Says("No number.", {"greater_than_equal": "Below {least}."})
]


@dataclass(frozen=True, slots=True)
class Record:
    words: Few
    number: Number = 1


ADAPTER = TypeAdapter(Record)


def parsed(value):
    return parse(ADAPTER, value, lambda fault: DataError(f"{fault.place} {fault.kind} {fault.sentence}"))


def test_what_keeps_the_limits_comes_through():
    assert parsed({"words": ["one", "two"], "number": 3}) == Record(["one", "two"], 3)
    assert parsed({"words": []}) == Record([])


@pytest.mark.parametrize(
    ("value", "place", "sentence"),
    [
        ({"words": "one"}, ("words",), "No list."),
        ({"words": ["a", "b", "c"]}, ("words",), "3 words, 2 fit."),
        ({"words": ["a", 5]}, ("words", 1), "No text."),
        ({"words": ["long"]}, ("words", 0), "No text."),
        ({"words": [], "number": "1"}, ("number",), "No number."),
        ({"words": [], "number": True}, ("number",), "No number."),
        ({"words": [], "number": 0}, ("number",), "Below 1."),
        ({"words": [], "number": 2}, ("number",), "An even number."),
        ({"words": [5], "number": 2}, ("words", 0), "No text."),
    ],
)
def test_first_fault_is_said_with_its_place(value, place, sentence):
    with pytest.raises(DataError) as caught:
        parsed(value)
    assert str(caught.value) == f"{place} said {sentence}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("value", "place"), [({}, ("words",)), ([], ()), (None, ())])
def test_a_fault_of_the_record_itself_has_its_kind_and_no_sentence(value, place):
    with pytest.raises(DataError) as caught:
        parsed(value)
    assert str(caught.value) in {f"{place} {kind} " for kind in STRUCTURE}


def test_braces_in_a_value_are_never_filled():
    with pytest.raises(DataError, match=r"No list\."):
        parsed({"words": "{length} {0} {missing}"})


def test_a_sentence_may_name_what_it_is_given():
    adapter = TypeAdapter(
        Annotated[int, Field(strict=True, le=8), Says("From {low} to {high:,}.", given={"low": 1, "high": 8})]
    )
    for value in (9, "1", None):
        with pytest.raises(DataError, match=r"^From 1 to 8\.$"):
            parse(adapter, value, lambda fault: DataError(fault.sentence))
