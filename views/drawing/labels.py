"""What quantities and directions are called on the page."""

from __future__ import annotations

from model.language import marked
from model.network.cells.registry import QUANTITIES

NAMES = {symbol: quantity.name for symbol, quantity in QUANTITIES.items()}

DIRECTION_NAMES = {"forward": marked("forward"), "backward": marked("backward")}

ARROWS = {"forward": marked("reads →"), "backward": marked("← reads")}
