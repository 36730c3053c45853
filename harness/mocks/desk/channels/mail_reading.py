"""What a mail says, whatever it is made of: one part or many, any encoding, HTML alone, or no mail at all."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser

from harness.mocks.desk.message import Message, as_name, fields_of_text, joined

_BREAKS = frozenset({"address", "br", "div", "h1", "h2", "h3", "h4", "li", "p", "pre", "table", "tr"})
_UNSEEN = frozenset({"head", "script", "style"})
_READ = ("plain", "html")


def message_in(content: bytes) -> Message:
    """The message: its subject is the title; ``X-Job: x`` in its head, and lines like ``Job: x`` in it, are fields."""
    mail = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert isinstance(mail, EmailMessage)  # noqa: S101 - of this policy it is
    subject = " ".join(_header(mail, "Subject").split())
    text = joined(*_texts(mail)) or ("" if subject else content.decode(errors="replace"))
    named = {as_name(name[2:]): _header(mail, name) for name in mail if name.lower().startswith("x-")}
    return Message(subject, text, named | fields_of_text(text))


def _texts(mail: EmailMessage) -> Iterator[str]:
    """Its text (the plain one of several), then each attachment: text as it is, others by name."""
    shown = [part for part in mail.walk() if not part.is_multipart() and not _is_attached(part)]
    for kind in _READ:
        if bodies := [part for part in shown if part.get_content_type() == f"text/{kind}"]:
            yield from map(_text, bodies)
            break
    else:
        yield from (_text(part) for part in shown if part.get_content_maintype() == "text")
    for part in mail.walk():
        if _is_attached(part):
            name = part.get_filename() or "without a name"
            yield f"[{name}]\n{_text(part)}" if part.get_content_maintype() == "text" else f"[{name}]"


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    try:
        text = body.decode(part.get_content_charset("utf-8"), errors="replace")
    except (LookupError, UnicodeError, ValueError):  # a character set that nobody has heard of
        text = body.decode(errors="replace")
    text = text.replace("\r\n", "\n")
    return _without_marks(text) if part.get_content_subtype() == "html" else text


def _header(mail: EmailMessage, name: str) -> str:
    """A header's text; what the standard library cannot read is as it came."""
    try:
        return str(mail.get(name, ""))
    except Exception:  # its parser raises whatever a broken header makes it raise
        return next((str(value) for key, value in mail.raw_items() if key.lower() == name.lower()), "")


def _is_attached(part: EmailMessage) -> bool:
    return not part.is_multipart() and (part.get_content_disposition() == "attachment" or bool(part.get_filename()))


def _without_marks(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n\s*\n+", "\n", "".join(reader.said)).strip()


class _Reader(HTMLParser):
    """What is read of HTML: its text, with a new line where a block begins, and a space between cells."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own shape
        self._unseen += tag in _UNSEEN
        self.said.append("\n" if tag in _BREAKS else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(data)
