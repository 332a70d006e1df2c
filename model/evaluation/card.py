"""A checkpoint's model card: what it is, what it was trained on, what was measured, what it cannot do.

One function a section; a section that has nothing to say is left out. A card is written in English. The notes on how
to read a table are sentences without markup, so that the page says them too, in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from model.attribution.faithfulness import (
    MAX_TOKENS,
    MIN_TOKENS,
    SHARES,
    Erasure,
    Faithfulness,
    FaithfulnessReport,
    aopc,
)
from model.attribution.methods import DEFAULT_METHOD
from model.evaluation.choice import NEAR
from model.evaluation.slow_points_note import slow_points_note
from model.language import SOURCE, gettext, marked, speaking
from model.metrics import BINS, CHANCE, FAILING, Capability, Report, SentenceReport
from model.network.cells.cell import Cell
from model.network.checkpoint import Checkpoint, TrainingRecord
from model.network.network import NetworkConfig
from model.recurrence.dynamics import Dynamics

_HEAD = """---
license: mit
language: en
pipeline_tag: text-classification
tags: [sentiment-analysis, lstm, imdb]
---

# {name}

A {layers}-layer {ways}{cell} of {hidden} units that reads an English film review{forward} and says how likely it is
positive. Made to be looked into with Gatescope."""

_WHAT = """## What it is

| | |
| --- | --- |
| words | the {words:,} commonest of the training split, lower case, cut by spaCy's English rules |
| embedding | {embedding} dimensions, started from {start} |
| recurrence | {cell}, {recurrence} |
| pooling | {pooling} |
| parameters | {parameters:,} |
| longest text | 1,000 tokens; longer ones keep their first 250 and last 750 |"""

_TRAINING = """## Training

Trained on {reviews:,} labelled reviews of the Large Movie Review Dataset (Maas et al., ACL 2011): its training split
without 2,457 reviews kept for validation and without those that stand in the test split as well. Preset
`{preset}`{changed}, seed {seed}, {epochs} epochs on {device} in {minutes:.3g} minutes; the best epoch by validation
accuracy, number {best_epoch}, is kept. Curves: `curves.png`, `history.json`.{more}"""

_CANDIDATES = """Runs tried, by the best validation accuracy of an epoch, and how many sentences of the half that is for
choosing each judges rightly, where that was asked; of runs within {near:.1%} of the best on validation, the one that
judges most of these was taken:

{table}"""

_MEASURED = """## Measured

`python -m model evaluate {name} --data data/imdb.npz`

{table}

Each a fraction, but the log loss, in nats. The temperature {temperature:.3f} was fitted on validation. The expected
calibration error ({bins} bins) of the test split was {uncalibrated:.4f} before it. Validation chose {chosen},
so its figures flatter; the {reviews:,} test reviews steered nothing."""

_TRUST = """## How far to trust it

{chance}It knows English film reviews of up to 2011 and nothing else. Irony, verdicts that need knowledge of the world,
and reviews that mostly retell a plot mislead it; names of people and films that were rated well or badly sway it. Do
not use it to judge people or what they wrote. The dataset has no stated licence; its authors ask to be cited."""

_WHOLE = """## Seen whole

