"""Everything about one review, computed once and shared by the views that show it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import torch

from model.assets import CHECKPOINTS
from model.attribution import faithfulness
from model.attribution.attribution import Attribution, attribute
from model.attribution.baselines import check_baseline
from model.attribution.faithfulness import FaithfulnessReport
from model.attribution.interactions import Interactions, interactions
from model.attribution.method import Progress
from model.attribution.methods import method_named
from model.errors import CheckpointError, ReviewError
from model.language import gettext, joined
from model.network import checkpoint as checkpoints
from model.network.checkpoint import Checkpoint
from model.network.classify import Prediction, classify_encoded, sigmoid
from model.network.network import RecurrentNetwork
from model.reading import across
from model.reading import atlas as atlases
from model.reading.atlas import Atlas
from model.reading.explanation import WEIGHTS, Explanation, Flow, Gradients, Question, Reading
from model.reading.passing import Means, PassingUnits, units_that_pass_on
from model.reading.race import Race, pair_of, run_race
from model.reading.recent import Recent
from model.reading.stretch import Stretch, units_over
from model.reading.telling import TellingUnit, six_units, telling_units
from model.reading.units import rank_units
from model.reading.whole import Whole, see_whole
from model.recurrence import dynamics
from model.recurrence.arriving import arriving_gradients
from model.recurrence.clamps import Clamp
from model.recurrence.dynamics import Dynamics
from model.recurrence.interventions import Intervened, elsewhere, intervene
from model.recurrence.jacobians import GradientFlow, flow_of_trace, gradient_flow, untrained
from model.recurrence.ledger import ReadLedger, WrittenLedger, read_ledger, written_ledger
from model.recurrence.openings import Openings, Valve, read_openings
from model.recurrence.patching import MAX_PATCHED, Patched, patch
from model.recurrence.preactivations import Preactivations, preactivations
from model.recurrence.prefixes import PrefixCurve, read_prefixes
from model.recurrence.replay import CheckedTraces, trace_gates
from model.recurrence.retention import Keeper, Memory, longest_keeper, measure_memory
from model.tally import count
from model.text import EncodedReview, encode
from model.worker import TORCH

KEPT = 8  # explanations; one of 1,000 tokens holds 25 MB of gates

Value = TypeVar("Value")


class Explainer:
    """Answers questions with the checkpoints of a folder. Safe to share between threads.

    Answers are found again by what was asked, so what is kept for one visitor is never shown for another's text.
    """

    def __init__(self, folder: Path = CHECKPOINTS, device: str = "cpu") -> None:
        self.names = checkpoints.available(folder)
        if not self.names:
            said = gettext("There is no checkpoint to explain: train one with 'python -m model train recipe'.")
            raise CheckpointError(said)
        self._folder, self._device = folder, device
        self._loaded: dict[str, Checkpoint] = {}
        self._readings = Recent[tuple[Prediction, CheckedTraces]](KEPT)
        self._attributions = Recent[Attribution](KEPT * 4)
        self._prefixes = Recent[PrefixCurve](KEPT * 4)
        self._intervened = Recent[Intervened](KEPT * 4)
        self._openings = Recent[Openings](KEPT * 4)
        self._atlases: dict[str, Atlas] = {}
        self._passing = Recent[PassingUnits](KEPT * 4)
        self._interactions = Recent[Interactions](KEPT * 4)
        self._patched = Recent[Patched](KEPT * 4)
        self._preactivations = Recent[Preactivations](KEPT)
        self._gradients = Recent[Gradients](KEPT)
        self._races = Recent[Race | None](KEPT)

    @property
    def default(self) -> str:
        """The checkpoint that is used where none is named."""
        return next((name for name in ("bilstm", "bilstm-recipe") if name in self.names), self.names[0])

    @property
    def loaded(self) -> tuple[str, ...]:
        """The names of the checkpoints that have been loaded, in the order of the alphabet."""
        return tuple(sorted(self._loaded))

    def checkpoint(self, name: str) -> Checkpoint:
        """A checkpoint by name, loaded once. Raises `CheckpointError` if there is none of that name."""
        if isinstance(name, str) and name in self._loaded:
            return self._loaded[name]
        return TORCH.run(lambda: self._load(name))

    def _load(self, name: str) -> Checkpoint:
        """By the worker alone, so that two who ask at once get the same."""
        if not isinstance(name, str) or name not in self._loaded:
            self._loaded[name] = checkpoints.load(name, self._folder, self._device)
        return self._loaded[name]

    def faithfulness(self, name: str) -> FaithfulnessReport | None:
        """How a checkpoint's attribution methods compared; None if not measured. Raises `CheckpointError`."""
        return faithfulness.read(self._folder / self.checkpoint(name).name)

    def dynamics(self, name: str) -> Dynamics | None:
        """What a small network's states did over many reviews; None if not measured. Raises `CheckpointError`."""
        return dynamics.read(self._folder / self.checkpoint(name).name)

    def whole(self, reading: Reading) -> Whole | None:
        """The review in a network that is small enough to see whole; None in a larger one."""
        network = self._network(reading)
        if not dynamics.seen_whole(network.config):
            return None
        return see_whole(network, reading.gates, self.dynamics(reading.question.checkpoint))

    def seen_whole(self) -> tuple[str, ...]:
        """The names of the checkpoints that are small enough to see whole."""
        configs = {name: checkpoints.read_config(self._folder / name) for name in self.names}  # none need be loaded
        return tuple(name for name, config in configs.items() if dynamics.seen_whole(config))

    def classify(self, text: object, checkpoint: str) -> Prediction:
        """The verdict alone. Raises `ReviewError` or `CheckpointError`."""
        loaded = self.checkpoint(checkpoint)
        review = encode(text, loaded.field)
        count(loaded.name, len(review.tokens))
        return TORCH.run(lambda: classify_encoded(loaded, review), first=True)

    def read(self, question: Question) -> Reading:
        """Verdict and gates, which one reading gives. Raises `ReviewError` or `CheckpointError`, as `explain` does."""
        method_named(question.method)
        check_baseline(question.baseline)
        checkpoint = self.checkpoint(question.checkpoint)
        review = encode(question.text, checkpoint.field)
        count(checkpoint.name, len(review.tokens))
        key = (question.checkpoint, review.text)
        prediction, gates = self._readings.get(key, lambda: _read(checkpoint, review), first=True)
        return Reading(question, prediction, gates)

    def explain(self, question: Question, progress: Progress = lambda share: None) -> Explanation:
        """Verdict, attribution and gates; others' verdicts come between its steps. Raises `ReviewError` or
        `CheckpointError`, and what `progress` raises.
        """

        def go_on(share: float) -> None:
            progress(share)
            TORCH.give_way()

        method = method_named(question.method)
        reading = self.read(question)
        network = self._network(reading)
        attribution = self._attributions.get(
            _scored_key(reading),
            lambda: attribute(network, reading.review.ids, method, question.baseline, go_on),
        )
        return reading.explained(attribution)

    def known(self, question: Question) -> Reading:
        """What is known of a review without waiting: its `Explanation`, if it was scored before, else its `Reading`."""
        reading = self.read(question)
        found = self._attributions.find(_scored_key(reading))
        return reading.explained(found[0]) if found else reading

    def prefixes(self, reading: Reading, clamps: tuple[Clamp, ...] = ()) -> PrefixCurve:
        """The verdict after each prefix of the review, with what `clamps` hold. Raises `ReviewError` for bad ones."""
        network = self._network(reading)
        return self._prefixes.get((*_key(reading), clamps), lambda: read_prefixes(network, reading.review.ids, clamps))

    def intervene(self, reading: Reading, clamps: tuple[Clamp, ...]) -> Intervened:
        """The review read once more with what `clamps` hold. Raises `ReviewError` for what cannot be held."""
        network = self._network(reading)
        return self._intervened.get(
            (*_key(reading), clamps), lambda: intervene(network, _embedded(network, reading.review), clamps)
        )

    def elsewhere(self, reading: Reading, clamps: tuple[Clamp, ...]) -> tuple[Intervened, ...]:
        """The same held at other tokens, or of other units, drawn at random; see `elsewhere`."""
        others = elsewhere(clamps, len(reading.review.tokens), self._network(reading).config.hidden_size)
        return tuple(self.intervene(reading, other) for other in others)

    def openings(self, reading: Reading, valve: Valve) -> Openings:
        """The verdict with a valve held at each of several openings. Raises `ReviewError` for one that there is not."""
        network = self._network(reading)
        return self._openings.get(
            (*_key(reading), valve),
            lambda: read_openings(network, _embedded(network, reading.review), reading.gates, valve),
        )

    def memory(self, reading: Reading, layer: int, direction: str) -> Memory:
        """What the forget gates of a layer (from 1) and direction keep. Raises `ReviewError` where there are none."""
        return measure_memory(reading.gates.of(layer, direction))

    def longest_keeper(self, reading: Reading) -> Keeper:
        """The unit with the longest half-life of all layers and directions. Raises `ReviewError` as `memory` does."""
        return longest_keeper(measure_memory(trace) for trace in reading.gates.traces)

    def written(self, reading: Reading, layer: int, direction: str) -> WrittenLedger:
        """Who wrote what a layer (from 1) and direction hold. Raises `ReviewError` where nothing adds up by token."""
        return written_ledger(reading.gates.of(layer, direction))

    def read_off(self, reading: Reading) -> ReadLedger:
        """At which tokens, and of which units, the verdict was read off."""
        return read_ledger(self._network(reading), reading.gates)

    def telling(self, reading: Reading, measure: str, count: int) -> tuple[TellingUnit, ...]:
        """The units of which a measure says most, at most `count`; see `telling_units`."""
        return telling_units(reading.gates, self.read_off(reading), measure, count)

    def six_units(self, reading: Reading) -> tuple[TellingUnit, ...]:
        """Six units that tell something, by all measures; fewer of a cell that has not all of them."""
        return six_units(reading.gates, self.read_off(reading))

    def standing_out(self, reading: Reading, stretch: Stretch, count: int) -> tuple[TellingUnit, ...]:
        """The units that stand out most over a stretch, at most `count`. Raises `ReviewError` for no stretch of it."""
        return units_over(reading.gates, stretch, count)

    def passing_on(self, reading: Reading, count: int) -> PassingUnits:
        """The units below the last layer that change the verdict most when held at their means, at most `count`."""
        network, means = self._network(reading), self._means(reading)
        return self._passing.get(
            (*_key(reading), count, means.reviews),
            lambda: units_that_pass_on(network, _embedded(network, reading.review), reading.gates, means, count),
        )

    def _means(self, reading: Reading) -> Means:
        """Those of the checkpoint's atlas; over the review itself where there is none that can be used."""
        try:
            atlas = self.atlas(reading.question.checkpoint)
        except CheckpointError:
            atlas = None
        return atlas.means if atlas else Means.of_itself(reading.gates.traces)

    def atlas(self, name: str) -> Atlas | None:
        """Where each unit of a checkpoint is highest and lowest over many reviews; None where nobody made it yet.

        Raises `CheckpointError` for one that cannot be used.
        """
        loaded = self.checkpoint(name)
        if name not in self._atlases:
            found = atlases.read(self._folder / name, loaded.network.config)
            if found is None:
                return None
            self._atlases[name] = found
        return self._atlases[name]

    def make_atlas(self, name: str, progress: Progress = lambda share: None) -> Atlas:
        """The same, made now of the texts that come with the page, and kept as long as the page runs; other work that
        waits for the worker goes between its parts. Raises `CheckpointError`, and what `progress` raises.
        """
        self._atlases[name] = self.atlas_over(name, across.own_texts(), "", progress)
        return self._atlases[name]

    def atlas_over(
        self, name: str, texts: Iterable[str], source: str, progress: Progress = lambda share: None
    ) -> Atlas:
        """The same over other texts, of which `source` is the name; the caller keeps it. Raises `ReviewError` where
        none of them can be read.
        """
        loaded, weights = self.checkpoint(name), atlases.fingerprint(self._folder / name)
        return across.make_atlas(loaded, texts, weights, source, progress, TORCH.run)

    def interactions(self, explanation: Explanation, place: int) -> Interactions:
        """What the token at `place` (from 0) does to the effect of each. Raises `ReviewError` for a place or a method
        that does not serve.
        """
        attribution = explanation.attribution
        key = (*_scored_key(explanation), place)
        network, ids = self._network(explanation), explanation.review.ids
        return self._interactions.get(key, lambda: interactions(network, ids, attribution, place))

    def patched(self, reading: Reading, other: Reading) -> Patched:
        """A review with the states of another put in, one by one; see `patch`. Raises `ReviewError` for two networks,
        and for reviews that differ in length or are longer than `MAX_PATCHED`.
        """
        if reading.question.checkpoint != other.question.checkpoint:
            raise ReviewError(gettext("States can be swapped within one network only: choose one checkpoint for both."))
        lengths = [len(side.review.tokens) for side in (reading, other)]
        if lengths[0] != lengths[1]:
            sentence = gettext(
                "States can be swapped between reviews of as many tokens: A has {left} and B has {right}. "
                "Replace a word by a word."
            )
            raise ReviewError(sentence.format(left=lengths[0], right=lengths[1]))
        if lengths[0] > MAX_PATCHED:
            sentence = gettext("States are swapped in reviews of at most {most} tokens; these have {count:,}.")
            raise ReviewError(sentence.format(most=MAX_PATCHED, count=lengths[0]))
        network = self._network(reading)
        return self._patched.get(
            (*_key(reading), other.review.text),
            lambda: patch(network, _embedded(network, reading.review), reading.gates, other.gates),
        )

    def preactivations(self, reading: Reading, layer: int, direction: str) -> Preactivations:
        """What goes into the gates of a layer (from 1) and direction."""
        network = self._network(reading)
        return self._preactivations.get(
            (*_key(reading), layer, direction),
            lambda: preactivations(network, _embedded(network, reading.review), reading.gates, layer, direction),
        )

    def rank_units(self, reading: Reading, layer: int, direction: str, place: int, how: str) -> list[int]:
        """The units of a layer (from 1) and direction, the most remarkable first; see `rank_units`."""
        trace = reading.gates.of(layer, direction)
        return rank_units(self._network(reading), trace, place, how).tolist()

    def gradients(self, reading: Reading, layer: int, direction: str, weights: str = "trained") -> Gradients:
        """How the gradient flows through a layer (from 1) and direction, beside the other kind of cell.

        Raises `ReviewError` for weights that there are not.
        """
        if weights not in WEIGHTS:
            raise ReviewError(
                gettext("There are no such weights; there are: {weights}.").format(weights=joined(WEIGHTS))
            )
        key = (*_key(reading), layer, direction, weights)
        return self._gradients.get(key, lambda: self._measure_gradients(reading, layer, direction, weights))

    def race(self, reading: Reading) -> Race | None:
        """How far back a gradient gets in two learnt networks with the same head and different cells, and in one that
        pools: the review's own, or else another; None where there are no such two.
        """
        return self._races.get(_key(reading), lambda: self._run_race(reading))

    def _run_race(self, reading: Reading) -> Race | None:
        usable = self._usable(self.names)
        pair = pair_of(usable)
        own_first = [self.checkpoint(reading.question.checkpoint), *usable]
        pooled = next((each for each in own_first if each.network.config.pooling != "last"), None)
        return run_race(pair, pooled, reading.review.text) if pair else None

    def _usable(self, names: Iterable[str]) -> list[Checkpoint]:
        """The checkpoints of those names but the damaged ones."""
        found = []
        for name in names:
            with suppress(CheckpointError):
                found.append(self.checkpoint(name))
        return found

    def _measure_gradients(self, reading: Reading, layer: int, direction: str, weights: str) -> Gradients:
        network = _with_weights(self._network(reading), weights)
        embedded = _embedded(network, reading.review)
        traces = reading.gates if weights == "trained" else trace_gates(network, embedded)
        own = flow_of_trace(network, traces.of(layer, direction))
        summed = preactivations(network, embedded, traces, layer, direction)
        name = self._twin(reading, direction)
        flows = [self._flow(reading.question.checkpoint, own, weights)]
        if name is not None:
            flows.append(self._flow(name, self._twin_flow(name, reading, layer, direction, weights), weights))
        return Gradients(weights, network.config.pooling, tuple(flows), arriving_gradients(network, embedded), summed)

    def _flow(self, name: str, flow: GradientFlow, weights: str) -> Flow:
        return Flow(name, flow, self.checkpoint(name).test_accuracy if weights == "trained" else None)

    def _twin(self, reading: Reading, direction: str) -> str | None:
        """The checkpoint with another kind of cell that reads in a direction: of the kind that a cell is shown beside,
        if there is one of it, and seen whole where this one is, too.
        """
        own, small = self._network(reading).cell, dynamics.seen_whole(self._network(reading).config)
        alike = self.seen_whole() if small else ()
        there = dict.fromkeys(name for name in (*alike, own.contrast, self.default, *self.names) if name in self.names)
        others = [each for each in self._usable(there) if each.network.cell != own]
        fitting = [each for each in others if direction in each.network.config.directions]
        contrast = (each.name for each in fitting if each.network.cell.key == own.contrast)
        return next(contrast, None) or next((each.name for each in fitting), None)

    def _twin_flow(self, name: str, reading: Reading, layer: int, direction: str, weights: str) -> GradientFlow:
        twin = self.checkpoint(name)
        network = _with_weights(twin.network, weights)
        embedded = _embedded(network, encode(reading.review.text, twin.field))
        return gradient_flow(network, embedded, min(layer, network.config.layers), direction)

    def _network(self, reading: Reading) -> RecurrentNetwork:
        return self.checkpoint(reading.question.checkpoint).network


def _key(reading: Reading) -> tuple[str, str]:
    """What a review's gates depend on: its text and the checkpoint."""
    return reading.question.checkpoint, reading.review.text


def _scored_key(reading: Reading) -> tuple[str, ...]:
    """What its scores depend on: its gates', the method and the baseline."""
    return (*_key(reading), reading.question.method, reading.question.baseline)


def _with_weights(network: RecurrentNetwork, weights: str) -> RecurrentNetwork:
    return network if weights == "trained" else untrained(network)


def _embedded(network: RecurrentNetwork, review: EncodedReview) -> torch.Tensor:
    """The review's word vectors (1, tokens, embedding)."""
    return network.embed(torch.tensor([review.ids], device=network.output.weight.device))


def _read(checkpoint: Checkpoint, review: EncodedReview) -> tuple[Prediction, CheckedTraces]:
    gates = trace_gates(checkpoint.network, _embedded(checkpoint.network, review))
    return Prediction(review, gates.logit, sigmoid(gates.logit)), gates
