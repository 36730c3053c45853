"""Nights of the calendar: where 02:00 does not exist or comes twice, leap days, year ends, odd time zones.

Each is lived: at 02:00 of its zone a job tells the date, works for an hour of the night, and tells it again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.sample import sample

CHAIN = """
chain: feed
timezone: ZONE
owner: data-ops
runbook: runbook.md
deadline: "06:00"
environment:
  TZ: ZONE
  DATE: {from: night.date}
  PLANNING: {from: planning.url}
jobs:
  tell:
    run: [bash, tell.sh]
    at: "02:00"
    latest_start: "03:30"
    max_run_time: 2h
    rules:
      - {when: missed_start, do: page}
      - {when: exceeded_max_run_time, do: page}
      - {when: failed, do: page}
consumers:
  planning: {kind: http, records: derived}
"""

SCENARIO = """
scenario: a night of the calendar
chain: chain.yaml
night: NIGHT
faults: [no_fault]
expect: {outcome: unaffected, by: "04:30", paged: nobody, attempts: {tell: 1}}
"""

TELL = f"""
{ASK}
date '+%F %R %z'
sleep 3600
date '+%F %R %z'
ask "$PLANNING/batches" -H "Idempotency-Key: $DATE" -d '{{"business_date": "'$DATE'", "rows": [{{"key": "a"}}]}}'
"""

NIGHTS = {
    "no 02:00": ("Europe/Paris", "2026-03-29", "03:00 +0200", "04:00 +0200"),
    "no 02:00 in New York": ("America/New_York", "2026-03-08", "03:00 -0400", "04:00 -0400"),
    "02:00 twice": ("Europe/Paris", "2026-10-25", "02:00 +0200", "02:00 +0100"),
    "01:00 twice": ("America/New_York", "2026-11-01", "02:00 -0500", "03:00 -0500"),
    "half an hour gone": ("Australia/Lord_Howe", "2026-10-04", "02:30 +1100", "03:30 +1100"),
    "half an hour twice": ("Australia/Lord_Howe", "2026-04-05", "02:00 +1030", "03:00 +1030"),
    "gone at a quarter to": ("Pacific/Chatham", "2026-09-27", "02:00 +1245", "04:00 +1345"),
    "a leap day": ("Europe/Paris", "2028-02-29", "02:00 +0100", "03:00 +0100"),
    "the day after": ("Europe/Paris", "2028-03-01", "02:00 +0100", "03:00 +0100"),
    "a new year": ("Europe/Paris", "2027-01-01", "02:00 +0100", "03:00 +0100"),
    "half an hour off": ("Asia/Kolkata", "2026-11-24", "02:00 +0530", "03:00 +0530"),
    "half an hour behind": ("America/St_Johns", "2026-11-24", "02:00 -0330", "03:00 -0330"),
    "a quarter off": ("Asia/Kathmandu", "2026-11-24", "02:00 +0545", "03:00 +0545"),
    "past 32 bits": ("Europe/Paris", "2038-01-19", "02:00 +0100", "03:00 +0100"),
}


@pytest.mark.parametrize(("zone", "night", "begins", "ends"), sample(NIGHTS.values(), 3), ids=NIGHTS)
def test_the_job_runs_once_at_its_time_and_its_programs_tell_the_same(
    night_runner: NightRunner, tmp_path: Path, zone: str, night: str, begins: str, ends: str
) -> None:
    if night_runner.stack.clock != "virtual":
        pytest.skip(f"no virtual time here: {night_runner.stack.clock}")
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "chain.yaml").write_text(CHAIN.replace("ZONE", zone))
    (tmp_path / "night.yaml").write_text(SCENARIO.replace("NIGHT", night))
    (tmp_path / "tell.sh").write_text(TELL)
    result = night_runner.run(load_scenario(tmp_path / "night.yaml"))
    assert (result.outcome, result.mismatches) == (Outcome.UNAFFECTED, [])
    told = night_runner.stack.output("tell", 1, "out").splitlines()
    assert told[:2] == [f"{night} {begins}", f"{night} {ends}"]
    (launch,), (end,) = result.history.of("launch", type="ok"), result.history.of("job", type="ok")
    assert [f"{result.local(event.at):%F %R %z}" for event in (launch, end)] == told[:2]
