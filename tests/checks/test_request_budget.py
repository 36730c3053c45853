"""Hand-written histories for request_budget."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest

from harness.checks import CHECKS, Finding, Outcome, judge
from harness.history import Event, History
from harness.testing.histories import MIDNIGHT_NS, Line
from tests.checks.nights import BASELINE, calm, night

check = CHECKS["request_budget"]

TWO = 7200.0
"""Two o'clock, in seconds."""


def at(seconds: float) -> str:
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


def exactly(history: History, times: list[float]) -> History:
    """The same history with its events, but the first, at these times."""
    moved = [MIDNIGHT_NS + round(seconds * 1e9) for seconds in times]
    events = list(history)
    return History.merge(
        as_record(event) | {"at": event.at if not index else moved[index - 1]} for index, event in enumerate(events)
    )


def as_record(event: Event) -> dict[str, Any]:
    """An event as its component writes it."""
    names = ("at", "component", "type", "action", "value", "error")
    return {name: getattr(event, name) for name in names}


def requests(
    times: list[float],
    *,
    error: str | None = None,
    what: str = "file",
    via: str = "http",
    name: str = "forecast.csv",
    **begin: Any,
) -> History:
    """A night of these requests, each answered at once."""
    lines: list[Line] = []
    value = {"name": name, "what": what, "via": via}
    for seconds in times:
        end = "serve fail" if error else "serve ok"
        lines += [
            (at(seconds), "source", "serve invoke", value),
            (at(seconds), "source", end, value | {"error": error}),
        ]
    return exactly(night(*lines, **begin), [moment for seconds in times for moment in (seconds, seconds + 0.0001)])


def refused(times: list[float], endpoint: str = "source", **begin: Any) -> History:
    """A night of refused connections."""
    value = {"endpoint": endpoint, "error": "Connection refused"}
    return exactly(night(*((at(one), "wire", "connect fail", value) for one in times), **begin), times)


def logins(*kinds: str, via: str = "sftp") -> History:
    lines: list[Line] = [
        (at(TWO + 600 * number), "source", f"login {kind}", {"via": via, "user": "planning"})
        for number, kind in enumerate(kinds)
    ]
    return night(*lines)


def urllib3_pause(number: int, factor: float) -> float:
    """Before the retry with that number: none before the first, then twice as long each time."""
    return factor * 2**number if number else 0.0


def every(seconds: float, count: int) -> list[float]:
    return [TWO + seconds * number for number in range(count)]


def found(told: History, baseline: History = BASELINE) -> Finding:
    return check(told, baseline)


def test_a_retry_now_and_then_is_within_every_budget() -> None:
    assert found(requests(every(30, 40), error="503")).state == "holds"


def test_hundreds_of_requests_in_a_minute_are_not() -> None:
    finding = found(requests(every(0.2, 720), error="503: no"))
    assert finding.sentence == (
        "source was asked 300 times within a minute, 30 allowed; if that is meant, declare it in the chain: "
        "budget: {neighbours: {source: {requests_a_minute: 300, attempts_without_pause: 720}}}"
    )
    assert finding.evidence["without_pause"].first == (
        "source: serve forecast.csv failed 720 times without a pause, 10 allowed",
    )


def test_ten_times_what_the_baseline_asks_is_allowed() -> None:
    assert found(requests(every(0.5, 100)), requests(every(0.5, 10))).state == "holds"
    assert found(requests(every(0.5, 101)), requests(every(0.5, 10))).state == "violated"


@pytest.mark.parametrize("budget", [{"requests_a_minute": 50}, {"requests_a_minute": 59}])
def test_the_chain_may_say_less_or_more(budget: dict[str, int]) -> None:
    told = requests(every(1.0, 60), budget={"source": budget})
    said = f"source was asked 60 times within a minute, {budget['requests_a_minute']} allowed; "
    assert found(told).sentence.startswith(said)
    assert found(requests(every(1.0, 60), budget={"source": {"requests_a_minute": 60}})).state == "holds"
    assert found(requests(every(1.0, 60), budget={"s3": {"requests_a_minute": 600}})).state == "violated"


