"""The consumers as a program: every consumer of the chain, each with what it holds."""

from __future__ import annotations

from typing import Any

from harness.contract.plan import Plan
from harness.contract.rows import ROWS
from harness.mocks.consumers.http import HttpFrontEnd
from harness.mocks.consumers.ledger import Ledger
from harness.mocks.core.mock import Mock
from harness.mocks.core.program import run


class Consumers(Mock):
    """The chain's consumers; each records under its own name."""

    component = "consumers"

    async def serve(self) -> dict[str, int]:
        """Start every front end."""
        self._ledgers: dict[str, Ledger] = {}
        return {"consumers": await HttpFrontEnd(self, self._ledgers).listen()}

    async def reset(self, plan: Plan) -> None:
        """Begin with the plan's consumers, each holding nothing."""
        for ledger in self._ledgers.values():
            ledger.close()
        self._ledgers.clear()
        (self.dir / "history" / ROWS).unlink(missing_ok=True)
        folder = self.dir / "consumers"
        folder.mkdir(exist_ok=True)
        for name, consumer in sorted(plan.consumers.items()):
            self._ledgers[name] = Ledger(folder / f"{name}.db", consumer.key, consumer.volatile)

    async def settle(self) -> None:
        """Tell what each consumer holds, batch by batch; all rows go into the file that is kept beside the history."""
        with (self.dir / "history" / ROWS).open("wb") as file:
            for name, ledger in self._ledgers.items():
                for batch in ledger.holds(file):
                    self.recorder.record("info", "holds", batch, component=name)

    def state(self) -> dict[str, Any]:
        """Rows and batches of each consumer."""
        counts = {name: ledger.count(None) for name, ledger in self._ledgers.items()}
        return {"consumers": {name: {"rows": rows, "batches": batches} for name, (rows, batches) in counts.items()}}


if __name__ == "__main__":
    run(Consumers)
