"""The text that benchmarks cut their reviews from."""

from __future__ import annotations

from views.stage.examples import read_examples


def long_example() -> str:
    """The longest of the examples, of some 300 words."""
    return next(example.text for example in read_examples() if example.name == "long")
