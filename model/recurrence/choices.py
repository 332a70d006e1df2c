"""Numbers that a page sent: which token, unit or layer. What is none of them is refused by a sentence."""

from __future__ import annotations

import numpy as np

from model.errors import ReviewError
from model.language import gettext, marked

LARGEST_NUMBER = 10**9  # a token or unit beyond it is no slip of somebody who counts
NO_WHOLE_TOKEN = marked("The number of a token is a whole one: choose one that the page offers.")
NO_WHOLE_UNIT = marked("The number of a unit is a whole one: choose one that the page offers.")
NO_WHOLE_LAYER = marked("The number of a layer is a whole one: choose one that the page offers.")


def place_of(place: object, tokens: int) -> int:
    """The place of a token, counted from 0. Raises `ReviewError` if the review has no such token."""
    number = whole_number(place, NO_WHOLE_TOKEN)
    if not 0 <= number < tokens:
        sentence = gettext("There is no token {number} in this review any more: it has {tokens}.")
        raise ReviewError(sentence.format(number=number + 1, tokens=tokens))
    return number


def unit_of(unit: object, units: int) -> int:
    """The number of a unit, from 0. Raises `ReviewError` if the layer has no such unit."""
    number = whole_number(unit, NO_WHOLE_UNIT)
    if not 0 <= number < units:
        sentence = gettext("There is no unit {number}: this layer has {units}, numbered from 0.")
        raise ReviewError(sentence.format(number=number, units=units))
    return number


def whole_number(number: object, refusal: str) -> int:
    """A whole number that a page sent, 3.0 for 3 included; no bool, since True is not 1 to a person.

    Raises `ReviewError` with `refusal`, a marked sentence, for what is none.
    """
    kinds = (int, float, np.integer, np.floating)
    if not isinstance(number, kinds) or isinstance(number, bool):
        raise ReviewError(gettext(refusal))
    if not abs(number) <= LARGEST_NUMBER or number != int(number):  # NaN is no smaller than anything
        raise ReviewError(gettext(refusal))
    return int(number)
