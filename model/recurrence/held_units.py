"""The verdict with one unit held at a value at every token, for many units of one layer and direction at once.

Each verdict is that of `intervene` with the clamp of the unit's h, but what the clamp cannot change is read once for
all: the layers below, the other direction, and what the tokens bring to each step. The steps of the unit's own
direction are taken for a batch in which each row holds another unit; PyTorch's own modules read what comes of it above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from model.network.cells.cell import EXACT, Cell, Settle
from model.network.network import DIRECTIONS, RecurrentNetwork

ROWS = 64  # units at once: some 50 MB of states at 250 tokens


@torch.inference_mode()
def logits_with_units_held(
    network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str, units: Sequence[int], values: np.ndarray
) -> np.ndarray:
    """The logits (units,) float64 of one review of word vectors (1, tokens, embedding), each with one unit's h held.

    `units` (from 0) are of a layer (from 1) and direction, `values` (units,) those at which they are held; none of it
    is checked. The network must be in evaluation mode.
    """
    lengths = torch.tensor([embedded.shape[1]], device=embedded.device)
    states = network.states(embedded, lengths)  # (1, T, 2H) each
    below = states[layer - 2] if layer > 1 else embedded
    module = network.layers[layer - 1].recurrence(direction)
    hidden = network.config.hidden_size
    first = DIRECTIONS.index(direction) * hidden
    logits = []
    for start in range(0, len(units), ROWS):
        settle = _holding(units[start : start + ROWS], values[start : start + ROWS], embedded.new_zeros(1, hidden))
        held = _read(network.cell, module, below, direction, settle)  # (B, T, H)
        shown = states[layer - 1].repeat(len(held), 1, 1)  # (B, T, 2H)
        shown[..., first : first + hidden] = held
        logits.append(network.decide_above(layer, shown))
    return torch.cat(logits).double().cpu().numpy() if logits else np.zeros(0)


def _holding(units: Sequence[int], values: np.ndarray, like: Tensor) -> Settle:
    """What puts a value in the place of one unit's h in each row of (units, hidden)."""
    chosen = torch.zeros(len(units), like.shape[1], dtype=torch.bool, device=like.device)
    chosen[range(len(units)), units] = True
    at = torch.as_tensor(values).to(like)[:, None]  # (B, 1)
    return lambda symbol, found: torch.where(chosen, at, found) if symbol == "h" else found


def _read(cell: Cell, module: nn.RNNBase, below: Tensor, direction: str, settle: Settle) -> Tensor:
    """The hidden states (batch, tokens, hidden) of one direction over (1, tokens, in), in reading order of the text."""
    weights = cell.weights(module)
    drive = (below if direction == "forward" else below.flip(1))[0] @ weights.inputs.T + weights.bias  # (T, rows)
    recurrent = weights.states.T.contiguous()  # (H, rows)
    states: Mapping[str, Tensor] = dict.fromkeys(cell.states, recurrent.new_zeros(1, len(recurrent)))
    steps: list[Tensor] = []
    for step in drive:
        states = cell.step(step + states["h"] @ recurrent, states, settle, EXACT)
        steps.append(states["h"])
    return torch.stack(steps if direction == "forward" else steps[::-1], dim=1)
