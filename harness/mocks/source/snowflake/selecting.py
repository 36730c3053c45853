"""SELECT without a table: literals, and the functions by which clients find out where they are."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from harness.contract.endpoints import SNOWFLAKE
from harness.mocks.core.documents import whole_number
from harness.mocks.source.snowflake.answers import Column, Rows
from harness.mocks.source.snowflake.errors import SqlRefused
from harness.mocks.source.snowflake.sessions import LONGEST_STATEMENT_S, Session
from harness.mocks.source.snowflake.statements import Expression, Select

LONGEST_LINK_S = 604_800
"""Seven days: what GET_PRESIGNED_URL takes at most."""

VERSION = "9.37.1"
REGION = "NIGHT"

Presign = Callable[[str, str, int], str]
"""A link for a stage, a path on it, and how long it is to be good (s)."""

_UNITS_S = {"MILLISECONDS": 0.001, "SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86_400}


def rows(session: Session, select: Select, presign: Presign) -> Rows:
    """The one row."""
    found = [_value(session, one, presign) for one in select.columns]
    columns = [
        Column(one.alias or one.source, kind, scale)
        for one, (kind, scale, _) in zip(select.columns, found, strict=True)
    ]
    return Rows(columns, [[value for _, _, value in found]])


def wait_s(select: Select) -> float:
    """How long ``SYSTEM$WAIT(amount [, unit])`` makes it run; zero without one."""
    total = 0.0
    for one in select.columns:
        if one.function == "SYSTEM$WAIT":
            amount, unit = itertools.islice(itertools.chain((a.value for a in one.arguments), (None, None)), 2)
            try:
                waits_s = float(amount or "") * _UNITS_S[(unit or "SECONDS").upper()]
                if not waits_s >= 0:
                    raise _bad_arguments(one)
                total = min(total + waits_s, LONGEST_STATEMENT_S)
            except (ValueError, KeyError):
                raise _bad_arguments(one) from None
    return total


def _value(session: Session, one: Expression, presign: Presign) -> tuple[str, int | None, str | None]:
    if not one.function:
        scale = None
        if one.kind == "fixed":
            scale = len((one.value or "").partition(".")[2])
        return one.kind, scale, one.value
    match one.function, [argument.value for argument in one.arguments]:
        case "GET_PRESIGNED_URL", [str(stage), str(path)]:
            return "text", None, presign(stage, path, 3600)
        case "GET_PRESIGNED_URL", [str(stage), str(path), str(valid)] if whole_number(valid, LONGEST_LINK_S):
            return "text", None, presign(stage, path, int(valid))
        case "SYSTEM$WAIT", [_, *_]:
            shown = " ".join(str(argument.value).lower() for argument in one.arguments)
            return "text", None, f"waited {shown}" + ("" if len(one.arguments) > 1 else " seconds")
        case "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP", _:
            seconds, nanoseconds = divmod(time.time_ns(), 10**9)
            return "timestamp_ltz", 9, f"{seconds}.{nanoseconds:09}"
        case "CURRENT_DATE", _:
            days = (datetime.now(UTC).astimezone(_zone(session)).date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
            return "date", None, str(days)
        case name, [] if name in _KNOWN:
            return "text", None, _KNOWN[name](session)
    if one.function in _KNOWN or one.function in ("GET_PRESIGNED_URL", "SYSTEM$WAIT"):
        raise _bad_arguments(one)
    raise SqlRefused("002140", "42601", f"Unknown function {one.function}")


def _zone(session: Session) -> ZoneInfo:
    name = str(session.parameters["TIMEZONE"])
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise SqlRefused("001007", "22023", f"invalid value [{name}] for parameter 'TIMEZONE'") from None


def _bad_arguments(one: Expression) -> SqlRefused:
    shown = ", ".join(argument.source for argument in one.arguments)
    return SqlRefused("001044", "42P13", f"Invalid argument types for function '{one.function}': ({shown})")


_KNOWN: dict[str, Callable[[Session], str | None]] = {
    "CURRENT_VERSION": lambda _: VERSION,
    "CURRENT_ACCOUNT": lambda _: SNOWFLAKE["account"].upper(),
    "CURRENT_REGION": lambda _: REGION,
    "CURRENT_USER": lambda session: session.user,
    "CURRENT_ROLE": lambda session: session.role,
    "CURRENT_SESSION": lambda session: str(session.id),
    "CURRENT_DATABASE": lambda session: session.database,
    "CURRENT_SCHEMA": lambda session: session.schema,
    "CURRENT_WAREHOUSE": lambda session: session.warehouse,
}
