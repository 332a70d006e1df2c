"""What a checkpoint can do, capability by capability: negation, irony, typos and the like, on short cases made by hand.

An accuracy over a test set hides which phrasings a network cannot read. Each case states one expectation that no
careful reader disputes; the share that is met, counted for each capability, says where to mistrust a verdict. The idea
and the kinds of test (minimum functionality, invariance, directional expectation) are those of CheckList (Ribeiro, Wu,
Guestrin and Singh, ACL 2020).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from model.assets import ASSETS
from model.errors import DataError
from model.language import gettext
from model.metrics import Capability
from model.network.checkpoint import Checkpoint
from model.network.classify import classify

CASES = ASSETS / "behaviour.json"
TOLERANCE = 0.1  # by which the probabilities of two texts of one meaning may differ

_COMMON = ("capability", "kind", "text")
_EXPECTED = {"label": "label", "same": "other", "rise": "other", "fall": "other"}  # kind to the field that it needs
_LABELS = ("positive", "negative")


@dataclass(frozen=True, slots=True)
class Case:
    """One expectation, of one of four kinds.

    "label": `text` has the label `label`. "same": `text` and `other` have one label and probabilities that differ by
    less than `TOLERANCE`. "rise", "fall": P(positive) of `other` is above, below that of `text`. What a kind does not
    use is None.
    """

    capability: str
    kind: str
    text: str
    other: str | None = None
    label: str | None = None


def read_cases(path: Path = CASES) -> tuple[Case, ...]:
    """All cases of a JSON file, in its order. Raises `DataError` for anything that is not as it should be."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        said = gettext("The behavioural cases '{file}' are missing or no readable JSON.")
        raise DataError(said.format(file=path.name)) from error
    if not isinstance(stored, list) or not stored:
        said = gettext("The behavioural cases '{file}' must be a list with at least one case.")
        raise DataError(said.format(file=path.name))
    where = gettext("Case {number} of '{file}'")
    return tuple(_case(value, where.format(number=number, file=path.name)) for number, value in enumerate(stored, 1))


def _case(value: object, where: str) -> Case:
    if not isinstance(value, dict):
        raise DataError(gettext("{where} is not an object with named fields.").format(where=where))
    kind = value.get("kind")
    if "kind" in value and (not isinstance(kind, str) or kind not in _EXPECTED):
        said = gettext("{where} is of an unknown kind; the kinds are: {names}.")
        raise DataError(said.format(where=where, names=", ".join(_EXPECTED)))
    needed = {*_COMMON, _EXPECTED[kind] if isinstance(kind, str) else "kind"}
    if missing := sorted(needed - value.keys()):
        raise DataError(gettext("{where} lacks: {names}.").format(where=where, names=", ".join(missing)))
    if unknown := sorted(value.keys() - needed):
        said = gettext("{where} has fields that its kind does not use: {names}.")
        raise DataError(said.format(where=where, names=", ".join(unknown)))
    if empty := sorted(name for name, entry in value.items() if not isinstance(entry, str) or not entry.strip()):
        raise DataError(gettext("{where} needs text in: {names}.").format(where=where, names=", ".join(empty)))
    if kind == "label" and value["label"] not in _LABELS:
        said = gettext("{where} has an unknown label; the labels are: {names}.")
        raise DataError(said.format(where=where, names=", ".join(_LABELS)))
    return Case(**value)


def passes(case: Case, probability: float, other_probability: float | None = None) -> bool:
    """Whether a case is met by P(positive) of its `text` and, for all kinds but "label", of its `other`; in [0, 1].

    Above 0.5 is positive, as in `Prediction.label`. Raises `ValueError` where the second probability is missing.
    """
    if case.kind == "label":
        return (probability > 0.5) == (case.label == "positive")
    if other_probability is None:
        raise ValueError(f'a case of kind "{case.kind}" needs two probabilities')
    if case.kind == "same":
        one_label = (probability > 0.5) == (other_probability > 0.5)
        return one_label and abs(other_probability - probability) < TOLERANCE
    return other_probability > probability if case.kind == "rise" else other_probability < probability


def run(checkpoint: Checkpoint, cases: Iterable[Case]) -> tuple[Capability, ...]:
    """Classify every text and count; capabilities in the order in which they first come.

    Raises `ReviewError` for a text that cannot be read.
    """
    results: dict[str, list[bool]] = {}
    for case in cases:
        probability = classify(checkpoint, case.text).probability
        other = None if case.other is None else classify(checkpoint, case.other).probability
        results.setdefault(case.capability, []).append(passes(case, probability, other))
    return tuple(Capability(name, sum(met), len(met)) for name, met in results.items())
