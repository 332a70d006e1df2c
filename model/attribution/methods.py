"""The registry of attribution methods: whatever asks for a method by name asks here."""

from __future__ import annotations

from model.attribution.input_x_gradient import INPUT_X_GRADIENT
from model.attribution.integrated_gradients import INTEGRATED_GRADIENTS
from model.attribution.method import Method
from model.attribution.occlusion import OCCLUSION
from model.attribution.saliency import SALIENCY
from model.errors import ReviewError
from model.language import gettext, joined

METHODS: tuple[Method, ...] = (  # in the order in which they are offered
    INTEGRATED_GRADIENTS,
    INPUT_X_GRADIENT,
    SALIENCY,
    OCCLUSION,
)
DEFAULT_METHOD = INTEGRATED_GRADIENTS


def method_named(name: object) -> Method:
    """The method of that name. Raises `ReviewError` where there is none, whatever `name` is."""
    for method in METHODS:
        if method.name == name:
            return method
    names = joined(method.name for method in METHODS)
    raise ReviewError(gettext("There is no such method; there are: {names}.").format(names=names))
