"""The colours: the scales, and what stands on them can be read."""

from __future__ import annotations

import re

import numpy as np
import pytest

from views.drawing import colours
from views.drawing.template import VIEWS


def test_states_go_from_purple_over_white_to_green():
    palette = colours.state_palette()
    assert palette.shape == (255, 3)
    assert tuple(palette[0]) == colours.BELOW
    assert tuple(palette[127]) == (255, 255, 255)
    assert tuple(palette[254]) == colours.ABOVE


def test_signs_of_a_verdict_and_of_a_state_wear_different_colours():
    negative, positive, below, above = colours.NEGATIVE, colours.POSITIVE, colours.BELOW, colours.ABOVE
    assert negative[2] == max(negative)  # blue
    assert positive[0] == max(positive)  # orange
    assert below[1] == min(below)  # purple
    assert above[1] == max(above)  # green


@pytest.mark.parametrize(("value", "place"), [(-9, 0), (-1, 0), (0, 127), (1, 254), (9, 254)])
def test_values_beyond_the_scale_take_its_end(value, place):
    assert colours.palette_places(np.array(value), -1, 1) == place


def luminance(colour):
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in np.array(colour) / 255]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_on_a_coloured_token_keeps_its_contrast(mode):
    sheet = (VIEWS / "drawing" / ("colours.css" if mode == "light" else "dark.css")).read_text()
    block = sheet[: sheet.index("}")]

    def colour(name):
        value = re.search(rf"--gs-{name}: (?:var\(--gs-loud-\w+, )?(.+?)\)?;", block)[1]
        if value.startswith("var("):
            return colour(value.removeprefix("var(--gs-").rstrip(")"))
        if value.startswith("#"):
            digits = value[1:] if len(value) == 7 else "".join(2 * digit for digit in value[1:])
            return [int(digits[place : place + 2], 16) for place in (0, 2, 4)]
        return [int(part) for part in re.findall(r"\d+", value)]

    surface, ink = np.array(colour("surface")), colour("ink")
    for sign in ("negative", "positive", "plain"):
        tint = np.array(colour(f"tint-{sign}"))
        for share in np.linspace(0, 1, 11):
            assert contrast(tint * share + surface * (1 - share), ink) >= 4.5
    assert contrast(surface, colour("muted")) >= 4.5


def test_ink_of_charts_can_be_read_in_both_modes():
    """In dark mode the style sheet turns a chart round: of a grey, as these are, what is left to white."""

    def parts(colour):
        return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])

    sheets = [(VIEWS / "drawing" / name).read_text() for name in ("colours.css", "dark.css")]
    grounds = [re.search(r"(?:paper|surface): (#\w+);", sheet)[1] for sheet in sheets]
    light, dark = (parts(colour + colour[1:] * (len(colour) == 4)) for colour in grounds)
    for ink, least in ((colours.INK, 4.5), (colours.SOFT_INK, 4.5), (colours.PALE_INK, 3)):
        assert contrast(parts(ink), light) >= least
        turned = 255 - parts(ink)
        assert contrast(turned, dark) >= least
        assert max(turned) - min(turned) < 24


NAMES = ("negative", "middle", "positive", "below", "above", "shut", "open")


def test_style_sheets_are_given_the_colours_of_the_scales():
    given = {
        name: tuple(int(part) for part in value.split(","))
        for name, value in re.findall(r"--gs-(\w+): rgb\(([\d, ]+)\);", colours.style_variables())
    }
    assert given == {name: getattr(colours, name.upper()) for name in NAMES}
    states, gates = colours.state_palette(), colours.gate_palette()
    assert [given[name] for name in ("below", "middle", "above")] == [tuple(states[k]) for k in (0, 127, 254)]
    assert [given[name] for name in ("shut", "open")] == [tuple(gates[k]) for k in (0, 254)]


def test_no_style_sheet_spells_a_colour_of_the_scales_or_uses_one_that_is_not_there():
    sheets = {path: path.read_text(encoding="utf-8") for path in VIEWS.rglob("*.css")}
    known = set(NAMES) | {name for sheet in sheets.values() for name in re.findall(r"--gs-([\w-]+):", sheet)}
    known |= {"col", "at"}  # set by the page's script as well
    scales = {getattr(colours, name.upper()) for name in NAMES if name != "middle"}
    for path, sheet in sheets.items():
        assert not re.findall(rf"--gs-(?:{'|'.join(NAMES)}):", sheet), path
        spelt = {tuple(int(part) for part in each) for each in re.findall(r"rgb\((\d+), ?(\d+), ?(\d+)\)", sheet)}
        assert not spelt & scales, path
        used = set(re.findall(r"var\(--gs-([\w-]+)\)", sheet))
        assert used <= known, path
