"""The review as running text, each token coloured by what it did to the verdict."""

from __future__ import annotations

from html import escape

from model.attribution.attribution import Attribution
from model.reading.explanation import Explanation
from views.drawing.scores import score_legend, score_text
from views.drawing.tracks import SCORE_LIMIT, bar_limit


def strongest(attribution: Attribution) -> int:
    """The place of the token with the largest attribution: the one to look at first."""
    return max(range(len(attribution.scores)), key=lambda place: abs(attribution.scores[place]))


def reading(explanation: Explanation, chosen: int, asked: str) -> str:
    """The review as running text, each token coloured by its attribution; unknown words dotted.

    `chosen` is the place of the token that is marked; `asked` changes whenever the page must take it over.
    """
    review, attribution = explanation.review, explanation.attribution
    unknown = set(review.unknown)
    pieces = []
    for place, (token, score) in enumerate(zip(review.tokens, attribution.scores, strict=True)):
        if review.omitted and place == review.head:
            pieces.append(f'<span class="gs-cut">… {review.omitted:,} tokens left out …</span> ')
        pieces.append(
            _token(place, token.text, score, place in unknown, place == chosen, attribution) + escape(token.space)
        )
    return f"""<section class="gs-card gs-reading" aria-label="The review, word by word" data-chosen="{chosen}" \
data-asked="{escape(asked)}">
<header><h2>Why: what each word did to the verdict</h2>{score_legend(attribution)}</header>
<p class="gs-text" dir="auto">{"".join(pieces)}</p>
<p class="gs-note">Point at or tap a word; arrow keys move on. A logit is the network's verdict before it is squeezed
into a probability: above 0 is positive. A score says what the logit responds to, not what causes an opinion.
{_baseline_note(attribution)}</p>
</section>"""


def _token(place: int, text: str, score: float, unknown: bool, chosen: bool, attribution: Attribution) -> str:
    limit = bar_limit(attribution) if attribution.method == "saliency" else SCORE_LIMIT
    weight = min(1.0, abs(score) / limit)
    tip = f"{score_text(attribution, score)}{' · unknown word' if unknown else ''}"
    sign = "gs-plain" if attribution.method == "saliency" else "gs-pos" if score > 0 else "gs-neg"
    kinds = f"gs-token {sign}{' gs-unknown' if unknown else ''}"
    return (
        f'<span class="{kinds}" role="button" tabindex="{0 if chosen else -1}" data-place="{place}" data-tip="{tip}" '
        f'style="--w:{weight:.3f}" aria-label="{escape(text)}, {tip}"><bdi>{escape(text)}</bdi></span>'
    )


def _baseline_note(attribution: Attribution) -> str:
    if attribution.baseline_logit is None:
        return ""
    if attribution.method == "occlusion":
        return (
            f" Each score: by how much the logit falls when the baseline ({escape(attribution.baseline)}) replaces it."
        )
    return f" Compared with a text of the same length made of the baseline ({escape(attribution.baseline)})."
