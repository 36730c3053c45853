"""The one way in which the contract's dataclasses become JSON and are read again, strictly.

A key is the field's name (without the underscore that ends one which is a word of Python). A field without a default is
always there. One with a default is left out when it holds it; one that can hold a single value only (``Literal[True]``)
is a tag, which is always there. A dataclass that says `under` stands under that key. Of a union of dataclasses, the
first is read whose keys are all there. A dataclass may bring ``read_json``, ``write_json`` and ``told_by`` of its own.
"""

from __future__ import annotations

import difflib
import functools
import json
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, cast

__all__ = ["ContractError", "read", "write"]

from harness.contract.bounds import ContractError

T = TypeVar("T")

_LONGEST_SHOWN = 60
"""Characters of a wrong value that an error repeats."""

Read = Callable[[Any, str], Any]
"""Reads a value of JSON that stands at a path; `ContractError` when it is not what it must be."""

UNDER = "under"
"""The class variable of a dataclass whose fields stand under a key: ``{"cut": {"bytes": 7, …}}``."""


def read(kind: type[T], data: Any, what: str) -> T:
    """The dataclass that JSON stands for; ``what`` names it in errors.

    Raises ContractError for a key that is unknown or missing, a wrong type, and a value that the dataclass refuses.
    """
    return cast("T", reader(cast("Any", kind))(data, what))


