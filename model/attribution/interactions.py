"""Word on word: how the effect of every word changes when one of them is left out.

With A_j(x) the attribution of token j, and x without i the review in which the baseline's vector replaces token i,

    A_j(x) - A_j(x without i)

is what i does to the effect of j. For a method whose scores add up, the sum over all j (i itself included, since the
baseline is credited with nothing) is the effect of leaving i out, z(x) - z(x without i), within the two deltas.

Methods for interactions disagree (Jumelet & Zuidema 2023, "Feature interactions reveal linguistic structure in language
models"); this one compares attributions with and without a context word, after Maheswaranathan & Sussillo (2020, "How
recurrent networks implement contextual processing in sentiment analysis"). `four_way` is another one, of one pair, by
which it can be checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from model.attribution.attribution import Attribution, subject_of
from model.attribution.method import Progress, Subject
from model.errors import ReviewError
from model.language import gettext
from model.network.network import RecurrentNetwork


@dataclass(frozen=True, slots=True)
class Interactions:
    """What the token at `place` (from 0) does to the effect of each token.

    `changes` (tokens,) float64, logits: above 0 where a token pushes more towards positive because of it; at `place`
    stands its own score. `effect`, logits: by how much the logit falls when it is left out. `delta`, logits: the sum of
    `changes` less `effect`.
    """

    place: int
    changes: np.ndarray
    effect: float
    delta: float

    def strongest(self, count: int) -> list[int]:
        """The places of the other tokens whose effect it changes most, of either sign, the largest change first."""
        order = np.argsort(-np.abs(self.changes), kind="stable").tolist()
        return [place for place in order if place != self.place and self.changes[place]][:count]


def interactions(
    network: RecurrentNetwork,
    ids: Sequence[int],
    attribution: Attribution,
    place: int,
    progress: Progress = lambda share: None,
) -> Interactions:
    """What one token does to the others' effect; `attribution` is that of the review's ids.

    Raises `ReviewError` for a place that there is not, or a method whose scores do not add up.
    """
    if not attribution.method.adds_up:
        raise ReviewError(
            gettext("Word on word needs a method whose scores add up: choose another than {method}.").format(
                method=gettext(attribution.method.name)
            )
        )
    _check_places(ids, place)
    subject = subject_of(network, ids, attribution.baseline, progress)
    found = attribution.method.score(replace(subject, embedded=_without(subject, place)))
    changes = np.array(attribution.scores) - np.array(found.scores)
    effect = attribution.logit - found.logit
    return Interactions(place, changes, effect, float(changes.sum()) - effect)


@torch.no_grad()
def four_way(network: RecurrentNetwork, ids: Sequence[int], pair: tuple[int, int], baseline: str) -> float:
    """z(x) - z(x without i) - z(x without j) + z(x without both), logits, for a pair of places i, j (from 0).

    Raises `ReviewError` for places that there are not.
    """
    _check_places(ids, *pair)
    subject = subject_of(network, ids, baseline)
    left_out = [(), pair[:1], pair[1:], pair]
    copies = torch.cat([_without(subject, *places) for places in left_out])  # (4, T, E)
    both, without_first, without_second, neither = subject.forward(copies).double().tolist()
    return both - without_first - without_second + neither


def _without(subject: Subject, *places: int) -> Tensor:
    """The review's word vectors (1, tokens, embedding) with those of the baseline at some places."""
    changed = subject.embedded.clone()
    changed[:, list(places)] = subject.reference[:, list(places)]
    return changed


def _check_places(ids: Sequence[int], *places: int) -> None:
    if not all(0 <= place < len(ids) for place in places):
        sentence = gettext("Choose a token of the review: it has {count:,}.")
        raise ReviewError(sentence.format(count=len(ids)))
