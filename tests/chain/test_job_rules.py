"""What must hold between the keys of a job, and between a job and what its chain declares."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from harness.chain.model import Chain
from harness.contract import schedule
from harness.contract.codec import write
from harness.contract.schedule import Dependency, ThresholdNeed
from harness.night.job_plan import master_job
from harness.night.times import night_times

RUN = {"run": ["true"], "at": "02:00"}


def chain(jobs: dict[str, Any], **more: Any) -> Chain:
    given = {"chain": "feed", "owner": "data-ops", "deadline": "06:00", "jobs": jobs}
    return Chain.model_validate(given | more)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"at": "02:00"}, "missing key 'run'"),
        ({"run": [], "at": "02:00"}, "expected at least one entry"),
        ({**RUN, "null_job": True}, "found 'null_job' beside 'run'"),
        ({"null_job": True, "at": "02:00", "prerun": ["true"]}, "found 'prerun', which is for"),
        ({"null_job": True, "at": "02:00", "works": "40m"}, "found 'works', which is for"),
        ({"run": ["true"], "at": "02:00", "works": "0s"}, "expected a duration longer than nothing"),
        ({**RUN, "conflict": ["nobody"]}, "unknown job 'nobody'"),
        ({**RUN, "requires": [{"job": "lod"}]}, "unknown job 'lod'. Did you mean 'load'?"),
        ({"run": ["true"]}, "would never start"),
        ({"run": ["true"], "after": [{"job": "load"}]}, "cycle: load -> load"),
        ({**RUN, "after": {"job": "load", "on": "sometimes"}}, "found 'sometimes', expected finished_ok, failed or"),
        ({**RUN, "thresholds": [{"threshold": "row", "is": "GE", "value": 1}]}, "unknown threshold 'row'"),
        ({**RUN, "thresholds": [{"threshold": "rows", "is": ">=", "value": 1}]}, "found '>=', expected EQ"),
        ({**RUN, "resources": {"lnk": 1}}, "unknown resource 'lnk'. Did you mean 'link'?"),
        ({**RUN, "resources": {"link": 3}}, "expected at most the 2 that there are"),
        ({**RUN, "frequency": {"calendar": "holiday"}}, "unknown calendar 'holiday'. Did you mean 'holidays'?"),
        ({**RUN, "frequency": {"days": [0]}}, "found 0, expected a day of the month"),
        ({**RUN, "frequency": {"weekdays": ["monday"]}}, "found 'monday', expected mon"),
        ({**RUN, "exit_codes": {"failed_if": [{"is": "GT", "code": 200}]}}, "less than or equal to 127"),
        ({**RUN, "exit_codes": {"advanced": [{"is": "RG", "code": 1, "means": "Fail"}]}}, "expected 'to' with"),
        (
            {**RUN, "exit_codes": {"advanced": [{"is": "RG", "code": 5, "to": 2, "means": "Fail"}]}},
            "expected a code not below 5",
        ),
        ({**RUN, "recurrence": {"runs": 1, "every": "5m"}}, "greater than or equal to 2"),
        ({**RUN, "events": [{"when": "failed", "event": "JOB:RESTART"}]}, "expected"),
        ({**RUN, "late_to_start": "13:00"}, "expected a time within the night"),
        ({"at": "02:00", "file_arrival": {"folder": "inbx", "file": "a", "until": "03:00"}}, "unknown folder 'inbx'"),
        (
            {"at": "02:00", "file_arrival": {"folder": "inbox", "file": "{day}.csv", "until": "03:00"}},
            "expected a file name",
        ),
    ],
)  # fmt: skip
def test_what_a_job_cannot_say_is_told_in_words(job: dict[str, Any], said: str) -> None:
    more: dict[str, Any] = {
        "thresholds": {"rows": 0},
        "resources": {"link": 2},
        "calendars": {"holidays": ["2026-12-25"]},
    }
    with pytest.raises(ValidationError) as raised:
        chain({"load": job}, folders={"inbox": {}}, **more)
    assert said in " ".join(error["msg"] for error in raised.value.errors())


def test_a_calendar_takes_dates_only() -> None:
    with pytest.raises(ValidationError, match=r"found '25\.12\.2026', expected a date"):
        chain({"load": RUN}, calendars={"holidays": ["25.12.2026"]})


def test_the_plan_says_what_the_chain_says_and_leaves_out_what_it_does_not() -> None:
    feed = chain(
        {
            "arrival": {
                "at": "01:00",
                "file_arrival": {"folder": "inbox", "file": "f_{date:%Y%m%d}.csv", "until": "03:00"},
            },
            "load": {
                "run": ["load"], "after": [{"job": "arrival", "on": "ignore_exit_code"}], "conflict": "report",
                "thresholds": [{"threshold": "rows", "is": "GE", "value": 5}], "resources": {"link": "all"},
                "recurrence": {"runs": 3, "every": "10m", "from": "start"}, "frequency": {"not_on": "holidays"},
                "exit_codes": {"failed_if": [{"is": "GT", "code": 4}]}, "late_to_finish": "05:00",
                "events": [{"when": "failed", "event": "$CONSOLE:DISPLAY,bad"}], "hold": True,
            },
            "report": {"null_job": True, "requires": ["load"]},
        },
        folders={"inbox": {}}, thresholds={"rows": 0}, resources={"link": 2}, calendars={"holidays": ["2026-12-25"]},
        machine={"maximum_jobs": 4},
    )  # fmt: skip
    times = night_times(feed, dt.date(2026, 11, 23))
    there = {"cwd": "/", "environment": {}, "agent": "agent", "folders": {"inbox": "/in"}}
    arrival, load, report = (master_job(feed, name, times, **there) for name in feed.jobs)
    assert arrival.file_arrival is not None
    assert arrival.file_arrival.file == "/in/f_20261123.csv"
    assert load.of("after") == [Dependency(job="arrival", on="ignore_exit_code")]
    assert load.of("conflict") == [Dependency(job="report", kind="conflict")]
    assert load.thresholds == (ThresholdNeed(threshold="rows", operator="GE", value=5),)
    assert (load.resources, load.hold) == ({"link": None}, True)
    assert load.recurrence == schedule.Recurrence(runs=3, every_ns=600_000_000_000, counted_from="start")
    assert load.exit_codes.failed_if == (schedule.BasicCriterion(operator="GT", code=4),)
    assert set(write(report)) == {"job", "cwd", "environment", "agent", "owner", "dependencies"}
    assert feed.jobs["load"].waits_to_finish == ()
    assert feed.jobs["report"].waits_to_finish == ("load",)
