"""A program that owns a local stack whose consumers have a PostgreSQL, in a night in which a job sleeps there.

    python -m tests.mocks.consumers.postgres.in_a_stack

Writes what it knows as a line of JSON, then waits to be ended; with a line on its input, it ends the stack itself.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness.stack.cleanup.processes import descendants_of, python
from harness.stack.local.stack import LocalStack
from tests.mocks.consumers.postgres.conftest import PASSWORD, SCHEMA
from tests.stack.plans import EVENING_NS, HOUR_NS, job, plan

LOAD = """
import psycopg
with psycopg.connect() as connection:
    connection.execute("insert into plan values (current_date, 'north', 'a', 1, 2.5)")
connection = psycopg.connect()
connection.execute("insert into plan values (current_date, 'north', 'b', 1, 2.5)")
connection.execute("select pg_sleep(36000)")
"""


def main() -> None:
    """Live."""
    program = [*python(), "tests.mocks.consumers.postgres.playing"]
    with LocalStack(mocks={"consumers": program}) as stack:
        (stack.directory.root / "schema.sql").write_text(SCHEMA)
        at = {"PGHOST": "127.0.0.1", "PGUSER": "planner", "PGPASSWORD": PASSWORD, "PGDATABASE": "planning"}
        at["PGPORT"] = str(stack._endpoints["postgres"])
        stack.reset(plan(job(stack, "load", "python", "-c", LOAD, **at)))
        stack.begin()
        stop = stack.run(EVENING_NS + HOUR_NS)
        stack.door.ask("POST", "/mocks/consumers/tell")
        told = json.loads((stack.directory.root / "told.json").read_text())
        supervisor = stack.door.ask("GET", "/health")["pid"]
        known = {
            "supervisor": supervisor,
            "members": [supervisor, *descendants_of(supervisor)],
            "directories": [str(stack.directory.root), *map(str, stack.directory.elsewhere)],
            "network": stack.network,
            "rows": told["tables"]["public.plan"],
            "stopped": stop.reason,
            "output": Path(stack.directory.output / "load.1.err").read_text(),
        }
        print(json.dumps(known), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
