"""A line for each kind of event, whatever it says of itself."""

from __future__ import annotations

import re

import pytest

from harness.contract.codec import write
from harness.history import EventType
from harness.report.five_questions import answers
from harness.report.timeline import TOLD, timeline
from harness.testing.fault_contract import RecordingSystem
from harness.testing.histories import Line, at_ns
from tests.checks.nights import calm, ended, outside, paged
from tests.faults.examples import EXAMPLES
from tests.report.conftest import MakeResult

HOUR_NS = 3_600_000_000_000
KINDS: tuple[EventType, ...] = ("invoke", "ok", "fail", "info")
ACTIONS = sorted({told.split()[0] for told in TOLD})


def texts(result_of: MakeResult, *lines: Line) -> list[str]:
    return [moment.text for moment in timeline(result_of(*lines))]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_event_that_says_nothing_is_a_plain_line_at_most(result_of: MakeResult, action: str, kind: str) -> None:
    result = result_of(*calm(), ("03:00:00", "somebody", f"{action} {kind}", {}))
    assert len(timeline(result)) >= 3


def test_a_refused_page_is_told_as_one(result_of: MakeResult) -> None:
    refused = ("02:30:00", "desk", "page fail", {"field": "owner", "error": "owner: found nothing, expected text"})
    result = result_of(*calm(), refused)
    assert "refuses a page: owner: found nothing, expected text" in texts(result_of, *calm(), refused)
    assert len(answers(result)) == 5
    assert result.judgement.of("owner_paged")


def test_what_becomes_of_a_page_by_a_channel_is_told(result_of: MakeResult) -> None:
    page = {
        "channel": "pagerduty",
        "to": "0" * 32,
        "key": "k",
        "owner": "data-ops",
        "job": "retrieve",
        "cause": "exit 3",
    }
    lost = {"field": "routing_key", "channel": "pagerduty", "error": "accepted, and nobody is told"}
    told = texts(
        result_of,
        ("02:30:00", "desk", "page info", page | {"repeats": 1}),
        ("02:31:00", "desk", "page fail", lost),
        ("02:32:00", "desk", "acknowledge ok", page),
        ("02:33:00", "desk", "resolve ok", page),
    )
    assert "has told data-ops already: exit 3" in told
    assert "loses a page by pagerduty: accepted, and nobody is told" in told
    assert "the page of data-ops is acknowledged" in told
    assert "what data-ops was paged for is over" in told


def test_who_is_told_at_once_is_told_apart_from_who_is_told_later(result_of: MakeResult) -> None:
    said = {"owner": "data-ops", "job": "retrieve", "number": 1, "told": "bob"}
    told = texts(
        result_of,
        ("02:30:00", "desk", "escalate ok", said | {"after_s": 0}),
        ("02:45:00", "desk", "escalate ok", said | {"after_s": 900}),
    )
    assert "the page for retrieve has gone to somebody else, too: bob is told" in told
    assert "nobody has acknowledged the page for retrieve: bob is told" in told


def test_a_failure_without_words_is_said_once(result_of: MakeResult) -> None:
    silent = ("02:01:00", "scheduler", "job fail", {"job": "retrieve", "exit": 1, "error": "exit 1"})
    killed = {"job": "publish", "signal": 9, "error": "killed by signal 9 (SIGKILL)"}
    told = texts(result_of, silent, ("02:02:00", "scheduler", "job fail", killed), ended("02:03:00", "load", "fail"))
    assert "retrieve failed (exit 1)" in told
    assert "publish failed (signal 9)" in told
    assert "load failed (exit 3)" in told


def test_spans_are_told_with_their_unit(result_of: MakeResult) -> None:
    placed = {"job": "retrieve", "file": "landing/forecast.csv", "at": "byte 5000"}
    struck = {"id": "0", "fault": "job_crash", "where": placed, "effect": {"place": {}, "by": {"signal": 9}}}
    told = texts(result_of, ("02:00:00", "scheduler", "fault info", struck))
    assert "job_crash on retrieve, byte 5000 of landing/forecast.csv (signal: 9)" in told
    frozen = {"id": "0", "fault": "job_overrun", "where": {"job": "retrieve"}, "effect": {"freeze_ns": 5 * HOUR_NS}}
    assert "job_overrun on retrieve (freeze: 5h)" in texts(result_of, ("02:00:00", "scheduler", "fault info", frozen))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_receipts_of_every_fault_tell_instants_as_times_of_day_and_spans_with_their_unit(
    result_of: MakeResult, name: str
) -> None:
    system = RecordingSystem()
    with EXAMPLES[name].inject(system):
        receipts = [
            {"id": order.id, "fault": name, "where": dict(order.where), "effect": write(order.effect)}
            for order in system.orders
        ]
    lines: list[Line] = [("02:00:00", "source", "fault info", receipt) for receipt in receipts]
    told = [text for text in texts(result_of, *lines) if text.startswith(name)]
    assert len(told) >= min(1, len(receipts))
    for text in told:
        text = re.sub(r"\b[0-9a-f]{64}\b", "", text)
        assert not re.search(r"\bat: (?!\d\d:\d\d)", text), text
        assert not re.search(r"\d{4,}h|\d{12,}|_ns\b", text), text


def test_an_instant_is_told_in_the_time_zone_of_the_night(result_of: MakeResult) -> None:
    moved = {"id": "0", "fault": "late", "where": {"file": "forecast"}, "effect": {"at_ns": at_ns("02:30:00")}}
    assert "late on forecast (at: 03:30)" in texts(result_of, ("01:30:00", "source", "fault info", moved))


def test_a_tight_loop_is_told(result_of: MakeResult) -> None:
    loop = ("02:00:00", "night", "loop info", {"jobs": ["retrieve"], "requests": 2000})
    assert "retrieve asked 2,000 times in vain, and is ended" in texts(result_of, loop)


def test_an_overrun_does_not_say_what_a_rule_does_about_it(result_of: MakeResult) -> None:
    told = texts(result_of, ("02:45:00", "scheduler", "overrun info", {"job": "retrieve"}), paged("02:45:00", "x"))
    assert "retrieve exceeded its max run time" in told


def test_a_program_outside_of_the_nights_time_is_told_with_who_started_it_and_why(result_of: MakeResult) -> None:
    said = (
        "retrieve started {} outside of the night's time: it is linked statically, and has no loader that could bring "
        "the clock in"
    )
    excepted = outside("02:00:02", "/opt/bin/yq", excepted=True)
    told = [(one.text, one.kind) for one in timeline(result_of(outside("02:00:01"), excepted, *calm()))]
    assert (said.format("/opt/bin/jq"), "bad") in told
    assert (f"{said.format('/opt/bin/yq')}; its chain excepts it", "plain") in told
