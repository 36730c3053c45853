"""XML as S3 writes and reads it: flat elements in one namespace, with no attributes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
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
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - expat expands no bombs since 2.4.1, and this is a night's own client
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    for found in root.iter():
        if _local(found.tag) == name:
            yield {_local(child.tag): child.text or "" for child in found}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
