"""What a mail says, whatever it is made of: one part or many, any encoding, HTML alone, or no mail at all."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Iterator, Sequence
from email.message import Message as Mail
from itertools import islice

from harness.mocks.desk.message import MOST_FIELDS, Message, as_name, fields_of_text, joined

LONGEST_HEADER = 8_192
"""Characters that are read of one header: to read one of megabytes takes the library hours."""
MOST_PARTS = 1_000
"""Of one mail; nobody reads on."""

_MARK = re.compile(
    r"<!--.*?(?:-->|\Z)|<(head|script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<[!?][^<>]*>|</?([a-z][a-z0-9]*)\b[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_BREAKS = frozenset({"address", "br", "div", "h1", "h2", "h3", "h4", "li", "p", "pre", "table", "tr"})
_CELLS = frozenset({"td", "th"})
_READ = ("plain", "html")


class _Bounded(email.policy.Compat32):
    """The library's old way: the new one parses each header by a grammar that nests, and falls over "((((…"."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:LONGEST_HEADER]


def message_in(content: bytes) -> Message:
    """The message: its subject is the title; ``X-Job: x`` in its head, and lines like ``Job: x`` in it, are fields."""
    mail, texts = _parts(content)
    headers = [(name.lower(), str(value)) for name, value in mail.raw_items()]
    subject = next((" ".join(_decoded(value).split()) for name, value in headers if name == "subject"), "")
    text = joined(*texts) or ("" if subject else content.decode(errors="replace"))
    named = islice(((name, value) for name, value in headers if name.startswith("x-")), MOST_FIELDS)
    fields = {as_name(name[2:]): _decoded(value) for name, value in reversed(list(named))}
    return Message(subject, text, fields | fields_of_text(text))


def _parts(content: bytes) -> tuple[Mail, list[str]]:
    """The mail and its texts; of one that the library cannot read, its body as it came."""
    try:
        mail = email.message_from_bytes(content, policy=_Bounded())
        return mail, list(_texts(list(islice(mail.walk(), MOST_PARTS))))
    except Exception:  # it raises whatever a broken parameter makes it raise, or a thousand parts inside each other
        head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
        plain = (line for line in head.split(b"\n") if not line.lower().startswith(b"content-"))
        mail = email.message_from_bytes(b"\n".join(plain), policy=_Bounded())
        return mail, [body.decode(errors="replace")]


def _texts(parts: Sequence[Mail]) -> Iterator[str]:
    """Its text (the plain one of several), then each attachment: text as it is, others by name."""
    shown = [part for part in parts if not part.is_multipart() and not _is_attached(part)]
    for kind in _READ:
        if bodies := [part for part in shown if part.get_content_type() == f"text/{kind}"]:
            yield from map(_text, bodies)
            break
    else:
        yield from (_text(part) for part in shown if part.get_content_maintype() == "text")
    for part in parts:
        if _is_attached(part):
            name = _decoded(part.get_filename() or "") or "without a name"
            yield f"[{name}]\n{_text(part)}" if part.get_content_maintype() == "text" else f"[{name}]"


def _text(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    try:
        text = body.decode(part.get_content_charset("utf-8"), errors="replace")
    except (LookupError, UnicodeError, ValueError):  # a character set that nobody has heard of
        text = body.decode(errors="replace")
    text = text.replace("\r\n", "\n")
    return _without_marks(text) if part.get_content_subtype() == "html" else text


def _decoded(value: str) -> str:
    """What a header says: encoded words and bytes beyond ASCII as letters; what the library cannot read, as it came."""
    try:
        return str(email.policy.SMTP.header_fetch_parse("Subject", value))
    except Exception:  # its parser raises whatever a broken header makes it raise
        return value.encode(errors="surrogateescape").decode(errors="replace")


def _is_attached(part: Mail) -> bool:
    return not part.is_multipart() and (part.get_content_disposition() == "attachment" or bool(part.get_filename()))


def _without_marks(marked: str) -> str:
    """What is read of HTML: its text, with a new line where a block begins, and a space between cells.

    By its marks alone, in one pass: the library's parser takes minutes for a mail of "<!--<!--…".
    """
    text = html.unescape(_MARK.sub(_instead, marked))
    return re.sub(r"\n\s*\n+", "\n", text).strip()


def _instead(mark: re.Match[str]) -> str:
    name = (mark[2] or "").lower()
    if mark[0].startswith("</"):
        return ""
    return "\n" if name in _BREAKS else " " if name in _CELLS else ""
