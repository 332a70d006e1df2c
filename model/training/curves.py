"""Training curves as a picture. Needs matplotlib, which only training installs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from model.network.checkpoint import Epoch


def draw_curves(history: Sequence[Epoch], path: Path) -> None:
    """Loss (nats) and accuracy (fraction) of training and validation over epochs, as a PNG."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    epochs = [epoch.epoch for epoch in history]
    for axes, quantity in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for split, line, colour in (("train", "o:", "#565e69"), ("validation", "o-", "#15191f")):
            values = [getattr(epoch, f"{split}_{quantity}") for epoch in history]
            axes.plot(epochs, values, line, color=colour, label=split)
        axes.set_xlabel("epoch")
        axes.set_ylabel(f"{quantity} (nats)" if quantity == "loss" else quantity)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=100)
