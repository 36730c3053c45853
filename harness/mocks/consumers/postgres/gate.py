"""Where faults will act: what passes the front, and what may become of it.

The front asks its gate at each passing, and does what it answers. Who holds the orders of a night decides; the front
knows neither orders nor triggers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol

Point = Literal["connect", "parse", "statement", "commit", "committed"]
"""A client wants in; the server is about to see a statement, whose tables it locks then; it is about to run it; what
commits is about to reach it; it has, and the answer is here."""

News = Literal["failed", "ended"]
"""What was to commit has failed at the server; a connection is over, and all that the server had of it is done."""


@dataclass(frozen=True)
class Passing:
    """What passes. ``verb``: a statement's first word; ``wrote``: whether its transaction is known to have written."""

    point: Point
    session: int
    user: str
    database: str
    application: str
    job: str = ""
    statement: str = ""
    verb: str = ""
    wrote: bool = False


@dataclass(frozen=True)
class Refuse:
    """Answer with an error. At a statement or a commit the server fails too, so that the transaction is what it says.

    At ``connect``, or if ``fatal``, the connection ends with it. At ``committed`` it is a lie: what is told to have
    failed is there.
    """

    sqlstate: str
    told: str
    fatal: bool = False
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Drop:
    """End the connection, by a reset or in good order; what was not committed is rolled back."""

    reset: bool = True


@dataclass(frozen=True)
class Wait:
    """Keep it back: so long, until it is released, or until the client gives up; whichever is first."""

    for_ns: int | None = None
    released: asyncio.Event | None = None


Action = Refuse | Drop | Wait | None
"""None: pass on, unchanged."""


class Gate(Protocol):
    """Whoever decides what becomes of what passes."""

    async def passes(self, passing: Passing) -> Action:
        """Asked once for each passing; it is kept back until this returns."""

    async def hears(self, passing: Passing, news: News) -> None:
        """What has passed has come to an end at which there is nothing to decide."""


class Open:
    """Lets everything pass."""

    async def passes(self, passing: Passing) -> Action:  # noqa: ARG002 - see Gate
        """None."""
        return None

    async def hears(self, passing: Passing, news: News) -> None:
        """Nothing."""
