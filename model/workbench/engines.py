"""Who computes a job: this process, or Ray. Of each missing chunk an engine gives its number and its part, as bytes."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from model.assets import ASSETS
from model.errors import GatescopeError
from model.language import gettext
from model.network.checkpoint import Checkpoint, TrainingRecord
from model.network.network import RecurrentNetwork
from model.text import build_field, build_vocabulary
from model.workbench.parts import Part
from model.workbench.scoring import score_pieces

OBJECT_STORE = 512 * 1024**2  # bytes that a Ray of our own may hold


@dataclass(frozen=True, slots=True)
class Task:
    """What an engine does: the `missing` of all `chunks` of texts, the first `exact` layers in float32.

    `workers` is how many threads or actors; None: one a core, or a GPU.
    """

    loaded: Checkpoint
    chunks: Sequence[Sequence[str]]
    missing: Sequence[int]
    exact: int
    device: str
    workers: int | None


Engine = Callable[[Task], Generator[tuple[int, bytes], None, None]]


def score_here(task: Task) -> Generator[tuple[int, bytes], None, None]:
    """In this process, one chunk after the other."""
    if task.workers:
        torch.set_num_threads(task.workers)
    scores = score_pieces(task.loaded, (task.chunks[chunk] for chunk in task.missing), task.exact)
    for chunk, part in zip(task.missing, scores, strict=True):
        yield chunk, Part.of(part).to_bytes()


@dataclass(frozen=True, slots=True)
class Shipped:
    """A checkpoint as it travels to an actor."""

    name: str
    network: RecurrentNetwork
    words: list[str]
    training: TrainingRecord
    device: str

    @classmethod
    def of(cls, loaded: Checkpoint, device: str) -> Shipped:
        """On the CPU; `device` is where the actor puts it."""
        network = RecurrentNetwork(loaded.network.config)
        network.load_state_dict({name: weights.cpu() for name, weights in loaded.network.state_dict().items()})
        return cls(loaded.name, network, loaded.field.vocab.itos[2:], loaded.training, device)

    def unpack(self) -> Checkpoint:
        """The checkpoint again."""
        self.network.requires_grad_(False).eval().to(self.device)
        return Checkpoint(self.name, self.network, build_field(build_vocabulary(self.words)), self.training, (), None)


class Actor:
    """Holds the network, in a process of Ray's; reads one chunk at a time on one core, or on a GPU."""

    def __init__(self, shipped: Shipped, exact: int) -> None:
        torch.set_num_threads(1)
        self._loaded, self._exact = shipped.unpack(), exact

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Chunks, their texts as JSON, to chunks and their parts."""
        pieces = (json.loads(texts) for texts in batch["texts"])
        parts = [Part.of(part).to_bytes() for part in score_pieces(self._loaded, pieces, self._exact)]
        return {"chunk": batch["chunk"], "part": np.array(parts, dtype=object)}


def score_with_ray(task: Task) -> Generator[tuple[int, bytes], None, None]:
    """In Ray Data's actors, as they finish them. Ray reports to nobody, and shows no page of its own."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # it warns of how Ray Data itself starts actors
    root = str(ASSETS.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    import ray  # not at the top: an extra of its own

    own: dict[str, Any] = {"num_cpus": task.workers, "object_store_memory": OBJECT_STORE, "include_dashboard": False}
    gpu = task.device == "cuda"
    try:
        ray.init(logging_level=logging.ERROR, log_to_driver=False, **({} if "RAY_ADDRESS" in os.environ else own))
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        workers = task.workers or int(ray.cluster_resources().get("GPU" if gpu else "CPU", 1))
        items = [{"chunk": chunk, "texts": json.dumps(task.chunks[chunk])} for chunk in task.missing]
        done = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            Actor,
            fn_constructor_args=(Shipped.of(task.loaded, task.device), task.exact),
            concurrency=min(workers, len(items)),
            batch_size=1,
            num_cpus=1,
            num_gpus=int(gpu),
        )
        for row in done.iter_rows():
            yield int(row["chunk"]), row["part"]
    except ray.exceptions.RayError as error:
        reason = str(error).strip().rpartition("\n")[2]
        said = gettext("Ray ended the run ({reason}); the same command goes on where it was.")
        raise GatescopeError(said.format(reason=reason)) from error
    finally:
        ray.shutdown()


ENGINES: dict[str, Engine] = {"local": score_here, "ray": score_with_ray}
