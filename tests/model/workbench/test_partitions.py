"""How a person's own columns sort the rows of a file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.workbench.partitions import EMPTY, OTHERS, OWN, dimensions, idle_columns, partition
from model.workbench.slices import find_slices, slice_rows
from tests.scored import made_scores, made_table


def sorted_by(values):
    """The rows of each slice that has any, by its name; None where the column sorts nothing."""
    table = replace(made_table([1] * len(values)), own={"mine": tuple(values)})
    found = partition(table, made_scores([1.0] * len(values)), OWN.format(name="mine"))
    if found is None:
        return None
    return {name: np.flatnonzero(found.places == place).tolist() for place, name in enumerate(found.names)
            if (found.places == place).any()}  # fmt: skip


def test_few_values_are_a_slice_each_and_empty_ones_too():
    assert sorted_by(["de", "en", "", "en", "de"]) == {"de": [0, 4], "en": [1, 3], EMPTY: [2]}


def test_of_many_values_the_common_ones_are_slices():
    values = ["drama"] * 12 + ["horror"] * 10 + ["war"] * 9 + [f"genre {number}" for number in range(40)] + [""]
    found = sorted_by(values)
    assert set(found) == {"drama", "horror", OTHERS, EMPTY}
    assert len(found[OTHERS]) == 49


@pytest.mark.parametrize("count", [2, 10, 31, 10_000])
def test_what_tells_every_row_apart_sorts_nothing(count):
    assert sorted_by([f"id-{number}" for number in range(count)]) is None


def test_numbers_are_cut_into_quarters_and_few_of_them_are_values():
    found = sorted_by([str(number) for number in range(100)] + [""])
    assert [len(rows) for rows in found.values()] == [25, 25, 25, 25, 1]
    assert next(iter(found)) == "up to 24.750"
    assert list(found)[-1] == EMPTY
    assert sorted_by(["1", "2", "2", "1.5"]) == {"1": [0], "1.5": [3], "2": [1, 2]}
    assert sorted_by([*(str(number) for number in range(40)), "nan"]) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2023-05-06", "2024-01-02"), ("2023-05", "2024-01-02T10:00:00Z"), ("6.5.2023", "2.1.2024"),
        ("05/06/2023", "01/02/2024 10:00"), ("6 May 2023", "2 January 2024"), ("May 6, 2023", "Jan. 2, 2024"),
    ],
)  # fmt: skip
def test_dates_are_sorted_by_year(one, other):
    assert sorted_by([one, other, "", one]) == {"2023": [0, 3], "2024": [1], EMPTY: [2]}


def test_own_columns_are_slices_beside_the_built_in_ones_and_idle_ones_are_named():
    rows = 60
    own = {"lang": ("en", "de") * (rows // 2), "id": tuple(map(str, range(1_000, 1_000 + rows))), "same": ("x",) * rows}
    own["id"] = tuple(f"r{each}" for each in own["id"])
    table = replace(made_table([1, 0] * (rows // 2)), own=own)
    scores = made_scores([1.0] * rows)  # wrong on every row in "de"
    assert dimensions(table)[-3:] == ("column 'lang'", "column 'id'", "column 'same'")
    found = find_slices(table, scores)
    assert [(each.dimension, each.name, each.rate, each.stands_out) for each in found] == [
        ("column 'lang'", "de", 1.0, True),
        ("column 'lang'", "en", 0.0, True),
    ]
    assert slice_rows(table, scores, "column 'lang'", "de").tolist() == [False, True] * (rows // 2)
    assert idle_columns(table) == ("id", "same")
