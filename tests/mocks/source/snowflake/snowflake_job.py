"""A job that does what it is told with the connector that it finds, and prints how each step went, as JSON.

    python snowflake_job.py '{"connect": {...}, "do": ["statement", 60, ...]}'

A number among the statements is a sleep, in seconds; a list is a statement and the seconds that it may take; an object
is one that is sent off and asked for afterwards: {"async": "statement"}. The first step is the connection.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")

import snowflake.connector  # noqa: E402 - 5.x warns while it is imported

asked = json.loads(sys.argv[1])
steps: list[dict[str, Any]] = []


def step(act: Callable[[], Any]) -> Any:
    began, answer = time.monotonic(), None
    went: dict[str, Any] = {}
    try:
        answer = act()
    except snowflake.connector.errors.Error as error:
        went = {"error": type(error).__name__, "errno": error.errno, "text": str(error)}
    steps.append(went | {"took_s": time.monotonic() - began})
    return answer


def send_off(cursor: Any, sql: str) -> Any:
    cursor.execute_async(sql)
    status = cursor.connection.get_query_status(cursor.sfqid).name
    cursor.get_results_from_sfqid(cursor.sfqid)
    return [[status, *row] for row in cursor.fetchall()]


def execute(cursor: Any, sql: str, timeout: int | None = None) -> Any:
    cursor.execute(sql, timeout=timeout)
    return [[value if isinstance(value, int) else str(value) for value in row] for row in cursor.fetchall()]


connection = step(lambda: snowflake.connector.connect(**asked["connect"]))
if connection is not None:
    cursor = connection.cursor()
    for doing in asked["do"]:
        if isinstance(doing, int | float):
            time.sleep(doing)
        else:
            if isinstance(doing, dict):
                act = functools.partial(send_off, cursor, doing["async"])
            else:
                act = functools.partial(execute, cursor, *([doing] if isinstance(doing, str) else doing))
            rows = step(act)
            steps[-1]["rows"] = rows
    if asked.get("close"):
        step(connection.close)
print(json.dumps(steps), flush=True)
os._exit(0)  # what closes a session by itself would wait for a server that is silent
