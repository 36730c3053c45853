"""The calendar in virtual time: nights without an hour and with one twice, leap days, year ends, odd time zones.

Date, Python and bash ask the C library and the zone's rules themselves; what is shown here is that they are asked with
the right moment, and that waits are of the time that passes, whatever the clock on the wall does meanwhile.
"""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from tests.runs import HARNESS, User
from tests.sample import sample

RUN = (*HARNESS, "clock", "run")

DATE = ["sh", "-c", "date '+%F %R %z'; sleep {seconds}; date '+%F %R %z'"]
BASH = [
    "bash",
    "-c",
    "printf '%(%F %R %z)T\\n' -1; read -t {seconds} x < <(sleep 1000000); printf '%(%F %R %z)T\\n' -1",
]
PYTHON = [
    sys.executable,
    "-c",
    "import time\nfor s in {seconds}, 0: print(time.strftime('%F %R %z')); time.sleep(s)",
]

CHANGES = {
    "no 02:00": ("Europe/Paris", "2026-03-29T01:30", 3600, "03-29 01:30 +0100", "03-29 03:30 +0200"),
    "02:30 twice": ("Europe/Paris", "2026-10-25T02:30", 3600, "10-25 02:30 +0200", "10-25 02:30 +0100"),
    "the second": ("Europe/Paris", "2026-10-25T02:30+01:00", 3600, "10-25 02:30 +0100", "10-25 03:30 +0100"),
    "half an hour gone": ("Australia/Lord_Howe", "2026-10-04T01:45", 1800, "10-04 01:45 +1030", "10-04 02:45 +1100"),
    "half an hour twice": ("Australia/Lord_Howe", "2026-04-05T01:45", 1800, "04-05 01:45 +1100", "04-05 01:45 +1030"),
    "into a leap day": ("Europe/Paris", "2028-02-28T23:30", 3600, "02-28 23:30 +0100", "02-29 00:30 +0100"),
    "out of a leap day": ("Europe/Paris", "2028-02-29T23:30", 3600, "02-29 23:30 +0100", "03-01 00:30 +0100"),
    "no leap day": ("Europe/Paris", "2027-02-28T23:30", 3600, "02-28 23:30 +0100", "03-01 00:30 +0100"),
    "year end": ("Europe/Paris", "2026-12-31T23:59", 60, "12-31 23:59 +0100", "01-01 00:00 +0100"),
    "half an hour off": ("Asia/Kolkata", "2026-11-24T23:45", 3600, "11-24 23:45 +0530", "11-25 00:45 +0530"),
    "a quarter off": ("Asia/Kathmandu", "2026-11-24T23:45", 3600, "11-24 23:45 +0545", "11-25 00:45 +0545"),
    "past 32 bits": ("UTC", "2038-01-19T03:14", 60, "01-19 03:14 +0000", "01-19 03:15 +0000"),
}


@pytest.mark.parametrize("program", sample([DATE, BASH, PYTHON]), ids=["date", "bash", "python"])
@pytest.mark.parametrize(("zone", "at", "seconds", "before", "after"), sample(CHANGES.values(), 2), ids=CHANGES)
def test_programs_tell_the_calendar_of_their_zone(
    user: User, zone: str, at: str, seconds: int, before: str, after: str, program: list[str]
) -> None:
    argv = [word.replace("{seconds}", str(seconds)) for word in program]
    run = user.runs(*RUN, "--at", at, "--tz", zone, "--", *argv)
    assert [line[5:] for line in run.out.splitlines()] == [before, after], run.err


@pytest.mark.parametrize("at", sample(["2026-03-29T02:30", "2026-03-29T02:00", "2026-03-29T02:59:59"]))
def test_a_time_that_does_not_exist_is_refused(user: User, at: str) -> None:
    run = user.runs(*RUN, "--at", at, "--tz", "Europe/Paris", "date")
    assert run.code == 4
    assert "does not exist in Europe/Paris: the clocks are set forward over it" in run.err


def test_the_machines_own_zone_is_the_one_of_its_environment(user: User) -> None:
    run = user.runs(*RUN, "--at", "2026-10-25T01:50", "date", "+%s %H:%M", TZ="Asia/Kathmandu")
    moment = dt.datetime(2026, 10, 25, 1, 50, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=45)))
    assert run.out == f"{moment.timestamp():.0f} 01:50\n"
    refused = user.runs(*RUN, "--at", "2026-03-29T02:30", "date", TZ="Europe/Paris")
    assert "does not exist in this machine's time zone" in refused.err


def test_the_zone_of_the_environment_stays_without_tz(user: User) -> None:
    assert user.runs(*RUN, "--", "sh", "-c", "echo ${TZ-unset}", TZ="Asia/Kolkata").out == "Asia/Kolkata\n"
    assert user.runs(*RUN, "--tz", "Asia/Kolkata", "--", "sh", "-c", "echo $TZ", TZ="UTC").out == "Asia/Kolkata\n"
