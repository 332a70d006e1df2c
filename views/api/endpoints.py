"""The endpoints for programs. Their names and fields are stable; README.md documents them.

Each answer says its `version`. A field may be added under the same version; where one is renamed, taken away, or means
something else, `VERSION` rises and CHANGELOG.md says what has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import gradio as gr
import numpy as np
from gradio.context import LocalContext
from gradio.events import api

from model.attribution.baselines import DEFAULT_BASELINE
from model.attribution.methods import DEFAULT_METHOD
from model.errors import DataError, GatescopeError, ReviewError, UnclearError
from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.replay import GateTraces
from model.recurrence.summary import mean_traces
from model.tables.labels import ANSWERS, NO_LABEL, LabelReading
from model.tables.table import ReviewTable, table_of
from model.tables.words import parsed_answers
from model.tally import count
from model.workbench.overview import OUTCOMES, Outcome, overview
from model.workbench.scoring import Scores, score
from model.workbench.slices import SliceFinding, find_slices
from views.api.requests import Fields

Answer = TypeVar("Answer")

_EXAMPLE = '{"1": "negative", "2": "positive"}'
VERSION = 1  # of the answers
MAX_TEXTS = 1_000  # of one call of /score or /slices: half a minute of work for two cores


def add_endpoints(explainer: Explainer) -> None:
    """Put /classify, /explain, /score and /slices on the page that is being built."""
    default = explainer.default

    def classify(text: str, checkpoint: str = default) -> dict:
        """Label, probability and logit of a review, with its tokens.

        `unknown`: indices of the tokens that are not in the vocabulary; `truncated`: whether tokens were left out.
        """
        with Refusals():
            prediction = explainer.classify(text, checkpoint)
        return {
            "version": VERSION,
            "label": prediction.label,
            "probability": prediction.probability,
            "logit": prediction.logit,
            "tokens": [token.text for token in prediction.review.tokens],
            "unknown": list(prediction.review.unknown),
            "truncated": prediction.review.omitted > 0,
        }

    def explain(
        text: str, method: str = DEFAULT_METHOD.name, baseline: str = DEFAULT_BASELINE, checkpoint: str = default
    ) -> dict:
        """Attribution of each token in logits (above 0 pushes towards `target`), and the mean gates of each layer.

        `delta` and `steps` are null for methods whose scores need not add up; `parity` is the largest difference
        between replayed and PyTorch's states.
        """
        with Refusals():
            explanation = explainer.explain(Question(text, checkpoint, method, baseline))
        attribution = explanation.attribution
        return {
            "version": VERSION,
            "tokens": [token.text for token in explanation.review.tokens],
            "scores": list(attribution.scores),
            "target": "positive",
            "logit": attribution.logit,
            "baseline_logit": attribution.baseline_logit,
            "delta": attribution.delta,
            "steps": attribution.steps,
            "parity": explanation.gates.parity,
            **_means(explanation.gates),
        }

    def read(
        texts: list, labels: list | None, checkpoint: str, counts_as: dict | None = None
    ) -> tuple[ReviewTable, Scores]:
        loaded = explainer.checkpoint(checkpoint)
        _check_count(texts)
        table = table_of(texts, labels, counts_as=parsed_answers(counts_as or {}))
        if table.reading and table.reading.notes:
            raise DataError(" ".join(table.reading.notes))
        if table.reading and table.reading.question:
            raise UnclearError(table.reading.question)
        scores = score(loaded, table.texts)
        count(loaded.name, int(scores.tokens.sum()))
        return table, scores

    def score_texts(texts: list, checkpoint: str = default) -> dict:
        """The verdict on each of up to 1,000 texts; `row` counts from 0. What cannot be read is in `skipped`."""
        with Refusals():
            table, scores = read(texts, None, checkpoint)
        rows = zip(*(array.tolist() for array in _columns(table, scores)), strict=True)
        named = ("row", "probability", "logit", "tokens", "unknown", "truncated")
        answers = [dict(zip(named, row, strict=True)) for row in rows]
        labels = ["positive" if positive else "negative" for positive in scores.predicted.tolist()]
        return {
            "version": VERSION,
            "rows": [answer | {"label": label} for answer, label in zip(answers, labels, strict=True)],
            "skipped": _skipped(table),
        }

    def slices(texts: list, labels: list, checkpoint: str = default, counts_as: dict | None = None) -> dict:
        """How the network does on up to 1,000 labelled texts, and on each slice of them.

        Labels are read as those of a file, as one column. `counts_as` says of single values what they count as, such as
        {"1": "negative", "2": "positive", "3": "none"}; labels that stay unclear are refused with a question.
        """
        with Refusals():
            table, scores = _asking(lambda: read(texts, labels, checkpoint, counts_as))
            found = overview(table, scores)
        counts = dict(zip(OUTCOMES, [0] * len(Outcome), strict=True))
        for (label, verdict), name in _CELLS.items():
            counts[name.words] = int(found.confusion[label, verdict])
        counts[Outcome.UNLABELLED.words] = int((table.labels == NO_LABEL).sum())
        return {
            "version": VERSION,
            "rows": found.rows,
            "metrics": asdict(found.metrics),
            "missing": found.missing,
            "labels": _labels(found.reading),
            "outcomes": counts,
            "slices": [_slice(each) for each in find_slices(table, scores)],
            "skipped": _skipped(table),
        }

    api(classify, api_name="classify", concurrency_id="compute")
    api(explain, api_name="explain", concurrency_id="compute")
    api(score_texts, api_name="score", concurrency_id="scoring", concurrency_limit=1)
    api(slices, api_name="slices", concurrency_id="scoring", concurrency_limit=1)


_CELLS = {
    (1, 1): Outcome.TRUE_POSITIVE,
    (1, 0): Outcome.FALSE_NEGATIVE,
    (0, 1): Outcome.FALSE_POSITIVE,
    (0, 0): Outcome.TRUE_NEGATIVE,
}


def _means(gates: GateTraces) -> dict[str, dict[str, list[float]]]:
    """ "layer1.forward" and so on to the mean over units of each quantity at each token."""
    return {trace.name: dict(zip(trace.symbols, trace.means.tolist(), strict=True)) for trace in mean_traces(gates)}


def _check_count(texts: object) -> None:
    if isinstance(texts, list) and len(texts) > MAX_TEXTS:
        said = gettext("There are {count:,} texts; at most {most:,} can be scored in one call.")
        raise ReviewError(said.format(count=len(texts), most=MAX_TEXTS))


def _asking(read: Callable[[], Answer]) -> Answer:
    """What `read` gives; where labels are unclear, the question with the way to answer it."""
    try:
        return read()
    except UnclearError as unclear:
        how = gettext("Send the answer in the field counts_as, such as {example}.")
        raise UnclearError(f"{unclear} {how.format(example=_EXAMPLE)}") from unclear


def _labels(reading: LabelReading | None) -> list[dict[str, object]]:
    """What each value of the labels was read as."""
    names = {code: name for name, code in ANSWERS.items()}
    values = reading.values if reading else ()
    return [
        {"value": each.shown, "counts_as": names.get(each.meaning, "skipped"), "rows": each.count} for each in values
    ]


def _columns(table: ReviewTable, scores: Scores) -> tuple[np.ndarray, ...]:
    """Row (from 0), probability, logit, tokens, unknown ones, whether it was cut: each (rows,)."""
    places = table.lines - 1
    return places, scores.probabilities, scores.logits, scores.tokens, scores.unknown, scores.omitted > 0


def _slice(found: SliceFinding) -> dict[str, Any]:
    """Its numbers, and whether it stands out; no slice of an endpoint is a crossing."""
    fields = asdict(found) | {"stands_out": found.stands_out}
    fields.pop("also")
    return fields


def _skipped(table: ReviewTable) -> list[dict[str, object]]:
    return [{"row": bad.line - 1, "reason": bad.reason} for bad in table.bad]


def endpoint_fields(explainer: Explainer) -> dict[str, Fields]:
    """The fields of each endpoint, in order, with their defaults."""
    checkpoint = {"checkpoint": explainer.default}
    return {
        "classify": Fields(("text",), checkpoint),
        "explain": Fields(("text",), {"method": DEFAULT_METHOD.name, "baseline": DEFAULT_BASELINE, **checkpoint}),
        "score": Fields(("texts",), checkpoint),
        "slices": Fields(("texts", "labels"), {**checkpoint, "counts_as": None}),
    }


class Refusals:
    """Within it, an error that a person may read becomes Gradio's; it is shown as it is, without a traceback."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        """Turn the error over."""
        if isinstance(error, GatescopeError):
            raise refusal(str(error), gettext("Not possible")) from None


def refusal(said: str, title: str) -> gr.Error:
    """What a refusal is for Gradio: to be raised. On the page a warning says it, its title first: an error, for which
    programs wait, is headed "Error" by Gradio 6 whatever its title is, so it stays unseen there.
    """
    on_a_page = LocalContext.event_id.get(None) is not None
    if on_a_page:
        gr.Warning(gettext("{title}: {said}").format(title=title, said=said), title=title)
    return gr.Error(said, print_exception=False, visible=not on_a_page, title=title)
