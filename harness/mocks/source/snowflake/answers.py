"""The shapes of an account's answers: success, a query that still runs, rows as JSON, and transfers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

IN_PROGRESS = "333333"
IN_PROGRESS_ASYNC = "333334"

# Statement types as drivers know them: snowflake-jdbc, SFStatementType.java.
SELECT, ALTER_SESSION, USE, SHOW, LIST, TRANSACTION = 0x1000, 0x4100, 0x4300, 0x4400, 0x4701, 0x5000
GET, PUT, REMOVE = 0x7101, 0x7102, 0x7103

APART = {"Connection": "close"}
"""On answers that send a driver to blob storage, and on the storage's own: account and storage are different hosts, and
what happens to a connection to one of them must not reach the other."""

LARGEST_SINGLE_TRANSFER = 209_715_200
"""Bytes above which drivers send and fetch in parts, where the storage can (``threshold``)."""

LONGEST_TEXT = 16_777_216


@dataclass(frozen=True)
class Column:
    """A column of a result; ``kind`` is text, fixed, boolean, date or timestamp_ltz."""

    name: str
    kind: str = "text"
    scale: int | None = None

    def described(self) -> dict[str, Any]:
        """As drivers want it."""
        text = self.kind == "text"
        return {
            "name": self.name,
            "type": self.kind,
            "nullable": True,
            "database": "",
            "schema": "",
            "table": "",
            "length": LONGEST_TEXT if text else None,
            "byteLength": LONGEST_TEXT if text else None,
            "precision": 38 if self.kind == "fixed" else 0 if self.kind == "timestamp_ltz" else None,
            "scale": 9 if self.kind == "timestamp_ltz" else self.scale,
            "collation": None,
        }


@dataclass(frozen=True)
class Rows:
    """What a statement brings back: rows, every value a text or nothing."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | None]]
    statement_type: int = SELECT

    def data(self) -> dict[str, Any]:
        """The part of the answer that is about rows."""
        return {
            "rowtype": [column.described() for column in self.columns],
            "rowset": self.rows,
            "total": len(self.rows),
            "returned": len(self.rows),
            "queryResultFormat": "json",
            "statementTypeId": self.statement_type,
            "numberOfBinds": 0,
            "arrayBindSupported": False,
            "version": 1,
        }


@dataclass(frozen=True)
class Transfer:
    """What a statement tells the driver to do with blob storage, which has no rows of its own."""

    command: str
    told: Mapping[str, Any] = field(default_factory=dict)
    statement_type: int = GET

    def data(self) -> dict[str, Any]:
        """The part of the answer that is about the transfer."""
        return {"command": self.command, "statementTypeId": self.statement_type, **self.told}


Result = Rows | Transfer


def executed(statement_type: int) -> Rows:
    """The answer to a statement that has no rows of its own."""
    return Rows([Column("status")], [["Statement executed successfully."]], statement_type)


def success(data: Any = None, *, apart: bool = False) -> web.Response:
    """The answer to a request that worked."""
    answer = json_answer({"data": data, "code": None, "message": None, "success": True})
    answer.headers.update(APART if apart else {})
    return answer


def in_progress(query_id: str, code: str) -> web.Response:
    """A query that has no result yet, and where to ask for it."""
    data = {"queryId": query_id, "getResultUrl": f"/queries/{query_id}/result", "queryAbortsAfterSecs": 300}
    message = "Query execution in progress. Please check query status and results later."
    return json_answer({"data": data, "code": code, "message": message, "success": True})


def json_answer(document: dict[str, Any]) -> web.Response:
    """A document as JSON, with status 200."""
    return web.Response(body=json.dumps(document).encode(), content_type="application/json")
