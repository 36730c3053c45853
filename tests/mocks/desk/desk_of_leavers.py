"""A desk whose every owner has left: each address was somebody's, and is closed."""

from __future__ import annotations

from harness.contract.addresses import DerivedAddresses, Holder
from harness.contract.plan import Plan
from harness.mocks.core.program import run
from harness.mocks.desk.__main__ import Desk


class Leavers(DerivedAddresses):
    def holder(self, kind: str, address: str) -> Holder | None:
        found = super().holder(kind, address)
        return found and Holder(found.owner, gone=True)


class DeskOfLeavers(Desk):
    async def reset(self, plan: Plan) -> None:
        await super().reset(plan)
        self.book.addresses = Leavers({plan.owner})


if __name__ == "__main__":
    run(DeskOfLeavers)
