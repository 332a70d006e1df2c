"""On a GPU everything about a review is what it is on the processor: nothing is left on the wrong side, and gradients
are taken where cuDNN gives them. The GPU is a stand-in, see `tests.gpu`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import torch

from model.attribution.gradients import for_gradients
from model.attribution.methods import METHODS
from model.network.classify import Prediction
from model.reading.explainer import Explainer
from model.reading.explanation import WEIGHTS, Question, Reading
from model.reading.units import UNIT_PICKS
from model.recurrence.clamps import Clamp
from model.recurrence.openings import Valve
from model.workbench import scoring
from model.workbench.held import read_held
from model.workbench.scoring import score
from model.workbench.word_contrast import _explain
from model.worker import Worker
from tests.gpu import gpu, put_there

TEXT, OTHER = "a good film, but dull", "a dull film, but good"
HELD = (Clamp("h", 0.5, 1, "forward", 1, 1, 3),)

pytestmark = pytest.mark.filterwarnings("ignore:PyTorch was compiled without cuDNN:UserWarning")

Compute = Callable[[Explainer, Reading], object]
COMPUTED: dict[str, Compute] = {
    "verdict": lambda explainer, reading: explainer.classify(TEXT, reading.question.checkpoint),
    "gates": lambda explainer, reading: reading,
    **{
        f"{method}, {baseline}": lambda explainer, reading, method=method, baseline=baseline: (
            explainer.explain(Question(TEXT, reading.question.checkpoint, method, baseline)).attribution
        )
        for method in (each.name for each in METHODS)
        for baseline in ("unknown word", "padding", "zero")
    },
    "word on word": lambda explainer, reading: explainer.interactions(explainer.explain(reading.question), 1),
    "prefixes": lambda explainer, reading: explainer.prefixes(reading),
    "prefixes, held": lambda explainer, reading: explainer.prefixes(reading, HELD),
    "held": lambda explainer, reading: explainer.intervene(reading, HELD),
    "held elsewhere": lambda explainer, reading: explainer.elsewhere(reading, HELD),
    "openings": lambda explainer, reading: (
        explainer.openings(reading, Valve("f", 1, "forward", 1, 2))
        if reading.gates.traces[0].cell.forget_gates
        else None
    ),
    "read off": lambda explainer, reading: explainer.read_off(reading),
    "six units": lambda explainer, reading: explainer.six_units(reading),
    "passing on": lambda explainer, reading: explainer.passing_on(reading, 3),
    "atlas": lambda explainer, reading: explainer.make_atlas(reading.question.checkpoint),
    "states put in": lambda explainer, reading: explainer.patched(
        reading, explainer.read(Question(OTHER, reading.question.checkpoint))
    ),
    "sums of the gates": lambda explainer, reading: explainer.preactivations(reading, 2, "backward"),
    **{
        pick: lambda explainer, reading, pick=pick: explainer.rank_units(reading, 2, "backward", 1, pick)
        for pick in UNIT_PICKS
    },
    **{
        f"gradients, {weights}": lambda explainer, reading, weights=weights: explainer.gradients(
            reading, 2, "backward", weights
        )
        for weights in WEIGHTS
    },
    "race": lambda explainer, reading: explainer.race(reading),
    "whole": lambda explainer, reading: explainer.whole(reading),
    "many": lambda explainer, reading: score(explainer.checkpoint(reading.question.checkpoint), [TEXT, OTHER, "good"]),
    "words of many": lambda explainer, reading: _explain(
        for_gradients(explainer.checkpoint(reading.question.checkpoint).network), [np.array([3, 4]), np.array([5])]
    ),
    "many, held": lambda explainer, reading: read_held(
        explainer.checkpoint(reading.question.checkpoint), [TEXT, "good"], HELD, lambda compute: compute()
    ),
}


@pytest.fixture
def there(checkpoints, monkeypatch) -> Iterator[Explainer]:
    """An explainer of which every network is on the GPU; it computes in this thread, which has one."""
    explainer = Explainer(checkpoints)
    for name in explainer.names:
        put_there(explainer.checkpoint(name).network)
    read = scoring._Reader.read

    def within(*arguments):
        with gpu():
            return read(*arguments)

    monkeypatch.setattr(scoring._Reader, "read", within)  # in threads of its own
    monkeypatch.setattr(Worker, "run", lambda worker, compute, first=False: compute())
    with gpu():
        yield explainer


def assert_alike(found: object, wanted: object) -> None:
    """Whether two results are the same but for rounding."""
    assert type(found) is type(wanted)
    if is_dataclass(wanted):
        for field in fields(wanted):
            assert_alike(getattr(found, field.name), getattr(wanted, field.name))
    elif isinstance(wanted, (tuple, list)):
        assert len(found) == len(wanted)
        for each, other in zip(found, wanted, strict=True):
            assert_alike(each, other)
    elif isinstance(wanted, Mapping):
        assert_alike(list(found.items()), list(wanted.items()))
    elif isinstance(wanted, (float, np.ndarray, np.floating)):
        if not (isinstance(wanted, np.ndarray) and wanted.dtype.kind not in "fc"):
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
        else:
            np.testing.assert_array_equal(found, wanted)
    else:
        assert found == wanted


@pytest.mark.parametrize("checkpoint", ["bilstm", "rnn"])
@pytest.mark.parametrize("name", COMPUTED)
def test_what_is_computed_on_a_gpu_is_what_the_processor_computes(name, checkpoint, there, checkpoints):
    compute = COMPUTED[name]
    found = compute(there, there.read(Question(TEXT, checkpoint)))
    here = Explainer(checkpoints)
    assert_alike(found, compute(here, here.read(Question(TEXT, checkpoint))))


def test_stand_in_refuses_what_a_gpu_refuses(there):
    weights = there.checkpoint("bilstm").network.output.weight
    with pytest.raises(RuntimeError, match="same device"):
        weights + torch.ones(weights.shape)
    with pytest.raises(TypeError, match="numpy"):
        weights.numpy()
    layer = there.checkpoint("bilstm").network.layers[0].forward_rnn
    words = torch.ones(1, 2, 6, device="cuda").requires_grad_()
    with pytest.raises(RuntimeError, match="training mode"):
        layer(words)


def test_prediction_is_of_the_gpu(there):
    assert there.checkpoint("bilstm").network.output.weight.device.type == "cuda"
    assert isinstance(there.classify(TEXT, "bilstm"), Prediction)
