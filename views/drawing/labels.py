"""What quantities and directions are called on the page."""

from __future__ import annotations

from model.recurrence.replay import QUANTITIES, QUANTITY_NAMES

NAMES = dict(zip(QUANTITIES, QUANTITY_NAMES, strict=True))

ARROWS = {"forward": "reads →", "backward": "← reads"}
