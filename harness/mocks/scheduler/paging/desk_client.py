"""The scheduler's client of the incident desk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aiohttp

_PATIENT = aiohttp.ClientTimeout(total=None)
"""A desk that is slow has the page when it has answered; meanwhile the next one waits."""


class DeskAway(Exception):
    """The desk did not take a page."""


class DeskDown(DeskAway):
    """The desk is not available; it has recorded what it did not take."""


class DeskClient:
    """Sends pages to the desk, at the address at which the desk says that it listens."""

    def __init__(self, control: Path, *, host: str) -> None:
        self._control = control
        self._host = host
        self._url: str | None = None

    async def page(self, page: Mapping[str, str | None]) -> None:
        """Deliver one page; `DeskAway` when it was not taken."""
        try:
            url = self._url or await self._address()
            async with (
                aiohttp.ClientSession(timeout=_PATIENT) as session,
                session.post(f"{url}/pages", json=page) as answer,
            ):
                if answer.status == 503:
                    raise DeskDown(await answer.text())
                if answer.status != 201:
                    raise DeskAway(f"the desk answered {answer.status} to a page: {await answer.text()}")
        except (OSError, aiohttp.ClientError, TimeoutError) as error:
            raise DeskAway(f"the desk did not take a page: {type(error).__name__}: {error}") from error

    async def _address(self) -> str:
        connector = aiohttp.UnixConnector(str(self._control))
        async with aiohttp.ClientSession(connector=connector) as session, session.get("http://desk/health") as answer:
            health = await answer.json()
        self._url = f"http://{self._host}:{health['endpoints']['desk']}"
        return self._url
