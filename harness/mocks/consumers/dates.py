"""Business dates as they come over HTTP: as YYYY-MM-DD, days that there are."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import shown

FIELD = "business_date"


def checked(field: str, said: str) -> str:
    """The date; Refusal for a text that is none."""
    try:
        if date.fromisoformat(said).isoformat() == said:
            return said
    except ValueError:
        pass
    raise Refusal(field, found=shown(said), expected="a date as YYYY-MM-DD")


def asked_for(request: web.Request) -> str | None:
    """The date that a request's address asks for, if it asks for one."""
    said = request.query.get(FIELD)
    return None if said is None else checked(FIELD, said)