Its units fit on one screen, and since it reads forward only, w · h + b at each token is the verdict on what was read
until there."""

SLICES_NOTE = marked(
    "Test reviews that are alike in one respect: accuracy, and expected calibration error after and before the "
    "temperature. The last is chance: what even a perfectly calibrated network would show on so many reviews."
)


def write(
    checkpoint: Checkpoint, faithfulness: FaithfulnessReport | None = None, dynamics: Dynamics | None = None
) -> str:
    """The card in Markdown. The checkpoint must have been evaluated; what else was measured is told as well."""
    report = checkpoint.report
    if report is None:
        raise ValueError("this checkpoint was not evaluated")
    with speaking(SOURCE):
        sections = (
            _head(checkpoint),
            _what(checkpoint),
            _training(checkpoint),
            _candidates(checkpoint),
            _measured(checkpoint, report),
            _slices(report),
            _behaviour(report),
            _sentences(report),
            _faithfulness(checkpoint.name, faithfulness),
            _seen_whole(dynamics),
            _trust(report, checkpoint.network.cell),
        )
        return "\n\n".join(section for section in sections if section) + "\n"


def _trust(report: Report, cell: Cell) -> str:
    lesson = f", for lessons on why a {cell.name} learns so little from long texts," if not cell.gates else ""
    chance = f"**It judges hardly better than chance**: it is here to be looked into{lesson} and not to classify.\n\n"
    return _TRUST.format(chance=chance if report.test.accuracy < CHANCE else "")


def _head(checkpoint: Checkpoint) -> str:
    config = checkpoint.network.config
    return _HEAD.format(
        name=checkpoint.name,
        layers=config.layers,
        ways="bidirectional " if config.bidirectional else "",
        cell=_cell(checkpoint),
        hidden=config.hidden_size,
        forward="" if config.bidirectional else ", forward only,",
    )


def _cell(checkpoint: Checkpoint) -> str:
    return checkpoint.network.cell.full_name


def _what(checkpoint: Checkpoint) -> str:
    config = checkpoint.network.config
    return _WHAT.format(
        words=config.vocabulary_size - 2,
        embedding=config.embedding_size,
        start=started_from(checkpoint.training),
        cell=_cell(checkpoint),
        recurrence=_recurrence(config),
        pooling=_pooling(config),
        parameters=sum(parameter.numel() for parameter in checkpoint.network.parameters()),
    )


def _recurrence(config: NetworkConfig) -> str:
    layers = "1 layer" if config.layers == 1 else f"{config.layers} layers"
    ways = " in each direction" if config.bidirectional else ", forward only"
    return f"{layers}, {config.hidden_size} units{ways}"


def _pooling(config: NetworkConfig) -> str:
    if config.pooling == "last":
        return "last states of both directions" if config.bidirectional else "last state"
    return "maximum and mean over the tokens"


def _training(checkpoint: Checkpoint) -> str:
    training = checkpoint.training
    return _TRAINING.format(
        reviews=training.reviews,
        preset=training.preset,
        changed=f" with {', '.join(training.changed)}" if training.changed else "",
        more=f"\n\n{taught(training)}" if taught(training) else "",
        seed=training.seed,
        epochs=checkpoint.epochs,
        device=training.device,
        minutes=checkpoint.minutes,
        best_epoch=training.best_epoch,
    )


def started_from(training: TrainingRecord) -> str:
    """Where the first weights come from, in words."""
    if training.language_model:
        said = gettext(
            "forward and backward language models of the training and unlabelled reviews "
            "({loss:.2f} nats a word on validation), with the first layer"
        )
        return said.format(loss=training.language_model)
    return gettext("word vectors, {vectors}").format(vectors=training.vectors)


def taught(training: TrainingRecord) -> str:
    """What else it learnt from than labelled reviews, in words; empty if nothing."""
    sentences = []
    if training.continued:
        said = gettext("It went on from the best network of the run {run}.")
        sentences.append(said.format(run=training.continued))
    if training.unlabelled:
        said = gettext("It also read {count:,} unlabelled reviews, none of which stands in validation or test.")
        sentences.append(said.format(count=training.unlabelled))
    if training.practice:
        said = gettext("It learnt {count:,} sentences that were written for it, none of which stands in a test.")
        sentences.append(said.format(count=training.practice))
    if training.teachers:
        said = gettext("It learnt soft labels (distillation); teachers: {names}.")
        sentences.append(said.format(names=", ".join(training.teachers)))
    return " ".join(sentences)


def _candidates(checkpoint: Checkpoint) -> str:
    candidates = checkpoint.training.candidates
    if len(candidates) < 2:
        return ""
    rows = [
        (f"`{each.run}`", each.made_of, str(each.epochs), *_four(each.validation_accuracy, each.sentences))
        for each in candidates
    ]
    return _CANDIDATES.format(near=NEAR, table=_table(("run", "made of", "epochs", "validation", "sentences"), rows))


def _measured(checkpoint: Checkpoint, report: Report) -> str:
    return _MEASURED.format(
        name=checkpoint.name,
        table=measured_table(report),
        temperature=checkpoint.network.config.temperature,
        bins=BINS,
        uncalibrated=report.uncalibrated_ece,
        chosen="run and epoch" if len(checkpoint.training.candidates) > 1 else "the epoch",
        reviews=report.reviews,
    )


def measured_table(report: Report) -> str:
    """Both splits as a Markdown table."""
    rows = [
        (name, *(f"{value:.4f}" for value in astuple(split)))
        for name, split in (("validation", report.validation), (f"test ({report.reviews:,} reviews)", report.test))
    ]
    return _table(("split", "accuracy", "F1", "ROC AUC", "log loss", "ECE"), rows)


def _slices(report: Report) -> str:
    if not report.slices:
        return ""
    rows = [
        (
            each.kind,
            each.name,
            f"{each.reviews:,}",
            *_four(each.accuracy, each.ece, each.uncalibrated_ece, each.chance_ece),
        )
        for each in report.slices
    ]
    head = ("by", "slice", "reviews", "accuracy", "ECE", "ECE before the temperature", "ECE by chance")
    return f"## More than accuracy\n\n{gettext(SLICES_NOTE)}\n\n{_table(head, rows)}"


def _behaviour(report: Report) -> str:
    if not report.behaviour:
        return ""
    table = _table(("capability", "passed", "cases", "rate"), _rates(report.behaviour))
    return f"## Behaviour\n\n{behaviour_note(report.behaviour)}\n\n{table}"


def behaviour_note(behaviour: Sequence[Capability]) -> str:
    """How to read the pass rates, and where the network fails."""
    failing = ", ".join(f"{each.name} ({100 * each.rate:.0f} %)" for each in behaviour if each.failing)
    places = gettext("No capability passes fewer.")
    if failing:
        places = gettext("The network fails here: {names}.").format(names=failing)
    said = gettext(
        "How many made cases of each capability pass, the worst first; under {percent:.0f} % counts as failing. "
        "{places}"
    )
    return said.format(percent=100 * FAILING, places=places)


def _rates(counted: Sequence[Capability]) -> list[tuple[str, ...]]:
    return [(each.name, str(each.passed), str(each.cases), f"{100 * each.rate:.0f} %") for each in counted]


def _sentences(report: Report) -> str:
    if not report.sentences:
        return ""
    table = _table(("kind", "right", "sentences", "rate"), _rates(report.sentences.kinds))
    return f"## Single sentences\n\n{sentences_note(report.sentences)}\n\n{table}"


def sentences_note(found: SentenceReport) -> str:
    """How single sentences are judged."""
    said = gettext(
        "Of {count:,} sentences as visitors type them, written by hand and never used for choosing, {accuracy:.1f} % "
        "are judged rightly, with an expected calibration error of {ece:.1f} %{chance}; of {without:,} that say "
        "nothing about a film's worth {doubtful:.0f} % are worded as a doubt."
    )
    chance = gettext(" (a perfectly calibrated network would show {percent:.1f} % on so few)")
    return said.format(
        count=found.sentences, accuracy=100 * found.accuracy, ece=100 * found.ece, without=found.without_verdict,
        doubtful=100 * found.doubtful,
        chance="" if found.chance_ece is None else chance.format(percent=100 * found.chance_ece),
    )  # fmt: skip


def _faithfulness(name: str, found: FaithfulnessReport | None) -> str:
    if found is None:
        return ""
    methods: list[tuple[str, ...]] = [
        (each.method, f"{each.aopc:.4f}", f"{each.tau:.3f}", f"{each.seconds:.2f}", *_delta_cells(each))
        for each in found.ranking
    ]
    methods.append(("random order", f"{aopc(found.random):.4f}", *["–"] * 4))
    head = ("method", "AOPC", "tau", "seconds a review", "delta, median", "delta, 95th percentile")
    shares = ("removed, or alone left", *(f"{share} %" for share in SHARES))
    rows = [row for each in found.ranking for row in _erasure_rows(each.method, each.erasures)]
    rows += _erasure_rows("random order", found.random)
    return "\n\n".join(
        (
            "## Faithfulness of the attributions",
            f"`python -m model evaluate {name} --faithfulness --reviews {found.reviews} --seed {found.seed}`",
            faithfulness_note(found),
            _table(head, methods),
            _table(shares, rows),
            winner_note(found),
        )
    )


def _delta_cells(method: Faithfulness) -> tuple[str, str]:
    if method.median_delta is None or method.p95_delta is None:
        return "–", "–"
    return f"{100 * method.median_delta:.2f} %", f"{100 * method.p95_delta:.2f} %"


def _erasure_rows(name: str, erasures: Sequence[Erasure]) -> list[tuple[str, ...]]:
    return [
        (f"{name}, comprehensiveness", *_four(*(erasure.comprehensiveness for erasure in erasures))),
        (f"{name}, sufficiency", *_four(*(erasure.sufficiency for erasure in erasures))),
    ]


def faithfulness_note(found: FaithfulnessReport) -> str:
    """How the attributions were judged, and how to read the figures."""
    said = gettext(
        "On {reviews:,} validation reviews of {least} to {most} tokens, baseline {baseline}. "
        "Comprehensiveness is the fall of the predicted class's probability when the tokens that a method ranks first "
        "are removed (larger is better), sufficiency the fall when they alone are left (smaller is better). Removed, "
        "not replaced by padding, since that is the very baseline of some methods. AOPC is "
        "the mean of the first over {shares} shares of the tokens less the mean of the second. A random order, "
        "the mean of {orders}, is what a method must beat. Tau is Kendall's, between the scores and what the "
        "logit loses when one token is left out. Saliency has no sign: it is compared by size alone. Delta is a share "
        "of the logit difference, for methods that promise to add up. Seconds on {device}."
    )
    return said.format(
        reviews=found.reviews,
        least=MIN_TOKENS,
        most=MAX_TOKENS,
        baseline=gettext(found.baseline),
        shares=len(SHARES),
        orders=found.orders,
        device=found.device,
    )


def winner_note(found: FaithfulnessReport) -> str:
    """Which method wins by AOPC, by how much, and whether it is the page's default."""
    winner, *others = found.ranking
    if not others:
        said = gettext("The winner by AOPC is {winner} with {aopc:.4f}.")
    elif found.lead_error is None:
        said = gettext("The winner by AOPC is {winner} with {aopc:.4f}, {lead:.4f} above {second}.")
    else:
        said = gettext(
            "The winner by AOPC is {winner} with {aopc:.4f}, {lead:.4f} above {second} (standard error {error:.4f})."
        )
    second = gettext(others[0].method) if others else ""
    sentences = [
        said.format(
            winner=gettext(winner.method), aopc=winner.aopc, lead=found.lead, second=second, error=found.lead_error
        )
    ]
    if found.lead_error and found.doubtful:
        sentences.append(gettext("It leads by less than two standard errors, which may be chance."))
    if winner.method == DEFAULT_METHOD.name:
        sentences.append(gettext("It is the page's default method."))
    else:
        default = gettext("The page's default method is {method}.")
        sentences.append(default.format(method=gettext(DEFAULT_METHOD.name)))
    return " ".join(sentences)


def _seen_whole(found: Dynamics | None) -> str:
    if found is None:
        return ""
    points = [
        (f"{point.logit:+.2f}", *_four(point.moved, point.kept, point.off, point.next_kept, point.along))
        for point in found.points
    ]
    head = ("verdict there, logits", "moves", "largest λ", "λ from 1", "next λ", "along the readout")
    return "\n\n".join((_WHOLE, slow_points_note(found), _table(head, points)))


def _four(*values: float | None) -> tuple[str, ...]:
    """Each with four decimals, or a dash where it was not measured."""
    return tuple("–" if value is None else f"{value:.4f}" for value in values)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
