"""Equations of a cell as data: what the page writes under one another, and what a test computes and compares.

A quantity that PyTorch packs weights for is a curve over what is added up, which the cell's `packed` says: its formula
is an `Activation`. The others are a small tree of values, products and sums. The step of a cell computes the same with
tensors, fast; a test holds that both agree for every kind that there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Number: TypeAlias = "float | np.ndarray"


@dataclass(frozen=True, slots=True)
class Value:
    """A quantity at this token: z_t."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Before:
    """A state at the token that was read before: h_(t-1)."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Product:
    """Two factors, multiplied unit by unit."""

    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms that are added up, from left to right."""

    terms: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Tanh:
    """tanh of something."""

    of: Formula


@dataclass(frozen=True, slots=True)
class OneMinus:
    """1 minus something: how shut a gate is."""

    of: Formula


Formula: TypeAlias = "Value | Before | Product | Sum | Tanh | OneMinus"


@dataclass(frozen=True, slots=True)
class Activation:
    """The curve of a quantity that weights are packed for, over what is added up for it."""


@dataclass(frozen=True, slots=True)
class Equation:
    """What a quantity is, and what it is for: `meaning`, marked, goes on after its name."""

    symbol: str
    meaning: str
    formula: Formula | Activation


def evaluate(formula: Formula, now: Mapping[str, Number], before: Mapping[str, Number]) -> Number:
    """The number (or array, of whatever shape the values have) of a formula, for the quantities of a token by symbol
    and the states before. Raises `KeyError` for a symbol that is in neither.
    """
    if isinstance(formula, Value):
        return now[formula.symbol]
    if isinstance(formula, Before):
        return before[formula.symbol]
    parts = [evaluate(part, now, before) for part in parts_of(formula)]
    if isinstance(formula, Product):
        return parts[0] * parts[1]
    if isinstance(formula, Sum):
        return sum(parts[1:], start=parts[0])
    return np.tanh(parts[0]) if isinstance(formula, Tanh) else 1 - parts[0]


def parts_of(formula: Formula) -> tuple[Formula, ...]:
    """What a formula is made of, from left to right; nothing of a value."""
    if isinstance(formula, Product):
        return formula.left, formula.right
    if isinstance(formula, Sum):
        return formula.terms
    return (formula.of,) if isinstance(formula, Tanh | OneMinus) else ()


def walk(formula: Formula) -> Iterator[Formula]:
    """A formula and all that it is made of, from the outside to the inside."""
    yield formula
    for part in parts_of(formula):
        yield from walk(part)
