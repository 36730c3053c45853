"""What the server does beside a load: another session's locks and rows, a deadlock that is real, and a failover."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest

from harness.contract.endpoints import POSTGRES
from tests.mocks.conftest import NightOfMocks, Played, night
from tests.mocks.consumers.postgres.test_kind import INSERT, connect, consumers, held, load, stage

__all__ = ["consumers", "night", "stage"]


def arm(consumers: Played, when: str, effect: dict[str, Any], operation: str = "store", **more: Any) -> None:
    where = {"consumer": "planning", "kind": "postgres", "operation": operation, "when": when}
    consumers.arm("exchange", effect, where=where, **({"times": 1} | more))


def job(night: NightOfMocks, consumers: Played, program: str) -> str:
    """What a program prints that lives in the night's time."""
    at = {"PGHOST": "127.0.0.1", "PGPORT": str(consumers.endpoints["postgres"]), "PGDATABASE": "planning"}
    at |= {"PGUSER": POSTGRES["user"], "PGPASSWORD": POSTGRES["password"]}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    process = night.job(*command, stderr=subprocess.STDOUT, env=at)
    night.run(60)
    return process.communicate()[0].decode()


def commits(night: NightOfMocks) -> list[tuple[int, int, int, str | None]]:
    return [
        (value["stored"], value["removed"], value["rows"], value.get("by"))
        for type_, value, _ in night.events("commit")
        if type_ == "ok"
    ]


def test_what_another_session_changes_is_changed_and_told_as_its(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "after_commit", {"runs": "delete from plan where sku = 'a'", "open_ns": 0})
    said = job(night, consumers, f'import psycopg\nwith psycopg.connect() as c: c.execute("{INSERT}")')
    assert said == ""
    assert commits(night) == [(2, 0, 2, None), (0, 1, 1, "another session")]
    assert held(night, consumers) == [("2026-11-23", None, 1)]


def test_what_another_session_locks_is_waited_for_until_it_commits(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "asked", {"runs": "lock table plan", "open_ns": 600 * 10**9}, "connect")
    said = job(
        night,
        consumers,
        f"""
        import time, psycopg
        begun = time.time()
        with psycopg.connect() as connection:
            try:
                connection.execute("set lock_timeout = '60s'")
                connection.execute("{INSERT}")
            except psycopg.errors.LockNotAvailable:
                print(int(time.time() - begun))
        with psycopg.connect() as connection:
            connection.execute("{INSERT}")
        print(int(time.time() - begun))
        """,
    )
    assert said.split() == ["60", "600"]
    assert held(night, consumers) == [("2026-11-23", None, 2)]


def test_two_who_wait_for_each_other_are_a_deadlock_which_ends_the_job(night: NightOfMocks, consumers: Played) -> None:
    both = "lock table plan in exclusive mode; lock table staging in exclusive mode"
    arm(consumers, "asked", {"runs": both, "open_ns": 0}, call=2)
    said = job(
        night,
        consumers,
        f"""
        import psycopg
        try:
            with psycopg.connect() as connection:
                connection.execute("insert into staging (sku) values ('x')")
                connection.execute("{INSERT}")
        except psycopg.errors.DeadlockDetected as error:
            print(error.diag.message_primary)
        """,
    )
    assert said == "deadlock detected\n"
    assert held(night, consumers) == []


def test_sql_of_another_session_that_is_refused_is_told(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "after_commit", {"runs": "delete from plann", "open_ns": 0})
    load(consumers)
    [error] = [error for type_, _, error in night.events("commit") if type_ == "fail"]
    assert error == 'another session: relation "plann" does not exist (SQLSTATE 42P01)'


def test_a_failover_loses_what_was_committed_last_and_nothing_before(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "after_commit", {"loses_ns": 10**9, "away_ns": 30 * 10**9}, call=2)
    said = job(
        night,
        consumers,
        f"""
        import time, psycopg
        for _ in range(2):
            with psycopg.connect() as connection:
                connection.execute("{INSERT}")
                connection.execute("create table if not exists made (n int)")
            time.sleep(5)
        try:
            psycopg.connect()
        except psycopg.OperationalError as error:
            print("starting up" in str(error))
        time.sleep(30)
        with psycopg.connect() as connection:
            print(connection.execute("select count(*) from plan").fetchone()[0])
            connection.execute("insert into plan (day, sku) values ('2026-11-23', 'c')")
        """,
    )
    assert said.split() == ["True", "2"]
    assert commits(night) == [(2, 0, 2, None), (2, 0, 4, None), (0, 2, 2, "failover"), (1, 0, 3, None)]
    assert held(night, consumers) == [("2026-11-23", None, 3)]


def test_the_night_after_a_failover_begins_as_any(night: NightOfMocks, consumers: Played) -> None:
    load(consumers)
    assert commits(night) == [(2, 0, 2, None)]
    assert held(night, consumers) == [("2026-11-23", None, 2)]


@pytest.mark.parametrize("effect", [{"runs": "select 1", "open_ns": 0}, {"loses_ns": 1, "away_ns": 1}])
def test_no_other_consumer_has_sessions_or_a_standby(consumers: Played, effect: dict[str, Any]) -> None:
    where = {"consumer": "planning", "operation": "store", "when": "after_commit"}
    with pytest.raises(AssertionError, match="expected 'postgres'"):
        consumers.arm("exchange", effect, where=where)


def test_who_is_connected_at_a_failover_is_cut_off(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "after_commit", {"loses_ns": 10**9, "away_ns": 10**9})
    said = job(
        night,
        consumers,
        f"""
        import time, psycopg
        connection = psycopg.connect(autocommit=True)
        connection.execute("{INSERT}")
        time.sleep(2)
        try:
            connection.execute("select 1")
        except psycopg.OperationalError:
            print("lost")
        """,
    )
    assert said == "lost\n"
    assert held(night, consumers) == []
    with connect(consumers) as connection:
        connection.execute("select from plan")
