"""XML as S3 writes and reads it: flat elements in one namespace, with no attributes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
MOST_DEPTH = 16
"""Of elements: S3's own documents have four."""

MOST_ELEMENTS = 10_000
"""Of one name, as of the parts of an upload; only a thousand keys can be removed at once."""

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def element(name: str, content: str | int | bool, *, quoted: bool = False) -> str:
    """An element; ``quoted`` content is text, other content is elements already."""
    if isinstance(content, bool):
        content = "true" if content else "false"
    text = escape(str(content)) if quoted else str(content)
    return f"<{name}>{text}</{name}>"


def texts(**named: str | int | bool | None) -> str:
    """An element for each text that there is."""
    return "".join(element(name, text, quoted=True) for name, text in named.items() if text is not None)


def document(name: str, content: str, namespace: str = NAMESPACE) -> str:
    """A whole answer."""
    return f'{HEAD}<{name} xmlns="{namespace}">{content}</{name}>'


def moment(at_ns: int) -> str:
    """A moment as S3 writes it in XML, to the millisecond."""
    seconds, nanoseconds = divmod(at_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds // 1_000_000:03}Z"


def children(data: bytes, name: str) -> Iterator[dict[str, str]]:
    """The texts in each element of that name in a request, by their names; ValueError when it is no XML."""
    reader = _Flat(name)
    parser = ElementTree.XMLParser(target=reader)  # noqa: S314 - expat expands no bombs since 2.4.1, and there is a bound
    try:
        parser.feed(data)
        parser.close()
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    yield from reader.found


class _Flat:
    """What is wanted of a document, without a tree of all the rest: that could be a hundred times as large."""

    def __init__(self, name: str) -> None:
        self.found: list[dict[str, str]] = []
        self._name = name
        self._open: list[str] = []
        self._text: list[str] = []

    def start(self, tag: str, _: dict[str, str]) -> None:
        self._open.append(_local(tag))
        self._text.clear()
        if len(self._open) > MOST_DEPTH:
            raise ValueError(f"elements nested more than {MOST_DEPTH} deep")
        if self._open[-1] == self._name:
            self.found.append({})
            if len(self.found) > MOST_ELEMENTS:
                raise ValueError(f"more than {MOST_ELEMENTS:,} elements {self._name}")

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, _: str) -> None:
        name = self._open.pop()
        if self._open and self._open[-1] == self._name:
            self.found[-1][name] = "".join(self._text)
        self._text.clear()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
