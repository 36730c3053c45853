"""OpCon's JSON becomes a chain skeleton: what its jobs run, wait for and set off, and what it leaves open, named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AuthorError, LoadError
from harness.importing.opcon import read_opcon
from harness.importing.skeleton import Draft, Skeleton
from harness.values.yaml_source import read
from tests.sample import sample

JOBS = Path(__file__).parent / "dailyjobs.json"
UNIX = {"jobType": {"id": 6, "description": "UNIX"}, "schedule": {"name": "NIGHT"}}


@pytest.fixture(scope="module")
def whole() -> Skeleton:
    return read_opcon(JOBS.read_text(), JOBS)


@pytest.fixture(scope="module")
def jobs(whole: Skeleton) -> dict[str, Draft]:
    return {job.name: job for job in whole.jobs}


def of(*jobs: dict[str, Any]) -> Skeleton:
    return read_opcon(json.dumps([UNIX | job for job in jobs], indent=1), Path("jobs.json"))


def only_job(**job: Any) -> Draft:
    [found] = of({"name": "LOAD", "details": {"startImage": "/bin/load"}} | job).jobs
    return found


def test_times_are_counted_from_the_schedules_start_as_opcon_does(jobs: dict[str, Draft]) -> None:
    keys = jobs["RETRIEVE"].keys
    times = ("at", "latest_start", "late_to_start", "late_to_finish")
    assert [keys[key] for key in times] == ["02:00", "03:30", "02:15", "04:00"]
    assert (keys["max_run_time"], keys["retry_on_failure"]) == ("45m", {"attempts": 3, "every": "10m"})


def test_a_program_keeps_its_words_its_prerun_and_its_exit_codes(jobs: dict[str, Draft]) -> None:
    keys = jobs["RETRIEVE"].keys
    assert keys["run"] == ["/opt/feed/retrieve", "--feed", "planning forecast", "--date", "[[$DATE]]"]
    assert (keys["prerun"], keys["environment"]) == (["/opt/feed/mount"], {"LEVEL": "2"})
    assert keys["exit_codes"] == {
        "failed_if": [{"is": "GT", "code": 4}],
        "advanced": [
            {"is": "RG", "code": 1, "to": 3, "means": "Finish OK"},
            {"is": "EQ", "code": 9, "means": "Fail", "and_or": "OR"},
        ],
    }


def test_dependencies_keep_their_kind_their_condition_and_their_day(jobs: dict[str, Draft]) -> None:
    keys = jobs["VALIDATE"].keys
    assert keys["requires"] == ["RETRIEVE"]
    assert keys["after"] == [{"job": "PUBLISH", "on": "ignore_exit_code", "days_before": 1}]
    assert keys["thresholds"] == [{"threshold": "ROWS", "is": "GE", "value": 100}]
    assert keys["resources"] == {"LOADERS": 2, "TAPE": "all"}
    assert (keys["exclude"], keys["expression"]) == (["PUBLISH"], "[[ROWS]] > 0")


def test_an_estimated_start_of_a_job_that_waits_for_others_is_no_start(jobs: dict[str, Draft]) -> None:
    assert "at" not in jobs["VALIDATE"].keys


def test_thresholds_and_resources_are_declared_with_what_is_known_of_them(whole: Skeleton) -> None:
    assert (whole.declared["thresholds"], whole.declared["resources"]) == ({"ROWS": 3}, {"LOADERS": 2, "TAPE": 1})


def test_a_windows_command_keeps_its_backslashes_and_quoted_words(jobs: dict[str, Draft]) -> None:
    assert jobs["VALIDATE"].keys["run"] == [r"C:\Program Files\feed\validate.exe", "/strict", r"D:\in"]


def test_departments_are_owners_and_said_to_be(whole: Skeleton, jobs: dict[str, Draft]) -> None:
    assert [job.keys["owner"] for job in jobs.values()] == ["Data Operations", "Data Operations", "Planning"]
    assert "owners are the departments of jobs in OpCon" in whole.text()
    one = of({"name": "LOAD", "department": {"name": "Feeds"}})
    assert one.declared["owner"] == "Feeds"
    assert "owner" not in one.jobs[0].keys


def test_what_json_leaves_open_is_named_with_its_line(whole: Skeleton) -> None:
    told = "\n".join(whole.all_remarks())
    for said in (
        "dailyjobs.json:1: OpCon's JSON names no time zone",
        "dailyjobs.json:1: the frequency 'MON-FRI' of RETRIEVE, VALIDATE, PUBLISH is only a name here",
        "dailyjobs.json:1: jobs run on lx-batch-1, win-batch-1; a chain has one machine",
        "dailyjobs.json:5: the properties [[$DATE]] in its command are not carried over",
        "dailyjobs.json:5: it runs as the batch user feed",
        "dailyjobs.json:5: its event $CONSOLE:DISPLAY,rows on LSAMFeedback is not carried over",
        "dailyjobs.json:5: its documentation belongs into the runbook: If the stage is empty, call the supplier.",
        ": its dependency After SNAPSHOT of the schedule BACKUP is not carried over",
        ": the resource LOADERS has no value in OpCon's JSON: it begins with 2 here",
        ": what a job of the type SQL runs is not carried over: say run",
    ):
        assert said in told


def test_a_null_job_and_a_file_arrival_are_jobs_of_their_own_kind() -> None:
    null = only_job(jobType={"id": -1, "description": "Null Job"}, details={})
    assert null.keys["null_job"] is True
    arrival = {"fileToWatch": "/in/feed/forecast_*.csv", "duration": 30, "subdirectorySearch": True, "startOffset": 60}
    skeleton = of({"name": "WATCH", "details": {"fileArrivalSettings": arrival}})
    [job] = skeleton.jobs
    assert job.keys["file_arrival"] == {
        "folder": "feed", "file": "forecast_*.csv", "stable_for": "30s", "subfolders": True,
    }  # fmt: skip
    assert skeleton.declared["folders"] == {"feed": {}}
    assert any("say until" in remark.text for remark in job.remarks)


def test_what_a_jobs_frequency_expects_must_hold_as_well_as_what_the_job_does() -> None:
    both = {"id": 1, "expression1": "[[A]] = 1", "expression2": "[[B]] = 2"}
    assert only_job(expressionDependencies=both).keys["expression"] == "([[A]] = 1) AND ([[B]] = 2)"


def test_needs_that_are_not_as_opcon_writes_them_are_named() -> None:
    job = only_job(
        thresholdDependencies=[{"threshold": {"name": "ROWS"}, "operator": "EQ", "value": 1}],
        resourceDependencies=[{"resource": {"name": "TAPE"}, "requires": "2", "requiresAll": False}],
        dependencies=[{"name": "OTHER", "type": "After"}],
    )
    told = " ".join(remark.text for remark in job.remarks)
    for said in ("its threshold ROWS EQ 1", "its resource TAPE, of which it takes 2,", "its dependency None None"):
        assert f"{said} is not carried over" in told


def test_an_event_is_read_as_a_text_and_taken_apart() -> None:
    text = {"id": 1, "type": "jobStatus", "status": "FINISHED_OK", "event": "$JOB:ADD,,,NEXT", "frequencyLevel": False}
    apart = {
        "id": 2, "trigger": {"type": "Status", "id": 910, "name": "Failed"},
        "event": {"type": "$JOB:HOLD", "parameters": {"1": "", "2": None, "3": "NEXT"}}, "frequency": {"name": "ALL"},
    }  # fmt: skip
    assert only_job(events=[text, apart]).keys["events"] == [
        {"when": "finished_ok", "event": "$JOB:ADD,,,NEXT"},
        {"when": "failed", "event": "$JOB:HOLD,,,NEXT"},
    ]


def test_a_recurrence_counts_from_start_or_end() -> None:
    again = {"type": "RestartOffset", "minutesFromEndToStart": 15, "numberOfRuns": 4}
    job = only_job(frequency={"name": "ALL", "finishOkBehavior": again}, isRecurrent=True)
    assert job.keys["recurrence"] == {"runs": 4, "every": "15m", "from": "end"}
    unsaid = only_job(frequency={"name": "ALL"}, isRecurrent=True)
    assert any("does not say how often" in remark.text for remark in unsaid.remarks)


def test_a_start_that_has_happened_is_said_to_be_no_definition() -> None:
    job = only_job(computedStartTime={"time": "2026-11-23T02:00:07.0000000+01:00", "isEstimated": False})
    assert job.keys["at"] == "02:00"
    assert any("is when it did start that day" in remark.text for remark in job.remarks)


def test_an_evening_after_the_morning_of_its_date_is_pointed_out() -> None:
    def start(clock: str) -> dict[str, str]:
        return {"time": f"2026-11-23T{clock}:00.0000000+01:00"}

    skeleton = of(
        {"name": "LOAD", "computedStartTime": start("02:00")}, {"name": "DUMP", "computedStartTime": start("22:30")}
    )
    assert "in a night that is the evening before" in " ".join(skeleton.all_remarks())


def test_master_jobs_without_details_lack_what_they_run() -> None:
    [job] = of({"name": "LOAD", "frequencies": [{"name": "MON"}, {"name": "FRI"}]}).jobs
    assert "run" not in job.keys
    told = " ".join(remark.text for remark in job.remarks)
    assert "what it runs is missing" in told
    assert "several frequencies (MON, FRI)" in told


def test_of_several_schedules_one_is_chosen() -> None:
    both = [UNIX | {"name": "LOAD"}, UNIX | {"name": "LOAD", "schedule": {"name": "DAY"}}]
    text = json.dumps(both)
    with pytest.raises(LoadError, match=r"jobs.json:1: found jobs of 2 schedules, .* --only 'NIGHT' or 'DAY'"):
        read_opcon(text, Path("jobs.json"))
    assert read_opcon(text, Path("jobs.json"), "DAY").name == "DAY"
    with pytest.raises(AuthorError, match=r"unknown schedule 'DAYS'. Did you mean 'DAY'"):
        read_opcon(text, Path("jobs.json"), "DAYS")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "jobs.json:1: the file is empty; expected OpCon's jobs"),
        ('[\n{"name": "LOAD",}\n]', "jobs.json:2: not JSON: "),
        ("[]", "jobs.json:1: found no job, expected OpCon's jobs"),
        ('"LOAD"', "jobs.json:1: found 'LOAD', expected OpCon's jobs"),
        ('[{"id": 1}]', "jobs.json:1: found a mapping without the name of a job in entry 1"),
        ('[{"name": "Master"}]', "jobs.json:1: found entries that are no jobs"),
        ('[{"resource": "token", "message": "Invalid token specified"}]', "without the name of a job in entry 1"),
    ],
)
def test_what_is_not_opcons_jobs_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(LoadError) as refused:
        read_opcon(text, Path("jobs.json"))
    assert said in str(refused.value)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*at, key)
        yield from _places(inner, (*at, key))


@pytest.mark.parametrize("instead", sample([None, -5, [], {}, [None], {"name": None}, "a\nb\x07: #{"]))
def test_whatever_stands_in_a_field_the_skeleton_is_yaml_or_the_file_is_refused(instead: Any, tmp_path: Path) -> None:
    whole, chain = json.loads(JOBS.read_text()), tmp_path / "chain.yaml"
    places = list(_places(whole))
    assert len(places) > 100
    for place in places[::3]:
        changed = inner = json.loads(JOBS.read_text())
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = instead
        try:
            chain.write_text(read_opcon(json.dumps(changed), JOBS, "PLANNING").text())
        except AuthorError:
            continue
        assert read(chain, "a chain").mistakes == (), place
