"""What a chain says of a consumer, however it takes the rows: whose it is, and what of them is to arrive there."""

from __future__ import annotations

from typing import Literal

from harness.chain.columns import Column
from harness.chain.job import Text, Texts
from harness.chain.records import Records, SomeRecords
from harness.contract.consumers import ConsumerKind
from harness.values.strict import Strict


class Consumer(Strict):
    """Who receives the chain's rows, and which columns make a row's key (none: all of them).

    owner, contact: who depends on it, and how they are reached: reports name them, and nobody is paged by it.
    records: whether every record that the source publishes is to arrive here, or only some of them, because the chain
    filters or shares them out: by what filter, or which share at least; or the rows are derived: sums, or whatever else
    the chain makes itself, which cannot be compared with records. files: those whose records arrive here (none named:
    all). columns: what of the rows is not as it was published, by the consumer's name of the column, or the published
    one where it is dropped.
    """

    kind: ConsumerKind
    owner: Text | None = None
    contact: Text | None = None
    key: Texts = ()
    records: Records = "every"
    files: Texts = ()
    columns: dict[Text, Column] = {}

    @property
    def which(self) -> Literal["every", "some", "derived"]:
        """Which records arrive, in one word."""
        return "some" if isinstance(self.records, SomeRecords) else self.records

    @property
    def volatile(self) -> tuple[str, ...]:
        """The columns that differ from run to run, and are no part of any comparison."""
        return tuple(name for name, said in self.columns.items() if said == "volatile")
