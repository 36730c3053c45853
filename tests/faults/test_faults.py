"""What every registered fault keeps to, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.checks.model.causes.classifier import causes
from harness.contract import orders, points
from harness.contract.codec import write
from harness.contract.orders import Trigger
from harness.errors import AuthorError
from harness.faults import (
    FAULTS,
    AtAnswer,
    AtCommit,
    AtRename,
    AtRequest,
    AtWrite,
    ClockSkew,
    EarlyRelease,
    Fault,
    GrowWhileRead,
    JobCrash,
    JobOverrun,
    LaunchFailure,
    NoFault,
    On,
    SchedulerRestart,
    ServerError,
    TruncateFile,
    fault,
)
from harness.faults.model.why_not_fired import why_not_fired
from harness.scenario.model import build_fault, describe_fault
from harness.testing import FaultContract
from harness.values.units import ClockTime, Duration
from tests.faults import examples_arrival, examples_desk, examples_queue
from tests.faults.examples import EXAMPLES


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(Path(__file__).parents[2] / "fixtures/chains/planning_feed/chain.yaml")


def test_every_registered_fault_has_an_example() -> None:
    assert set(EXAMPLES) == set(FAULTS)


CLAIMS = sorted(name for name in vars(FaultContract) if name.startswith("test_") and "in_a_night" not in name)
"""The contract of anybody's fault, without the claim for which a night is run: the scenarios run ours."""


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("claim", CLAIMS)
def test_it_keeps_the_contract_of_every_fault(claim: str, name: str) -> None:
    contract = type(name, (FaultContract,), {"example": EXAMPLES[name]})
    getattr(contract(), claim)()


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_it_says_what_it_stands_for_who_can_detect_it_and_what_a_sound_chain_does(name: str) -> None:
    text = FAULTS[name].__doc__ or ""
    assert all(heading in text for heading in ("Stands for:", "Detectable by:", "A sound chain:"))


@pytest.mark.parametrize("name", sorted(set(FAULTS) - {"no_fault"}))
def test_it_can_be_named_and_detected(name: str) -> None:
    assert FAULTS[name].named_by or set(FAULTS[name].causes or (name,)) <= set(causes())
    assert FAULTS[name].detectable_by


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_shipped_scenario_uses_it(name: str) -> None:
    shipped = Path(__file__).parents[2] / "scenarios"
    assert any(f"- {name}:" in file.read_text() for file in shipped.rglob("*.yaml"))


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_page_of_the_formats_has_its_parameters(name: str) -> None:
    page = (Path(__file__).parents[2] / "fixtures/chains/README.md").read_text()
    assert f"| `{name}` |" in page


NEEDS_MORE = examples_arrival.NEEDS_MORE | examples_desk.NEEDS_MORE | set(examples_queue.EXAMPLES)


@pytest.mark.parametrize("name", sorted(set(FAULTS) - NEEDS_MORE))
def test_it_applies_to_the_reference_chain_or_to_that_with_a_database(name: str, chain: Chain) -> None:
    database = load_chain(Path(__file__).parents[2] / "fixtures/chains/planning_feed/postgres.yaml")
    assert not all(list(EXAMPLES[name].mistakes(one)) for one in (chain, database))


@pytest.mark.parametrize("name", examples_queue.EXAMPLES)
def test_a_fault_at_a_queue_applies_to_the_variant_that_has_one(name: str) -> None:
    chain = load_chain(Path(__file__).parents[2] / "fixtures/chains/planning_feed" / examples_queue.CHAIN)
    assert not list(examples_queue.EXAMPLES[name].mistakes(chain))


def test_two_faults_cannot_have_one_name() -> None:
    with pytest.raises(AuthorError, match=r"fault 'no_fault': found a second one .*faults\.calm\.no_fault"):
        fault("no_fault")(NoFault)


def test_a_fault_on_a_job_that_the_chain_does_not_have_cannot_apply(chain: Chain) -> None:
    [(parameter, text)] = LaunchFailure(job="retreive").mistakes(chain)
    assert parameter == "job"
    assert "'retreive'" in text


