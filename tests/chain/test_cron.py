"""`scheduler: {profile: cron}`: when entries start, what such a chain cannot say, and nights of the reference chain."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from harness.chain.cron import starts_ns
from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.checks import Outcome
from harness.content import shipped
from harness.errors import AuthorError, LoadError
from harness.faults import LaunchFailure, NoFault, SchedulerRestart, SourceHang
from harness.faults.model.fault import Fault
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.report.five_questions import answers
from harness.scenario.model import Expect, Scenario
from harness.values.instants import first_shown_ns, shown_at
from tests.sample import sample

FILE = shipped.fixtures() / "chains/planning_feed/cron.yaml"
PARIS = ZoneInfo("Europe/Paris")
PLAIN, SPRING, AUTUMN = dt.date(2026, 11, 23), dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def starts(expression: str, night: dt.date) -> list[str]:
    """The starts of a night from 22:00 to 12:00, as clocks show them with their offset."""
    evening = dt.datetime.combine(night - dt.timedelta(days=1), dt.time(22))
    noon = dt.datetime.combine(night, dt.time(12))
    found = starts_ns(expression, PARIS, first_shown_ns(evening, PARIS), first_shown_ns(noon, PARIS))
    return [f"{shown_at(one, PARIS):%d %H:%M %z}" for one in found]


@pytest.mark.parametrize(
    ("expression", "night", "wanted"),
    [
        ("0 2 * * *", PLAIN, ["23 02:00 +0100"]),
        ("0 22,12 * * *", PLAIN, ["22 22:00 +0100"]),  # from the night's first moment to before its last
        ("0 2 * * 0", PLAIN, []),
        ("0 23,2 * * 0", PLAIN, ["22 23:00 +0100"]),  # cron's Sunday, which is the evening before
        ("0 2 23 * 5", PLAIN, ["23 02:00 +0100"]),  # the day of the month or the weekday
        ("0 2 */2 * 5", PLAIN, []),  # and with a star, both
        ("@daily", PLAIN, ["23 00:00 +0100"]),
        # An hour that is skipped: what has a time of day runs once the clocks have moved, each entry of it.
        ("30 2 * * *", SPRING, ["29 03:00 +0200"]),
        ("0,30 2 * * *", SPRING, ["29 03:00 +0200", "29 03:00 +0200"]),
        ("30 1-3 * * *", SPRING, ["29 01:30 +0100", "29 03:00 +0200", "29 03:30 +0200"]),
        ("*/30 2 * * *", SPRING, []),
        ("30 * * * *", SPRING, [*(f"28 {hour}:30 +0100" for hour in (22, 23)), "29 00:30 +0100", "29 01:30 +0100",
                                *(f"29 {hour:02}:30 +0200" for hour in range(3, 12))]),
        # An hour that comes twice: what has a time of day runs in the first.
        ("30 2 * * *", AUTUMN, ["25 02:30 +0200"]),
        ("*/30 2 * * *", AUTUMN, ["25 02:00 +0200", "25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100"]),
    ],
)  # fmt: skip
def test_an_entry_starts_as_debians_cron_starts_it(expression: str, night: dt.date, wanted: list[str]) -> None:
    assert starts(expression, night) == wanted


def written(**changes: Any) -> dict[str, Any]:
    job = {"run": ["true"], "cron": "0 2 * * *"}
    given = {"chain": "feed", "owner": "data-ops", "deadline": "06:00", "scheduler": {"profile": "cron"}}
    return given | {"jobs": {"load": job | changes.pop("job", {})}} | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"job": {"cron": None}}, "missing key 'cron', such as cron: \"0 2 * * *\""),
        ({"job": {"cron": "0 25 * * *"}}, "found '0 25 * * *', expected a cron expression: bad hour"),
        ({"job": {"cron": "0 2 * *"}}, "found '0 2 * *', expected five fields"),
        ({"job": {"at": "02:00"}}, "found 'at' under 'profile: cron', which starts commands and does nothing else"),
        ({"job": {"rules": [{"when": "failed", "do": "page"}]}}, "found 'rules' under 'profile: cron'"),
        ({"thresholds": {"rows": 1}}, "found 'thresholds' under 'profile: cron', which has none; drop it"),
        ({"scheduler": {"profile": "anacron"}}, "found 'anacron', expected cron"),
        ({"scheduler": {"profile": "cron", "mail": "me"}}, "unknown key 'mail'"),
        ({"scheduler": "cron"}, "found 'cron', expected opcon or external"),
        ({"scheduler": "opcon"}, "found 'cron' without 'scheduler: {profile: cron}': say 'at'"),
        ({"scheduler": "external"}, "found 'cron' under 'scheduler: external', where the orchestrator decides"),
    ],
)
def test_what_a_crontab_cannot_say_is_told_in_words(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AuthorError, match=said.replace("(", r"\(").replace("*", r"\*").replace("{", r"\{")):
        Chain(**written(**changes))


def test_in_a_file_it_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(
        'chain: feed\nowner: me\ndeadline: "06:00"\nscheduler: {profile: cron}\njobs:\n'
        '  load:\n    run: ["true"]\n    cron: "often"\n    max_run_time: 5m\n'
    )
    with pytest.raises(LoadError) as refused:
        load_chain(file)
    assert [str(one).partition(": ")[0].rpartition(":")[2] for one in refused.value.mistakes] == ["8", "9"]


def test_lint_says_that_a_mail_wakes_nobody(tmp_path: Path) -> None:
    assert not lint(FILE)
    file = tmp_path / "chain.yaml"
    file.write_text(
        'chain: feed\nowner: me\nrunbook: chain.yaml\ndeadline: "06:00"\nscheduler: {profile: cron}\n'
        'jobs:\n  load: {run: ["true"], cron: "0 2 * * *"}\n'
    )
    [finding] = [one for one in lint(file) if "a mail wakes nobody" in one.text]
    assert (finding.line, finding.severity) == (7, "warning")
    assert "nobody is paged when job 'load' fails: cron mails what it prints" in finding.text


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(FILE)


def night_of(runner: NightRunner, chain: Chain, *faults: Fault, night: dt.date = PLAIN) -> Result:
    expect = Expect(outcome=Outcome.RECOVERED)
    return runner.run(Scenario(scenario="a night", chain=chain, night=night, faults=faults, expect=expect))


def launched(result: Result) -> list[str]:
    return [f"{one.value['job']} {shown_at(one.at, PARIS):%H:%M}" for one in result.history.of("launch", type="invoke")]


@pytest.mark.exhaustive
def test_the_chain_runs_by_the_clock_alone(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain, NoFault())
    assert result.outcome is Outcome.UNAFFECTED
    assert launched(result) == ["retrieve 02:30", "validate 03:15", "publish 03:30"]
    mails = [(one.value["to"], one.value["job"]) for one in result.history.of("mail")]
    assert mails == [("data-ops", "retrieve"), ("data-ops", "validate"), ("data-ops", "publish")]
    assert not result.pages


@pytest.mark.parametrize(
    ("night", "first"), sample([(dt.date(2027, 3, 28), "retrieve 03:00"), (AUTUMN, "retrieve 02:30")])
)
def test_an_hour_that_is_missing_or_comes_twice_costs_it_nothing(
    night_runner: NightRunner, chain: Chain, night: dt.date, first: str
) -> None:
    result = night_of(night_runner, chain, NoFault(), night=night)
    assert result.outcome is Outcome.UNAFFECTED
    assert launched(result) == [first, "validate 03:15", "publish 03:30"]


@pytest.mark.exhaustive
def test_what_follows_a_job_that_is_late_starts_without_it(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain.without("client_timeout"), SourceHang())
    assert launched(result) == ["retrieve 02:30", "validate 03:15", "publish 03:30"]
    assert [page.value["job"] for page in result.pages] == ["validate", "publish"]
    assert result.outcome is Outcome.DAMAGED, "what they say is that a file is not there, and not why"


def test_a_mail_is_no_page(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain, LaunchFailure(job="publish"))
    assert result.outcome is Outcome.DAMAGED
    assert not result.pages
    owner = next(one.answer for one in answers(result) if one.question == "Who owns it?")
    assert owner == "data-ops, who was not paged; data-ops has a mail of 03:30"


@pytest.mark.exhaustive
def test_who_fails_in_silence_is_not_even_mailed_of(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain.without(["page_with_cause", "retry", "fallback"]), SourceHang())
    assert result.outcome is Outcome.DAMAGED
    owner = next(one.answer for one in answers(result) if one.question == "Who owns it?")
    assert owner == "data-ops, who was told nothing"


def test_a_program_that_is_not_there_is_the_shells_to_tell(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain, LaunchFailure(job="publish"))
    [end] = result.history.of("job", type="fail")
    assert (end.value["job"], end.value["exit"]) == ("publish", 127)
    [mail] = result.history.of("mail", job="publish")
    assert "not found" in mail.value["last"]


@pytest.mark.exhaustive
def test_a_minute_in_which_cron_was_away_is_lost(night_runner: NightRunner, chain: Chain) -> None:
    result = night_of(night_runner, chain, SchedulerRestart(at="02:29", down="2m"))
    assert launched(result) == ["validate 03:15", "publish 03:30"]
    assert result.outcome is Outcome.DAMAGED
