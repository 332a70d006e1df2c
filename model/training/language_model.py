"""The language models that start a classifier's first layer, and their file.

A forward and a backward LSTM share one embedding and one adaptive softmax (Grave et al., ICML 2017); the idea to start
a classifier from them is that of Dai & Le (NIPS 2015). Trained by `python -m model pretrain`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from model import files
from model.errors import DataError
from model.language import gettext
from model.network.network import NetworkConfig, RecurrentLayer, RecurrentNetwork
from model.text import PADDING_ID

WEIGHTS = "language_model.safetensors"


class LanguageModel(nn.Module):
    """Two LSTMs that share an embedding and an adaptive softmax. The loss is a sum of nats over both directions."""

    def __init__(self, config: NetworkConfig, cutoffs: Sequence[int], dropout: float) -> None:
        super().__init__()
        size = config.vocabulary_size
        self.embedding = nn.Embedding(size, config.embedding_size, padding_idx=PADDING_ID)
        self.layer = RecurrentLayer(config.embedding_size, config.hidden_size, config.cell)
        kept = [cutoff for cutoff in cutoffs if cutoff < size - 1]
        self.softmax = nn.AdaptiveLogSoftmaxWithLoss(config.hidden_size, size, kept or [size // 2])
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The summed loss of ids (2, streams, chunk + 1), [0] forward and [1] reversed; and the states to go on with.

        `states` are h and c (1, streams, hidden) of the forward, then of the backward model. A padding is no word that
        is to be predicted.
        """
        _, streams, _ = ids.shape
        embedded = self.embedding(ids[..., :-1])  # (2, S, C, E)
        mask = self.dropout(torch.ones(2, streams, 1, embedded.shape[-1], device=ids.device))
        outputs, after = [], []
        for direction, rnn in enumerate(map(self.layer.recurrence, self.layer.directions)):
            start = (states[2 * direction], states[2 * direction + 1])
            output, end = rnn(embedded[direction] * mask[direction], start)  # (S, C, H)
            outputs.append(output)
            after += [state.detach().float() for state in end]
        hidden = self.dropout(torch.stack(outputs)).flatten(0, 2)  # (2SC, H)
        if hidden.is_cuda:
            hidden = hidden.float()  # autocast takes a GPU's log-softmax to float32, a CPU's not; types must agree
        targets = ids[..., 1:].flatten()
        wanted = targets != PADDING_ID
        return -self.softmax(hidden[wanted], targets[wanted]).output.float().sum(), after


def save(model: LanguageModel, words: Sequence[str], loss: float, folder: Path) -> None:
    """Write what a classifier starts from, half precision. `loss`: nats a word, held out. Raises `DataError`."""
    weights = {
        name: tensor.detach().cpu().half().contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith("softmax")
    }
    try:
        with files.whole(folder / WEIGHTS) as partial:
            save_file(weights, partial, {"vocabulary": _digest(words), "loss": str(loss)})
    except (OSError, SafetensorError) as error:
        said = gettext("The language model could not be written to '{folder}'; is the disk full?")
        raise DataError(said.format(folder=folder)) from error


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def start(network: RecurrentNetwork, words: Sequence[str], folder: Path) -> float:
    """Copy a language model's embedding and LSTMs into a network's first layer. Gives back its loss, nats a word.

    Raises `DataError` where there is none in `folder`, or one of other words or sizes.
    """
    try:
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            metadata = file.metadata()
            weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        said = gettext("There is no language model in '{folder}': run 'python -m model pretrain' first.")
        raise DataError(said.format(folder=folder)) from error
    if metadata["vocabulary"] != _digest(words):
        said = gettext("The language model in '{folder}' was trained with another vocabulary: pre-train again.")
        raise DataError(said.format(folder=folder))
    own = network.state_dict()
    renamed = {name.replace("layer.", "layers.0.", 1): tensor for name, tensor in weights.items()}
    if any(name not in own or own[name].shape != tensor.shape for name, tensor in renamed.items()):
        said = gettext("The language model in '{folder}' is of another size than this network: pre-train again.")
        raise DataError(said.format(folder=folder))
    network.load_state_dict(own | renamed)
    return float(metadata["loss"])