def test_a_job_that_depends_on_nothing_cannot_be_released_early(chain: Chain) -> None:
    [(parameter, text)] = EarlyRelease(job="retrieve").mistakes(chain)
    assert parameter == "job"
    assert "depends on no job" in text


def test_an_early_release_without_a_trigger_is_of_the_first_wait_alone(chain: Chain) -> None:
    assert EarlyRelease(job="publish").trigger(int, seed="") == Trigger(times=1)
    assert EarlyRelease(job="publish", call=2).trigger(int, seed="") == Trigger(call=2)


def test_a_scheduler_that_ends_needs_to_know_when(chain: Chain) -> None:
    [(parameter, text)] = SchedulerRestart().mistakes(chain)
    assert parameter == "at"
    assert "needs a time" in text


def test_an_overrun_within_the_max_run_time_is_none(chain: Chain) -> None:
    [(parameter, text)] = JobOverrun(job="retrieve", lasts=Duration.parse("45m")).mistakes(chain)
    assert parameter == "lasts"
    assert "no overrun" in text


@pytest.mark.parametrize("keep", ["half", "100%", "12", "-3 bytes", 0.5])
def test_how_much_is_kept_needs_its_unit(keep: object) -> None:
    with pytest.raises(AuthorError, match='expected "50%"'):
        TruncateFile(file="forecast", keep=keep)


def test_a_wrong_part_is_told_by_the_name_of_its_parameter() -> None:
    with pytest.raises(AuthorError, match=r'found 0\.3 as start, expected "50%"'):
        GrowWhileRead(file="forecast", start=0.3, every="1m")


def test_one_byte_is_written_so() -> None:
    part = TruncateFile(file="forecast", keep="1 byte")
    assert describe_fault(part)["truncate_file"]["keep"] == "1 byte"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: GrowWhileRead(file="forecast", start="30%", every="0s"),
        lambda: JobOverrun(job="retrieve", lasts="0m"),
        lambda: LaunchFailure(job="retrieve", for_="0s"),
    ],
)
def test_no_time_at_all_is_no_duration_of_a_fault(wrong: Callable[[], Fault]) -> None:
    with pytest.raises(AuthorError, match="expected a duration longer than nothing"):
        wrong()


@pytest.mark.parametrize("trigger", [{"at": "03:00"}, {"for": "5m"}, {"times": 1}])
def test_no_fault_takes_no_trigger(chain: Chain, trigger: dict[str, Any]) -> None:
    [(parameter, text)] = build_fault({"no_fault": trigger}).mistakes(chain)
    assert parameter in trigger
    assert "nothing to trigger" in text


def test_the_trigger_is_told_in_the_mocks_words() -> None:
    injected = LaunchFailure(
        job="retrieve",
        at=ClockTime("02:00"),
        until=ClockTime("03:00"),
        for_=Duration.parse("10m"),
        call=2,
        times=3,
        chance=0.25,
        on=On(component="scheduler", action="status"),
    )
    trigger = injected.trigger(lambda time: int(time[:2]), seed="s")
    assert write(trigger) == {
        "at_ns": 2,
        "until_ns": 3,
        "for_ns": 600_000_000_000,
        "call": 2,
        "times": 3,
        "chance": 0.25,
        "seed": "s",
        "on": {"component": "scheduler", "action": "status"},
    }


def test_without_a_trigger_it_always_acts() -> None:
    assert NoFault().trigger(len, seed="s") == Trigger()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"by": -3600}, r'found -3600 as by, expected a span in quotes such as "-90s"'),
        ({"by": "1x"}, "found '1x', expected a span such as -90s or 1h30m"),
        ({"drift": "200"}, "found '200', expected a drift such as 200ppm"),
    ],
)
def test_how_wrong_a_clock_is_needs_its_unit(given: dict[str, Any], why: str) -> None:
    with pytest.raises(AuthorError, match=why):
        ClockSkew(job="retrieve", **given)


