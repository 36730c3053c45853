"""What all actions of clients share: they are given at once, and asked about later, by a number."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.mocks.scheduler.api.endpoint import Answer, Call, Endpoint, Reply
from harness.mocks.scheduler.api.failure import missing
from harness.mocks.scheduler.api.shapes import NUMBER, RESULT, TEXT, Shape, arr, obj
from harness.mocks.scheduler.outside.actions import spelled
from harness.mocks.scheduler.timing.local_time import wire_time

_EXPIRES_AFTER_NS = 600_000_000_000
"""Until then, clients are told, an action can be asked about; here it can be all night."""


def done(call: Call, items: Iterable[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """An action that has been carried out on these: its result is bad when one of theirs is."""
    wrong = [item["message"] for item in items if item["result"] == "failed"]
    expires = wire_time(time.time_ns() + _EXPIRES_AFTER_NS, call.monitor.context.plan.timezone)
    return {
        "action": call.body["action"],
        "result": "failed" if wrong else "success",
        "message": "; ".join(wrong),
        "expires": expires,
        **more,
    }


def result(error: str | None) -> dict[str, str]:
    """How it went with one of an action's items."""
    return {"result": "success" if error is None else "failed", "message": error or ""}


def endpoints(
    path: str,
    what: str,
    act: Callable[[Call], dict[str, Any]],
    shape: Shape,
    body: Shape,
    *,
    known: Iterable[str],
    at_once: bool = False,
) -> list[Endpoint]:
    """A kind of action: given, listed, asked about. Without ``at_once`` it is answered ``submitted`` when given."""
    kind = path.lower()

    def give(call: Call) -> Reply:
        submitted = call.store.submit(kind, act(call))
        return Reply(submitted if at_once else {**submitted, "result": "submitted"})

    return [
        Endpoint("POST", f"/{path}", f"Give a {what}", give, shape, body=body, canonical=_spelled(*known)),
        Endpoint("GET", f"/{path}", f"All of this kind: {what}", listed(kind), arr(shape)),
        Endpoint("GET", f"/{path}/{{id}}", f"What came of a {what}", asked(kind), shape, fails=(404,)),
    ]


def asked(kind: str) -> Answer:
    """What came of one action of a kind."""

    def ask(call: Call) -> Reply:
        found = call.store.action(kind, call.path["id"])
        if found is None:
            raise missing(kind.removesuffix("s"), call.path["id"])
        return Reply(found)

    return ask


def listed(kind: str) -> Answer:
    """All actions of a kind."""
    return lambda call: Reply(call.store.actions(kind))


def shape(**more: Shape) -> Shape:
    """The shape of an action, and what those of one kind have besides."""
    return obj("id", "action", "result", id=NUMBER, action=TEXT, result=RESULT, message=TEXT, expires=TEXT, **more)


def _spelled(*known: str) -> Callable[[Any], Any]:
    """Spell the action of a body as its shape has it."""

    def canonical(body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("action"), str):
            return body | {"action": spelled(body["action"], known) or body["action"]}
        return body

    return canonical
