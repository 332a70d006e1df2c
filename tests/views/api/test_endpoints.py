"""What the endpoints answer, below the running app."""

from __future__ import annotations

import pytest

from model.reading.explanation import Question
from views.api import endpoints


def test_means_for_programs_are_named_by_layer_and_direction(explainer):
    explanation = explainer.explain(Question("Not a good film, but great!", "bilstm"))
    means = endpoints._means(explanation.gates)
    assert list(means) == ["layer1.forward", "layer1.backward", "layer2.forward", "layer2.backward"]
    assert list(means["layer1.backward"]) == list("ifogch")
    assert means["layer1.backward"]["f"] == pytest.approx(explanation.gates.of(1, "backward").values("f").mean(axis=1))
