"""Where what is shipped lies: checkpoints, example reviews, the lesson's texts, behavioural cases, sentences."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).parent.parent / "assets"
CHECKPOINTS = ASSETS / "checkpoints"
