"""What is wrong between the words of a layout: what goes with another structure, and names that nothing has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from harness.chain.layouts.places import PLACES
from harness.chain.layouts.rules import repeated
from harness.contract.layout import DOCUMENTS, LINES, RECORD_LINES, RECORDS
from harness.formats.known import KNOWN
from harness.formats.table import NUMBERS, Type
from harness.values.strict import Location, get, mapping, sequence, unknown

PARTS = "parts"
_SEPARATORS = ("delimiter", "components", "release", "quote")
_OF_LINES = ("ends", *_SEPARATORS, "header", "trailer", "filling")
"""What a document has none of: its syntax says what its elements are, and what stands around them."""

Mistakes = Iterator[tuple[Location, str]]


def structure_of(data: Any) -> str:
    """What the units are, as it is said, or follows."""
    said, known = get(data, "structure"), KNOWN.get(str(get(data, "like")))
    if isinstance(said, str):
        return said
    if get(data, "length") is not None:
        return "length"
    return "lines" if known is None else known.units.structure


def layout_mistakes(data: Any) -> Mistakes:
    """All of them; values of a wrong type are left to the model, and so is a known layout that there is not."""
    if get(data, "like") is not None and str(get(data, "like")) not in KNOWN:
        return
    yield from _structure(data)
    yield from _separators(data)
    yield from _documents(data) if structure_of(data) in DOCUMENTS else _units(data)
    yield from _columns(data)
    for position, stated in enumerate(sequence(data, "states")):
        for location, text in _stated(stated, data):
            yield ("states", position, *location), text


def _structure(data: Any) -> Mistakes:
    structure, length = get(data, "structure"), get(data, "length")
    if length is not None and structure not in (None, "length"):
        yield ("length",), f"found length beside structure: {structure}; only pieces without ends have one: drop it"
    if structure == "length" and length is None:
        yield (
            ("structure",),
            "found structure: length without 'length', expected how many bytes a piece has: length: 80",
        )
    if structure_of(data) == "length":
        for key in ("ends", "delimiter", "components", "release"):
            if get(data, key) is not None:
                yield (key,), f"found '{key}' in a file of pieces of a length, which have none: drop it, or 'length'"


def _separators(data: Any) -> Mistakes:
    said: dict[str, str] = {}
    for key in ("ends", *_SEPARATORS):
        value = get(data, key)
        if isinstance(value, str) and value in said:
            yield (key,), f"found {value!r} as {key} and as {said[value]}, expected different characters"
        if isinstance(value, str):
            said.setdefault(value, key)
    if get(data, "components") is not None and not _has_fields(data):
        yield ("components",), "found components without a delimiter, expected both: components are parts of fields"


def _has_fields(data: Any) -> bool:
    """Whether something separates fields: segments say what does in their first one."""
    known = KNOWN.get(str(get(data, "like")))
    return (
        get(data, "delimiter") is not None or structure_of(data) == "segments" or bool(known and known.units.separators)
    )


def _documents(data: Any) -> Mistakes:
    structure = structure_of(data)
    for key in _OF_LINES:
        if get(data, key) is not None:
            yield (key,), f"found '{key}' in a document of {structure}, which has none: drop it"
    records, known = sequence(data, "records"), get(data, "like") is not None
    if structure == "xml" and not records and not known:
        yield (), "found no records, expected the name of the element that a record is: records: Ntry"
    for position, one in enumerate(records):
        place: Location = ("records", position) if isinstance(get(data, "records"), list) else ("records",)
        if isinstance(one, Mapping):
            expected = "a pointer to the array, such as /data" if structure == "json" else "the name of an element"
            yield place, f"found a mapping, expected {expected}: a document of {structure} is known by its names"
        elif structure == "json" and isinstance(one, str) and (one and not one.startswith("/")):
            yield place, f"found '{one}', expected a pointer to the array of records, such as /{one} (RFC 6901)"
        elif structure == "xml" and isinstance(one, str) and (not one or set(one) & set("/<>& ")):
            yield place, f"found '{one}', expected the name of an element alone, such as Ntry"
    if structure == "json" and len(records) > 1:
        yield ("records",), f"found {len(records)} pointers, expected one: the array of records"
    groups = get(data, "groups")
    if structure == "json" and groups is not None:
        yield ("groups",), "found groups in a document of json, which has none: drop them"
    elif isinstance(groups, Mapping):
        yield ("groups",), "found a mapping, expected the names of elements: groups: [PmtInf]"


def _units(data: Any) -> Mistakes:
    for position, one in enumerate(sequence(data, "records")):
        if isinstance(one, str):
            place: Location = ("records", position) if isinstance(get(data, "records"), list) else ("records",)
            expected = 'expected how records are known, such as {starts: "D|"}'
            yield place, f"found '{one}', {expected}; a pointer or a name is of structure: json or xml"
    for key in ("header", "trailer", "filling"):
        numbers = [one for one in sequence(data, key) if isinstance(one, int)]
        if numbers and len(sequence(data, key)) > 1:
            yield (key,), f"found {numbers[0]} beside another sign, expected a number of lines, or how they are known"
        elif numbers and key == "filling":
            yield (key,), f'found {numbers[0]}, expected how filling is known, such as {{starts: "9999"}}'
    if isinstance(get(data, "groups"), list | tuple):
        yield (
            ("groups",),
            'found a list, expected what opens and closes each: {batch: {opens: {starts: "5"}, closes: …}}',
        )


def _columns(data: Any) -> Mistakes:
    columns = get(data, "columns")
    if isinstance(columns, list | tuple):
        for position, text in repeated([*columns]):
            yield ("columns", position), text
        if not _has_fields(data) and structure_of(data) not in DOCUMENTS:
            expected = "say 'delimiter', or of each column start and width, or (of JSON lines) path"
            yield ("columns",), f"found columns by position in {structure_of(data)} without a delimiter: {expected}"
    for name, place in mapping(data, "columns").items():
        for location, text in _place({"field": place} if isinstance(place, int) else place, data):
            yield ("columns", name, *location), text


def _place(place: Any, data: Any) -> Mistakes:
    """A kind of place that this structure has not."""
    structure, fields = structure_of(data), _has_fields(data)
    by = next((key for key in PLACES if get(place, key) is not None), None)
    if structure in DOCUMENTS and by in ("field", "start"):
        yield (by,), f"found '{by}' in a document of {structure}, expected a path of names, such as path: total/count"
    elif structure not in DOCUMENTS and by == "field" and not fields:
        yield ("field",), "found a field in a file without a delimiter: say 'delimiter', or start and width"
    elif structure == "lines" and by == "start" and get(data, "delimiter") is not None:
        yield ("start",), "found start in a file with a delimiter, expected field: values there have no fixed place"
    elif by == "path" and (structure in ("length", "segments") or (structure == "lines" and fields)):
        yield ("path",), f"found a path in {structure}, expected {'field' if fields else 'start and width'}"
    if get(place, "component") is not None and fields and get(data, "components") is None and structure == "lines":
        yield ("component",), "found a component, and no 'components': say which character stands between them"


def kinds_of(data: Any) -> list[str]:
    """The names of the kinds of units that a layout has."""
    known = KNOWN.get(str(get(data, "like")))
    found = [kind.name for kind in known.units.kinds] if known is not None else []
    if structure_of(data) in DOCUMENTS:
        ends = [f"{name} {end}" for name in sequence(data, "groups") for end in ("opens", "closes")]
        return list(dict.fromkeys([*found, "header", RECORDS, "trailer", *ends]))
    for key in ("header", "trailer", "filling"):
        found += names_of(key, [get(sign, "name") for sign in sequence(data, key)])
    signs = sequence(data, "records")
    found += [str(get(sign, "name") or RECORDS) for sign in signs] or [RECORDS]
    found += [str(get(get(sign, "parts"), "name") or PARTS) for sign in signs if get(sign, "parts") is not None]
    found += [f"{name} {end}" for name in mapping(data, "groups") for end in ("opens", "closes")]
    return list(dict.fromkeys(found))


def names_of(key: str, said: list[Any]) -> list[str]:
    """What kinds of one role are called: as is said, else as their role, or where they are several, with a number."""
    return [str(name or (key if len(said) == 1 else f"{key} {number}")) for number, name in enumerate(said, 1)]


def _groups(data: Any) -> list[str]:
    known = KNOWN.get(str(get(data, "like")))
    found = [kind.opens for kind in known.units.kinds if kind.opens] + [*known.units.groups] if known else []
    said = get(data, "groups")
    found += [str(name) for name in said] if isinstance(said, Mapping | list | tuple) else []
    return list(dict.fromkeys(found))


def _stated(stated: Any, data: Any) -> Mistakes:
    kinds = kinds_of(data)
    for key in ("header", "trailer"):
        place = get(stated, key)
        if place is not None and key not in kinds:
            yield (key,), f"found '{key}', which is no kind of lines here: write in: KIND. Known: {', '.join(kinds)}"
        elif place is not None:
            for location, text in _place({"field": place} if isinstance(place, int) else place, data):
                yield (key, *location), text
    kind = get(stated, "in")
    if isinstance(kind, str) and kind not in kinds:
        yield ("in",), unknown("kind of lines", kind, kinds)
    yield from _place(stated, data)
    yield from _counted(stated, kinds)
    for position, summand in enumerate(sequence(stated, "sums")):
        for location, text in _summand(summand, data, kinds):
            yield ("sums", position, *location), text
    yield from _whose(stated, data)


def _whose(stated: Any, data: Any) -> Mistakes:
    """Of which group, and of which lines of it."""
    within = get(stated, "within")
    if isinstance(within, str) and within not in (groups := _groups(data)):
        yield ("within",), unknown("group", within, groups)
    column = get(get(stated, "only"), "column")
    if isinstance(column, str) and (wrong := _no_column(column, data)):
        yield ("only", "column"), wrong


def _counted(stated: Any, kinds: list[str]) -> Mistakes:
    words = list(dict.fromkeys([RECORDS, LINES, RECORD_LINES, *kinds]))
    for position, counted in enumerate(sequence(stated, "counts")):
        if isinstance(counted, str) and counted not in words:
            yield ("counts", position), unknown("word for what is counted", counted, words)


def _summand(summand: Any, data: Any, kinds: list[str]) -> Mistakes:
    if not isinstance(summand, str):
        of = get(summand, "of")
        if isinstance(of, str) and of not in kinds:
            yield ("of",), unknown("kind of lines", of, kinds)
        yield from _place(summand, data)
        return
    if wrong := _no_column(summand, data):
        yield (), wrong
        return
    kind = get(mapping(data, "columns").get(summand), "type")
    if kind in get_args(Type) and kind not in NUMBERS:
        yield (), f"the column '{summand}' is a {kind}, expected a column of numbers to add up"


def _no_column(name: str, data: Any) -> str | None:
    """Why there is no such column among those that are said."""
    said, known = get(data, "columns"), KNOWN.get(str(get(data, "like")))
    names = [str(column) for column in said] if isinstance(said, Mapping | list | tuple) else []
    names += [column.name for column in known.columns] if known is not None else []
    if name in names:
        return None
    return f"{unknown('column', name, names)}; name it under 'columns', or write its place instead"
