"""Scenarios built in Python, and faults between their two forms."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harness.chain.loading import load_chain
from harness.chain.model import Chain, Defence
from harness.checks.model.outcome import Outcome
from harness.faults import JobOverrun, LaunchFailure, NoFault, On
from harness.scenario.model import Expect, Scenario, build_fault, describe_fault

CHAIN = Chain.model_validate(
    {
        "chain": "feed",
        "owner": "data-ops",
        "deadline": "06:00",
        "jobs": {
            "retrieve": {"run": ["x"], "at": "02:00", "max_run_time": "45m"},
            "load": {"run": ["x"], "at": "03:00"},
        },
        "consumers": {"planning": {}},
        "defences": {"retry": {"variable": "RETRY"}},
    }
)


def scenario(**changes: Any) -> Scenario:
    given: dict[str, Any] = {
        "scenario": "a launch failure is retried",
        "chain": CHAIN,
        "night": "2026-11-23",
        "faults": [{"launch_failure": {"job": "retrieve"}}],
        "expect": {"outcome": "recovered"},
    }
    return Scenario.model_validate(given | changes)


def mistakes(**changes: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as raised:
        scenario(**changes)
    return {".".join(map(str, one["loc"])): one["msg"] for one in raised.value.errors()}


def test_python_says_it_with_the_same_names_as_the_file() -> None:
    built = Scenario(
        scenario="a launch failure is retried",
        chain=CHAIN,
        night=dt.date(2026, 11, 23),
        faults=[LaunchFailure(job="retrieve")],
        expect=Expect(outcome=Outcome.RECOVERED),
    )
    assert built == scenario()


@pytest.mark.parametrize(
    "fault",
    [
        NoFault(),
        LaunchFailure(job="retrieve", times=2, at="02:00", until="03:00"),
        JobOverrun(
            job="retrieve", lasts="2h", for_="1h", on=On(component="planning", action="batch", value={"rows": 9})
        ),
    ],
)
def test_a_fault_survives_the_round_trip_through_the_file_format(fault: Any) -> None:
    assert build_fault(describe_fault(fault)) == fault


def test_a_fault_without_parameters_may_stand_alone() -> None:
    assert scenario(faults=["no_fault"]).faults == (NoFault(),)
    assert scenario(faults=[{"no_fault": None}]).faults == (NoFault(),)


def test_an_unknown_fault_is_told_with_the_nearest_and_all_known_ones() -> None:
    text = mistakes(faults=[{"launch_failur": {}}])["faults.0.launch_failur"]
    assert text.startswith("unknown fault 'launch_failur'. Did you mean 'launch_failure'? Known: ")
    assert "truncate_file" in text


def test_an_unknown_parameter_is_told_with_the_nearest_and_all_known_ones() -> None:
    text = mistakes(faults=[{"launch_failure": {"job": "retrieve", "timse": 2}}])["faults.0.launch_failure.timse"]
    assert text == (
        "unknown key 'timse'. Did you mean 'times'? Known: job, cause, at, on, for, until, call, times, chance"
    )


def test_a_parameter_beside_its_fault_is_told_to_be_indented() -> None:
    assert "indent it" in mistakes(faults=[{"launch_failure": None, "job": "retrieve"}])["faults.0.job"]


@pytest.mark.parametrize("wrong", [7, [], {}, ["no_fault"], None])
def test_what_is_no_fault_at_all_is_told_so(wrong: Any) -> None:
    assert "expected a fault with its parameters" in mistakes(faults=[wrong])["faults.0"]


def test_a_fault_on_a_job_that_does_not_exist_is_a_mistake() -> None:
    text = mistakes(faults=[{"launch_failure": {"job": "retreive"}}])["faults.0.launch_failure.job"]
    assert text == "unknown job 'retreive'. Did you mean 'retrieve'? Known: retrieve, load"


def test_a_fault_that_cannot_apply_is_a_mistake() -> None:
    text = mistakes(faults=[{"job_overrun": {"job": "load", "lasts": "2h"}}])["faults.0.job_overrun.job"]
    assert "max_run_time" in text


def test_a_trigger_outside_the_night_or_on_nobodys_event_is_a_mistake() -> None:
    on = {"component": "planing", "action": "batch"}
    found = mistakes(faults=[{"launch_failure": {"job": "retrieve", "at": "14:00", "on": on}}])
    assert "within the night" in found["faults.0.launch_failure.at"]
    assert "Did you mean 'planning'?" in found["faults.0.launch_failure.on.component"]


def test_an_expectation_that_cannot_be_checked_is_a_mistake() -> None:
    expect = {"outcome": "recoverd", "by": "13:00", "paged": "data-opps", "attempts": {"retrive": 1, "load": -1}}
    found = mistakes(expect=expect)
    assert found["expect.outcome"].endswith("unaffected, recovered, degraded, contained or damaged")
    assert "Did you mean 'data-ops'?" in found["expect.paged"]
    assert set(found) == {f"expect.{key}" for key in ("outcome", "by", "paged", "attempts.retrive", "attempts.load")}


def on_mistakes(**on: Any) -> dict[str, str]:
    found = mistakes(faults=[{"launch_failure": {"job": "retrieve", "on": on}}])
    return {key.removeprefix("faults.0.launch_failure.on."): text for key, text in found.items()}


@pytest.mark.parametrize(
    ("on", "key", "text"),
    [
        ({"component": "night", "action": "heal"}, "component", "unknown component 'night'"),
        ({"component": "scheduler", "action": "lanch"}, "action", "unknown action of scheduler 'lanch'. Did you mean"),
        ({"component": "planning", "action": "holds"}, "action", "unknown action of planning 'holds'. Known: batch"),
        ({"component": "desk", "action": "resolve", "type": "info"}, "type", "unknown type of desk's resolve 'info'"),
        ({"component": "scheduler", "action": "job", "value": {"jbo": "load"}}, "value.jbo", "unknown field of sched"),
        ({"component": "scheduler", "action": "job", "value": {"job": "nosuch"}}, "value.job", "unknown job 'nosuch'"),
        ({"component": "source", "action": "publish", "value": {"file": ["f"]}}, "value.file", "unknown file"),
        ({"component": "desk", "actoin": "page"}, "actoin", "unknown key 'actoin'. Did you mean 'action'? Known: comp"),
    ],
)
def test_an_event_that_never_comes_is_a_mistake(on: dict[str, Any], key: str, text: str) -> None:
    assert on_mistakes(**on)[key].startswith(text)


def test_an_end_that_is_not_after_its_beginning_is_a_mistake() -> None:
    for until in ("02:00", "01:59", "23:00"):
        found = mistakes(faults=[{"launch_failure": {"job": "retrieve", "at": "02:00", "until": until}}])
        assert "the fault would never act" in found["faults.0.launch_failure.until"]
    assert scenario(faults=[{"launch_failure": {"job": "retrieve", "at": "23:00", "until": "02:00"}}]).faults


def test_a_night_that_is_contained_paged_somebody_and_may_have_delivered_all_rows() -> None:
    found = mistakes(expect={"outcome": "contained", "paged": "nobody", "by": "06:00"})
    assert set(found) == {"expect.paged"}


def test_nobody_paged_has_no_cause() -> None:
    assert list(mistakes(expect={"outcome": "recovered", "paged": "nobody", "cause": "x"})) == ["expect.cause"]


def test_the_chain_of_a_scenario_has_its_defences_off_already() -> None:
    assert scenario(without="retry").chain.switched_off == ("retry",)
    assert scenario(without="all").chain.switched_off == ("retry",)
    assert "Did you mean 'retry'?" in mistakes(without=["retri"])["without.0"]
    assert CHAIN.switched_off == ()


def test_a_control_that_is_always_on_is_not_switched_off() -> None:
    always = CHAIN.model_copy(update={"defences": {**CHAIN.defences, "sums": Defence(detects=("checksum",))}})
    assert scenario(chain=always, without="all").chain.switched_off == ("retry",)
    assert mistakes(chain=always, without=["sums"])["without.0"].startswith("the defence 'sums' is always on")


@pytest.mark.parametrize("night", ["2026-11-31", "tonight", 20261123, dt.datetime(2026, 11, 23), None])
def test_a_night_is_a_date(night: Any) -> None:
    assert "expected a date, such as 2026-11-23" in mistakes(night=night)["night"]


def test_a_wrong_parameter_does_not_hide_that_the_job_does_not_exist() -> None:
    chain = load_chain(Path(__file__).parents[2] / "fixtures/chains/planning_feed/chain.yaml")
    faults = [{"launch_failure": {"job": "retreive", "times": "two"}}]
    texts = [text for _, text in Scenario.mistakes_between({"chain": chain, "faults": faults})]
    assert [text.split(" Known")[0] for text in texts] == ["unknown job 'retreive'. Did you mean 'retrieve'?"]


def test_words_for_a_cause_are_added_to_those_of_the_chain() -> None:
    chain = CHAIN.model_copy(update={"causes": {"disk_full": ("lun voll",)}})
    assert scenario(chain=chain, causes={"disk_full": ["SAN voll"]}).chain.causes == {
        "disk_full": ("lun voll", "SAN voll")
    }


def test_words_for_a_cause_that_does_not_exist_are_a_mistake() -> None:
    assert "Did you mean 'disk_full'?" in mistakes(causes={"disk_ful": ["SAN voll"]})["causes.disk_ful"]
    chain = CHAIN.model_copy(update={"causes": {"disk_ful": ("SAN voll",)}})
    assert "Did you mean 'disk_full'?" in mistakes(chain=chain)["chain"]
