"""Teams, by a flow of its Workflows app that begins "When a Teams webhook request is received" and posts each card.

Documents: https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams (how the
address is made), https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
(the message with its Adaptive Card), https://learn.microsoft.com/connectors/teams (28 KB),
https://learn.microsoft.com/azure/logic-apps/logic-apps-content-type (a body that is not said to be JSON). The old
connectors are gone, and so is their answer ``1``. The trigger answers 202 before the flow has looked at what came: a
message without a card, or one that is too large, is accepted, fails in the flow's run, and wakes nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aiohttp import web

from harness.contract.addresses import teams_signature
from harness.mocks.core.incoming import whole
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import fields_in
from harness.mocks.desk.channels.channel import says_json
from harness.mocks.desk.message import Message, fields_of_json, fields_of_text, joined, text_of
from harness.mocks.desk.page_book import Door, PageBook

CARD = "application/vnd.microsoft.card.adaptive"
MOST_POSTED_BYTES = 28 << 10
_FLOWS = ("/powerautomate/automations/direct/workflows", "/workflows")
"""Where a flow is at api.powerplatform.com, and where at logic.azure.com."""
_INSIDE = ("body", "items", "columns", "rows", "cells", "inlines", "card")


class Teams:
    """``POST …/workflows/<flow>/triggers/manual/paths/invoke``: the flow posts into the owner's channel."""

    name = "teams"

    def __init__(self, book: PageBook) -> None:
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        """The trigger of every flow."""
        return [web.post(f"{flows}/{{flow}}/triggers/manual/paths/invoke", self._invoke) for flows in _FLOWS]

    def reset(self) -> None:
        """Nothing is kept."""

    def refused(self, _: web.Request, refusal: Refusal) -> web.Response:
        """A request that the trigger itself cannot read."""
        if refusal.status == 413:
            return _no(413, "RequestEntityTooLarge", str(refusal))
        said = f"The request content is not valid and could not be deserialized: '{refusal}'."
        return _no(400, "InvalidRequestContent", said)

    async def _invoke(self, request: web.Request) -> web.Response:
        flow = request.match_info["flow"]
        body = await whole(request)
        door = Door(self.name, flow)
        if "sig" not in request.query:
            said = "The request must be authenticated only by Shared Access scheme."
            return self._refuse(door, 401, "DirectApiAuthorizationRequired", said)
        holder = self._book.addresses.holder("teams", flow)
        if holder is None:
            return self._refuse(door, 404, "WorkflowNotFound", f"The workflow '{flow}' could not be found.")
        if request.query["sig"] != teams_signature(flow):
            return self._refuse(door, 401, "AuthorizationFailed", "The authentication credentials are not valid.")
        if holder.gone:
            said = (
                f"Could not execute workflow '{flow}' trigger 'manual' with state 'Disabled': trigger is not enabled."
            )
            return self._refuse(door, 400, "WorkflowTriggerIsNotEnabled", said)
        said_cards = fields_in(body).given.get("attachments")
        message = _message(said_cards)
        cards = said_cards if says_json(request) else None  # a body of another type is one text to the flow
        if (failed := _failed(cards, len(body))) is not None:
            self._book.refused(door, "attachments", f"accepted, and nobody is told: {failed}", message)
        else:
            self._book.message(door, holder.owner, message)
        return web.Response(status=202)

    def _refuse(self, door: Door, status: int, code: str, said: str) -> web.Response:
        self._book.refused(door, "address", f"{code}: {said}")
        return _no(status, code, said)


def _failed(cards: Any, size: int) -> str | None:
    """Why the run of the flow fails, if it does."""
    if not isinstance(cards, list):
        kind = "Null" if cards is None else type(cards).__name__
        return f"the 'foreach' over 'attachments' has a value of type '{kind}'. The result must be a valid array."
    if not cards:
        return "there is no attachment, so nothing is posted"
    for card in cards:
        content = card.get("content") if isinstance(card, dict) else None
        if not isinstance(content, dict) or content.get("type") != "AdaptiveCard":
            return "AdaptiveSerializationException: Property 'type' must be 'AdaptiveCard'"
        if not isinstance(content.get("version"), str):
            return "AdaptiveSerializationException: Property 'version' must be a string"
    if size > MOST_POSTED_BYTES:
        return f"Request Entity too large: {size:,} bytes, and Teams posts {MOST_POSTED_BYTES:,}"
    return None


def _message(cards: Any) -> Message:
    contents = (
        [card["content"] for card in cards if isinstance(card, dict) and isinstance(card.get("content"), dict)]
        if isinstance(cards, list)
        else []
    )
    parts = [part for content in contents for part in _texts(content)]
    if not parts:
        parts = [text_of(content.get(name)) for content in contents for name in ("fallbackText", "speak")]
    title = next((part for part in parts if part), "")
    rest = joined(*parts[1:]) if parts and parts[0] == title else joined(*parts)
    facts = {name: text for content in contents for name, text in fields_of_json(content.get("body")).items()}
    return Message(title, rest, fields_of_text(f"{title}\n{rest}") | {n: t for n, t in facts.items() if n != "text"})


def _texts(element: Any) -> Iterator[str]:
    """The texts of a card, as it is read: text blocks, facts, and what is in containers, columns and tables."""
    if isinstance(element, list):
        for one in element:
            yield from _texts(one)
    elif isinstance(element, dict):
        if isinstance(element.get("text"), str):
            yield element["text"].replace("**", "")
        facts = element.get("facts")
        for fact in facts if isinstance(facts, list) else ():
            if isinstance(fact, dict):
                yield f"{text_of(fact.get('title')).rstrip(': ')}: {text_of(fact.get('value'))}"
        for name in _INSIDE:
            yield from _texts(element.get(name))


def _no(status: int, code: str, said: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": said}}, status=status)
