"""What is printed of a night, and the same as data."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

from rich.console import Console

from harness.history import History
from harness.report.record import properties, record
from harness.report.terminal import asked, failure, repeat_command, show, summary
from harness.report.timeline import around, timeline
from harness.testing.histories import Line
from harness.values.units import Duration
from tests.checks.nights import calm, ended, holds, keeps, launched, night, paged, stored
from tests.report.conftest import MakeResult


def stored_often(count: int) -> list[Line]:
    return [stored(f"02:{minute:02}:00") for minute in range(count)]


def test_a_failure_is_one_screen_with_the_sentence_the_fault_the_evidence_and_the_command(
    result_of: MakeResult,
) -> None:
    result = result_of(*stored_often(40), holds("a", "x"), outcome="recovered", by="06:00", paged="data-ops")
    screen = failure(result, repeat="harness run half.yaml", history_file=Path("half.jsonl"))
    assert len(screen.splitlines()) < 45
    assert "expected recovered, found damaged: delivered_once: rows are wrong at the consumer" in screen
    assert "expected a page to data-ops, found none" in screen
    assert "03:00:05 * source     truncate_file" in screen
    assert "lost (2): b, c" in screen
    assert "invented (1): x" in screen
    assert "repeat it:  harness run half.yaml" in screen
    assert "history:    half.jsonl" in screen


def test_what_is_expected_is_compared_with_what_was_found(result_of: MakeResult) -> None:
    def mismatches(**expect: object) -> list[str]:
        return result_of(*calm(), paged("02:30:00", "it is truncated"), **expect).mismatches

    assert mismatches(outcome="recovered", by="06:00", paged="data-ops", cause="TRUNCATED") == []
    assert mismatches(paged="nobody") == ["expected that nobody is paged, found data-ops: it is truncated"]
    assert mismatches(by="02:30") == ["expected delivery by 02:30, found 03:02:00"]
    assert mismatches(cause="disk full") == ["expected a page that says 'disk full', found it is truncated "]
    assert mismatches(attempts={"retrieve": 2}) == ["expected 2 launches of retrieve, found 1"]


def test_runs_of_alike_moments_are_folded(result_of: MakeResult) -> None:
    texts = [moment.text for moment in timeline(result_of(*stored_often(40)))]
    assert texts == [
        "stores 3 rows",
        "truncate_file",
        "stores 3 rows",
        "... 37 more like it ...",
        "stores 3 rows",
        "the deadline",
    ]


def test_an_excerpt_keeps_the_fault_and_the_order(result_of: MakeResult) -> None:
    moments = timeline(result_of(*calm(), paged("02:30:00", "x")))
    excerpt = around(moments, lines=4)
    assert len(excerpt) == 4
    assert {"fault", "bad"} <= {moment.kind for moment in excerpt}
    assert excerpt == sorted(excerpt, key=lambda moment: moment.at_ns)


def test_the_panel_shows_the_outcome_the_holdings_and_the_five_answers(result_of: MakeResult) -> None:
    console = Console(file=io.StringIO(), width=160)
    show(console, result_of(stored("02:02:00"), holds("a", "x")))
    summary(console, [result_of(*calm())])
    assert isinstance(console.file, io.StringIO)
    printed = console.file.getvalue()
    assert "DAMAGED" in printed
    assert "planning: 2 rows, 3 without the fault (2 lost, 1 invented)" in printed
    assert "How quickly can the root cause be identified?" in printed
    assert "unaffected" in printed


def test_a_result_is_plain_json_and_its_short_facts_are_text(result_of: MakeResult) -> None:
    result = result_of(*calm(), outcome="damaged")
    facts = json.loads(json.dumps(record(result)))
    assert facts["outcome"] == "unaffected"
    assert facts["as_expected"] is False
    assert facts["finished_at"] == "2026-11-23T03:02:00+01:00"
    assert len(facts["answers"]) == 5
    assert ("night_harness.outcome", "unaffected") in properties(result)
    assert all(isinstance(value, str) for _, value in properties(result))


def test_of_what_came_later_the_latest_are_named_and_all_are_counted(result_of: MakeResult) -> None:
    def made(minutes_later: int) -> History:
        names = {f"{number:02}.csv": 3 + number * minutes_later for number in range(1, 13)}
        value = {"folder": "landing", "sha256": None, "size": None}
        written = [(f"02:{at:02}:00", "folders", "write ok", value | {"name": name}) for name, at in names.items()]
        return night(*calm(), *written, *map(keeps, names))

    result = dataclasses.replace(result_of(*calm()), history=made(3), baseline=made(0))
    came = record(result)["friction"]["came_later_s"]
    assert came["total"] == 12
    assert list(came["first"])[:2] == ["landing/12.csv", "landing/11.csv"]
    assert len(came["first"]) == 10


def test_what_is_violated_and_did_not_decide_has_its_line_and_is_data(result_of: MakeResult) -> None:
    lines = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve", "fail"), paged("02:02:00", "truncated")]
    result = result_of(*lines, keeps("forecast.csv.part"), outcome="contained")
    assert not result.mismatches
    console = Console(file=io.StringIO(), width=160)
    show(console, result)
    assert isinstance(console.file, io.StringIO)
    shown, told = console.file.getvalue(), record(result)["also"]
    for check in ("results_complete", "on_time", "nothing_left_behind"):
        assert f"(also: {check}: " in shown
        assert f"(also: {check}: " in asked(result)
        assert any(line.startswith(f"{check}: ") for line in told)
    assert "(also: complete" not in shown
    assert record(result_of(*calm()))["also"] == []


def test_a_command_repeats_a_scenario_on_the_stack_that_it_ran_on() -> None:
    assert repeat_command(Path("a b.yaml"), stack="local") == "harness run 'a b.yaml'"
    assert repeat_command(Path("a.yaml"), stack="docker") == "harness run a.yaml --stack docker"


def test_a_failure_is_followed_by_the_five_answers(result_of: MakeResult) -> None:
    screen = asked(result_of(*calm()))
    assert screen.count("?\n    ") == 5


def test_a_page_of_several_lines_stays_one_line_of_the_screen(result_of: MakeResult) -> None:
    result = result_of(paged("02:30:00", "retrieve failed\n  02:31:00 * all is well"), outcome="recovered")
    screen = failure(result, repeat="again")
    assert r"retrieve failed\n  02:31:00 * all is well" in screen
    assert "\n  02:31:00 * all is well" not in screen


def test_what_users_write_cannot_draw_on_the_screen(result_of: MakeResult) -> None:
    result = result_of(paged("02:30:00", "\x1b[31m[bold]truncated[/] [/nothing]\x00"), outcome="recovered")
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    show(console, dataclasses.replace(result, scenario=result.scenario.model_copy(update={"scenario": "[/x] \x1b[2J"})))
    assert isinstance(console.file, io.StringIO)
    for printed in (console.file.getvalue(), failure(result, repeat="again")):
        assert "\x1b" not in printed
        assert "\x00" not in printed
        assert r"\x1b[31m[bold]truncated[/] [/nothing]\x00" in printed
    assert r"[/x] \x1b[2J" in console.file.getvalue()


def worked(job: str, cpu_ms: int) -> Line:
    return ("02:01:30", "scheduler", "work info", {"job": job, "attempt": 1, "cpu_ms": cpu_ms})


def test_the_real_work_of_jobs_is_told_where_it_is_worth_it_and_always_as_data(result_of: MakeResult) -> None:
    result = result_of(*calm(), worked("retrieve", 2000), worked("retrieve", 1230), worked("publish", 40))
    said = "work costs no virtual time: retrieve worked 3.2 s"
    console = Console(file=io.StringIO(), width=160)
    show(console, result)
    assert isinstance(console.file, io.StringIO)
    assert f"{said} " in console.file.getvalue()
    assert f"\n{said}\n" in failure(result, repeat="")
    assert record(result)["worked_s"] == {"retrieve": 3.23, "publish": 0.04}
    assert "work costs" not in failure(result_of(*calm(), worked("retrieve", 900)), repeat="")


def test_work_that_is_charged_as_stated_is_told(result_of: MakeResult) -> None:
    result = result_of(*calm(), worked("publish", 400))
    jobs = result.scenario.chain.jobs
    stated = jobs["publish"].model_copy(update={"works": Duration(minutes=40)})
    chain = result.scenario.chain.model_copy(update={"jobs": jobs | {"publish": stated}})
    result = dataclasses.replace(result, scenario=result.scenario.model_copy(update={"chain": chain}))
    assert "\ncharged as stated: publish 40m\n" in failure(result, repeat="")
    assert record(result)["charged_s"] == {"publish": 2400.0}
    on_a_real_clock = dataclasses.replace(result, clock="no compiler")
    assert "charged" not in failure(on_a_real_clock, repeat="")
    assert record(on_a_real_clock)["charged_s"] == {}
