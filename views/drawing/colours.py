"""The colour scales, in one place, each with one meaning.

Blue to orange is the verdict's, and of what pushes it; purple to green is the sign of a state; pale to dark ink is how
open a gate is.

The style sheets know them by `style_variables`; what else is coloured stands in colours.css.

Never red and green, and never colour alone: whatever is coloured has its number beside it on demand.
"""

from __future__ import annotations

import numpy as np

NEGATIVE, MIDDLE, POSITIVE = (33, 113, 181), (255, 255, 255), (230, 120, 20)
BELOW, ABOVE = (118, 42, 131), (27, 120, 55)
SHUT, OPEN = (240, 242, 244), (33, 40, 50)
STEPS = 255  # colours in a palette; odd, so that 0 is just white


def state_palette() -> np.ndarray:
    """Colours (255, 3) uint8 of states and candidates, from below 0 to above it."""
    half = _blend(BELOW, MIDDLE, STEPS // 2 + 1)
    return np.concatenate([half, _blend(MIDDLE, ABOVE, STEPS // 2 + 1)[1:]])


def gate_palette() -> np.ndarray:
    """Colours (255, 3) uint8 from 0 to 1."""
    return _blend(SHUT, OPEN, STEPS)


def _blend(start: tuple[int, int, int], end: tuple[int, int, int], steps: int) -> np.ndarray:
    share = np.linspace(0, 1, steps)[:, None]
    return np.rint(np.array(start) * (1 - share) + np.array(end) * share).astype(np.uint8)


def signed_log(values: np.ndarray) -> np.ndarray:
    """sign(v) log(1 + |v|): linear near 0, logarithmic beyond."""
    return np.sign(values) * np.log1p(np.abs(values))


def palette_places(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Where values of any shape fall in a palette from `low` to `high`: uint8; what lies beyond takes its end."""
    share = (np.clip(values, low, high) - low) / (high - low)
    return np.rint(share * (STEPS - 1)).astype(np.uint8)


def style_variables() -> str:
    """The colours of the scales for the style sheets, as variables: `--gs-negative` and so on."""
    named = {
        "negative": NEGATIVE,
        "middle": MIDDLE,
        "positive": POSITIVE,
        "below": BELOW,
        "above": ABOVE,
        "shut": SHUT,
        "open": OPEN,
    }
    return f":root {{ {' '.join(f'--gs-{name}: rgb{colour};' for name, colour in named.items())} }}"


# What charts wear: ink, in three shades; series are told apart by dash, width, mark or pattern, and by their labels.
# These are of light mode; in dark mode the style sheet turns the whole chart round, as it does the scales.
INK, SOFT_INK, PALE_INK = "#15191f", "#565e69", "#8a909a"  # the last one 3:1 on the page's ground, in both modes
CHART_GROUND, GRID, ZERO_LINE = "rgba(0,0,0,0)", "rgba(128,128,128,0.25)", "rgba(128,128,128,0.5)"
