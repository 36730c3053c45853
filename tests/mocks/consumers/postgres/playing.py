"""The consumers' mock with a PostgreSQL, and with a gate that tests tell what to do.

The control call ``do`` takes a list of actions, each for the first passing that has all of its ``at``; ``release`` ends
the waits among them; ``tell`` writes to DIR/told.json what the database holds, what was committed, and what has passed.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from harness.contract.plan import Plan
from harness.mocks.consumers.__main__ import Consumers
from harness.mocks.consumers.postgres.consumer import Postgres
from harness.mocks.consumers.postgres.front import Front
from harness.mocks.consumers.postgres.gate import Action, Drop, News, Passing, Refuse, Wait
from harness.mocks.consumers.postgres.server import Server, place_in
from harness.mocks.core.program import run

ACTIONS = {"refuse": Refuse, "drop": Drop, "wait": Wait}


class Told:
    """Does what it was told, once each."""

    def __init__(self) -> None:
        self.passed: list[Passing] = []
        self.to_do: list[dict[str, Any]] = []
        self.released = asyncio.Event()

    async def passes(self, passing: Passing) -> Action:
        self.passed.append(passing)
        for one in self.to_do:
            if one["at"].items() <= asdict(passing).items():
                self.to_do.remove(one)
                with_what = {name: value for name, value in one.items() if name not in ("at", "do")}
                if one["do"] == "wait":
                    with_what["released"] = self.released
                action: Action = ACTIONS[one["do"]](**with_what)
                return action
        return None

    async def hears(self, passing: Passing, news: News) -> None:
        """It is told, and there is nothing to do."""


class PostgresConsumers(Consumers):
    """Its server starts with the first night that has one."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.gate = Told()
        self.server = Server(place_in(self.dir), self.dir / "logs" / "postgres.log")
        self.front = Front(self.server.socket, self.gate, lambda _: "")
        self.database = Postgres(self.server, "planning", "planner", "it's \\ secret")

    async def serve(self) -> dict[str, int]:
        port, self._postgres_port = self._postgres_port, 0
        return await super().serve() | {"postgres": await self.front.listen(self.host, port)}

    async def reset(self, plan: Plan) -> None:
        await super().reset(plan)
        self.gate.passed.clear()
        self.gate.to_do.clear()
        self.gate.released.clear()
        schema = self.dir / "schema.sql"
        if not schema.exists():
            return
        if not self.server.running:
            await self.server.start()
            await self.database.make()
        await self.front.end_sessions()
        await self.database.reset(schema.read_text())

    def calls(self) -> Any:
        return {"do": self._do, "tell": self._tell, "stop": self._stop, "release": self._release}

    async def _do(self, asked: Any) -> None:
        self.gate.to_do += asked["actions"]

    async def _tell(self, _: Any) -> None:
        tables = {
            f"{table.schema}.{table.name}": [row async for row in self.database.rows(table)]
            for table in await self.database.tables()
        }
        commits = [asdict(one) for one in await self.database.commits()]
        passed = [asdict(one) for one in self.gate.passed]
        (self.dir / "told.json").write_text(json.dumps({"tables": tables, "commits": commits, "passed": passed}))

    async def _stop(self, _: Any) -> None:
        await self.server.stop()

    async def _release(self, _: Any) -> None:
        self.gate.released.set()


if __name__ == "__main__":
    run(PostgresConsumers)
