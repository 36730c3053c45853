"""What real nights record is in the vocabulary, field by field; the nights are chosen so that every event is in one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness import DeskSlow, LaunchFailure, ServerError
from harness.chain.loading import load_chain
from harness.content import shipped
from harness.contract.events import EVENTS
from harness.contract.events.schema import ANY_CONSUMER, history_schema, recorded
from harness.history import History
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario
from harness.values.units import Duration
from tests.sample import sample

VALIDATOR = Draft202012Validator(history_schema())
KNOWN = {f"{component} {action}" for component, action, _ in recorded()}
SCENARIOS = sorted(shipped.scenarios().rglob("*.yaml"))

NIGHTS = {
    "schedule/hold_released_by_hand": (
        *("night begin", "night compared", "night heal", "night end", "source publish", "source serve", "wire connect"),
        *("scheduler fault", "scheduler status", "scheduler launch", "scheduler job", "scheduler work"),
        "scheduler rule",
        *("scheduler schedule", "operator notice", "operator acknowledge", "operator operate", "desk page"),
        *("folders write", "folders remove", "folders keeps", "<consumer> batch", "<consumer> holds"),
    ),
    "calm/quiet_night": ("night fault",),
    "content/semicolons": ("source restate", "source fault"),
    "arrival/renamed_under_the_reader": ("source rename",),
    "arrival/flag_after_the_data": ("source flag",),
    "schedule/kill_ignored": ("scheduler kill", "scheduler overrun"),
    "schedule/cron_restart": ("scheduler service", "scheduler missed", "scheduler mail", "scheduler output"),
    "schedule/calendar_gap": ("scheduler build",),
    "desk/owner_away": ("desk escalate", "desk fault"),
    "waiting/source_hang_fragile": ("wire fault", "wire freed", "night stuck"),
    "consumers/rows_swallowed_read_back": ("consumers fault", "<consumer> withdraw"),
    "consumers/consumer_hang_fragile": ("consumers freed",),
}
"""Shipped scenarios, and the events for which each is here."""

BY_DEFAULT = {
    "schedule/hold_released_by_hand",
    "content/semicolons",
    "schedule/cron_restart",
    "waiting/source_hang_fragile",
}
"""The nights of most events; those of the others run with all of them."""

REST = (
    *(
        "night unfired",
        "night chain_folder",
        "night outside",
        "source login",
        "source put",
        "source keeps",
        "source remove",
    ),
    "source query",
    "<consumer> taken",
    "<consumer> commit",
    "<consumer> push",
    *("desk acknowledge", "desk resolve", "desk note"),
    *("scheduler event", "scheduler machine", "scheduler threshold", "scheduler resource", "scheduler property"),
    *("scheduler console", "scheduler left_behind", "scheduler freed", "source freed", "desk freed"),
)
"""What none of them has, and `CHAIN` does."""

PUSH = """
import os, redis

redis.from_url(os.environ["QUEUE"]).rpush("plans", '{"sku": "a"}', "no row")
"""

UPLOAD = """
import asyncio, os

import asyncssh

async def main() -> None:
    key = asyncssh.import_private_key(os.environ["KEY"])
    host, port, user = os.environ["HOST"], int(os.environ["PORT"]), os.environ["LOGIN"]
    async with asyncssh.connect(host, port, username=user, client_keys=[key], known_hosts=None, config=None) as ssh:
        async with ssh.start_sftp_client() as sftp:
            async with sftp.open("done.part", "w") as file:
                await file.write("done")
            await sftp.rename("done.part", "done")
            await sftp.remove("done")
            async with sftp.open("sent", "w") as file:
                await file.write("sent")

asyncio.run(main())
"""

LOAD = """
import os

import psycopg

with psycopg.connect(os.environ["DSN"]) as connection:
    connection.execute("insert into plan values (1)")
"""

ASK = """
import json, os, urllib.error, urllib.request

event = {"routing_key": os.environ["ROUTING_KEY"], "dedup_key": "k"}
event |= {"payload": {"summary": "it works", "source": "here", "severity": "info"}}
for path, action in ("", "trigger"), ("", "trigger"), ("", "acknowledge"), ("", "resolve"), ("change/", ""):
    body = json.dumps(event | {"event_action": action}).encode()
    urllib.request.urlopen(f"{os.environ['DESK']}/v2/{path}enqueue", data=body)

try:
    urllib.request.urlopen(os.environ["SNOWFLAKE"] + "/queries/v1/query-request", data=b"{}")
except urllib.error.HTTPError as error:
    print(error)
