"""The parts that a job keeps on disk: they come back as they were, and what is damaged or of another run does not."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from model.errors import DataError
from model.workbench.parts import Part, Parts


def made_part(count: int) -> Part:
    """A part of so many reviews; its gates are those of a plain RNN."""
    numbers = np.arange(count, dtype=np.float32)
    counts = np.arange(count, dtype=np.int32)
    return Part(numbers, counts, counts, counts, numbers * np.nan, numbers * np.nan)


def equal(one: Part, other: Part) -> bool:
    names = [field.name for field in fields(Part)]
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Those of a run that has begun, of two chunks."""
    found = Parts.beside(tmp_path / "out.csv", [3, 2])
    found.begin({"input": "a"}, lambda: 1)
    return found


def test_part_comes_back_and_joins_its_neighbours(parts):
    parts.write(0, made_part(3).to_bytes())
    assert equal(parts.read(0), made_part(3))
    assert parts.read(1) is None
    assert Part.join([made_part(3), made_part(2)]).logits.tolist() == [0, 1, 2, 0, 1]


def test_part_that_is_damaged_or_of_another_size_is_computed_again(parts):
    parts.write(0, made_part(3).to_bytes()[:-30])
    parts.write(1, made_part(3).to_bytes())
    assert parts.read(0) is None
    assert parts.read(1) is None


def test_what_was_decided_when_a_run_began_is_not_decided_again(parts):
    assert parts.begin({"input": "a"}, lambda: pytest.fail("decided twice")) == 1


def test_parts_of_another_run_are_neither_used_nor_touched(parts):
    parts.write(0, made_part(3).to_bytes())
    with pytest.raises(DataError, match="parts of another run"):
        parts.begin({"input": "b"}, lambda: 0)
    assert equal(parts.read(0), made_part(3))
    parts.remove()
    assert not parts.folder.exists()
