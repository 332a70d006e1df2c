"""What quantities and directions are called on the page."""

from __future__ import annotations

from model.network.cells.registry import QUANTITIES

NAMES = {symbol: quantity.name for symbol, quantity in QUANTITIES.items()}

ARROWS = {"forward": "reads →", "backward": "← reads"}