"""

CHAIN = """\
chain: the-rest
owner: data-ops
deadline: "06:00"
environment:
  HOST: {from: sftp.host}
  PORT: {from: sftp.port}
  LOGIN: {from: sftp.user}
  KEY: {from: sftp.key}
  SNOWFLAKE: {from: snowflake.url}
  DESK: {from: desk.url}
  DSN: {from: dwh.url}
  ROUTING_KEY: {from: desk.routing_key}
  QUEUE: {from: events.url}
files:
  feed: {name: "feed_{date}.csv", source: sftp, arrives: "00:30", content: {factory: forecast, rows: 5}}
  stage: {name: "stage_{date}.csv", source: snowflake, arrives: "00:30", content: {factory: forecast, rows: 5}}
folders: {outbox: {}}
consumers:
  dwh: {kind: postgres, schema: dwh.sql, table: plan}
  board: {kind: pull, at: "05:00", folder: outbox, name: "feed_{date}.csv"}
  events: {kind: queue, list: plans}
thresholds: {rows: 0}
resources: {link: 1}
properties: {Region: US}
jobs:
  push: {run: [python, push.py], at: "00:45"}
  upload: {run: [python, upload.py], at: "01:00"}
  ask: {run: [python, ask.py], after: [upload]}
  set:
    null_job: true
    after: [ask]
    events:
      - {when: finished_ok, event: "$THRESHOLD:SET,rows,5"}
      - {when: finished_ok, event: "$RESOURCE:SET,link,2"}
      - {when: finished_ok, event: "$PROPERTY:SET,Region,EU"}
      - {when: finished_ok, event: "$CONSOLE:DISPLAY,all set"}
      - {when: finished_ok, event: "$MACHINE:LIMITED,agent"}
      - {when: finished_ok, event: "$MACHINE:UP,agent"}
      - {when: finished_ok, event: "$THRESHOLD:SET,none,5"}
  leave:
    run: [sh, -c, "sleep 1d >/dev/null 2>&1 & echo x >cache; echo >>ask.py; rm upload.py; ./of-another-machine; true"]
    after: [set]
  load: {run: [python, load.py], after: [set]}
  past_the_deadline:
    run: [python, ask.py]
    at: "05:58"
    rules: [{when: initialization_error, do: restart, after: 5m, times: 1}]
"""


def validated(history: History) -> set[str]:
    """The events of a history, "component action", each of which is known and validates."""
    seen = set()
    for event in history:
        mistakes = [error.message for error in VALIDATOR.iter_errors(json.loads(event.to_json()))]
        assert mistakes == [], event
        seen.add(f"{event.component if event.component in EVENTS else ANY_CONSUMER} {event.action}")
    assert seen - KNOWN == set()
    return seen


@pytest.mark.parametrize("name", sample(NIGHTS, BY_DEFAULT))
def test_every_event_of_a_night_validates(name: str, night_runner: NightRunner) -> None:
    result = night_runner.run(load_scenario(shipped.scenarios() / f"{name}.yaml"))
    missing = set(NIGHTS[name]) - validated(result.history) - validated(result.baseline)
    assert missing == set()


def test_so_does_every_event_that_no_shipped_scenario_has(tmp_path: Path, night_runner: NightRunner) -> None:
    for name, text in (
        ("chain.yaml", CHAIN),
        *{"push.py": PUSH, "upload.py": UPLOAD, "ask.py": ASK, "load.py": LOAD}.items(),
    ):
        (tmp_path / name).write_text(text)
    (tmp_path / "of-another-machine").write_bytes(b"\x7fELF" + bytes(60))
    (tmp_path / "dwh.sql").write_text("create table plan (a int);")
    (tmp_path / "of-another-machine").chmod(0o755)
    result = night_runner.run(
        Scenario(
            scenario="the rest",
            chain=load_chain(tmp_path / "chain.yaml"),
            night=dt.date(2026, 11, 23),
            faults=(
                ServerError(operation="query"),
                DeskSlow(by=Duration.parse("1s"), channel="pagerduty"),
                LaunchFailure(job="upload", call=9),
                LaunchFailure(job="past_the_deadline"),
            ),
        )
    )
    missing = set(REST) - validated(result.history)
    assert missing == set()


def test_the_nights_have_every_event_between_them() -> None:
    """But for bugs: a night with one has no history. And for loops, with which tests/night/test_tight_loop.py ends."""
    left_out = {event for event in KNOWN if event.endswith(" bug")} | {"night loop"}
    assert {event for events in [*NIGHTS.values(), REST] for event in events} == KNOWN - left_out


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_event_of_a_shipped_scenario_validates(file: Path, night_runner: NightRunner) -> None:
    result = night_runner.run(load_scenario(file))
    assert validated(result.history)
    assert validated(result.baseline)
