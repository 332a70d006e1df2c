"""What comes from outside, parsed once at the border by pydantic, whose errors become the page's sentences.

A record is a frozen dataclass. The type of a field carries its limits and, after them, what to say of a value that does
not keep them:

    Text = Annotated[
        str,
        Field(strict=True, max_length=5_000),
        Says("A note must be text.", {"string_too_long": "This note has {length:,} characters; at most {most:,} fit."}),
    ]

The keys are pydantic's names of errors (https://docs.pydantic.dev/latest/errors/validation_errors/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from model.language import gettext

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from model.errors import GatescopeError

Value = TypeVar("Value")

STRUCTURE = ("missing", "unexpected_keyword_argument", "dataclass_type")  # a field too few or too many, or no record
_SAID = "said"  # the error of a value of which a sentence was said already


@dataclass(frozen=True, slots=True, eq=False)
class Says:
    """Of a value that a type refuses: the sentence `kinds` has for this kind of error, or else `otherwise`.

    Sentences are marked, and translated when they are said. They may name `{length}`, of the value, `{most}` or
    `{least}`, the limit that it does not keep, and what is `given` by name.
    """

    otherwise: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's way to ask an annotation for its part in the validation."""
        return core_schema.no_info_wrap_validator_function(self._checked, handler(source))

    def _checked(self, value: object, check: ValidatorFunctionWrapHandler) -> object:
        try:
            return check(value)
        except ValidationError as error:
            first = _first(error)
            if first["loc"] or first["type"] == _SAID:  # of a part of the value, which says more
                raise
            raise said(self._sentence(first, value)) from None

    def _sentence(self, error: ErrorDetails, value: object) -> str:
        limits = error.get("ctx", {})
        most = next((limits[name] for name in ("max_length", "le", "lt") if name in limits), None)
        least = next((limits[name] for name in ("min_length", "ge", "gt") if name in limits), None)
        length = len(value) if isinstance(value, (str, bytes, list, tuple, dict)) else 0
        known = {"length": length, "most": most, "least": least} | dict(self.given)
        return gettext(self.kinds.get(error["type"], self.otherwise)).format(**known)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong with a value.

    `place` leads to it from outside in, by names of fields and places in lists; `kind` is pydantic's name of the error;
    `sentence` what `Says` says of it, empty where nothing is said.
    """

    place: tuple[str | int, ...]
    kind: str
    sentence: str


def parse(adapter: TypeAdapter[Value], value: object, refusal: Callable[[Fault], GatescopeError]) -> Value:
    """A value from outside as the adapter's type. Raises what `refusal` makes of the first fault, and nothing else."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = _first(error)
    sentence = first["ctx"]["sentence"] if first["type"] == _SAID else ""
    raise refusal(Fault(first["loc"], first["type"], sentence))


def said(sentence: str) -> PydanticCustomError:
    """What a validator of one's own raises, with the sentence to be said."""
    return PydanticCustomError(_SAID, "{sentence}", {"sentence": sentence})


def _first(error: ValidationError) -> ErrorDetails:
    return error.errors(include_url=False, include_input=False)[0]
