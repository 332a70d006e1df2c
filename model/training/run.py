"""What training commands share: a state on disk that is resumed, a time limit, several processes.

A state is one safetensors file, written whole or not at all: the modules' weights, the optimizer's moments, and in its
metadata what run it is of and how far that came. Random numbers are seeded by the step, so a run that was stopped at
any step and resumed ends with the same numbers as one that was not.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from model import files
from model.errors import DataError, GatescopeError
from model.language import gettext

STATE = "state.safetensors"
KEEP_SECONDS = 300  # between two states on disk: what a run that is killed loses at most


class DivergedError(GatescopeError):
    """The loss is no longer a number."""


@dataclass(frozen=True, slots=True)
class State:
    """What a state file holds: tensors by name, and `progress`, the plain values that were stored with them."""

    tensors: dict[str, Tensor]
    progress: dict[str, Any]

    def of(self, part: str) -> dict[str, Tensor]:
        """The tensors of one part, by their names in it."""
        return {
            name.removeprefix(f"{part}."): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(f"{part}.")
        }


def write_state(folder: Path, parts: Mapping[str, Mapping[str, Tensor]], about: dict, progress: dict) -> None:
    """Write a state. `about` says what run it is of. Raises `DataError` where that fails; the old one stays."""
    tensors = {
        f"{part}.{name}": tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for part, named in parts.items()
        for name, tensor in named.items()
    }
    try:
        with files.whole(folder / STATE) as partial:
            save_file(tensors, partial, {"about": json.dumps(about), "progress": json.dumps(progress)})
    except (OSError, SafetensorError) as error:
        said = gettext("The state in '{folder}' could not be written; is the disk full? The last good one is kept.")
        raise DataError(said.format(folder=folder)) from error


def read_state(folder: Path, about: dict, device: str, defaults: Mapping[str, dict] | None = None) -> State:
    """Read a state. Raises `DataError` if there is none, or one of another run.

    `defaults` are those of the settings that `about` holds, by its keys: a setting that the code gained after the state
    was written had its default then.
    """
    try:
        with safe_open(folder / STATE, framework="pt", device=device) as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        found, progress = json.loads(metadata["about"]), json.loads(metadata["progress"])
        found |= {key: settings | found[key] for key, settings in (defaults or {}).items()}
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        said = gettext("There is no usable state in '{folder}': start without --resume.")
        raise DataError(said.format(folder=folder)) from error
    if found != about:
        said = gettext("The state in '{folder}' is of another run ({found}): choose another --out.")
        raise DataError(said.format(folder=folder, found=json.dumps(found)))
    return State(tensors, progress)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """An optimizer's moments and counts by name."""
    states = optimizer.state_dict()["state"]
    return {f"{index}.{name}": tensor for index, state in states.items() for name, tensor in state.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Give an optimizer its moments and counts back."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those that train together under `torchrun`; alone by default."""

    rank: int = 0
    count: int = 1

    @classmethod
    @contextmanager
    def joined(cls, device: str) -> Iterator[Processes]:
        """Meet the processes that `torchrun` started, and part from them at the end; alone where it started none."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count == 1:
            yield cls()
            return
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("nccl" if device == "cuda" else "gloo")
        try:
            yield cls(distributed.get_rank(), count)
            distributed.barrier()  # none leaves while another still writes
        finally:
            distributed.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this process writes and prints."""
        return self.rank == 0

    def seed(self, seed: int, step: int) -> int:
        """The seed of this process at a step of a run."""
        return (seed * 1_000_003 + step) * self.count + self.rank

    def over(self, stop: float, device: str) -> bool:
        """Whether `stop` (as of `time.monotonic`) has passed in any process: all hear the same."""
        return float(self.total(torch.tensor(float(time.monotonic() > stop), device=device))) > 0

    def wrap(self, module: nn.Module) -> nn.Module:
        """The module itself, or one that averages its gradients over all processes."""
        return module if self.count == 1 else DistributedDataParallel(module, find_unused_parameters=True)

    def total(self, values: Tensor) -> Tensor:
        """The sum of each value over all processes."""
        if self.count > 1:
            distributed.all_reduce(values)
        return values


def device_name(device: str, count: int = 1) -> str:
    """What a card says about where a network was trained."""
    if device == "cuda":
        return (f"{count} × " if count > 1 else "") + torch.cuda.get_device_name()
    threads = count * torch.get_num_threads()
    return f"CPU ({platform.machine()}, {threads} thread{'s' if threads > 1 else ''})"


def deadline(minutes: float) -> float:
    """When a run of so many minutes from now must stop, as of `time.monotonic`."""
    return time.monotonic() + minutes * 60


def check_free(out: Path, resume: bool) -> None:
    """Raise `DataError` where a new run would overwrite an older one."""
    if not resume and (out / STATE).exists():
        said = gettext("'{out}' holds a run already: go on with --resume, or choose another --out.")
        raise DataError(said.format(out=out))
