"""How faithful each attribution method is to the network: what happens to the verdict when its tokens are erased.

    python -m model evaluate NAME --faithfulness

Erased means removed: the review is read without the token, as if it had never been written. A padding vector in its
place would be an input that the network never met, and is the very baseline of occlusion and integrated gradients, so
that the test would favour them.

Tokens are ranked by their score towards the class that is predicted for the whole review. With p the probability of
that class and a share k of the tokens:

- comprehensiveness = p(review) - p(review without its first k): large where the tokens were needed;
- sufficiency = p(review) - p(the first k alone, in their order): small where they are enough (ERASER: DeYoung et al.,
  ACL 2020);
- AOPC = mean comprehensiveness over the shares less mean sufficiency: the area over the perturbation curve (Samek et
  al., 2017) of both, and the one number that methods are compared by. The largest wins;
- tau: Kendall's tau-b between the scores and the leave-one-out differences of the logit, both towards the predicted
  class.

Where a method's scores have no sign, tokens are ranked by size alone, and tau is with the size of the differences.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from model.attribution.attribution import Attribution, attribute
from model.attribution.baselines import DEFAULT_BASELINE
from model.attribution.method import Method
from model.attribution.methods import METHODS
from model.errors import CheckpointError
from model.language import gettext
from model.metrics import kendall_tau
from model.network.logits import logits_of
from model.network.network import RecurrentNetwork

FILE = "faithfulness.json"
SHARES = (1, 5, 10, 20, 50)  # per cent of the tokens, rounded up to whole ones, as in ERASER
MIN_TOKENS, MAX_TOKENS = 2, 250  # of the reviews measured: something must stay, and occlusion takes quadratic time
ORDERS = 5  # random ones, whose mean is what a ranking must beat


@dataclass(frozen=True, slots=True)
class Erasure:
    """Falls of the predicted class's probability, means over reviews, at one share (per cent) of the tokens."""

    share: int
    comprehensiveness: float
    sufficiency: float


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """One method's, by its name. `tau` and `seconds` (of one explanation) are means over reviews. `median_delta` and
    `p95_delta`: |delta| as a fraction of the logit difference, None for a method that does not promise to add up.
    """

    method: str
    erasures: tuple[Erasure, ...]
    tau: float
    seconds: float
    median_delta: float | None
    p95_delta: float | None

    @property
    def aopc(self) -> float:
        """What methods are compared by, a probability: the larger the better."""
        return aopc(self.erasures)


@dataclass(frozen=True, slots=True)
class FaithfulnessReport:
    """What is stored in `faithfulness.json`: all methods on the same reviews, drawn with `seed`.

    `random` is the mean over `orders` random rankings of each review; `device` is where `seconds` were taken.
    `lead_error` is the standard error over reviews
    of the winner's lead in AOPC; None where there is but one review or method.
    """

    reviews: int
    seed: int
    baseline: str
    device: str
    orders: int
    random: tuple[Erasure, ...]
    methods: tuple[Faithfulness, ...]
    lead_error: float | None

    @property
    def ranking(self) -> tuple[Faithfulness, ...]:
        """The methods, the largest AOPC first."""
        return tuple(sorted(self.methods, key=lambda method: -method.aopc))

    @property
    def lead(self) -> float:
        """How far the winner's AOPC is above the next method's, a probability; 0 where there is none."""
        first, second = self.ranking[0], self.ranking[:2][-1]
        return first.aopc - second.aopc

    @property
    def doubtful(self) -> bool:
        """Whether the lead is under two standard errors, so that other reviews might have another winner."""
        return self.lead_error is None or self.lead < 2 * self.lead_error

    @property
    def winner(self) -> str:
        """The method with the largest AOPC."""
        return self.ranking[0].method

    @classmethod
    def from_json(cls, stored: dict) -> FaithfulnessReport:
        """The report that `dataclasses.asdict` and JSON made a dictionary of."""
        methods = tuple(
            Faithfulness(**{**method, "erasures": _erasures(method["erasures"])}) for method in stored.pop("methods")
        )
        if not methods:
            raise ValueError("no method was measured")
        return cls(random=_erasures(stored.pop("random")), methods=methods, **stored)


def _erasures(stored: list[dict]) -> tuple[Erasure, ...]:
    return tuple(Erasure(**erasure) for erasure in stored)


def aopc(erasures: Sequence[Erasure]) -> float:
    """Mean comprehensiveness less mean sufficiency."""
    return sum(erasure.comprehensiveness - erasure.sufficiency for erasure in erasures) / len(erasures)


