"""PagerDuty's Events API v2: ``POST /v2/enqueue`` triggers, acknowledges and resolves an alert.

Documents: https://developer.pagerduty.com/docs/send-alert-event, .../events-api-v2-overview, .../send-change-events,
the OpenAPI document at github.com/PagerDuty/api-schema (reference/events-v2). An event of the right shape is accepted
and judged later, so a routing key that belongs to nobody is answered 202 like any other, and wakes nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from harness.mocks.core.refusal import Refusal
from harness.mocks.desk.channels.channel import json_object
from harness.mocks.desk.message import Message, fields_of_json, lines_of_json, text_of
from harness.mocks.desk.page_book import Door, PageBook

EVENT_BYTES = 512 << 10
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
KEY_LENGTH = 32
LONGEST = {"payload.summary": 1024, "dedup_key": 255}


class PagerDuty:
    """Events in; alerts of one key and one integration are told once while they are open."""

    name = "pagerduty"

    def __init__(self, book: PageBook) -> None:
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        """Alert events and change events."""
        return [web.post("/v2/enqueue", self._event), web.post("/v2/change/enqueue", self._change)]

    def reset(self) -> None:
        """Nothing beside the open pages is kept."""

    def refused(self, _: web.Request, refusal: Refusal) -> web.Response:
        """What cannot be read is no event object; what is too large has a status and no document."""
        if refusal.status == 413:
            return _answer(413, "payload too large", "Event exceeds 512 KB", [str(refusal)])
        return _answer(400, "Unrecognized object", "Event object format is unrecognized", ["JSON parse error"])

    async def _event(self, request: web.Request) -> web.Response:
        event = await json_object(request, EVENT_BYTES)
        mistakes = [*_key_mistakes(event), *_event_mistakes(event)]
        if mistakes:
            return self._invalid(event, mistakes)
        routing_key, action = str(event["routing_key"]), event["event_action"]
        key = str(event.get("dedup_key") or self._book.new_id())
        door = Door(self.name, routing_key, key, made=not event.get("dedup_key"))
        holder = self._book.addresses.holder("pagerduty", routing_key)
        if action == "acknowledge":
            self._book.acknowledge(door, routing_key)
        elif action == "resolve":
            self._book.resolve(door, routing_key)
        elif holder is None or holder.gone:
            why = "accepted, and nobody is told: no integration has this routing key"
            self._book.refused(door, "routing_key", why, _message(event))
        else:
            self._book.page(door, holder.owner, _message(event), alert=routing_key)
        return web.json_response({"status": "success", "message": "Event processed", "dedup_key": key}, status=202)

    async def _change(self, request: web.Request) -> web.Response:
        event = await json_object(request, EVENT_BYTES)
        mistakes = [*_key_mistakes(event), *_payload_mistakes(event, ("summary",))]
        if mistakes:
            return self._invalid(event, mistakes)
        self._book.note(Door(self.name, str(event["routing_key"])), _message(event).title)
        return web.json_response({"status": "success", "message": "Change event processed"}, status=202)

    def _invalid(self, event: Mapping[str, Any], mistakes: list[str]) -> web.Response:
        door = Door(self.name, text_of(event.get("routing_key")) or None, text_of(event.get("dedup_key")) or None)
        self._book.refused(door, mistakes[0].partition("'")[2].partition("'")[0], "; ".join(mistakes))
        return _answer(400, "invalid event", "Event object is invalid", mistakes)


def _key_mistakes(event: Mapping[str, Any]) -> Iterable[str]:
    routing_key = event.get("routing_key")
    if not isinstance(routing_key, str) or not routing_key:
        yield "'routing_key' is missing or blank"
        return
    if len(routing_key) != KEY_LENGTH:
        yield f"Length of 'routing_key' is incorrect (should be {KEY_LENGTH} characters)"
    if not (routing_key.isascii() and routing_key.isalnum()):
        yield "'routing_key' cannot contain non-alphanumeric characters."


def _event_mistakes(event: Mapping[str, Any]) -> Iterable[str]:
    action, key = event.get("event_action"), event.get("dedup_key")
    if action not in ACTIONS:
        yield f"'event_action' is missing or invalid (should be one of {', '.join(ACTIONS)})"
    if key is not None and not isinstance(key, str):
        yield "'dedup_key' is invalid (should be a string)"
    elif key is not None and len(key) > LONGEST["dedup_key"]:
        yield f"'dedup_key' is too long (maximum is {LONGEST['dedup_key']} characters)"
    if action in ("acknowledge", "resolve") and not key:
        yield f"'dedup_key' is missing or blank, and required of '{action}'"
    if action == "trigger":
        yield from _payload_mistakes(event, ("summary", "source", "severity"))


def _payload_mistakes(event: Mapping[str, Any], required: Iterable[str]) -> Iterable[str]:
    payload = event.get("payload")
    if not isinstance(payload, dict):
        yield "'payload' is missing or blank"
        return
    for name in required:
        if not text_of(payload.get(name)).strip():
            yield f"'payload.{name}' is missing or blank"
    if len(text_of(payload.get("summary"))) > LONGEST["payload.summary"]:
        yield f"'payload.summary' is too long (maximum is {LONGEST['payload.summary']} characters)"
    severity = payload.get("severity")
    if "severity" in required and text_of(severity) and severity not in SEVERITIES:
        yield f"'payload.severity' is invalid (should be one of {', '.join(SEVERITIES)})"


def _message(event: Mapping[str, Any]) -> Message:
    payload = event["payload"]
    details = payload.get("custom_details")
    return Message(
        title=text_of(payload.get("summary")),
        text=lines_of_json(details) if isinstance(details, dict | list) else text_of(details),
        fields=_runbook(event.get("links")) | fields_of_json(details),
        hints=[text_of(payload.get(name)) for name in ("component", "class", "source", "group")],
    )


def _runbook(links: Any) -> dict[str, str]:
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and "runbook" in text_of(link.get("text")).lower():
            return {"runbook": text_of(link.get("href"))}
    return {}


def _answer(status: int, short: str, message: str, errors: list[str]) -> web.Response:
    return web.json_response({"status": short, "message": message, "errors": errors}, status=status)
