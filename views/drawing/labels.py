"""What quantities and directions are called on the page."""

from __future__ import annotations

from model.language import marked
from model.network.cells.registry import QUANTITIES

NAMES = {symbol: quantity.name for symbol, quantity in QUANTITIES.items()}

WAYS = {"forward": "→", "backward": "←"}  # where there is no room for words
ARROWS = {"forward": marked("→ forward"), "backward": marked("← backward")}
