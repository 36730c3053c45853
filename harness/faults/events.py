"""The events that a fault may wait for with ``on``: who records them, of which types, and what their values hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.chain import Chain
from harness.faults.fault import On
from harness.strict import Location, unknown


@dataclass(frozen=True)
class Happening:
    """What may happen again and again in a night: the types of its event, and the fields of its value."""

    types: tuple[str, ...]
    fields: tuple[str, ...]


CONSUMER = {
    "batch": Happening(
        ("invoke", "ok", "fail"), ("key", "rows", "business_date", "fallback_of", "stored", "replayed", "field")
    )
}
"""What each consumer records under its own name."""

_RECEIPT = {"fault": Happening(("info",), ("id", "fault", "point", "where", "effect"))}

EVENTS: dict[str, dict[str, Happening]] = {
    "source": {
        "publish": Happening(("info",), ("file", "name", "size", "sha256", "records")),
        "restate": Happening(("info",), ("file", "name", "size", "sha256", "records")),
        "serve": Happening(("invoke", "ok", "fail"), ("name", "what", "via", "bytes", "complete")),
        "login": Happening(("invoke", "ok", "fail"), ("via", "user")),
        "query": Happening(("fail",), ("via", "statement", "code")),
        "put": Happening(("invoke", "ok", "fail"), ("name", "via", "size", "sha256")),
        "remove": Happening(("info",), ("name", "via")),
        "rename": Happening(("info",), ("file", "name", "to", "via")),
        **_RECEIPT,
    },
    "wire": {"connect": Happening(("info", "fail"), ("endpoint",)), **_RECEIPT},
    "scheduler": {
        "status": Happening(("info",), ("job", "status", "code", "attempt")),
        "launch": Happening(("invoke", "ok", "fail"), ("job", "attempt")),
        "job": Happening(("ok", "fail"), ("job", "attempt", "exit", "signal")),
        "rule": Happening(("info",), ("job", "when", "do")),
        "overrun": Happening(("info",), ("job",)),
        "missed": Happening(("info",), ("job",)),
        "mail": Happening(("info",), ("to", "job", "attempt", "bytes", "last", "subject")),
        "kill": Happening(("fail",), ("job", "attempt")),
        "build": Happening(("info",), ("date", "jobs", "left_out")),
        "event": Happening(("info", "fail"), ("event", "by")),
        "machine": Happening(("info",), ("machine", "state")),
        "threshold": Happening(("info",), ("threshold", "value")),
        "resource": Happening(("info",), ("resource", "value")),
        "property": Happening(("info",), ("property", "value")),
        "console": Happening(("info",), ("job", "text")),
        "schedule": Happening(("info",), ("complete", "jobs")),
        **_RECEIPT,
    },
    "desk": {"page": Happening(("ok", "fail"), ("owner", "job", "cause", "text", "runbook", "field"))},
    "folders": {
        "write": Happening(("invoke", "ok"), ("folder", "name", "size", "sha256", "how")),
        "remove": Happening(("info",), ("folder", "name")),
    },
}
"""By component and action. What is only recorded when the night is over sets nothing off, and is not here."""


def never_comes(on: On, chain: Chain) -> Iterator[tuple[Location, str]]:
    """Why no night of the chain has this event: the key of ``on``, what was found and what was expected."""
    recorded = EVENTS | dict.fromkeys(chain.consumers, CONSUMER)
    if on.component not in recorded:
        yield ("component",), unknown("component", on.component, recorded)
        return
    happening = recorded[on.component].get(on.action)
    if happening is None:
        yield ("action",), unknown(f"action of {on.component}", on.action, recorded[on.component])
        return
    its = f"of {on.component}'s {on.action}"
    if on.type is not None and on.type not in happening.types:
        yield ("type",), unknown(f"type {its}", on.type, happening.types)
    # A job may page under any name; elsewhere these are the chain's own.
    known: dict[str, Mapping[str, Any]] = {"file": chain.files, "folder": chain.folders}
    if on.component == "scheduler":
        known["job"] = chain.jobs
    for field, wanted in on.value.items():
        if field not in happening.fields:
            yield ("value", field), unknown(f"field {its}", field, happening.fields)
        elif field in known and wanted not in [*known[field]]:
            yield ("value", field), unknown(field, str(wanted), known[field])
