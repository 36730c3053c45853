"""Load one file's rows into a table with a client and its defaults: ``loader.py CLIENT``; it prints code and seconds.

Where the database is, libpq's own variables say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

ROWS = [("2026-11-23", sku, 1) for sku in "abcd"]


def psycopg() -> None:
    import psycopg as library

    with library.connect() as connection, connection.cursor() as cursor:
        cursor.execute("delete from plan where business_date = %s", ROWS[0][:1])
        with cursor.copy("copy plan (business_date, sku, quantity) from stdin") as copy:
            for row in ROWS:
                copy.write_row(row)


def sqlalchemy() -> None:
    from sqlalchemy import create_engine, text

    at = {name: os.environ[f"PG{name.upper()}"] for name in ("user", "password", "host", "port", "database")}
    url = "postgresql+psycopg://{user}:{password}@{host}:{port}/{database}".format(**at)
    rows = [dict(zip(("day", "sku", "quantity"), row, strict=True)) for row in ROWS]
    with create_engine(url).begin() as connection:
        connection.execute(text("delete from plan where business_date = :day"), {"day": ROWS[0][0]})
        insert = "insert into plan (business_date, sku, quantity) values (:day, :sku, :quantity)"
        connection.execute(text(insert), rows)


def psql() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("".join(f"{','.join(map(str, row))}\n" for row in ROWS))
        file.flush()
        delete = f"delete from plan where business_date = '{ROWS[0][0]}'"
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-c", delete]
        subprocess.run(["psql", *options, "-c", f"\\copy plan from '{file.name}' with (format csv)"], check=True)


if __name__ == "__main__":
    begun = time.monotonic()
    try:
        globals()[sys.argv[1]]()
        code = 0
    except Exception as error:  # whatever the client calls it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 1
    print(json.dumps({"code": code, "took_s": time.monotonic() - begun}), flush=True)