@pytest.mark.parametrize(
    ("given", "parameter", "why"),
    [
        ({}, "job", "without them the clock is right"),
        ({"step": "-1h"}, "step", "found no step_after"),
        ({"by": "1h", "step_after": Duration.parse("1m")}, "step", "found no step,"),
        ({"by": "90000h"}, "by", "more than ten years"),
        ({"drift": "600000ppm"}, "drift", "expected at most 500000ppm"),
    ],
)
def test_a_clock_that_would_be_right_or_wrong_beyond_measure_is_no_fault(
    chain: Chain, given: dict[str, Any], parameter: str, why: str
) -> None:
    found = dict(ClockSkew(job="retrieve", **given).mistakes(chain))
    assert why in found[parameter]


@pytest.mark.parametrize(
    ("given", "parameter", "said"),
    [
        ({"at_write": {"folder": "landign", "byte": 1}}, "at_write", "Did you mean 'landing'"),
        ({"at_rename": {"folder": "landign"}}, "at_rename", "Did you mean 'landing'"),
        ({"at_commit": {"consumer": "planing"}}, "at_commit", "Did you mean 'planning'"),
        ({"at_request": {"to": "planing"}}, "at_request", "unknown neighbour 'planing'. Did you mean 'planning'?"),
        ({"at_request": {"to": "planning", "operation": "get"}}, "at_request", "one thing alone: drop it"),
        ({"at_answer": {"to": "source", "operation": "put"}}, "at_answer", "come by http, which takes none"),
        ({"at_request": {"to": "source", "operation": "login"}}, "at_request", "by sftp or snowflake alone"),
        (
            {"at_answer": {"to": "desk"}, "on": {"component": "desk", "action": "page"}},
            "on",
            "found on beside at_answer, which is an event itself",
        ),
        (
            {"at_rename": {"folder": "landing"}, "at_write": {"folder": "landing", "byte": 1}},
            "at_rename",
            "expected one place",
        ),
        (
            {"at_commit": {"consumer": "planning"}, "on": {"component": "planning", "action": "batch"}},
            "on",
            "drop one of the two",
        ),
    ],
)
def test_a_place_that_the_chain_does_not_have_is_a_mistake(
    chain: Chain, given: dict[str, Any], parameter: str, said: str
) -> None:
    [(found, text)] = build_fault({"job_crash": {"job": "retrieve"} | given}).mistakes(chain)
    assert found == parameter
    assert said in text


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"at_write": {"folder": "landing"}}, "byte"),
        ({"at_write": {"folder": "landing", "byte": 0}}, "greater than or equal to 1"),
        ({"at_write": {"folder": "landing", "bite": 5}}, "Did you mean 'byte'"),
        ({"at_rename": {"folder": "landing", "when": "befor"}}, "before"),
        ({"at_comit": {"consumer": "planning"}}, "Did you mean 'at_commit'"),
    ],
)
def test_a_place_is_read_strictly(place: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build_fault({"job_crash": {"job": "retrieve"} | place})


OTHER_KINDS = {
    "warehouse": {"kind": "postgres", "schema": "schema.sql", "table": "plan"},
    "portal": {"kind": "folder", "folder": "landing", "name": "plan.csv"},
    "board": {"kind": "pull", "folder": "landing", "name": "plan.csv", "at": "03:45"},
    "events": {"kind": "queue", "list": "plans"},
}


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ({"at_commit": {"consumer": "warehouse"}}, ""),
        ({"at_commit": {"consumer": "events", "when": "before"}}, ""),
        ({"at_request": {"to": "events"}}, ""),
        ({"at_answer": {"to": "events"}}, ""),
        ({"at_request": {"to": "warehouse"}}, "many things in one transaction; try at_commit: {consumer: warehouse}"),
        ({"at_answer": {"to": "warehouse"}}, "many things in one transaction; try at_commit: {consumer: warehouse}"),
        ({"at_commit": {"consumer": "portal"}}, "it takes a file from landing; try at_write or at_rename"),
        ({"at_commit": {"consumer": "board"}}, "it takes a file from landing; try at_write or at_rename"),
        ({"at_request": {"to": "portal"}}, "found portal, a consumer of kind folder, to which no job says anything"),
        ({"at_answer": {"to": "board"}}, "found board, a consumer of kind pull, to which no job says anything"),
    ],
)
def test_a_place_at_a_consumer_is_one_that_its_kind_has(place: Any, says: str) -> None:
    data = {"chain": "c", "owner": "o", "deadline": "06:00", "folders": {"landing": {}}, "consumers": OTHER_KINDS}
    chain = Chain.model_validate(data | {"jobs": {"load": {"run": ["x"], "at": "02:00"}}})
    found = [text for _, text in build_fault({"job_crash": {"job": "load"} | place}).mistakes(chain)]
    assert (says in found[0]) if says else found == [], found


