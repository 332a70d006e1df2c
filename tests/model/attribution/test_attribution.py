"""The record of an attribution."""

from __future__ import annotations

from model.attribution.attribution import Attribution
from model.attribution.integrated_gradients import INTEGRATED_GRADIENTS
from model.attribution.saliency import SALIENCY


def test_hardly_any_difference_adds_up_by_logits_not_by_shares():
    close = Attribution(INTEGRATED_GRADIENTS, "padding", (0.014,), logit=0.01, baseline_logit=0.0, delta=0.004)
    far = Attribution(INTEGRATED_GRADIENTS, "padding", (1.04,), logit=1.0, baseline_logit=0.0, delta=0.04)
    assert (close.adds_up, far.adds_up) == (True, False)
    assert not Attribution(SALIENCY, "padding", (1.0,), logit=1.0).adds_up


def test_strongest_token_has_the_largest_score_of_either_sign_and_is_the_first_of_equals():
    assert Attribution(INTEGRATED_GRADIENTS, "zero", (0.1, -0.9, 0.5), logit=1.0).strongest == 1
    assert Attribution(INTEGRATED_GRADIENTS, "zero", (0.1, 0.5, -0.5), logit=1.0).strongest == 1
