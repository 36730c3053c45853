"""A consumer's table as another release of it has it: a column that jobs know is called otherwise, for a while."""

from __future__ import annotations

from collections.abc import Iterable

from harness.contract.consumers import PlannedPostgres
from harness.mocks.consumers.postgres.admin import SqlError, identifier
from harness.mocks.consumers.postgres.consumer import Postgres

LOCKED = "55P03"
SUFFIX = "_v2"


class Renaming:
    """Of one consumer: the last column that is neither its key, nor volatile, nor says of which night a row is."""

    def __init__(self, database: Postgres, consumer: PlannedPostgres) -> None:
        self._database, self._consumer = database, consumer
        self._renamed = ""

    async def become(self, *, renamed: bool) -> bool:
        """See to it that the column has its other name, or its own one; whether it has its other name then.

        A transaction that is open on the table keeps its owner out, as it does in life: then the name is what it was.
        """
        if renamed == bool(self._renamed) or not (column := self._renamed or await self._column()):
            return bool(self._renamed)
        names = (column, column + SUFFIX) if renamed else (column + SUFFIX, column)
        old, new = map(identifier, names)
        table = ".".join(map(identifier, self._consumer.table.split(".")))
        try:
            async with self._database.of_owner() as owner:
                await owner.run(
                    f"begin; lock table {table} in access exclusive mode nowait;"
                    f" alter table {table} rename column {old} to {new}; commit"
                )
        except SqlError as error:
            if error.sqlstate != LOCKED:
                raise
            return bool(self._renamed)
        self._renamed = column if renamed else ""
        return renamed

    async def _column(self) -> str:
        schema, _, name = self._consumer.table.rpartition(".")
        for table in await self._database.tables():
            if (table.schema, table.name) == (schema or "public", name):
                return _last(column for column, _ in table.columns if column not in self._known())
        return ""

    def _known(self) -> set[str | None]:
        return {*self._consumer.key, *self._consumer.volatile, self._consumer.business_date, self._consumer.fallback_of}


def _last(columns: Iterable[str]) -> str:
    found = list(columns)
    return found[-1] if found else ""
