"""Nights in which a job starts a program that the clock cannot enter, and one that does so as another user."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.checks import Outcome
from harness.errors import StackError
from harness.faults import NoFault
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.model import Scenario
from tests.ask import ASK
from tests.clock.needed import needs
from tests.clock.static import linked_statically

CHAIN = """
chain: feed
owner: data-ops
deadline: "06:00"
environment: {PLANNING: {from: planning.url}}
jobs:
  load:
    run: [bash, job.sh]
    at: "02:00"
    rules: [{when: failed, do: page}]
consumers:
  planning: {kind: http, records: derived}
"""
STORE = f"""
{ASK}
ask "$PLANNING/batches" -H 'Idempotency-Key: k' -d '{{"business_date": "2026-11-23", "rows": [{{"key": "a"}}]}}'
"""
NAMED = "a program ran outside of the night's time: load started {program}: it is linked statically"

Night = Callable[..., Result]


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that the clock cannot enter."""
    return linked_statically(tmp_path_factory.mktemp("static"))


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """A night in which one job runs a shell script."""
    if night_runner.stack.clock != "virtual":
        pytest.skip(night_runner.stack.clock)

    def run(script: str, more: str = "") -> Result:
        (tmp_path / "chain.yaml").write_text(CHAIN + more)
        (tmp_path / "job.sh").write_text(script)
        chain = load_chain(tmp_path / "chain.yaml")
        faults = (NoFault(),)
        return night_runner.run(Scenario(scenario="a night", chain=chain, night=dt.date(2026, 11, 23), faults=faults))

    return run


def test_a_static_program_inside_a_shell_job_is_named_first_and_the_night_is_inconclusive(
    night: Night, static: str
) -> None:
    result = night(f"{static} none 0\n{STORE}")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.judgement.because.startswith(NAMED.format(program=static))
    assert [event.value["by"] for event in result.history.of("outside")] == ["load"]


def test_it_is_named_before_the_failure_that_its_clock_has_caused(night: Night, static: str) -> None:
    result = night(f"{static} none 0\nexit 7\n")
    assert result.judgement.because.startswith(NAMED.format(program=static))


def test_two_such_nights_are_equal(night: Night, static: str) -> None:
    script = f"for turn in 1 2 3; do {static} none 0; done\n{STORE}"
    assert night(script).history.digest() == night(script).history.digest()


def test_a_chain_may_say_that_its_clock_does_not_matter(night: Night, static: str) -> None:
    result = night(f"{static} none 0\n{STORE}", more=f"outside_clock: [{Path(static).name}]\n")
    assert result.outcome is Outcome.UNAFFECTED
    assert result.history.of("outside", excepted=True)
    assert static in result.judgement.of("lived_in_time").sentence  # type: ignore[union-attr]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a program another group's rights")
def test_a_chain_may_not_say_so_of_one_with_other_rights_for_what_that_starts_is_outside_and_unnamed(
    night: Night, tmp_path: Path
) -> None:
    if os.statvfs(tmp_path).f_flag & os.ST_NOSUID:
        pytest.skip("other rights were NOT tested: setgid means nothing on this file system")
    program = tmp_path / "agent"
    shutil.copy(shutil.which("env") or "/usr/bin/env", program)
    shutil.chown(program, group=1)
    program.chmod(0o2755)
    script = f'[ "$({program} /bin/date -u +%F)" = 2026-11-23 ] && exit 7\n{STORE}'  # the machine's date
    result = night(script, more="outside_clock: [agent]\n")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert f"load started {program}: it runs with other rights than its starter" in result.judgement.because
    assert [event.value["program"] for event in result.history.of("outside")] == [str(program)]


def test_the_next_night_knows_nothing_of_it(night: Night, static: str) -> None:
    night(f"{static} none 0\n{STORE}")
    assert not night(STORE).history.of("outside")


def test_where_time_stands_still_the_program_outside_is_named_before_what_works(night: Night, static: str) -> None:
    with pytest.raises(StackError) as raised:
        night(f"{static} poll 30000\n", more="work_limit: 1s\n")
    said = raised.value.found.splitlines()
    assert said[1].startswith(f"load started {static} outside of the night's time: it is linked statically")
    assert any("outside the virtual clock" in line for line in said[2:]), said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start programs as another user")
def test_a_job_of_roots_that_becomes_another_user_is_in_the_night(night: Night) -> None:
    become = f"{needs('setpriv')} --reuid 65534 --regid 65534 --clear-groups"
    script = f'[ "$({become} sh -c "sleep 600; env -i /bin/date -u +%F.%H:%M")" = 2026-11-23.02:10 ] || exit 7\n{STORE}'
    result = night(script)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
