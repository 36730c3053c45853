"""A plain webhook: any JSON object, or a text, posted to ``/hooks/<owner>``.

Whoever has built a receiver of his own has chosen his own names, so this takes many; the README says which. It is no
vendor's, and so is no document but that table: Prometheus' Alertmanager, Grafana and Healthchecks post such bodies.
Answers are 200 with ``{"status": "ok"}``, 404 for a path that is nobody's, 410 for one that is closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from harness.mocks.core.documents import NoDocument, document
from harness.mocks.core.incoming import whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import refuse, refused_in_json
from harness.mocks.desk.message import Message, fields_of_json, fields_of_text, lines_of_json
from harness.mocks.desk.page_book import Door, PageBook

TITLE = ("title", "summary", "subject", "message", "text", "description", "msg", "alertname", "name")
KEY = ("dedup_key", "dedupkey", "alias", "fingerprint", "group_key", "groupkey", "incident_key", "key")
STATUS = ("event_action", "action", "status", "state", "event")
ACKNOWLEDGES = ("acknowledge", "acknowledged", "ack")
RESOLVES = ("resolve", "resolved", "close", "closed", "ok", "recovered")
HINTS = ("component", "service", "source", "entity", "alertname")


class Webhook:
    """A hook for each owner; what has a key is told once while it is open."""

    name = "webhook"

    def __init__(self, book: PageBook) -> None:
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        """Hooks, for POST and PUT."""
        return [web.post("/hooks/{hook:.*}", self._hook), web.put("/hooks/{hook:.*}", self._hook)]

    def reset(self) -> None:
        """Nothing beside the open pages is kept."""

    def refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        """As JSON that names the field."""
        return refused_in_json(request, refusal)

    async def _hook(self, request: web.Request) -> web.Response:
        hook = request.match_info["hook"]
        message = _message(await _body(request))
        key = next((message.fields[name] for name in KEY if message.fields.get(name)), None)
        door = Door(self.name, hook, key)
        holder = self._book.addresses.holder("webhook", hook)
        if holder is None or holder.gone:
            said = f"there is no hook {hook!r}" if holder is None else f"the hook {hook!r} is closed"
            self._book.refused(door, "address", said, message)
            return refuse(404 if holder is None else 410, said, field="address")
        status = next((message.fields[name].lower() for name in STATUS if message.fields.get(name)), "")
        if key and status in ACKNOWLEDGES:
            self._book.acknowledge(door, hook)
        elif key and status in RESOLVES:
            self._book.resolve(door, hook)
        elif not message.text and not message.title:
            raise Refusal("body", found="nothing that says anything", expected="a JSON object or a text")
        elif key:
            self._book.page(door, holder.owner, message, alert=hook)
        else:
            self._book.message(door, holder.owner, message)
        return web.json_response({"status": "ok"})


async def _body(request: web.Request) -> Any:
    body = await whole(request)
    try:
        return document(body)
    except NoDocument:
        if "json" in request.content_type or not body.strip():
            raise Refusal("body", found="no JSON", expected="a JSON object or a text") from None
        return body.decode(errors="replace")


def _message(given: Any) -> Message:
    if not isinstance(given, dict | list):
        title, _, rest = str(given).strip().partition("\n")
        return Message(title, rest, fields_of_text(str(given)))
    fields = fields_of_json(given)
    title = next((fields[name] for name in TITLE if fields.get(name)), "")
    return Message(title, lines_of_json(given), fields, [fields.get(name, "") for name in HINTS])