def write(value: Any) -> Any:
    """A dataclass of the contract (or a container of them) as JSON's own types."""
    if type(value) in _PLAIN or value is None:
        return value  # as nearly all are in the plan of a night
    if is_dataclass(value) and not isinstance(value, type):
        return _writer(type(value))(value)
    if isinstance(value, Mapping):
        return {name: write(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [write(one) for one in value]
    return value


def keys_of(kind: type) -> dict[str, Field[Any]]:
    """A dataclass's fields by their keys."""
    return {field.name.removesuffix("_"): field for field in fields(kind)}


def found_instead(path: str, found: Any, expected: str) -> ContractError:
    """The error for a value of another kind."""
    return ContractError(f"{path}: found {shown(found)}, expected {expected}")


def unknown_word(path: str, what: str, found: object, known: Iterable[object]) -> ContractError:
    """The error for a word that is none of the known ones, with the nearest of them."""
    words = [str(one) for one in known]
    near = difflib.get_close_matches(str(found), words, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return ContractError(f"{path}: unknown {what} {found!r}.{hint} Known: {', '.join(words) or 'none'}")


@functools.cache
def reader(kind: Any) -> Read:
    """How values of that type are read; worked out once."""
    if kind is Any:
        return lambda data, _: data
    if kind is None or kind is types.NoneType:
        return _null
    if is_dataclass(kind):
        own = getattr(kind, "read_json", None)
        return cast("Read", own) if own is not None else _of_dataclass(cast("type", kind))
    if kind in _PLAIN:
        return _plain(*_PLAIN[kind])
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return _one_of(arguments)
    if origin is tuple:
        return _tuple_of(reader(arguments[0]))
    if origin in (Mapping, dict) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _mapping_of(reader(arguments[0]), reader(arguments[1]))
    if origin in (Union, types.UnionType):
        return _union_of(arguments)
    raise TypeError(f"the contract has no way to write {kind}")


def _null(data: Any, path: str) -> None:
    if data is not None:
        raise found_instead(path, data, "nothing (null)")


_PLAIN: dict[Any, tuple[tuple[type, ...], str]] = {
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "a text"),
    bool: ((bool,), "true or false"),
}


def _plain(allowed: tuple[type, ...], expected: str) -> Read:
    flags = bool in allowed

    def read_plain(data: Any, path: str) -> Any:
        if not isinstance(data, allowed) or (isinstance(data, bool) and not flags):
            raise found_instead(path, data, expected)
        return data

    return read_plain


def _one_of(known: tuple[Any, ...]) -> Read:
    def read_word(data: Any, path: str) -> Any:
        for one in known:
            if data == one and type(data) is type(one):
                return one
        if len(known) == 1 or not isinstance(data, str):
            raise found_instead(path, data, " or ".join(shown(one) for one in known))
        raise unknown_word(path, "word", data, known)

    return read_word


def _tuple_of(each: Read) -> Read:
    def read_list(data: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(data, list | tuple):
            raise found_instead(path, data, "a list")
        return tuple(each(one, f"{path}[{place}]") for place, one in enumerate(data))

    return read_list


def _mapping_of(name: Read, each: Read) -> Read:
    def read_mapping(data: Any, path: str) -> dict[Any, Any]:
        return {name(key, path): each(one, f"{path}.{key}") for key, one in _object(data, path).items()}

    return read_mapping


def _union_of(members: tuple[Any, ...]) -> Read:
    """``X | None``, plain types side by side, and dataclasses that their keys tell apart."""
    words = tuple(word for one in members if typing.get_origin(one) is Literal for word in typing.get_args(one))
    others = [one for one in members if typing.get_origin(one) is not Literal and one is not types.NoneType]
    one_of = [*others, Literal[words]] if words else others
    inside = reader(one_of[0]) if len(one_of) == 1 else _one_of_several(one_of)
    if types.NoneType not in members:
        return inside
    return lambda data, path: None if data is None else inside(data, path)


def _one_of_several(members: list[Any]) -> Read:
    classes = [member for member in members if is_dataclass(member)]
    plain = [member for member in members if member not in classes]

    def read_one(data: Any, path: str) -> Any:
        if isinstance(data, Mapping) and classes:
            options = [(member, keys) for member in classes for keys in _told_by(cast("type", member))]
            for member, keys in options:
                if keys <= data.keys():
                    return reader(cast("Any", member))(data, path)
            known = " or ".join("+".join(sorted(keys)) for _, keys in options)
            raise ContractError(f"{path}: found {_listed(data)}, expected {known}")
        for member in plain:
            try:
                return reader(member)(data, path)
            except ContractError:
                continue
        raise found_instead(path, data, " or ".join(_name(member) for member in members))

    return read_one


def _of_dataclass(kind: type) -> Read:
    under = getattr(kind, UNDER, None)
    inside = _fields_of(kind)
    if under is None:
        return inside

    def read_under(data: Any, path: str) -> Any:
        if list(_object(data, path)) != [under]:
            raise ContractError(f"{path}: found {_listed(data)}, expected {under!r} alone")
        return inside(data[under], f"{path}.{under}")

    return read_under


def _fields_of(kind: type) -> Read:
    hints = typing.get_type_hints(kind)
    known = {key: (field.name, hints[field.name]) for key, field in keys_of(kind).items()}
    readers: dict[str, Read] = {}
    needed = [key for key, field in keys_of(kind).items() if _is_needed(field, hints[field.name])]

    def read_fields(data: Any, path: str) -> Any:
        if not readers:  # not before it is needed: a dataclass may hold others of its own kind
            readers.update({key: reader(hint) for key, (_, hint) in known.items()})
        given = {}
        for key, value in _object(data, path).items():
            if key not in known:
                raise unknown_word(path, "key", key, known)
            given[known[key][0]] = readers[key](value, f"{path}.{key}")
        for key in needed:
            if key not in data:
                raise ContractError(f"{path}: missing key {key!r}; found {_listed(data)}")
        try:
            return kind(**given)
        except ContractError as error:
            raise ContractError(f"{path}: {error}") from None

    return read_fields


def _told_by(kind: type) -> list[set[str]]:
    """The sets of keys of which one tells that an object is this dataclass; one that reads itself says them."""
    if (own := getattr(kind, "told_by", None)) is not None:
        return cast("list[set[str]]", own())
    if (under := getattr(kind, UNDER, None)) is not None:
        return [{under}]
    return [_needed(kind)]


@functools.cache
def _needed(kind: type) -> set[str]:
    """The keys that are always there; worked out once, for every mock reads a union in the plan of each night."""
    hints = typing.get_type_hints(kind)
    return {key for key, field in keys_of(kind).items() if _is_needed(field, hints[field.name])}


def _is_needed(field: Field[Any], hint: Any) -> bool:
    return (field.default is MISSING and field.default_factory is MISSING) or _is_tag(hint)


def _is_tag(hint: Any) -> bool:
    return typing.get_origin(hint) is Literal and len(typing.get_args(hint)) == 1


@functools.cache
def _writer(kind: type) -> Callable[[Any], Any]:
    """How a dataclass is written; worked out once."""
    own = getattr(kind, "write_json", None)
    if own is not None:
        return cast("Callable[[Any], Any]", own)
    hints = typing.get_type_hints(kind)
    always: list[tuple[str, str]] = []
    unless: list[tuple[str, str, Any]] = []
    for key, field in keys_of(kind).items():
        if _is_needed(field, hints[field.name]):
            always.append((key, field.name))
        else:
            default = field.default if field.default_factory is MISSING else field.default_factory()
            unless.append((key, field.name, default))
    under = getattr(kind, UNDER, None)

    def write_fields(value: Any) -> Any:
        written = {key: write(getattr(value, name)) for key, name in always}
        for key, name, default in unless:
            held = getattr(value, name)
            if held != default:
                written[key] = write(held)
        return written if under is None else {under: written}

    return write_fields


def _object(data: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise found_instead(path, data, "an object")
    return data


def _listed(data: Mapping[str, Any]) -> str:
    return ", ".join(repr(key) for key in data) or "no key"


def shown(value: object) -> str:
    """A wrong value as an error repeats it."""
    text = json.dumps(value, default=repr)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _name(kind: Any) -> str:
    return _PLAIN[kind][1] if kind in _PLAIN else "an object"
