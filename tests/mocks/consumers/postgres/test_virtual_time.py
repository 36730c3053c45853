"""The server inside the night: its sleeps and limits are virtual, and it wakes little by itself."""

from __future__ import annotations

from tests.mocks.consumers.postgres.conftest import Planning

SLEEPS = """
    import psycopg, time
    with psycopg.connect(autocommit=True) as connection:
        begins = time.monotonic()
        (slept,) = connection.execute(
            "select extract(epoch from clock_timestamp() - now()) from (select pg_sleep(3600)) as slept"
        ).fetchone()
        connection.execute("set statement_timeout = '30min'")
        try:
            connection.execute("select pg_sleep(7200)")
        except psycopg.errors.QueryCanceled as error:
            print(round(float(slept), 1), round(time.monotonic() - begins, 1), error.sqlstate)
"""


def test_an_hour_of_sleep_and_a_limit_of_half_an_hour_are_virtual(planning: Planning) -> None:
    code, printed = planning.job(SLEEPS)
    assert (code, printed) == (0, "3600.0 5400.0 57014\n")


def test_a_server_at_rest_wakes_seldom(planning: Planning) -> None:
    """Each time that it wakes is a jump of the clock; by its own defaults, it wakes some thousand times an hour."""
    code, _ = planning.runs("sleep", "36000")
    assert code == 0
    assert planning.stop.jumps < 10 * 500
