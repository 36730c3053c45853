"""Slack's incoming webhooks: a message to one channel, which is all that the address says of where it goes.

Document: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (its errors are under "Handling
errors", and in the changelog of 2016-05-17). The body is JSON, or a form with JSON in ``payload``; every answer is a
plain word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from harness.mocks.core.incoming import whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import fields_in
from harness.mocks.desk.message import Message, as_name, fields_of_json, fields_of_text, joined, text_of
from harness.mocks.desk.page_book import Door, PageBook

MESSAGE_BYTES = 1 << 20
MOST_ATTACHMENTS = 100
_TEXTS = ("pretext", "title", "text")
_INSTEAD = "fallback"


class Slack:
    """``POST /services/T…/B…/…``: the three parts are the webhook, and its channel is the owner's."""

    name = "slack"

    def __init__(self, book: PageBook) -> None:
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        """Webhooks."""
        return [web.post("/services/{hook:.*}", self._send)]

    def reset(self) -> None:
        """Nothing is kept."""

    def refused(self, _: web.Request, refusal: Refusal) -> web.Response:
        """A payload that cannot be read."""
        return web.Response(text="invalid_payload", status=413 if refusal.status == 413 else 400)

    async def _send(self, request: web.Request) -> web.Response:
        hook = request.match_info["hook"]
        body = await whole(request, MESSAGE_BYTES)
        payload = fields_in(_form(body) if request.content_type == "application/x-www-form-urlencoded" else body).given
        message = _message(payload)
        if hook.count("/") != 2:
            return self._no(403, "invalid_token", hook, message)
        holder = self._book.addresses.holder("slack", hook)
        if holder is None:
            return self._no(404, "no_service", hook, message)
        if holder.gone:
            return self._no(410, "channel_is_archived", hook, message)
        attachments = payload.get("attachments")
        if isinstance(attachments, list) and len(attachments) > MOST_ATTACHMENTS:
            return self._no(400, "too_many_attachments", hook, message)
        if not joined(message.title, message.text):
            return self._no(400, "no_text", hook, message)
        self._book.message(Door(self.name, hook), holder.owner, message)
        return web.Response(text="ok")

    def _no(self, status: int, word: str, hook: str, message: Message) -> web.Response:
        field = "payload" if status == 400 else "address"
        self._book.refused(Door(self.name, hook), field, word, message)
        return web.Response(text=word, status=status)


def _form(body: bytes) -> bytes:
    found = parse_qs(body.decode(errors="replace"), max_num_fields=100).get("payload")
    if not found:
        raise Refusal("payload", found="nothing", expected="JSON")
    return found[0].encode(errors="replace")


def _message(payload: dict[str, Any]) -> Message:
    """Its ``text`` is the title (with blocks, it is what a notification shows); blocks and attachments say the rest."""
    title = _plain(text_of(payload.get("text")))
    parts = [*map(_plain, _texts(payload.get("blocks"))), *map(_plain, _texts(payload.get("attachments")))]
    if not title and parts:
        title = parts.pop(0)
    first, _, rest = title.partition("\n")
    said = {name: text for part in reversed([rest, *parts]) for name, text in fields_of_text(part).items()}
    named = {
        name: text
        for name, text in fields_of_json(payload.get("attachments")).items()
        if name not in (*_TEXTS, _INSTEAD)
    }
    return Message(first, joined(rest, *parts, *_facts(payload.get("attachments"))), said | named)


def _texts(value: Any) -> Iterator[str]:
    """The texts of blocks and attachments, in their order."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict) and "value" not in value:  # one that has is a fact, and told as such
        said = [value[name] for name in _TEXTS if isinstance(value.get(name), str)]
        yield from filter(None, said or [text_of(value.get(_INSTEAD))])
        for name, content in value.items():
            if isinstance(content, dict) or (isinstance(content, list) and as_name(name) != "actions"):
                yield from _texts(content)


def _facts(attachments: Any) -> Iterator[str]:
    """The fields of attachments, as lines."""
    for one in attachments if isinstance(attachments, list) else ():
        for fact in one.get("fields") or () if isinstance(one, dict) and isinstance(one.get("fields"), list) else ():
            if isinstance(fact, dict) and (value := text_of(fact.get("value"))):
                yield f"{text_of(fact.get('title'))}: {value}"


def _plain(text: str) -> str:
    """Without the marks of a heading that its text follows on the next line: ``*Job:*`` and the job below."""
    return text.replace(":*\n", ": ").replace("*:\n", ": ").replace("*", "")
