"""JSON documents as their units."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from harness.contract.layout import Kind, UnitLayout
from harness.formats import units as units_of
from harness.formats.units import NotAsLaidOut
from tests.formats.units.documents import SAMPLES, Repeated, laid_out, read, records, told

TOP = UnitLayout(structure="json")


def below(*keys: str) -> UnitLayout:
    return UnitLayout(structure="json", records=keys)


def wrong(data: bytes, units: UnitLayout = TOP, *, whole: int = 0) -> str:
    """What is said of a wrong document, once so many units have come."""
    found = units_of.units(io.BytesIO(data), laid_out(units))
    for _ in range(whole):
        next(found)
    with pytest.raises(NotAsLaidOut) as error:
        list(found)
    return str(error.value)


def test_elements_of_an_array_are_records_with_the_comma_behind_them() -> None:
    assert told(read(b'[\n {"a": 1} ,\n [2],"x"\n]\n', TOP)) == [
        ("header", b"[\n ", b""),
        ("record", b'{"a": 1}', b" ,\n "),
        ("record", b"[2]", b","),
        ("record", b'"x"', b""),
        ("trailer", b"\n]\n", b""),
    ]


def test_a_pretty_printed_file_has_its_records() -> None:
    data = (SAMPLES / "array.json").read_bytes()
    found = read(data, TOP)
    assert [json.loads(one) for one in records(found)] == json.loads(data)
    assert {unit.end for unit in found if unit.is_record} == {0, len(",\n ")}


@pytest.mark.parametrize("data", [b"[]", b" [ \n ] ", b"\xef\xbb\xbf[]\r\n"])
def test_an_empty_array_has_a_header_and_a_trailer(data: bytes) -> None:
    header, trailer = read(data, TOP)
    assert (header.kind.role, trailer.kind.role) == ("header", "trailer")
    assert header.data.endswith(b"[")


def test_an_array_below_keys_is_found_by_them() -> None:
    document = b'{"n": {"orders": [0]}, "data": {"x": "orders", "orders": [{"id": 1}, {"id": 2}], "count": 2}, "y": []}'
    assert told(read(document, below("data", "orders"))) == [
        ("header", b'{"n": {"orders": [0]}, "data": {"x": "orders", "orders": [', b""),
        ("record", b'{"id": 1}', b", "),
        ("record", b'{"id": 2}', b""),
        ("trailer", b'], "count": 2}, "y": []}', b""),
    ]


def test_keys_may_be_escaped_and_places_of_an_array() -> None:
    assert records(read(b'{"caf\\u00e9/\\"": [0, [1, 2]]}', below('café/"', "1"))) == [b"1", b"2"]


def test_brackets_and_escapes_in_strings_are_text() -> None:
    assert records(read(b'["]", "\\"]", "\\\\", {"}": "{[\\\\\\"]"}]', TOP)) == [
        b'"]"',
        b'"\\"]"',
        b'"\\\\"',
        b'{"}": "{[\\\\\\"]"}',
    ]


def test_elements_of_many_levels_are_whole() -> None:
    deep = b"[" * 300 + b'{"a":"]"}' + b"]" * 300
    assert records(read(b"[" + deep + b", " + deep + b"]", TOP)) == [deep, deep]


def test_kinds_are_those_of_the_layout() -> None:
    kinds = (Kind(name="order", role="record"), Kind(name="envelope", role="header"))
    found = read(b"[1]", UnitLayout(structure="json", kinds=kinds))
    assert [unit.kind.name for unit in found] == ["envelope", "order", "trailer"]


@pytest.mark.parametrize(
    ("data", "whole", "said"),
    [
        (b"", 0, "byte 0: found the end of the file, expected an array"),
        (b'{"a": 1}', 0, "byte 0: found '{', expected an array"),
        (b'[{"a": 1}, {"b": ', 2, "byte 17: found the end of the file, expected '}'"),
        (b'[1, "ab', 2, "byte 7: found the end of the file, expected the end of a string"),
        (b"[1, 2", 2, "byte 5: found the end of the file, expected ',' or ']' behind an element"),
        (b"[1 2]", 1, "byte 3: found '2', expected ',' or ']' behind an element"),
        (b"[1,]", 2, "byte 3: found ']', expected an element"),
        (b"[{]", 1, "byte 2: found ']', expected '}'"),
        (b"[1] x", 2, "byte 4: found 'x', expected the end of the file"),
        (b"[\xc3\xa9]", 1, "byte 1: found a byte c3, expected an element"),
        ("[1]".encode("utf-16"), 0, "byte 0: found UTF-16 or UTF-32, expected a JSON text in UTF-8"),
        (b"[" + b"[" * 1001, 1, "byte 1001: found brackets within brackets, expected 1000 levels of them at most"),
    ],
)
def test_what_is_no_array_says_where_once_it_is_reached(data: bytes, whole: int, said: str) -> None:
    assert wrong(data, whole=whole) == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a": [1]}', "byte 9: found '}', expected the key 'orders'"),
        (b"[[1]]", "byte 0: found '[', expected an object with the key 'orders'"),
        (b'{"orders": {}}', "byte 11: found '{', expected the array /orders"),
        (b'{"orders": [1]', "byte 14: found the end of the file, expected '}'"),
    ],
)
def test_an_array_that_is_not_below_its_key_says_where(data: bytes, said: str) -> None:
    assert said in wrong(data, below("orders"))


def test_a_million_bytes_of_one_element_and_a_million_elements_pass() -> None:
    large = b'{"text": "' + b"x\\n" * 400_000 + b'"}'
    assert records(read(io.BytesIO(b"[" + large + b"," + large + b"]"), TOP)) == [large, large]
    assert len(read(Repeated(b"[", b'{"a": [1]},', 30_000, b"0]"), TOP)) == 30_003


NASTY = 'ab"\\[]{},: é\n/~\U0001f600'


def any_text(rng: random.Random) -> str:
    return "".join(rng.choice(NASTY) for _ in range(rng.randint(0, 6)))


def any_value(rng: random.Random, levels: int) -> Any:
    drawn = rng.random()
    if levels and drawn < 0.3:
        return {any_text(rng): any_value(rng, levels - 1) for _ in range(rng.randint(0, 3))}
    if levels and drawn < 0.5:
        return [any_value(rng, levels - 1) for _ in range(rng.randint(0, 3))]
    return rng.choice([1, -2.5e10, True, None, 0, any_text(rng)])


def any_document(rng: random.Random, elements: list[Any]) -> tuple[Any, tuple[str, ...]]:
    """A document that has the array somewhere, and the keys down to it."""
    document, keys = elements, ()
    for _ in range(rng.randint(0, 3)):
        if rng.random() < 0.2:
            place = rng.randint(0, 2)
            document = [*(any_value(rng, 2) for _ in range(place)), document, any_value(rng, 2)]
            keys = (str(place), *keys)
        else:
            key = any_text(rng)
            others = [{text: any_value(rng, 2) for _ in range(2) if (text := any_text(rng)) != key} for _ in range(2)]
            document = {**others[0], key: document, **{k: v for k, v in others[1].items() if k not in others[0]}}
            keys = (key, *keys)
    return document, keys


@pytest.mark.parametrize("seed", range(200))
def test_records_of_any_document_are_what_a_parser_finds(seed: int) -> None:
    rng = random.Random(seed)
    elements = [any_value(rng, rng.randint(0, 9)) for _ in range(rng.randint(0, 5))]
    document, keys = any_document(rng, elements)
    separators = rng.choice([None, (" , ", " : "), (",", ":")])
    text = json.dumps(
        document, indent=rng.choice([None, 1, "\t"]), ensure_ascii=rng.random() < 0.5, separators=separators
    )
    data = rng.choice([b"", b"\xef\xbb\xbf", b"\r\n"]) + text.encode() + rng.choice([b"", b"\n"])
    found = read(data, below(*keys))
    assert [json.loads(one) for one in records(found)] == elements
    assert [unit.kind.role for unit in found] == ["header", *["record"] * len(elements), "trailer"]
    for cut in range(0, len(data.rstrip()), 11):
        wrong(data[:cut], below(*keys))
