"""A schema that the server refuses: what it says, and at which line of its author's file."""

from __future__ import annotations

from harness.mocks.consumers.postgres.admin import Admin, SqlError
from harness.mocks.consumers.postgres.statements import split


class SchemaError(SqlError):
    """What a chain's author has written is no schema of this database."""

    def __init__(self, error: SqlError, line: int) -> None:
        super().__init__(error.fields)
        self.line = line


async def line_of(error: SqlError, sql: str, admin: Admin) -> int:
    """Where that is: the server says it of what it cannot read; of what it cannot do, the statement is looked for."""
    if at := error.fields.get("P"):
        return sql.count("\n", 0, int(at) - 1) + 1
    await admin.run("rollback; begin")
    begins = 0
    for statement in split(sql):
        begins = sql.index(statement.text, begins)
        try:
            await admin.run(statement.text)
        except SqlError:
            break
    return sql.count("\n", 0, begins) + 1
