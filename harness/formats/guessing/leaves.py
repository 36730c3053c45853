"""The single values of records and of what stands around them, by their paths, in JSON and XML."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.formats.cells import xml_values

Values = dict[tuple[str, ...], str]
"""Numbers as they are written."""

_AS_WRITTEN = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False)


def of_object(text: str) -> Values:
    """The values of an object's keys; what lies in them is text."""
    found = _decoded(text)
    return {(key,): _single(value) for key, value in found.items()} if isinstance(found, dict) else {}


def within_object(text: str) -> Values:
    """The single values of an object, and of the objects in it."""
    return dict(_leaves(_decoded(text), ()))


def around_array(text: str, is_behind: bool, keys: tuple[str, ...]) -> Values:
    """The single values before or behind the array under these keys, whose other side is put there."""
    before = "".join(f"{{{json.dumps(key)}:" for key in keys) + "["
    return within_object(before + text if is_behind else text + "]" + "}" * len(keys))


def of_element(text: str) -> Values:
    """The values of an XML element, of those that are there twice the first."""
    found: Values = {}
    for leaf in xml_values.leaves(text):
        found.setdefault(leaf.known[1:], xml_values.span_of(text, leaf).value)
    return found


def around_elements(text: str, is_behind: bool, above: tuple[str, ...]) -> Values:
    """The values before or behind elements that lie in those above them, by their paths from the root."""
    found: Values = {}
    for leaf in xml_values.leaves(text):
        path = (*above[: len(above) - leaf.closed], *leaf.known) if is_behind else leaf.known
        found.setdefault(path, xml_values.span_of(text, leaf).value)
    return found


def _decoded(text: str) -> object:
    try:
        return _AS_WRITTEN.decode(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _single(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _leaves(found: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(found, str):
        yield path, found
