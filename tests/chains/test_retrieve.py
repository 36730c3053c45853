"""retrieve: what lands under the file's name is what its sender wrote, or nothing does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from harness.contract.endpoints import GRANTS
from tests.chains.bench import JOBS, NAME, Bench, forecast

ENDLESS = {
    "id": "0",
    "fault": "endless_listing",
    "point": "request",
    "where": {"operation": "list"},
    "effect": {"refuse": "endless_listing"},
    "trigger": {},
}
YESTERDAY = "forecast_20261122.csv"


def test_a_whole_file_lands_under_its_name(bench: Bench) -> None:
    done = bench.run("retrieve")
    assert (done.returncode, done.stderr) == (0, "")
    assert (bench.landing / NAME).read_bytes() == forecast(2500)
    assert [file.name for file in bench.landing.iterdir()] == [NAME]


@pytest.mark.parametrize("length", ["consistent", "declared", "missing"])
def test_half_a_file_never_gets_its_name_whatever_the_response_says_of_its_length(bench: Bench, length: str) -> None:
    bench.cut(0.5, length=length)
    done = bench.run("retrieve")
    assert done.returncode == 1
    assert not (bench.landing / NAME).exists()
    assert done.stderr.startswith("CAUSE: forecast_20261123.csv is ")


def test_the_cause_says_how_much_is_missing(bench: Bench) -> None:
    bench.publish(forecast(2500))
    bench.cut(0.5)
    whole = len(forecast(2500))
    expected = f"CAUSE: {NAME} is truncated: manifest says {whole:,} bytes, {whole // 2:,} arrived\n"
    assert bench.run("retrieve").stderr == expected


def test_without_the_checksum_a_cut_inside_the_trailer_lands(bench: Bench) -> None:
    bench.cut(1 - 2 / len(forecast(2500)))
    assert bench.run("retrieve").returncode == 1
    assert bench.run("retrieve", "CHECKSUM").returncode == 0
    assert (bench.landing / NAME).stat().st_size < len(forecast(2500))


def test_a_manifest_made_from_the_short_file_does_not_vouch_for_it(bench: Bench) -> None:
    bench.cut(0.5, where="record_boundary", manifest="follows")
    done = bench.run("retrieve")
    assert done.returncode == 1
    assert "the last line is no trailer" in done.stderr


def test_without_the_trailer_a_short_file_with_its_own_manifest_lands(bench: Bench) -> None:
    bench.cut(0.5, where="record_boundary", manifest="follows")
    assert bench.run("retrieve", "TRAILER").returncode == 0
    assert (bench.landing / NAME).read_bytes() != forecast(2500)


def test_without_the_rename_the_half_that_came_stands_under_the_name(bench: Bench) -> None:
    bench.cut(0.5)
    assert bench.run("retrieve", "RENAME").returncode == 1
    assert 0 < (bench.landing / NAME).stat().st_size < len(forecast(2500))


def test_a_file_that_has_not_arrived_is_named(bench: Bench) -> None:
    bench.publish(None)
    done = bench.run("retrieve")
    assert done.returncode == 1
    assert f"{NAME} has not arrived" in done.stderr


def test_a_source_that_is_down_is_named_without_its_address(bench: Bench) -> None:
    done = bench.run("retrieve", SOURCE_URL="http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr == "CAUSE: source cannot be reached: Connection refused\n"


def test_the_last_good_file_stands_in_and_says_so(bench: Bench) -> None:
    (bench.archive / "forecast_20261120.csv").write_bytes(forecast(10, day="2026-11-20"))
    (bench.archive / YESTERDAY).write_bytes(forecast(20, day="2026-11-22"))
    bench.cut(0.5)
    assert bench.run("retrieve").returncode == 0
    assert (bench.landing / YESTERDAY).read_bytes() == forecast(20, day="2026-11-22")
    assert not (bench.landing / NAME).exists()
    flag = json.loads((bench.landing / f"{NAME}.fallback.json").read_text())
    assert (flag["file"], flag["fallback_of"]) == (YESTERDAY, "2026-11-22")
    assert "is truncated" in flag["cause"]


def test_a_file_of_tonight_in_the_archive_is_no_fallback_for_itself(bench: Bench) -> None:
    (bench.archive / NAME).write_bytes(forecast(10))
    bench.publish(None)
    assert bench.run("retrieve").returncode == 1


def test_without_the_fallback_the_job_fails(bench: Bench) -> None:
    (bench.archive / YESTERDAY).write_bytes(forecast(20))
    bench.cut(0.5)
    assert bench.run("retrieve", "FALLBACK").returncode == 1
    assert not list(bench.landing.glob("*.fallback.json"))


def test_the_file_itself_ends_its_fallback(bench: Bench) -> None:
    (bench.archive / YESTERDAY).write_bytes(forecast(20))
    bench.publish(None)
    bench.run("retrieve")
    bench.publish(forecast(2500))
    assert bench.run("retrieve").returncode == 0
    assert not list(bench.landing.glob("*.fallback.json"))


def test_without_page_with_cause_a_failure_says_nothing(bench: Bench) -> None:
    bench.cut(0.5)
    done = bench.run("retrieve", "PAGE_WITH_CAUSE")
    assert (done.returncode, done.stderr) == (1, "")


def test_a_source_that_asks_for_a_token_gets_it_and_refuses_for_good_without_it(bench: Bench) -> None:
    bench.publish(forecast(2500), takes=("source.token",))
    assert bench.run("retrieve", SOURCE_TOKEN=GRANTS["source"]["token"]).returncode == 0
    refused = bench.run("retrieve", SOURCE_TOKEN="another", RETRY="on")
    assert refused.returncode == 1
    assert "source answered 401 to GET /files/" in refused.stderr
    assert refused.stdout == "", "trying again would be refused again"


WAITING = """
import json, os, time
from datetime import datetime
from zoneinfo import ZoneInfo
now, slept = [datetime.fromisoformat({begins!r}).replace(tzinfo=ZoneInfo(os.environ["ZONE"])).timestamp()], []
time.time = lambda: now[0]
def sleep(seconds):
    now[0] += seconds
    slept.append(seconds)
