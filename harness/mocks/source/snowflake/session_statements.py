"""Statements about the session itself: USE, ALTER SESSION and SHOW PARAMETERS."""

from __future__ import annotations

import fnmatch
from typing import Any

from harness.contract.endpoints import SNOWFLAKE
from harness.mocks.core.documents import whole_number
from harness.mocks.source.snowflake import answers, statements
from harness.mocks.source.snowflake.answers import Column, Rows
from harness.mocks.source.snowflake.errors import SqlRefused
from harness.mocks.source.snowflake.sessions import PARAMETERS, Session, given_parameters


def use(session: Session, use: statements.Use) -> Rows:
    """Choose a role, warehouse, database or schema; there is one of each."""
    known = {"DATABASE": SNOWFLAKE["database"], "SCHEMA": SNOWFLAKE["schema"], "WAREHOUSE": SNOWFLAKE["warehouse"]}
    known["ROLE"] = SNOWFLAKE["role"]
    if use.kind in known:
        parts = use.name if use.kind == "SCHEMA" else use.name[-1:]
        if parts[-1] != known[use.kind] or (len(parts) == 2 and parts[0] != known["DATABASE"]):
            message = "Object does not exist, or operation cannot be performed."
            raise SqlRefused("002043", "02000", message)
        if use.kind in ("SCHEMA", "DATABASE"):
            session.database, session.schema = known["DATABASE"], known["SCHEMA"]
        elif use.kind == "WAREHOUSE":
            session.warehouse = known["WAREHOUSE"]
        else:
            session.role = known["ROLE"]
    return answers.executed(answers.USE)


def alter_session(session: Session, alter: statements.AlterSession) -> Rows:
    """Set parameters of the session, or unset them."""
    for name, value in alter.values.items():
        typed = PARAMETERS.get(name) if value is None else _typed(name, value)
        if value is not None and not given_parameters({name: typed}):
            raise SqlRefused("001007", "22023", f"invalid value [{value}] for parameter '{name}'")
        session.parameters[name] = typed
    return answers.executed(answers.ALTER_SESSION)


def show_parameters(session: Session, like: str) -> Rows:
    """The parameters whose names are like a pattern."""
    pattern = like.upper().replace("%", "*").replace("_", "?")
    columns = [Column(name) for name in ("key", "value", "default", "level", "description", "type")]
    rows: list[list[str | None]] = []
    for name, value in sorted(session.parameters.items()):
        if fnmatch.fnmatchcase(name, pattern):
            default = PARAMETERS.get(name)
            level = "" if value == default else "SESSION"
            rows.append([name, _shown(value), _shown(default), level, "", _type(value)])
    return Rows(columns, rows, answers.SHOW)


def _typed(name: str, value: str) -> Any:
    known = PARAMETERS.get(name)
    if isinstance(known, bool):
        return value.upper() == "TRUE"
    return whole_number(value) if isinstance(known, int) and whole_number(value) is not None else value


def _shown(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _type(value: Any) -> str:
    return "BOOLEAN" if isinstance(value, bool) else "NUMBER" if isinstance(value, int) else "STRING"
