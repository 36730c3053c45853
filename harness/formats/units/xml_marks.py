"""Where in an XML document its records and groups begin and end, as expat says it while it is fed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from xml.parsers import expat

from harness.formats.units.unit import NotAsLaidOut

Says = Literal["record", "end of record", "behind record", "group", "end of group", "end of root"]


Mark = tuple[Says, int, str]
"""What is at a place, the place, the group's name. An element that is empty ends behind it, else before its end tag."""


class XmlMarks:
    """Expat with an ear for some elements. ``found`` are the marks since it was emptied.

    ``records`` and ``groups`` are local names, or `{namespace}name`. What is within a record is its own, another one of
    the same name too. Entities are expat's: it reads no external ones, and refuses those that grow without measure.
    """

    def __init__(self, records: tuple[str, ...], groups: tuple[str, ...], encoding: str | None) -> None:
        by_namespace = any(name.startswith("{") for name in records + groups)
        self._parser = parser = expat.ParserCreate(encoding, "}" if by_namespace else None)
        self.found: list[Mark] = []
        is_record = _Known(records)
        group_of = _Known(groups)
        add = self.found.append
        depth = nested = 0
        opened = ""

        def start(name: str, _: Mapping[str, str]) -> None:
            nonlocal depth, opened
            if depth and is_record[name]:
                add(("record", parser.CurrentByteIndex, ""))
                opened = name
                parser.StartElementHandler, parser.EndElementHandler = start_within, end_within
                return
            if depth and group_of[name]:
                add(("group", parser.CurrentByteIndex, group_of[name]))
            depth += 1

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if not depth:
                add(("end of root", parser.CurrentByteIndex, ""))
            elif group_of[name]:
                add(("end of group", parser.CurrentByteIndex, group_of[name]))

        def start_within(name: str, _: Mapping[str, str]) -> None:
            nonlocal nested
            if name == opened:
                nested += 1

        def end_within(name: str) -> None:
            nonlocal nested
            if name == opened:
                if not nested:
                    add(("end of record", parser.CurrentByteIndex, ""))
                    parser.StartElementHandler, parser.EndElementHandler = start, end
                else:
                    nested -= 1

        parser.StartElementHandler, parser.EndElementHandler = start, end

    def feed(self, new: bytes, window: bytes, before: int, *, is_last: bool) -> NotAsLaidOut | None:  # noqa: ARG002
        """What more is read, which the window ends with; what is wrong with it."""
        return fed(self._parser, new, is_last=is_last)


def fed(parser: expat.XMLParserType, new: bytes, *, is_last: bool) -> NotAsLaidOut | None:
    """Expat gets what is read; what it finds wrong."""
    try:
        parser.Parse(new, is_last)
    except expat.ExpatError:
        found = expat.ErrorString(parser.ErrorCode)
    except (LookupError, ValueError) as error:
        # An encoding that there is not, or of several bytes a character.
        found = str(error)
    else:
        return None
    return NotAsLaidOut(max(parser.ErrorByteIndex, 0), found, "well-formed XML")


class _Known(dict[str, str]):
    """By an element's name as expat has it, the one of these names that it is called by; the empty one if none."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, key: str) -> str:
        namespace, _, local = key.rpartition("}") if "}" in key else ("", "", key.rpartition(":")[2])
        called = (name for name in self._names if name in (local, f"{{{namespace}}}{local}"))
        self[key] = found = next(called, "")
        return found
