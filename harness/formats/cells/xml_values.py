"""Values in XML, by the local names of their elements: of a whole element, or of a fragment of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.formats.cells.span import Span

_MARKUP = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![^>]*+>"
    r"|<(?P<close>/)?(?P<name>[^\s/><]+)(?P<attributes>(?:[^\"'/>]|\"[^\"]*\"|'[^']*'|/(?!>))*+)(?P<empty>/)?>",
    re.S,
)
_ATTRIBUTE = re.compile(r"([^\s=/>\"']+)\s*=\s*(\"[^\"]*\"|'[^']*')", re.S)
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


class Leaf(NamedTuple):
    """An element without elements in it, or an attribute: its known path, and where its text is.

    ``known`` begins at the first element that the fragment opens; ``closed`` elements of those before were closed
    until then. ``empty`` is the name of an element that is written as one tag.
    """

    known: tuple[str, ...]
    closed: int
    start: int
    end: int
    empty: str | None = None


def span(text: str, path: Sequence[str], *, frame: bool) -> Span | None:
    """Where the value at a path stands: the first one.

    Of a record the path begins below its element. ``frame``: it is a fragment of the document, and the path begins at
    the root; what of it the fragment does not open is told by what it closes.
    """
    wanted = tuple(path)
    if not frame:
        for leaf in leaves(text):
            if leaf.known[1:] == wanted:
                return span_of(text, leaf)
        return None
    closings: list[str] = []
    found = list(leaves(text, closings))
    for leaf in found:
        missing = len(wanted) - len(leaf.known)
        if missing < 0 or wanted[missing:] != leaf.known:
            continue
        around = closings[leaf.closed : leaf.closed + missing]
        if around == list(reversed(wanted[:missing]))[: len(around)]:
            return span_of(text, leaf)
    return None


def leaves(text: str, closings: list[str] | None = None) -> Iterator[Leaf]:
    """Elements without elements in them, and attributes; ``closings`` gets what is closed and was not opened."""
    open_names: list[str] = []
    has_elements = [False]
    begins = 0
    closed: list[str] = [] if closings is None else closings
    for match in _MARKUP.finditer(text):
        name = match["name"]
        if name is None:
            continue
        local = name.rpartition(":")[2]
        if match["close"]:
            if not open_names:
                closed.append(local)
                continue
            if not has_elements.pop():
                yield Leaf(tuple(open_names), len(closed), begins, match.start())
            open_names.pop()
            continue
        has_elements[-1] = True
        open_names.append(local)
        known = tuple(open_names)
        if match["attributes"]:
            base = match.start("attributes")
            for attribute in _ATTRIBUTE.finditer(match["attributes"]):
                at = (*known, "@" + attribute[1].rpartition(":")[2])
                yield Leaf(at, len(closed), base + attribute.start(2) + 1, base + attribute.end(2) - 1)
        if match["empty"]:
            yield Leaf(known, len(closed), match.start("empty"), match.end(), name)
            open_names.pop()
        else:
            has_elements.append(False)
            begins = match.end()


def span_of(text: str, leaf: Leaf) -> Span:
    """Where the value of a leaf stands: without the blanks around it, but with its section."""
    start, end = leaf.start, leaf.end
    raw = text[start:end]
    if leaf.empty is not None:
        return Span(start, end, raw, "")
    stripped = raw.strip()
    if stripped.startswith(_CDATA) and stripped.endswith(_CDATA_END) and stripped.count(_CDATA) == 1:
        inner = stripped[len(_CDATA) : -len(_CDATA_END)]
        return Span(start, end, raw, inner)
    if stripped:
        # Blanks and line ends around a value are the file's form, and stay.
        start += raw.index(stripped)
        raw = stripped
    return Span(start, start + len(raw), raw, _meant(raw))


def _meant(raw: str) -> str:
    raw = re.sub(r"<!--.*?-->|<\?.*?\?>", "", raw, flags=re.S)
    return _REFERENCE.sub(_character, raw) if "&" in raw else raw


def _character(match: re.Match[str]) -> str:
    hexadecimal, digits, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(digits)
    return chr(code) if code < 0x110000 else match.group()


def written(text: str, span: Span, new: str) -> str:
    """What stands for ``new`` where ``span`` was: in the same kind of section, with references where it must."""
    if span.raw == "/>":
        name = re.findall(r"<([^\s/><]+)[^<]*$", text[: span.start])[-1]
        return f">{_escaped(new)}</{name}>" if new else span.raw
    stripped = span.raw.strip()
    if stripped.startswith(_CDATA):
        before, _, after = span.raw.partition(stripped)
        parts = new.replace(_CDATA_END, "]]]]><![CDATA[>")
        return f"{before}{_CDATA}{parts}{_CDATA_END}{after}"
    quote = text[span.start - 1 : span.start]
    escaped = _escaped(new)
    if quote in "\"'" and quote and text[span.end : span.end + 1] == quote:
        return escaped.replace(quote, "&quot;" if quote == '"' else "&apos;")
    return escaped


def _escaped(new: str) -> str:
    return new.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
