"""Jobs as they are: how real programs load a database, in a night's time, and what is then told of it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from tests.mocks.consumers.postgres.conftest import Planning

ROWS = "[('2026-11-24', 'north', f'sku-{n:03}', n, n / 4) for n in range(300)]"
INSERT = "insert into plan values (%s, %s, %s, %s, %s)"

USES = {
    "executemany": f"""
        import psycopg
        with psycopg.connect() as connection, connection.cursor() as cursor:
            cursor.executemany("{INSERT}", {ROWS})
    """,
    "copy": f"""
        import psycopg
        with psycopg.connect() as connection, connection.cursor() as cursor:
            with cursor.copy("copy plan from stdin") as copy:
                for row in {ROWS}:
                    copy.write_row(row)
    """,
    "binary_copy": f"""
        import datetime, decimal, psycopg
        with psycopg.connect() as connection, connection.cursor() as cursor:
            with cursor.copy("copy plan from stdin (format binary)") as copy:
                copy.set_types(["date", "text", "text", "int4", "numeric"])
                for day, *row, price in {ROWS}:
                    copy.write_row((datetime.date.fromisoformat(day), *row, decimal.Decimal(price)))
    """,
    "orm": f"""
        import datetime
        from sqlalchemy import create_engine
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
        class Base(DeclarativeBase): pass
        class Plan(Base):
            __tablename__ = "plan"
            business_date: Mapped[datetime.date] = mapped_column(primary_key=True)
            site: Mapped[str] = mapped_column(primary_key=True)
            sku: Mapped[str] = mapped_column(primary_key=True)
            quantity: Mapped[int]
            price: Mapped[float]
        engine = create_engine("postgresql+psycopg://", pool_pre_ping=True)
        with Session(engine) as session:
            for day, site, sku, quantity, price in {ROWS}:
                day = datetime.date.fromisoformat(day)
                session.add(Plan(business_date=day, site=site, sku=sku, quantity=quantity, price=price))
            session.commit()
    """,
    "staging": f"""
        import psycopg
        with psycopg.connect() as connection, connection.cursor() as cursor:
            cursor.execute("truncate staging")
            with cursor.copy("copy staging from stdin") as copy:
                for row in {ROWS}:
                    copy.write_row(row)
            cursor.execute("create table fresh (like plan including all)")
            cursor.execute("insert into fresh select * from staging")
            cursor.execute("alter table plan rename to old")
            cursor.execute("alter table fresh rename to plan")
            cursor.execute("drop table old")
    """,
    "pandas": f"""
        import pandas, sqlalchemy
        frame = pandas.DataFrame({ROWS}, columns=["business_date", "site", "sku", "quantity", "price"])
        frame["business_date"] = pandas.to_datetime(frame["business_date"]).dt.date
        engine = sqlalchemy.create_engine("postgresql+psycopg://")
        frame.to_sql("plan", engine, if_exists="append", index=False, method="multi", chunksize=50)
    """,
}

PSQL = r"""
\set ON_ERROR_STOP on
begin;
\copy staging from 'plan.csv' csv header
delete from plan where business_date = '2026-11-24';
insert into plan select * from staging;
commit;
"""


def needs(use: str) -> None:
    for module in {"orm": ["sqlalchemy"], "pandas": ["pandas", "sqlalchemy"]}.get(use, []):
        pytest.importorskip(module)


def whole(planning: Planning) -> None:
    """All rows are there, and came with one commit."""
    told = planning.tells()
    rows = told["tables"]["public.plan"]
    assert [(row["sku"], row["price"]) for row in rows[:2]] == [("sku-000", "0.0000"), ("sku-001", "0.2500")]
    assert len(rows) == 300
    table = [commit for commit in told["commits"] if any(one["kind"] == "insert" for one in commit["changes"])]
    assert len(table) == 1


@pytest.mark.parametrize("use", USES)
def test_a_load_in_one_transaction(planning: Planning, use: str) -> None:
    needs(use)
    code, printed = planning.job(USES[use])
    assert (code, printed) == (0, "")
    whole(planning)


def test_a_script_of_psqls_with_a_copy_from_a_file(planning: Planning, tmp_path: Path) -> None:
    lines = ["business_date,site,sku,quantity,price", *(f"2026-11-24,north,sku-{n:03},{n},{n / 4}" for n in range(300))]
    (tmp_path / "plan.csv").write_text("\n".join(lines))
    (tmp_path / "load.sql").write_text(PSQL)
    load = ["sh", "-c", f"cd {tmp_path} && psql -X -q -f load.sql"]
    assert planning.runs(*load) == (0, "")
    whole(planning)
    (tmp_path / "plan.csv").write_text("\n".join([*lines, "2026-11-24,north,sku-000,1,1"]))
    code, printed = planning.runs(*load)
    assert code == 3
    assert "duplicate key value" in printed
    assert len(planning.rows()) == 300


def test_an_upsert_in_batches_that_is_run_twice(planning: Planning) -> None:
    upsert = f"""
        import sys, psycopg
        rows = {ROWS}
        with psycopg.connect(autocommit=True) as connection:
            for begin in range(0, len(rows), 100):
                with connection.transaction():
                    connection.cursor().executemany(
                        "{INSERT} on conflict (business_date, site, sku) do update set quantity = excluded.quantity",
                        rows[begin : begin + 100],
                    )
    """
    for _ in range(2):
        assert planning.job(upsert) == (0, "")
    told = planning.tells()
    assert len(told["tables"]["public.plan"]) == 300
    kinds = [{one["kind"] for one in commit["changes"]} for commit in told["commits"]]
    assert kinds == [{"insert"}] * 3 + [{"update"}] * 3
    assert [len(commit["changes"]) for commit in told["commits"]] == [100] * 6


def test_two_jobs_that_take_turns_by_an_advisory_lock(planning: Planning) -> None:
    turn = f"""
        import sys, time, psycopg
        with psycopg.connect() as connection:
            connection.execute("select pg_advisory_xact_lock(42)")
            (before,) = connection.execute("select count(*) from plan").fetchone()
            connection.execute("select pg_sleep(600)")
            connection.execute("{INSERT}", ("2026-11-24", "north", sys.argv[1], before, 1))
    """
    command = [sys.executable, "-c", textwrap.dedent(turn)]
    ended = planning.run_side_by_side([*command, "a"], [*command, "b"])
    assert [code for code, _ in ended] == [0, 0]
    assert sorted(row["quantity"] for row in planning.rows()) == [0, 1]
    first, second = (commit["at_ns"] for commit in planning.tells()["commits"])
    assert 600 <= (second - first) / 1e9 < 601


def test_one_job_tells_another_that_its_rows_are_there(planning: Planning) -> None:
    listens = """
        import psycopg
        with psycopg.connect(autocommit=True) as connection:
            connection.execute("listen loaded")
            (told,) = connection.notifies(timeout=7200, stop_after=1)
            print(told.payload, connection.execute("select count(*) from plan").fetchone()[0])
    """
    loads = f"""
        import time, psycopg
        time.sleep(1800)
        with psycopg.connect() as connection:
            connection.cursor().executemany("{INSERT}", {ROWS})
            connection.execute("notify loaded, '2026-11-24'")
    """
    commands = [[sys.executable, "-c", textwrap.dedent(code)] for code in (listens, loads)]
    assert planning.run_side_by_side(*commands) == [(0, "2026-11-24 300\n"), (0, "")]


def test_a_deadlock_of_two_jobs_is_found_by_the_server(planning: Planning) -> None:
    locks = """
        import sys, psycopg
        first, second = sys.argv[1:]
        try:
            with psycopg.connect() as connection:
                connection.execute(f"lock table {first}")
                connection.execute("select pg_sleep(60)")
                connection.execute(f"lock table {second}")
            print("done")
        except psycopg.errors.DeadlockDetected:
            print("deadlock")
    """
    command = [sys.executable, "-c", textwrap.dedent(locks)]
    ended = planning.run_side_by_side([*command, "plan", "staging"], [*command, "staging", "plan"])
    assert sorted(printed for _, printed in ended) == ["deadlock\n", "done\n"]
