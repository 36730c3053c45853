"""Who of an owner's people is told of a page: who is on call, who acknowledges, who is told when nobody does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from harness.contract.plan import Plan
from harness.contract.points import TELL
from harness.contract.roster import Away, Roster
from harness.mocks.core.callers import asking
from harness.mocks.core.mock import Mock
from harness.mocks.core.until import until

_S = 1_000_000_000


class OnCall:
    """The people of a night, where its chain has a roster; without one it knows nobody, and nothing is escalated."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._roster: Roster | None = None
        self._stated: dict[str, int] = {}
        self._following: dict[int, asyncio.Task[None]] = {}

    def reset(self, plan: Plan) -> None:
        """Begin a night: nobody was told of anything. What a scenario's operator takes goes before the roster."""
        for task in self._following.values():
            task.cancel()
        self._following.clear()
        self._roster = plan.roster
        self._stated = {operator.name: operator.acknowledges_after_ns for operator in plan.operators}

    def told(self, owner: str, person: str | None, number: int) -> dict[str, Any]:
        """Who is told of a page first, as fields of its event; ``person``: to whose own address it has come."""
        if self._roster is None:
            return {}
        first = person or self._roster.on_call(owner, time.time_ns())
        known = self._roster.owners.get(owner)
        after_ns = None if known is None else known.escalate_after_ns
        told: dict[str, Any] = {"number": number, "told": first}
        told |= {} if first is None else self._away(owner, first)
        return told | {"escalate_after_s": None if after_ns is None else after_ns // _S}

    def follow(self, owner: str, job: str, number: int, told: dict[str, Any], also: Iterable[str] = ()) -> None:
        """See who acknowledges the page, and tell the next one when nobody does. ``also``: who is told at once, too."""
        if self._roster is None or owner not in self._roster.owners:
            return
        said = {"owner": owner, "job": job, "number": number}
        there = [told["told"]] if told["told"] is not None and "away" not in told else []
        for person in also:
            away = self._away(owner, person)
            self._record("ok", "escalate", said | {"told": person} | away | {"after_s": 0})
            there += [] if away else [person]
        following = self._follow(self._roster, said, told["told"], there)
        self._following[number] = asyncio.get_running_loop().create_task(following)

    def answered(self, number: int) -> dict[str, Any]:
        """A client has acknowledged or resolved the page: nobody else is told. Which page, as a field of the event."""
        if (task := self._following.pop(number, None)) is not None:
            task.cancel()
        return {} if self._roster is None else {"number": number}

    async def _follow(self, roster: Roster, said: dict[str, Any], first: str | None, there: list[str]) -> None:
        asking("")  # what comes of the page is not what its sender does
        try:
            await self._until_acknowledged(roster, said, first, there)
        except Exception as error:
            self._mock.bug("the page's way", error)

    async def _until_acknowledged(
        self, roster: Roster, said: dict[str, Any], person: str | None, there: list[str]
    ) -> None:
        owner = roster.owners[said["owner"]]
        began_ns = time.time_ns()
        answers = [(began_ns + self._takes_ns(roster, said["owner"], one), one) for one in there]
        escalates_ns = None if owner.escalate_after_ns is None else began_ns + owner.escalate_after_ns
        while answers or escalates_ns is not None:
            answer = min(answers, default=None)
            if answer is not None and (escalates_ns is None or answer[0] <= escalates_ns):
                await until(answer[0])
                self._record("ok", "acknowledge", said | {"by": answer[1]})
                return
            assert escalates_ns is not None and owner.escalate_after_ns is not None  # noqa: S101, PT018 - the other case
            await until(escalates_ns)
            now_ns = time.time_ns()
            waited = {"after_s": (escalates_ns - began_ns) // _S}
            person = roster.there(said["owner"], now_ns, after=person)
            if person is None:
                self._record("fail", "escalate", said | waited, "nobody else is on call")
                escalates_ns = None
                continue
            away = self._away(said["owner"], person)
            self._record("ok", "escalate", said | {"told": person} | away | waited)
            if not away:
                answers.append((now_ns + self._takes_ns(roster, said["owner"], person), person))
            escalates_ns += owner.escalate_after_ns

    def _takes_ns(self, roster: Roster, owner: str, person: str) -> int:
        own_ns = roster.people[person].acknowledges_ns
        return self._stated[person] if person in self._stated else own_ns or roster.owners[owner].acknowledges_ns

    def _away(self, owner: str, person: str) -> dict[str, Away]:
        """Why somebody is not there, as the roster knows it or as it is; empty where they are."""
        acting = self._mock.armory.act(TELL, owner=owner, person=person)
        away: Away | None = None
        if self._roster is not None and person in self._roster.people:
            away = self._roster.people[person].away(time.time_ns())
        away = next((order.effect.absent for order in acting), away)
        return {} if away is None else {"away": away}

    def _record(self, type_: Any, action: str, value: dict[str, Any], error: str | None = None) -> None:
        self._mock.recorder.record(type_, action, value, error=error)
