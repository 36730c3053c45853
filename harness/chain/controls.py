"""The controls by which a chain can notice that a file is not what it should be, in the words of faults and chains."""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import AuthorError
from harness.extensions.registry import Registry, calling_module

_OURS = {
    "size": "the bytes that arrived are as many as the sender states, or as at the last look",
    "checksum": "the bytes that arrived have the checksum that the sender states",
    "manifest": "the records that arrived are as many as the manifest states",
    "trailer record": "the last line is a trailer, and counts the records that are there",
    "control total": "the sum of a column is the one that the sender states inside the file",
    "business date": "the dates inside the file are those of the night",
    "schema": "encoding, line ends, delimiter, columns and types are as agreed",
    "volume": "the records are about as many as they usually are",
    "unique key": "no key comes twice",
    "reference data": "names and numbers are among those that are known: customers, sites, articles",
    "archive": "the compressed file unpacks to its end, and its own checksum agrees",
}


@dataclass(frozen=True)
class Control:
    """A control: when it agrees, and whether what it compares with comes from the manifest."""

    agrees_when: str
    of_the_manifest: bool = False


CONTROLS: Registry[Control] = Registry("control", "controls", expected="a call of control(NAME, agrees_when)")
"""What a defence may say that it ``detects``, and what each of them compares."""


def control(name: str, agrees_when: str, *, of_the_manifest: bool = False) -> Control:
    """Register a control.

    name: what ``detects`` of a chain and ``detectable_by`` of a fault say, in small letters. agrees_when: a sentence
    without its full stop. of_the_manifest: it notices nothing when the manifest was made from the damaged file.

    Raises AuthorError for a name that is taken or empty, and for a control that says nothing.
    """
    if not name or name != name.lower() or not agrees_when:
        found = f"control({name!r}, {agrees_when!r})"
        raise AuthorError(f"control {name!r}: found {found}, expected a name in small letters, and when it agrees")
    made = Control(agrees_when, of_the_manifest)
    CONTROLS.add(name, made, module=calling_module())
    return made


for _name, _agrees_when in _OURS.items():
    control(_name, _agrees_when, of_the_manifest=_name in ("size", "checksum", "manifest"))
