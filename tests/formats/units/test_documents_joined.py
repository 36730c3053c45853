"""Documents and segments of which records are gone, or twice there, are documents again."""

from __future__ import annotations

import json
import random
from xml.etree import ElementTree

import pytest

from harness.contract.layout import UnitLayout
from harness.formats.known import KNOWN
from harness.formats.units import Unit, joined
from tests.formats.units.documents import SAMPLES, laid_out, read

FILES = {
    "array.json": UnitLayout(structure="json"),
    "camt.xml": KNOWN["camt053"].units,
    "edifact.edi": KNOWN["edifact"].units,
}


def records(name: str, data: bytes) -> list[object]:
    """What another reader finds in it."""
    if name.endswith("json"):
        found: list[object] = json.loads(data)
        return found
    if name.endswith("xml"):
        return [entry[0].text for entry in ElementTree.fromstring(data).iter() if entry.tag.endswith("}Ntry")]
    return [one.split("+")[1] for one in data.decode().split("'") if one.startswith("LIN+")]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(30))
def test_any_choice_of_the_records_is_a_document(name: str, seed: int) -> None:
    rng = random.Random(seed)
    data = (SAMPLES / name).read_bytes()
    found = read(data, FILES[name])
    there = records(name, data)
    chosen = rng.choices(range(len(there)), k=rng.randint(0, 15)) if seed else []
    own = [unit for unit in found if unit.is_record]
    at = found.index(own[0])
    units: list[Unit] = [*found[:at], *(own[number] for number in chosen), *found[at + len(own) :]]
    again = b"".join(joined(units, laid_out(FILES[name])))
    assert records(name, again) == [there[number] for number in chosen]
    assert [unit.body for unit in read(again, FILES[name]) if unit.is_record] == [own[number].body for number in chosen]


def test_the_last_element_that_comes_first_gets_the_separator_of_the_others() -> None:
    layout = UnitLayout(structure="json")
    found = read(b'[\n  {"id": 1},\n  {"id": 2},\n  {"id": 3}\n]\n', layout)
    own = [unit for unit in found if unit.is_record]
    again = b"".join(joined([found[0], *reversed(own), found[-1]], laid_out(layout)))
    assert again == b'[\n  {"id": 3},\n  {"id": 2},\n  {"id": 1}\n]\n'
