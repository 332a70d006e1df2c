"""Measures of a binary classifier: sums of counts, then one division.

Definitions: F1 and ROC AUC (by ranks, ties shared) as in scikit-learn; expected calibration error over 15 bins of equal
width of the confidence max(p, 1 - p), and temperature scaling, as in Guo et al. (ICML 2017); what of that error is
chance, by consistency resampling (Bröcker and Smith, Weather and Forecasting 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 15
DRAWS = 1_000  # of labels, for the calibration error by chance
CHANCE = 0.6  # accuracy below which a network is said to judge hardly better than chance
FAILING = 0.7  # a capability that passes a smaller share of its cases is named as one where the network fails


@dataclass(frozen=True, slots=True)
class Metrics:
    """Each a fraction, but `log_loss`, which is in nats."""

    accuracy: float
    f1: float
    roc_auc: float
    log_loss: float
    ece: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """One bar of a reliability diagram: mean confidence and accuracy, as fractions, of `count` reviews."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Measures of the test reviews that are alike in one respect, `kind`, by `name`: see `model/traits.py`.

    `accuracy` and the calibration errors are fractions; `uncalibrated_ece` is before the temperature, `chance_ece` what
    a perfectly calibrated network would show, None in files that were written before it was measured.
    """

    kind: str
    name: str
    reviews: int
    accuracy: float
    ece: float
    uncalibrated_ece: float
    chance_ece: float | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """How many `cases` of one capability, such as negation, the network `passed`."""

    name: str
    passed: int
    cases: int

    @property
    def rate(self) -> float:
        """The share passed, a fraction."""
        return self.passed / self.cases

    @property
    def failing(self) -> bool:
        """Whether so few cases pass that the network is said to fail here."""
        return self.rate < FAILING


@dataclass(frozen=True, slots=True)
class SentenceReport:
    """Measures of single sentences: of `sentences` with a verdict, and of those `without_verdict`.

    `accuracy` and `ece` (expected calibration error, in 15 bins) are fractions of those with a verdict, `chance_ece` is
    as in `Slice`, `kinds` counts them in the order of the file. `doubtful` is the share of those without a verdict
    whose prediction is worded as a doubt, and `distance` their mean |P(positive) - 0.5|, in [0, 0.5]: 0 is best.
    """

    sentences: int
    accuracy: float
    ece: float
    kinds: tuple[Capability, ...]
    without_verdict: int
    doubtful: float
    distance: float
    chance_ece: float | None = None

    @classmethod
    def from_json(cls, stored: dict) -> SentenceReport:
        """The measures that `dataclasses.asdict` and JSON made a dictionary of."""
        return cls(**stored | {"kinds": tuple(Capability(**kind) for kind in stored["kinds"])})


@dataclass(frozen=True, slots=True)
class Report:
    """What `python -m model evaluate` stores: measures with the temperature applied, on two splits.

    `uncalibrated_ece` is the test split's before the temperature, a fraction; `reliability` the test split's bins
    after it. `reviews` counts the test split. `slices` are of the test split, `behaviour` of made cases, the worst
    capability first, `sentences` of the reporting half of those that are written by hand; the three are empty in
    files that were written before they were measured.
    """

    validation: Metrics
    test: Metrics
    reviews: int
    uncalibrated_ece: float
    reliability: tuple[CalibrationBin, ...]
    slices: tuple[Slice, ...] = ()
    behaviour: tuple[Capability, ...] = ()
    sentences: SentenceReport | None = None

    @classmethod
    def from_json(cls, stored: dict) -> Report:
        """The report that `dataclasses.asdict` and JSON made a dictionary of."""
        validation, test = (Metrics(**stored.pop(split)) for split in ("validation", "test"))
        bins = tuple(CalibrationBin(**bin_) for bin_ in stored.pop("reliability"))
        slices = tuple(Slice(**slice_) for slice_ in stored.pop("slices", ()))
        behaviour = tuple(Capability(**capability) for capability in stored.pop("behaviour", ()))
        sentences = stored.pop("sentences", None)
        return cls(
            validation, test, reliability=bins, slices=slices, behaviour=behaviour,
            sentences=None if sentences is None else SentenceReport.from_json(sentences), **stored,
        )  # fmt: skip


def measure(logits: np.ndarray, labels: np.ndarray) -> Metrics:
    """All measures of logits (reviews,) against labels (reviews,) of 0 and 1. Raises `ValueError` on one class only."""
    logits, positive = np.asarray(logits, dtype=np.float64), np.asarray(labels).astype(bool)
    if not 0 < positive.sum() < len(positive):
        raise ValueError("the measures need reviews of both classes")
    predicted = logits > 0
    hits = np.count_nonzero(predicted & positive)
    return Metrics(
        accuracy=np.count_nonzero(predicted == positive) / len(positive),
        f1=2 * hits / (np.count_nonzero(predicted) + np.count_nonzero(positive)),
        roc_auc=roc_auc(logits, positive),
        log_loss=log_loss(logits, positive),
        ece=expected_calibration_error(calibration_bins(logits, positive)),
    )


def roc_auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Share of (positive, negative) pairs in which the positive one scores higher; a tie counts half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # from 1, ties share their mean
    above = np.count_nonzero(positive)
    below = len(positive) - above
    return float((ranks[positive].sum() - above * (above + 1) / 2) / (above * below))


def log_loss(logits: np.ndarray, positive: np.ndarray) -> float:
    """Mean binary cross-entropy in nats, stable for logits of any size."""
    signed = np.where(positive, -logits, logits)
    return float(np.logaddexp(0, signed).mean())


def calibration_bins(logits: np.ndarray, positive: np.ndarray) -> tuple[CalibrationBin, ...]:
    """Confidence and accuracy in bins of equal width over [0, 1]; empty bins are left out."""
    confidence = np.exp(-np.logaddexp(0, -np.abs(logits)))  # sigmoid(|z|) = max(p, 1 - p)
    correct = (logits > 0) == positive
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        CalibrationBin(float(confidence[chosen].mean()), float(correct[chosen].mean()), int(chosen.sum()))
        for chosen in (place == index for index in range(BINS))
        if chosen.any()
    )


def expected_calibration_error(bins: tuple[CalibrationBin, ...]) -> float:
    """Mean gap between confidence and accuracy, weighted by the counts: a fraction."""
    total = sum(bin_.count for bin_ in bins)
    return sum(bin_.count * abs(bin_.accuracy - bin_.confidence) for bin_ in bins) / total


def ece_by_chance(logits: np.ndarray) -> float:
    """The calibration error of logits (reviews,) if each were right as often as it says: a fraction, the mean over
    labels that are drawn with a fixed seed. It falls with the number of reviews, and never to 0.
    """
    confidence = np.exp(-np.logaddexp(0, -np.abs(np.asarray(logits, dtype=np.float64))))
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    random = np.random.default_rng(0)
    gaps = [
        np.bincount(place, (random.random(len(confidence)) < confidence) - confidence, minlength=BINS)
        for _ in range(DRAWS)
    ]
    return float(np.abs(gaps).sum(axis=1).mean() / len(confidence))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The T in [0.05, 20] by which logits are divided for the least log loss, to 1e-4 of its logarithm.

    Golden-section search: the loss is convex in 1 / T, so it has one valley.
    """
    logits, positive = np.asarray(logits, dtype=np.float64), np.asarray(labels).astype(bool)
    low, high = np.log(0.05), np.log(20)
    ratio = (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_loss(logits / np.exp(left), positive) < log_loss(logits / np.exp(right), positive):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def kendall_tau(first: np.ndarray, second: np.ndarray) -> float:
    """Kendall's tau-b of two rankings (n,), in [-1, 1]: ordered pairs less reversed ones, ties corrected for.

    0 where one of them ranks nothing (all values equal, or fewer than two), which scipy calls undefined.
    """
    first, second = (np.asarray(values, dtype=np.float64) for values in (first, second))
    upper = np.triu_indices(len(first), k=1)
    signs = [np.sign(values[:, None] - values[None, :])[upper] for values in (first, second)]  # (pairs,)
    untied = np.sqrt(float(np.count_nonzero(signs[0])) * np.count_nonzero(signs[1]))
    return float((signs[0] * signs[1]).sum() / untied) if untied else 0.0