time.sleep = sleep
import retrieve
class Source:
    def names(self):
        return {{"forecast_20261123.csv"}} if len(slept) >= {comes} else set()
    def done(self, name):
        return len(slept) >= {done}
try:
    retrieve.wait_for(Source(), ["forecast_20261123.csv"])
    print(json.dumps([len(slept), "there"]))
except retrieve.Failure as failure:
    print(json.dumps([len(slept), str(failure)]))
"""


def waited(
    bench: Bench, *, begins: str = "2026-11-23T02:00:00", comes: int = 0, done: int = 0, **more: str
) -> list[Any]:
    """How often retrieve looked again, and how that ended."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(JOBS), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"FEED": "forecast", "BUSINESS_DATE": "2026-11-23", "ZONE": "Europe/Paris", "SOURCE_URL": "-"}
    environment |= {"LANDING": str(bench.landing), "ARCHIVE": str(bench.archive)} | more
    text = WAITING.format(begins=begins, comes=comes, done=done)
    ended = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_a_late_file_is_looked_for_every_two_minutes(bench: Bench) -> None:
    assert waited(bench, comes=17) == [17, "there"]


def test_a_file_that_is_not_there_by_twenty_to_three_is_missing(bench: Bench) -> None:
    looks, failure = waited(bench, comes=99)
    assert (looks, failure.startswith("forecast_20261123.csv has not arrived")) == (20, True)
    assert waited(bench, comes=99, begins="2026-11-23T02:50:00")[0] == 0


def test_without_waiting_a_missing_file_is_missing_at_once(bench: Bench) -> None:
    assert waited(bench, comes=1, WAIT="off")[0] == 0


def test_a_done_flag_is_waited_for_where_there_is_one(bench: Bench) -> None:
    assert waited(bench, done=3) == [0, "there"]
    assert waited(bench, done=3, WAITS_FOR_FLAGS="yes") == [3, "there"]
    assert "the done flag of forecast_20261123.csv" in waited(bench, done=99, WAITS_FOR_FLAGS="yes")[1]


def test_a_listing_without_an_end_is_given_up(bench: Bench) -> None:
    bench.control("source", "/arm", ENDLESS)
    done = bench.run("retrieve")
    assert done.stderr == "CAUSE: the source's listing did not end after 50 pages\n"


def test_a_refusal_that_is_final_is_told_with_its_status(bench: Bench) -> None:
    bench.control("source", "/arm", ENDLESS | {"effect": {"refuse": "forbidden"}})
    assert bench.run("retrieve", RETRY="on").stderr.startswith("CAUSE: source answered 403 to GET /files/")
