"""Numbers as people write them."""

from __future__ import annotations


def minus(number: str) -> str:
    """A formatted number with the typographic minus sign."""
    return number.replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, as people write it; what is rounded to nothing has none."""
    shown = f"{value:+.{digits}f}"
    return minus(shown) if float(shown) else shown[1:]


def difference(before: float, after: float, digits: int = 2) -> str:
    """By how much a number rose, as the two differ where they stand beside it, rounded to `digits`."""
    return signed(round(after, digits) - round(before, digits), digits)
