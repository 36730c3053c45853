"""Calls to the mocks of a stack, each a request with a connection of its own: through the wire, and not."""

from __future__ import annotations

import http.client
import os
from urllib.parse import urlsplit

from counting import LIMIT_S, asked, report

CLIENTS = 4
ADDRESSES = [urlsplit(os.environ[name]) for name in ("SOURCE_URL", "CONSUMERS_URL", "DESK_URL")]
PATHS = ("/files/", "/planning/plan?business_date=2026-11-24", "/pages")


def call(number: int) -> bool:
    """Whether one call timed out."""
    address = ADDRESSES[number % 3]
    line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=LIMIT_S)
    try:
        line.request("GET", PATHS[number % 3])
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    except TimeoutError:
        return True
    finally:
        line.close()
    return False


if __name__ == "__main__":
    calls = asked(CLIENTS)
    report([lambda: sum(call(number) for number in range(calls))] * CLIENTS, calls)
