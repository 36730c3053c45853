"""A YAML file as plain data, with the line of every key and every mistake that the text alone shows."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from harness.errors import LoadError, Mistake
from harness.values.strict import Location, show

_TIME = re.compile(r"\d{1,2}(:\d{2}){1,2}")
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Document:
    """What a file says; wrong parts are left out of the data and told in the mistakes."""

    file: Path
    data: Mapping[str, Any]
    lines: Mapping[Location, int]
    mistakes: tuple[Mistake, ...] = field(default=())


def read(file: Path, expected: str) -> Document:
    """Read a file that must hold one mapping; raises LoadError where no data can be had at all."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise _unreadable(file, 1, f"there is no such file; expected {expected}") from None
    except OSError as error:
        raise _unreadable(file, 1, f"cannot be read ({error.strerror}); expected {expected}") from None
    return _parse(file, content, expected)


# Many scenarios name the same chain; the key holds the content, so a changed file is parsed again.
@functools.lru_cache(maxsize=1024)
def _parse(file: Path, content: bytes, expected: str) -> Document:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"found byte 0x{content[error.start]:02x}, which is not UTF-8; expected the file in UTF-8: save it so"
        raise _unreadable(file, line, found) from None
    for number, line_text in enumerate(text.splitlines(), 1):
        if line_text.startswith("%"):
            raise _unreadable(file, number, f"found the directive '{line_text.strip()}', expected none: leave it out")
    node = _compose(file, text)
    if node is None:
        raise _unreadable(file, 1, f"the file is empty; expected {expected}")
    if not isinstance(node, MappingNode):
        kind = "a list" if isinstance(node, SequenceNode) else show(node.value or None)
        raise _unreadable(file, node.start_mark.line + 1, f"found {kind}, expected a mapping: {expected}")
    reader = _Reader(file)
    data = reader.value(node, ())
    return Document(file, data, reader.lines, tuple(reader.mistakes))


def _compose(file: Path, text: str) -> Node | None:
    yaml = YAML(typ="rt", pure=True)
    try:
        node: Node | None = yaml.compose(text)
        return node
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable(file, line, f"found a control character ({error.reason}), expected plain text") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = str(error.problem or error.context)
        if "\\t" in problem:
            problem = "found a tab; expected spaces: YAML does not indent with tabs"
        elif error.context and error.context_mark:
            problem = f"{error.context} (from line {error.context_mark.line + 1}): {problem}"
        raise _unreadable(file, line, f"not YAML: {problem}") from None
    except RecursionError:
        raise _unreadable(file, 1, "found data nested too deeply, expected a handful of levels") from None
    except YAMLError as error:
        raise _unreadable(file, 1, f"not YAML: {error}") from None


def _unreadable(file: Path, line: int, text: str) -> LoadError:
    return LoadError([Mistake(file, line, text)])


class _Reader:
    """Turns nodes into data: YAML 1.2 types, no tags, no aliases, no key twice."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.mistakes: list[Mistake] = []
        self._seen: set[int] = set()

    def value(self, node: Node, location: Location) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if id(node) in self._seen:
            self._wrong(line, "found an alias (*name), expected the value itself: this format has no references")
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, location)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*location, position)) for position, item in enumerate(node.value)]
        return self._scalar(node, line) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, location: Location) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key_node, ScalarNode) or key_node.tag != f"{_TAG}str":
                found = "a list or mapping" if not isinstance(key_node, ScalarNode) else key
                self._wrong(
                    line, f"found {found} as a key, expected text" + (f': write "{key}"' if found == key else "")
                )
                continue
            if key in data:
                first = self.lines[*location, key]
                self._wrong(line, f"duplicate key '{key}': it stands on line {first} already; keep one of the two")
                continue
            self.lines[*location, key] = line
            if isinstance(value_node, ScalarNode) and value_node.tag == f"{_TAG}null":
                self._wrong(line, f"'{key}' has no value: give it one, or leave the key out")
                # What depends on it would only repeat the mistake, but the key itself was there.
                data[key] = None
                continue
            data[key] = self.value(value_node, (*location, key))
        return data

    def _scalar(self, node: ScalarNode, line: int) -> Any:
        tag, text = str(node.tag).removeprefix(_TAG), node.value
        # rt nodes of plain style carry None (or ""), quoted ones their quote.
        if not node.style and _TIME.fullmatch(text):
            parts = [int(part) for part in text.split(":")]
            number = sum(part * 60**power for power, part in enumerate(reversed(parts)))
            self._wrong(
                line, f'found {text} without quotes, expected "{text}": other YAML readers take it for {number}'
            )
            return text
        if tag == "str":
            return text
        if tag == "bool":
            return text.lower() == "true"
        if tag == "int":
            return int(text.replace("_", ""), 0 if text.lstrip("+-").lower().startswith(("0x", "0o")) else 10)
        if tag == "float":
            return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
        if tag == "timestamp":
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                return text
        if tag == "null":
            self._wrong(line, "found an empty entry, expected a value")
            return None
        self._wrong(line, f"found the tag '{node.tag}', expected plain data without tags")
        return text

    def _wrong(self, line: int, text: str) -> None:
        self.mistakes.append(Mistake(self.file, line, text))
