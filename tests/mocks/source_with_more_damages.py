"""The file source with two damages that only tests have: what they do can be said to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.mocks.control import run
from harness.mocks.source.__main__ import Source
from harness.mocks.source.body import Body
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.held import Held


@damage("tested_byte")
def tested_byte(body: Body, _: Held, given: Mapping[str, Any]) -> Body:
    """An X at ``at``."""
    return body.part(0, given["at"]) + Body.of_bytes(b"X") + body.part(given["at"] + 1)


@damage("tested_more")
def tested_more(body: Body, _: Held, __: Mapping[str, Any]) -> Body:
    """The content, and the same again: with its length declared, a stat tells half of it."""
    return body + body


if __name__ == "__main__":
    run(Source)
