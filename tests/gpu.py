"""A stand-in for a GPU: the processor, with the rules of a GPU.

A tensor that was put there says that it is on "cuda", and keeps what torch would refuse of it refused: nothing takes it
together with a tensor of the processor's, NumPy does not read it, and a recurrent layer in evaluation mode gives no
gradients (cuDNN's rule). What is computed is computed as on the processor, so that both can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

GPU = torch.device("cuda", 0)
# What may be given a tensor of the processor's beside one of the GPU's: moves, indices, lengths of sequences.
BOTH = {"to", "copy_", "__getitem__", "__setitem__", "_pack_padded_sequence", "_pad_packed_sequence", "index_select"}


class There(Tensor):
    """A tensor on the GPU."""

    device = GPU
    is_cuda = True

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        if name in ("numpy", "__array__"):
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        if name == "cpu" or (name == "to" and isinstance(args[0], cls) and _leaves(args[1:], kwargs)):
            return _here(args[0]).to(*args[1:], **kwargs) if name == "to" else _here(args[0])
        if name not in BOTH and any(_is_here(each) for each in _tensors((args, kwargs))):
            raise RuntimeError(f"Expected all tensors to be on the same device, in {name}")
        if name == "lstm" or name.startswith("rnn_") or name == "gru":
            _check_gradients(args)
        args, kwargs = _without_gpu(args), {key: value for key, value in kwargs.items() if not _is_gpu(value)}
        found = super().__torch_function__(func, types, args, kwargs)
        return _there(found) if name == "to" else found

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        copied = self.detach().clone()
        memo[id(self)] = nn.Parameter(copied, self.requires_grad) if isinstance(self, nn.Parameter) else copied
        return memo[id(self)]


class _WithGpu(TorchFunctionMode):
    """Within it, tensors are made on the GPU where that is asked for."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        goes = _is_gpu(kwargs.get("device")) or (getattr(func, "__name__", "") == "to" and any(map(_is_gpu, args)))
        if goes:
            args, kwargs = _without_gpu(args), {key: value for key, value in kwargs.items() if not _is_gpu(value)}
            return _there(func(*args, **kwargs) if len(args) > 1 or kwargs or func is not Tensor.to else args[0])
        return func(*args, **kwargs)


def put_there(network: nn.Module) -> nn.Module:
    """The same network on the GPU."""
    for module in network.modules():
        for name, weights in module._parameters.items():
            if weights is not None:
                module._parameters[name] = nn.Parameter(weights.data.as_subclass(There), requires_grad=False)
        if isinstance(module, nn.RNNBase):
            module._init_flat_weights()
    return network


@contextmanager
def gpu() -> Iterator[None]:
    """Within it there is a GPU, for this thread."""
    with _WithGpu():
        yield


def _check_gradients(args: Any) -> None:
    _, training, *_ = (each for each in args if isinstance(each, bool))  # with biases; training; …
    if not training and torch.is_grad_enabled() and any(each.requires_grad for each in _tensors(args)):
        raise RuntimeError("cudnn RNN backward can only be called in training mode")


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _tensors(each)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _is_here(tensor: Tensor) -> bool:
    return not isinstance(tensor, There) and tensor.dim() > 0


def _here(tensor: Tensor) -> Tensor:
    return tensor.as_subclass(Tensor)


def _there(found: Any) -> Any:
    return found.as_subclass(There) if isinstance(found, Tensor) else found


def _is_gpu(value: Any) -> bool:
    return (isinstance(value, torch.device) and value.type == "cuda") or (isinstance(value, str) and value == "cuda")


def _leaves(args: Any, kwargs: Any) -> bool:
    asked = [*args, *kwargs.values()]
    said = [each for each in asked if isinstance(each, (torch.device, str)) and not _is_gpu(each)]
    return bool(said) or any(isinstance(each, Tensor) and not isinstance(each, There) for each in asked)


def _without_gpu(args: Any) -> Any:
    return tuple(each for each in args if not _is_gpu(each))
