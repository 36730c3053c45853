"""The ledgers of all consumers of one kind, by the consumers' names."""

from __future__ import annotations

from typing import Any, BinaryIO

from harness.contract.consumers import ConsumerKind, PlannedHttp
from harness.contract.plan import Plan
from harness.mocks.consumers.ledger import Ledger
from harness.mocks.core.mock import Mock


class Ledgers(dict[str, Ledger]):
    """They are begun anew each night, and tell at its end what they hold."""

    def __init__(self, mock: Mock) -> None:
        super().__init__()
        self._mock = mock

    def begin(self, plan: Plan, kind: ConsumerKind) -> None:
        """One for each consumer of that kind, holding nothing."""
        for ledger in self.values():
            ledger.close()
        self.clear()
        folder = self._mock.dir / "consumers"
        folder.mkdir(exist_ok=True)
        for name, consumer in sorted(plan.consumers.items()):
            if consumer.kind == kind:
                unique = consumer.unique if isinstance(consumer, PlannedHttp) else ()
                self[name] = Ledger(folder / f"{name}.db", consumer.key, consumer.volatile, unique)

    def tell(self, file: BinaryIO) -> None:
        """An event for each batch; all rows go to the end of the file that is kept beside the history."""
        for name, ledger in self.items():
            for batch in ledger.holds(file):
                self._mock.recorder.record("info", "holds", batch, component=name)

    def state(self) -> dict[str, Any]:
        """Rows and batches of each."""
        counts = {name: ledger.count(None) for name, ledger in self.items()}
        return {name: {"rows": rows, "batches": batches} for name, (rows, batches) in counts.items()}
