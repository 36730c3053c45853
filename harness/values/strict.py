"""Data that refuses what it does not know, and says all that is wrong with it at once, in the author's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pydantic
from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from harness.errors import AuthorError

Location = tuple[str | int, ...]

LAX = pydantic.Strict(strict=False)
"""For what a file writes as a list and the model, which is frozen, keeps as a tuple."""


class Strict(BaseModel):
    """A frozen model without coercion; its errors name the key, what was found and what was expected."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, serialize_by_alias=True)

    def __init__(self, **data: Any) -> None:
        __tracebackhide__ = True
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise AuthorError(in_words(type(self).__name__, error)) from None

    # Only for who calls the class in Python: validation of files still builds it directly, and keeps each place.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    file_keys: ClassVar[tuple[str, ...]] = ()
    """Keys that only the file knows; loading has taken them out."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_words(cls, data: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        mistakes = list(cls.mistakes_between(data))
        try:
            model = handler(data)
        except ValidationError as error:
            known = [field.alias or name for name, field in cls.model_fields.items()] + list(cls.file_keys)
            details = error.errors(include_url=False)
            # A list whose entries are wrong counts as empty too; its entries say why.
            details = [one for one in details if one["type"] != "too_short" or one["input"] in ([], (), {})]
            mistakes += [(_location(detail), words(detail, known)) for detail in details]
        if mistakes:
            raise invalid(cls.__name__, mistakes)
        return model

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:  # noqa: ARG003 - for subclasses
        """What is wrong between several keys; asked of the raw data, so that it is found beside wrong keys."""
        return ()


def _location(detail: Mapping[str, Any]) -> Location:
    """Where a mistake is; that a mapping is of no known kind is told at the key that says its kind."""
    location: Location = detail["loc"]
    return (*location, _tag_key(detail)) if detail["type"] == "union_tag_invalid" else location


def _tag_key(detail: Mapping[str, Any]) -> str:
    return str(detail["ctx"]["discriminator"]).strip("'")


def invalid(title: str, mistakes: Iterable[tuple[Location, str]]) -> ValidationError:
    """A ValidationError that carries several mistakes with their places."""
    details = [
        # The text is a parameter, not the template: braces in it are the author's.
        InitErrorDetails(type=PydanticCustomError("mistake", "{text}", {"text": text}), loc=location, input=None)
        for location, text in dict.fromkeys(mistakes)
    ]
    return ValidationError.from_exception_data(title, details)


def in_words(name: str, error: ValidationError) -> str:
    """A model's mistakes for who built it in Python: its name, the place, the sentence; a line each."""
    details = error.errors(include_url=False)
    places = (".".join(map(str, detail["loc"])) for detail in details)
    return "\n".join(
        f"{name}: {place}: {detail['msg']}" if place else f"{name}: {detail['msg']}"
        for place, detail in zip(places, details, strict=True)
    )


def words(detail: Mapping[str, Any], known: Iterable[str]) -> str:
    """One pydantic error, as found and expected; ``known`` are the keys that the failing mapping may have."""
    kind, found = detail["type"], show(detail["input"])
    context = detail.get("ctx", {})
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return unknown("key", str(detail["loc"][-1]), known)
    if kind in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"missing key '{detail['loc'][-1]}'"
    if kind in ("enum", "literal_error"):
        return f"found {found}, expected {context['expected'].replace(chr(39), '')}"
    if kind == "union_tag_invalid":
        return f"found '{context['tag']}', expected {context['expected_tags'].replace(chr(39), '')}"
    if kind == "string_type":
        quoted = isinstance(detail["input"], int | float) and not isinstance(detail["input"], bool)
        return f"found {found}, expected text" + (f': write it in quotes, "{detail["input"]}"' if quoted else "")
    if kind in _EXPECTED:
        return f"found {found}, expected {_EXPECTED[kind]}"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        relation = kind.replace("_", " ").replace("than equal", "than or equal to")
        return f"found {found}, expected a number {relation} {next(iter(context.values()))}"
    if kind == "value_error":
        return str(context["error"])
    return str(detail["msg"])


_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "float_type": "a number",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "dataclass_type": "a mapping (key: value)",
    "list_type": "a list",
    "tuple_type": "a list",
    "too_short": "at least one entry",
    "string_pattern_mismatch": "text that is not empty",
    "string_too_short": "text that is not empty",
    "date_type": "a date, such as 2026-11-23",
}


def show(value: Any) -> str:
    """A found value, short enough for one line."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """An unknown name, the nearest right one and all the known ones."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"unknown {kind} '{name}'.{hint} Known: {', '.join(names) or 'none'}"


def get(item: Any, key: str) -> Any:
    """A key of what may be raw data or an already built model."""
    if isinstance(item, Mapping):
        return item.get(key)
    if isinstance(item, Strict):
        name = next((name for name, field in type(item).model_fields.items() if (field.alias or name) == key), key)
        return getattr(item, name, None)
    return None


def mapping(item: Any, key: str) -> Mapping[str, Any]:
    """A mapping under a key, or an empty one where something else stands (which is reported elsewhere)."""
    found = get(item, key)
    return found if isinstance(found, Mapping) else {}


def sequence(item: Any, key: str) -> list[Any]:
    """A list under a key; a single entry counts as a list of one."""
    found = get(item, key)
    return [] if found is None else list(found) if isinstance(found, list | tuple | set | frozenset) else [found]
