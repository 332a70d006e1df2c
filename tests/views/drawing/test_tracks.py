"""Figures: what is drawn is what was computed."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from model.attribution.attribution import Attribution
from model.attribution.methods import method_named
from model.network.cells.lstm import LSTM
from model.recurrence.replay import GateTrace
from model.recurrence.summary import Summary
from views.drawing import colours, tracks

UNITS = np.array([[0.0, 0.5, 1.0], [0.05, 0.95, 0.99]], dtype=np.float32)  # two tokens, three units
STATES = np.array([[-3.0, 0.0, 3.0], [0.5, -0.5, 1.5]], dtype=np.float32)
TRACE = GateTrace(
    1,
    "forward",
    LSTM,
    {"h": np.tanh(STATES), "i": UNITS, "f": UNITS, "g": np.tanh(STATES), "o": UNITS, "c": STATES},
)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_unit_map_has_a_pixel_for_each_unit_and_token():
    picture = pixels(tracks.unit_map(TRACE, "f"))
    assert picture.shape == (3, 2, 3)
    assert tuple(picture[0, 0]) == colours.SHUT
    assert tuple(picture[2, 0]) == colours.OPEN
    assert tuple(pixels(tracks.unit_map(TRACE, "c"))[1, 0]) == (255, 255, 255)


def test_cell_states_are_coloured_on_a_logarithmic_scale_with_fixed_ends():
    scale = tracks.scale_of("c")
    found = scale.places(np.array([-1e4, -100, 0, 9.05, 100, 1e4]))
    assert found.tolist() == pytest.approx([0, 0, 127, 190.5, 254, 254], abs=0.5)  # log(10.05) is half of log(101)


def summary_of(symbol: str, **given: list[int]) -> Summary:
    counts = {name: np.array(given.get(name, [0, 0])) for name in ("up", "down", "low", "high")}
    bands = np.array([[-1.0, 0.1], [-0.5, 0.2], [0.0, 0.5], [0.5, 0.6], [1.0, 0.7]])
    return Summary(symbol, 10, bands=bands, **counts)


def path_of(picture: str, kind: str) -> str:
    return re.search(rf'class="{kind}" d="([^"]*)"', picture)[1]


def test_units_that_moved_are_bars_up_and_down_of_which_a_full_one_is_a_share_of_all():
    picture = tracks.units_track(summary_of("g", up=[2, 9], down=[0, 4]))
    assert path_of(picture, "gs-moved gs-up") == "M0.5 26v-13.0M1.5 26v-26.0"
    assert path_of(picture, "gs-moved gs-down") == "M1.5 26v26.0"
    assert tracks.FULL * 10 == 4


def test_band_has_its_quantiles_on_the_fixed_scale_and_thin_bars_for_the_ends():
    picture = tracks.band_track(summary_of("g", high=[5, 0], low=[0, 10]))  # from 2 (1) over 50 (0) to 98 (-1)
    assert path_of(picture, "gs-middle") == "M0 50.0V50.0h1V26.0h1"
    assert path_of(picture, "gs-most gs-above") == "M0 2.0V2.0h1V16.4h1V45.2h-1V50.0h-1z"
    assert path_of(picture, "gs-most gs-below") == "M0 50.0V50.0h1V50.0h1V50.0h-1V98.0h-1z"
    assert path_of(picture, "gs-half gs-above") == "M0 26.0V26.0h1V21.2h1V40.4h-1V50.0h-1z"
    high, low = re.findall(r'class="gs-ends" d="([^"]*)"', picture)
    assert high == "M0.5 2v48.0"
    assert low == "M1.5 98v-96.0"


def test_band_of_a_gate_has_one_colour():
    picture = tracks.band_track(summary_of("f"))
    assert "gs-above" not in picture
    assert path_of(picture, "gs-half gs-gate") == "M0 50.0V50.0h1V40.4h1V78.8h-1V98.0h-1z"  # below 0 there is no gate


def test_bars_point_up_for_positive_and_share_a_scale():
    result = Attribution(method_named("integrated gradients"), "zero", (0.5, -1.5, 0.0), 1.0)
    paths = tracks.bar_paths(result)
    assert tracks.bar_limit(result) == 2
    # half a logit of two: a quarter of the 48 units above the axis
    assert paths["gs-up"] == "M0.12 38.0h.76v12.0h-.76z"
    assert paths["gs-down"] == "M1.12 50.0h.76v36.0h-.76zM2.12 50.0h.76v0.0h-.76z"
    assert paths["gs-unsigned"] == ""
    assert all(f'<path class="{kind}" d="{path}"/>' in tracks.score_bars(result, 3) for kind, path in paths.items())


def test_bars_are_empty_while_there_are_no_scores():
    assert set(tracks.bar_paths(None).values()) == {""}
    assert 'viewBox="0 0 3 100"' in tracks.score_bars(None, 3)


def test_bar_limit_is_one_at_least():
    assert tracks.bar_limit(Attribution(method_named("occlusion"), "zero", (0.001,), 1.0)) == 1
    assert tracks.bar_limit(Attribution(method_named("saliency"), "zero", (0.25,), 1.0)) == 0.25
    assert tracks.bar_limit(Attribution(method_named("saliency"), "zero", (0.0,), 1.0)) == 1


def points(picture, kind):
    """Of the line of a kind: its pieces, each a list of (token, height above the lower edge of the scale, 0 to 1)."""
    path = re.search(rf'class="{kind}" d="([^"]*)"', picture)[1].replace("m-.3 0h.6", "")
    return [
        [(float(x) - 0.5, (96 - float(y)) / 92) for x, y in (point.split(" ") for point in piece.split("L"))]
        for piece in path.split("M")[1:]
    ]


def test_line_goes_through_its_values_in_the_middle_of_each_token():
    picture = tracks.line_track([tracks.Line(np.arange(3), np.array([0.0, 0.25, 1.0]))], 3, 0, 1)
    assert 'viewBox="0 0 3 100"' in picture
    (found,) = points(picture, "gs-line")
    assert found == [(0, pytest.approx(0, abs=1e-3)), (1, pytest.approx(0.25, abs=1e-3)), (2, pytest.approx(1))]


def test_line_is_on_the_scale_that_it_is_given():
    (found,) = points(tracks.line_track([tracks.Line(np.array([2, 7]), np.array([-1.0, 3.0]))], 9, -5, 5), "gs-line")
    assert found == [(2, pytest.approx(0.4, abs=1e-3)), (7, pytest.approx(0.8, abs=1e-3))]


def test_values_beyond_the_scale_run_along_its_edge():
    values = np.array([-400, -np.inf, 0.5, 7, np.inf])
    (found,) = points(tracks.line_track([tracks.Line(np.arange(5), values)], 5, 0, 1), "gs-line")
    assert [height for _, height in found] == pytest.approx([0, 0, 0.5, 1, 1])


@pytest.mark.parametrize(
    ("values", "pieces"),
    [
        ([1, np.nan, 1, 1], [[0], [2, 3]]),
        ([np.nan, 1, 1, np.nan], [[1, 2]]),
        ([1, np.nan, np.nan, 1], [[0], [3]]),
        ([np.nan] * 4, []),
    ],
)
def test_line_is_broken_where_there_is_no_value(values, pieces):
    picture = tracks.line_track([tracks.Line(np.arange(4), np.array(values))], 4, 0, 1)
    assert [[place for place, _ in piece] for piece in points(picture, "gs-line")] == pieces


def test_a_value_alone_is_a_dash_and_a_curve_of_one_token_has_a_width():
    picture = tracks.line_track([tracks.Line(np.arange(3), np.array([0.5, np.nan, 1.0]))], 3, 0, 1)
    assert path_of(picture, "gs-line") == "M0.5 50.0m-.3 0h.6M2.5 4.0m-.3 0h.6"
    picture = tracks.area_track(np.array([-1.0]), 2.0)
    assert path_of(picture, "gs-above") == "M0.5 50m-.4 0V50.0h.8V50z"
    assert path_of(picture, "gs-below") == "M0.5 50m-.4 0V74.0h.8V50z"


def test_lines_of_a_row_keep_their_kinds_and_their_order():
    lines = [tracks.Line(np.arange(2), np.full(2, value), kind) for value, kind in ((0.5, "gs-thin"), (1, "gs-line"))]
    picture = tracks.line_track(lines, 2, 0, 2)
    assert re.findall('class="(.*?)"', picture) == ["gs-thin", "gs-line"]
    assert points(picture, "gs-thin")[0][0][1] == pytest.approx(0.25)
    assert points(picture, "gs-line")[0][0][1] == pytest.approx(0.5)


def test_axis_lies_at_the_middle_that_is_named():
    line = tracks.Line(np.arange(2), np.zeros(2))
    picture = tracks.line_track([line], 2, -2, 0.5, middle=0)
    axis = re.search(r'class="gs-axis" d="M0 ([\d.]+)h2"', picture)
    assert (96 - float(axis[1])) / 92 == pytest.approx(0.8, abs=1e-3)
    assert points(picture, "gs-line")[0][0][1] == pytest.approx(0.8, abs=1e-3)
    assert "gs-axis" not in tracks.line_track([line], 2, -2, 0.5)


def test_area_is_filled_down_to_zero_above_and_below_it():
    picture = tracks.area_track(np.array([1.0, -0.5, 9.0]), 2.0)
    assert path_of(picture, "gs-above") == "M0.5 50L0.5 26.0L1.5 50.0L2.5 2.0V50z"
    assert path_of(picture, "gs-below") == "M0.5 50L0.5 50.0L1.5 62.0L2.5 50.0V50z"