def test_a_place_is_written_as_it_is_read() -> None:
    fault = JobCrash(job="retrieve", at_rename=AtRename(folder="landing", name="*.csv", when="after"))
    assert describe_fault(fault) == {
        "job_crash": {"job": "retrieve", "at_rename": {"folder": "landing", "name": "*.csv", "when": "after"}}
    }
    assert build_fault(describe_fault(fault)) == fault


@pytest.mark.parametrize(("when", "kind"), [("before", "invoke"), ("after", "ok")])
def test_a_commit_is_an_event_of_its_consumer(when: Any, kind: str) -> None:
    fault = JobOverrun(
        job="publish", lasts=Duration.parse("1h"), call=2, at_commit=AtCommit(consumer="planning", when=when)
    )
    trigger = fault.trigger(int, seed="")
    told = orders.On(component="planning", action="batch", type=kind, value={"from": "publish"})
    assert (trigger.call, trigger.on) == (2, told)


@pytest.mark.parametrize(
    ("place", "event"),
    [
        (AtRequest(to="source"), ("source", "serve", "invoke", {"what": "file"})),
        (AtRequest(to="source", operation="list"), ("source", "serve", "invoke", {"what": "listing"})),
        (AtRequest(to="planning"), ("planning", "batch", "invoke", {})),
        (AtRequest(to="desk"), ("desk", "page", "invoke", {})),
        (AtAnswer(to="source", operation="get"), ("source", "serve", "ok", {"what": "file"})),
        (AtAnswer(to="source", operation="login"), ("source", "login", "ok", {})),
        (AtAnswer(to="desk"), ("desk", "page", "ok", {})),
    ],
)
def test_a_request_and_its_answer_are_events_of_its_neighbour(place: Any, event: Any) -> None:
    where = {"at_request" if isinstance(place, AtRequest) else "at_answer": place}
    component, action, kind, value = event
    told = JobCrash(job="retrieve", **where).trigger(int, seed="").on
    assert told == orders.On(component=component, action=action, type=kind, value={**value, "from": "retrieve"})


@pytest.mark.parametrize("name", ["at_write", "at_rename", "at_request", "at_answer", "at_commit", "from"])
def test_a_fault_that_has_no_place_and_meets_no_request_says_which_have(name: str) -> None:
    with pytest.raises(ValueError, match=rf"unknown key '{name}'.*Faults that take {name}: \w+") as told:
        build_fault({"launch_failure": {"job": "retrieve", name: "publish"}})
    assert ("job_crash" in str(told.value)) is (name != "from")


def test_a_request_that_was_never_sent_says_so_and_what_nobody_knows() -> None:
    counts = orders.Counts(passed=0, awake=0, calls=0, acts=0, fired=False)
    at_request = JobCrash(job="retrieve", at_request=AtRequest(to="source", operation="put"))
    said = why_not_fired(at_request, points.STARTED, {"job": "retrieve"}, counts)
    assert said.startswith("retrieve did not come to a put to source, or did so by a program without the night's clock")
    bound = ServerError(from_="publish", operation="get")
    said = why_not_fired(bound, points.REQUEST, {"operation": "get", "from": "publish"}, counts)
    assert said.startswith(
        "a request for get from publish was never passed: publish has asked for no such thing, or by"
    )


def test_a_place_that_was_never_come_to_says_what_cannot_be_seen() -> None:
    fault = JobCrash(job="retrieve", at_write=AtWrite(folder="landing", byte=5000))
    counts = orders.Counts(passed=0, awake=0, calls=0, acts=0, fired=False)
    said = why_not_fired(fault, points.PLACE, {"job": "retrieve"}, counts)
    assert "did not come to byte 5000 of landing/*" in said
    assert "mmap" in said
