"""The endpoints for programs. Their names and fields are stable; README.md documents them."""

from __future__ import annotations

import gradio as gr

from model.attribution import DEFAULT_BASELINE, DEFAULT_METHOD
from model.errors import GatescopeError
from model.explain import Explainer, Question
from views.markup import mean_traces


def add_endpoints(explainer: Explainer) -> None:
    """Put /classify and /explain on the page that is being built."""
    default = explainer.default

    def classify(text: str, checkpoint: str = default) -> dict:
        """Label, probability and logit of a review, with its tokens.

        `unknown`: indices of the tokens that are not in the vocabulary; `truncated`: whether tokens were left out.
        """
        with Refusals():
            prediction = explainer.classify(text, checkpoint)
        return {
            "label": prediction.label,
            "probability": prediction.probability,
            "logit": prediction.logit,
            "tokens": [token.text for token in prediction.review.tokens],
            "unknown": list(prediction.review.unknown),
            "truncated": prediction.review.omitted > 0,
        }

    def explain(
        text: str, method: str = DEFAULT_METHOD, baseline: str = DEFAULT_BASELINE, checkpoint: str = default
    ) -> dict:
        """Attribution of each token in logits (above 0 pushes towards `target`), and the mean gates of each layer.

        `delta` and `steps` are null for methods whose scores need not add up; `parity` is the largest difference
        between replayed and PyTorch's states.
        """
        with Refusals():
            explanation = explainer.explain(Question(text, checkpoint, method, baseline))
        attribution = explanation.attribution
        return {
            "tokens": [token.text for token in explanation.review.tokens],
            "scores": list(attribution.scores),
            "target": "positive",
            "logit": attribution.logit,
            "baseline_logit": attribution.baseline_logit,
            "delta": attribution.delta,
            "steps": attribution.steps,
            "parity": explanation.gates.parity,
            **mean_traces(explanation.gates),
        }

    gr.api(classify, api_name="classify", concurrency_id="compute")
    gr.api(explain, api_name="explain", concurrency_id="compute")


def endpoint_defaults(explainer: Explainer) -> dict[str, dict[str, str]]:
    """The fields of each endpoint after the text, in order, with their defaults."""
    return {
        "classify": {"checkpoint": explainer.default},
        "explain": {"method": DEFAULT_METHOD, "baseline": DEFAULT_BASELINE, "checkpoint": explainer.default},
    }


class Refusals:
    """Within it, an error that a person may read becomes Gradio's; it is shown as it is, without a traceback."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        """Turn the error over."""
        if isinstance(error, GatescopeError):
            raise gr.Error(str(error), print_exception=False, title="Not possible") from None
