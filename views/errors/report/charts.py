"""The report's two charts as geometry: where dots, bars and ticks stand in an SVG of `WIDTH` by `HEIGHT`.

Both share their frame: confidence from left to right, 50 to 100 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from model.metrics import CalibrationBin
from model.workbench.overview import ConfidenceBin

WIDTH, HEIGHT = 352, 230
LEFT, RIGHT, TOP, BOTTOM = 44, 332, 14, 188


@dataclass(frozen=True, slots=True)
class Tick:
    """A number beside an axis, and where it stands along it."""

    text: str
    place: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The ticks of the upright and of the lying axis."""

    upright: tuple[Tick, ...]
    lying: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin of the reliability diagram; `ideal` is the height at which confidence would be to be trusted."""

    x: float
    y: float
    radius: float
    ideal: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Accuracy over confidence; the diagonal goes from `start` at the left to `end` at the right."""

    frame: Frame
    start: float
    end: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a bar: `kind` is "mistake", "hit" or "unlabelled"."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Rows by confidence, in bars of blocks that stand on one another."""

    frame: Frame
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Whisker:
    """A rate as a dot on its interval, on a line of 90 by 12."""

    low: float
    rate: float
    high: float


def reliability(bins: Sequence[CalibrationBin]) -> Reliability:
    """Accuracy over confidence with a line from each point to the diagonal, where confidence is to be trusted."""
    floor = 0.5 if min(each.accuracy for each in bins) >= 0.5 else 0.0
    largest = max(each.count for each in bins)

    def y(accuracy: float) -> float:
        return _y((accuracy - floor) / (1 - floor))

    dots = tuple(
        Dot(_x(each.confidence), y(each.accuracy), 2.5 + 4.5 * (each.count / largest) ** 0.5, y(each.confidence))
        for each in bins
    )
    ticks = tuple(Tick(f"{100 * (floor + (1 - floor) * tick / 5):.0f} %", _y(tick / 5)) for tick in range(6))
    return Reliability(_frame(ticks), y(0.5), y(1), dots)


def histogram(bars: Sequence[ConfidenceBin]) -> Histogram:
    """Mistakes stand below the hits, where all bars have one floor; nothing is drawn for none."""
    step = round_step(max(bar.hits + bar.mistakes + bar.unlabelled for bar in bars) / 4)
    highest = 4 * step
    blocks = []
    for bar in bars:
        left, width, floor = _x(bar.low) + 1, _x(bar.high) - _x(bar.low) - 2, 0
        for kind, count in (("mistake", bar.mistakes), ("hit", bar.hits), ("unlabelled", bar.unlabelled)):
            if count:
                top = _y((floor + count) / highest)
                blocks.append(Block(kind, left, top, width, _y(floor / highest) - top))
            floor += count
    ticks = tuple(Tick(f"{step * tick:,}", _y(tick / 4)) for tick in range(5))
    return Histogram(_frame(ticks), tuple(blocks))


def whisker(low: float, rate: float, high: float, end: float) -> Whisker:
    """Fractions on a scale from 0 to `end`."""
    return Whisker(*(3 + 84 * value / end for value in (low, rate, high)))


def round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that is not below."""
    size = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    return next(size * times for times in (1, 2, 5, 10) if size * times >= least)


def _frame(upright: tuple[Tick, ...]) -> Frame:
    return Frame(upright, tuple(Tick(f"{10 * step} %", _x(step / 10)) for step in range(5, 11)))


def _x(confidence: float) -> float:
    return LEFT + (RIGHT - LEFT) * (confidence - 0.5) / 0.5


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share