def read(folder: Path) -> FaithfulnessReport | None:
    """What was measured of the checkpoint in a folder; None where nothing was. Raises `CheckpointError`."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return FaithfulnessReport.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        said = gettext("{file} of checkpoint '{name}' cannot be used.").format(file=FILE, name=folder.name)
        raise CheckpointError(said) from error


def measure(
    network: RecurrentNetwork,
    reviews: Sequence[Sequence[int] | np.ndarray],
    seed: int,
    methods: Sequence[Method] = METHODS,
    progress: bool = False,
) -> FaithfulnessReport:
    """Explain and erase reviews, each ids (tokens,) of at least 2 tokens, by each method with the default baseline.

    Raises `ValueError` where there is no review, or one too short to erase something and leave something.
    """
    if not reviews or min(map(len, reviews)) < MIN_TOKENS:
        raise ValueError(f"faithfulness needs reviews of at least {MIN_TOKENS} tokens")
    found = [
        _measure_review(network, tuple(map(int, ids)), methods, np.random.default_rng((seed, number)))
        for number, ids in enumerate(tqdm(reviews, desc="faithfulness", unit="review", disable=not progress))
    ]
    curves = np.stack([review.curves for review in found])  # (R, M + 1, S, 2), random last
    measured = tuple(
        Faithfulness(
            method=method.name,
            erasures=_mean_erasures(curves[:, index]),
            tau=float(np.mean([review.taus[index] for review in found])),
            seconds=float(np.mean([review.seconds[index] for review in found])),
            **_deltas([review.attributions[index] for review in found]),
        )
        for index, method in enumerate(methods)
    )
    return FaithfulnessReport(
        reviews=len(reviews),
        seed=seed,
        baseline=DEFAULT_BASELINE,
        device=_device_name(network.output.weight.device),
        orders=ORDERS,
        random=_mean_erasures(curves[:, -1]),
        methods=measured,
        lead_error=_lead_error(curves[:, :-1]),
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """Of one review. `curves` (methods + 1, shares, 2): comprehensiveness and sufficiency, the random orders' last;
    the rest is parallel to the methods.
    """

    curves: np.ndarray
    taus: list[float]
    seconds: list[float]
    attributions: list[Attribution]


def _measure_review(
    network: RecurrentNetwork, ids: tuple[int, ...], methods: Sequence[Method], rng: np.random.Generator
) -> _Measured:
    falls = leave_one_out(network, ids)  # (T,)
    attributions, seconds = [], []
    for method in methods:
        started = time.perf_counter()
        attributions.append(attribute(network, ids, method, DEFAULT_BASELINE))
        seconds.append(time.perf_counter() - started)
    sign = 1 if attributions[0].logit > 0 else -1
    strengths = [towards(each, sign) for each in attributions]
    taus = [
        kendall_tau(strength, sign * falls if method.signed else np.abs(falls))
        for method, strength in zip(methods, strengths, strict=True)
    ]
    orders = [np.argsort(-strength, kind="stable") for strength in strengths]
    orders += [rng.permutation(len(ids)) for _ in range(ORDERS)]
    curves = erase(network, ids, orders, sign)
    mean = curves[len(methods) :].mean(axis=0, keepdims=True)
    return _Measured(np.concatenate([curves[: len(methods)], mean]), taus, seconds, attributions)


def towards(attribution: Attribution, sign: int) -> np.ndarray:
    """Scores (tokens,) towards the class of `sign` (1 positive, -1 negative); sizes where a method has no sign."""
    scores = np.array(attribution.scores)
    return sign * scores if attribution.method.signed else np.abs(scores)


def leave_one_out(network: RecurrentNetwork, ids: Sequence[int]) -> np.ndarray:
    """By how much the logit falls when a token is removed, for each token (tokens,)."""
    without = [(*ids[:place], *ids[place + 1 :]) for place in range(len(ids))]
    whole, *rest = logits_of(network, [tuple(ids), *without])
    return whole - np.array(rest)


def erase(network: RecurrentNetwork, ids: Sequence[int], orders: Sequence[np.ndarray], sign: int) -> np.ndarray:
    """Comprehensiveness and sufficiency (orders, shares, 2) of rankings of the tokens, the most important first.

    `sign` is that of the predicted class: 1 positive, -1 negative.
    """
    read = np.asarray(ids)
    kept = []
    for order in orders:
        for share in SHARES:
            first = np.zeros(len(read), dtype=bool)
            first[order[: -(-len(ids) * share // 100)]] = True  # rounded up
            kept += [read[~first], read[first]]
    logits = logits_of(network, [read, *kept])
    probabilities = torch.from_numpy(sign * logits).sigmoid().numpy()
    return (probabilities[0] - probabilities[1:]).reshape(len(orders), len(SHARES), 2)


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"


def _mean_erasures(curves: np.ndarray) -> tuple[Erasure, ...]:
    """Means over reviews of curves (reviews, shares, 2)."""
    return tuple(Erasure(share, *values) for share, values in zip(SHARES, curves.mean(axis=0).tolist(), strict=True))


def _deltas(attributions: Sequence[Attribution]) -> dict[str, float | None]:
    shares = [each.relative_delta for each in attributions if each.relative_delta is not None]
    if not shares:
        return {"median_delta": None, "p95_delta": None}
    median, p95 = np.quantile(shares, (0.5, 0.95)).tolist()
    return {"median_delta": median, "p95_delta": p95}


def _lead_error(curves: np.ndarray) -> float | None:
    """Standard error of the winner's lead, from curves (reviews, methods, shares, 2)."""
    each = (curves[..., 0] - curves[..., 1]).mean(axis=-1)  # (R, M)
    reviews, methods = each.shape
    if reviews < 2 or methods < 2:
        return None
    first, second = np.argsort(-each.mean(axis=0), kind="stable")[:2]
    return float((each[:, first] - each[:, second]).std(ddof=1) / np.sqrt(reviews))