@pytest.mark.parametrize(
    ("what", "error"),
    [("file", "404: not there"), ("listing", None), ("flag", "No such file"), ("manifest", "NoSuchKey: no such key")],
)
def test_a_look_every_second_whether_something_has_come_is_a_poll(what: str, error: str | None) -> None:
    assert found(requests(every(1.0, 3600), what=what, error=error)).state == "holds"
    assert found(requests(every(0.3, 3600), what=what, error=error)).state == "violated"


def test_a_retry_every_second_of_what_fails_is_none() -> None:
    assert "60 times within a minute" in found(requests(every(1.0, 3600), error="503: no")).sentence


def test_a_poll_with_a_connection_for_each_look_is_one_too() -> None:
    times = every(1.0, 600)
    value = {"name": "forecast.csv", "what": "file", "via": "http"}
    lines: list[Line] = []
    for one in times:
        lines += [
            (at(one), "wire", "connect info", {"endpoint": "source"}),
            (at(one), "source", "serve invoke", value),
            (at(one), "source", "serve fail", value | {"error": "404: not there"}),
        ]
    moments = [moment for one in times for moment in (one, one + 0.001, one + 0.002)]
    assert found(exactly(night(*lines), moments)).state == "holds"


def test_refused_connections_are_requests() -> None:
    assert "source was asked 100 times within a minute" in found(refused(every(0.3, 100))).sentence
    assert found(refused(every(10, 100))).state == "holds"


def test_a_connection_that_does_not_get_there_is_counted_once() -> None:
    value = {"endpoint": "s3"}
    both: list[Line] = [
        line
        for one in every(3.0, 20)
        for line in ((at(one), "wire", "connect info", value), (at(one), "wire", "connect fail", value))
    ]
    assert found(night(*both)).state == "holds"


PAUSES = {
    "boto3": [0.04, 0.07, 0.13, 0.37, 0.68, 0.9, 2.1],
    "snowflake": [0.2, 0.9, 0.6, 1.1, 0.8, 4.0, 9.1],
    "urllib3": [urllib3_pause(number, 0.1) for number in range(10)],
    "urllib3, hardly a pause": [urllib3_pause(number, 0.01) for number in range(12)],
    "curl": [1, 2, 4, 8, 16, 32, 60, 60],
    "none, four times": [0, 0, 0],
}
"""Between the attempts of one call."""


@pytest.mark.parametrize("client", PAUSES)
def test_what_client_libraries_repeat_by_themselves_is_no_loop(client: str) -> None:
    one = [*accumulate(PAUSES[client], initial=0.0)]
    calls = [TWO + minute * 300 + moment for minute in range(6) for moment in one]
    assert found(requests(calls, error="503: no")).state == "holds"
    assert found(refused(calls)).state == "holds"


def test_more_than_that_without_a_pause_is_one() -> None:
    finding = found(requests(every(0.9, 11), error="503: no"))
    assert finding.sentence == (
        "source: serve forecast.csv failed 11 times without a pause, 10 allowed; if that is meant, declare it in the "
        "chain: budget: {neighbours: {source: {attempts_without_pause: 11}}}"
    )
    assert found(requests(every(1.1, 11), error="503: no")).state == "holds"
    strict = {"source": {"attempts_without_pause": 2}}
    assert found(requests(every(0.1, 3), error="503: no", budget=strict)).state == "violated"


def test_pieces_that_the_baseline_asks_for_side_by_side_fail_side_by_side() -> None:
    pieces = requests(every(0.001, 10), via="s3")
    assert found(requests(every(0.02, 100), via="s3", error="503: SlowDown"), pieces).state == "holds"
    assert found(requests(every(0.02, 101), via="s3", error="503: SlowDown"), pieces).state == "violated"


def test_what_is_answered_well_is_no_failure_however_fast() -> None:
    assert found(requests(every(0.01, 25))).state == "holds"


def test_refused_credentials_are_counted_until_some_are_taken() -> None:
    assert found(logins(*["fail"] * 5)).state == "holds"
    assert found(logins(*["fail"] * 6)).sentence == (
        "sftp refused 6 credentials in a row, 5 allowed; if that is meant, declare it in the chain: "
        "budget: {neighbours: {sftp: {refused_credentials: 6}}}"
    )
    assert found(logins(*["fail"] * 4, "ok", *["fail"] * 5)).state == "holds"


