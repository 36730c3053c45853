"""The desk with two jobs of one owner, and what a test asks of its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.contract.addresses import DerivedAddresses, desk_places
from tests.mocks.conftest import NightOfMocks, Played

OWNER = "data-ops"


class Desk:
    """The desk as a job sees it (`places`), and as its history tells it."""

    def __init__(self, night: NightOfMocks, program: str | None = None) -> None:
        job = {"cwd": "/", "environment": {}, "agent": "agent", "owner": OWNER}
        night.plan["jobs"] = [{"job": name, **job} for name in ("retrieve", "publish")]
        self.night = night
        self.played: Played = night.start("desk", program=program)
        self.addresses = DerivedAddresses(())
        self.places: Mapping[str, str] = {
            name.removeprefix("desk."): place
            for name, place in desk_places(self.played.url(""), OWNER, self.addresses).items()
        }

    def told(self) -> list[dict[str, Any]]:
        """The pages that somebody was told."""
        return [value for kind, value, _ in self.night.events("page") if kind == "ok"]

    def lost(self) -> list[tuple[str, str | None]]:
        """The pages that nobody was told: the field, and why."""
        return [(value["field"], error) for kind, value, error in self.night.events("page") if kind == "fail"]

    def repeats(self) -> list[int]:
        return [value["repeats"] for kind, value, _ in self.night.events("page") if kind == "info"]

    def said(self, action: str) -> list[tuple[str, str | None]]:
        """Type and key of every event of an action."""
        return [(kind, value["key"]) for kind, value, _ in self.night.events(action)]


@pytest.fixture
def desk(night: NightOfMocks) -> Desk:
    return Desk(night)