def test_rows_and_consumers_have_a_budget_too() -> None:
    batch = {"key": "k", "error": "503"}
    failing: list[Line] = [
        line
        for second in range(20)
        for line in (
            (at(TWO + second), "planning", "batch invoke", {"key": "k"}),
            (at(TWO + second), "planning", "batch fail", batch),
        )
    ]
    spread = [moment for second in range(20) for moment in (TWO + second / 4, TWO + second / 4 + 0.001)]
    assert "consumers: batch k failed 20 times" in found(exactly(night(*failing), spread)).sentence


def of_consumer(action: str, times: list[float], *, ends: str = "fail", begins: bool = True) -> History:
    """A night of what is asked of a consumer, each answered at once."""
    value = {"error": "no"} if ends == "fail" else {"stored": 1}
    lines: list[Line] = []
    for seconds in times:
        lines += [(at(seconds), "planning", f"{action} invoke", {})] if begins else []
        lines += [(at(seconds), "planning", f"{action} {ends}", value)]
    step = (0, 0.0001) if begins else (0,)
    return exactly(night(*lines), [seconds + more for seconds in times for more in step])


@pytest.mark.parametrize("action", ["batch", "commit", "push"])
@pytest.mark.parametrize("begins", [True, False])
def test_what_a_consumer_refuses_is_not_asked_again_without_a_pause(action: str, begins: bool) -> None:
    assert found(of_consumer(action, every(0.5, 10), begins=begins)).state == "holds"
    assert "failed 11 times without a pause" in found(of_consumer(action, every(0.5, 11), begins=begins)).sentence
    assert found(of_consumer(action, every(5, 11), begins=begins)).state == "holds"


@pytest.mark.parametrize("action", ["commit", "push"])
def test_many_commits_are_as_many_as_the_baseline_lets_expect(action: str) -> None:
    rows = every(0.01, 400)
    calm = of_consumer(action, every(0.01, 40), ends="ok")
    assert check(of_consumer(action, rows, ends="ok"), calm).state == "holds"
    assert "was asked 400 times" in check(of_consumer(action, rows, ends="ok"), BASELINE).sentence


@pytest.mark.parametrize(("kind", "operation"), [("postgres", "connect"), ("postgres", "read"), ("queue", "read")])
@pytest.mark.parametrize(("effect", "fails"), [({"refuse": "unavailable"}, True), ({"stall_ns": 9}, False)])
def test_who_is_turned_away_does_not_come_again_without_a_pause(
    kind: str, operation: str, effect: dict[str, Any], fails: bool
) -> None:
    lines: list[Line] = []
    where = {"consumer": "planning", "kind": kind, "operation": operation, "when": "asked"}
    for seconds in (times := every(0.5, 11)):
        receipt = {"id": "0:consumer_error", "fault": "consumer_error", "point": "exchange"}
        lines += [(at(seconds), "wire", "connect info", {"endpoint": kind})]
        lines += [(at(seconds), "consumers", "fault info", receipt | {"where": where, "effect": effect})]
    hammering = exactly(night(*lines), [seconds + more for seconds in times for more in (0, 0.0001)])
    assert (found(hammering).state == "violated") is fails


def test_a_message_that_is_no_row_is_no_failed_attempt() -> None:
    lines = [(at(second), "planning", "push fail", {"by": "RPUSH", "error": "no row"}) for second in every(0.1, 20)]
    assert found(exactly(night(*lines), every(0.1, 20))).state == "holds"


def test_a_tight_loop_is_told_first() -> None:
    loop = ("02:00:00", "night", "loop info", {"jobs": ["retrieve"], "requests": 2000})
    finding = found(night(loop, *calm()))
    assert finding.state == "violated"
    assert finding.sentence.startswith("a tight loop: retrieve: 2,000 requests came to nothing")


@pytest.mark.parametrize(
    "hammering",
    [requests(every(0.5, 40), error="500"), logins(*["fail"] * 6), requests(every(0.1, 11), error="503: no")],
    ids=["a source that is down", "a password that is wrong", "without a pause"],
)
def test_it_is_damage_whatever_else_the_night_is(hammering: History) -> None:
    delivered = History.merge([as_record(event) for event in (*hammering, *list(night(*calm()))[1:])])
    judged = judge(delivered, BASELINE)
    assert judged.outcome is Outcome.DAMAGED
    assert judged.because.startswith("request_budget: ")
    assert "declare it in the chain: budget: " in judged.because
