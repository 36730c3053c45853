"""Consumers of every kind, and the desk's channels, in containers: the same night as in processes, by real clients."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Outcome
from harness.mocks.consumers.postgres.programs import find as find_postgres
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.mocks.consumers.queue.programs import find as find_queue
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from harness.night.result import Result
from harness.scenario.loading import load_scenario
from tests.sample import sample
from tests.stack.docker.conftest import Both

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
files:
  forecast:
    name: "forecast_{date:%Y%m%d}.csv"
    arrives: "02:00:04"
    content: {copy: forecast.csv}
folders:
  outbox: {}
environment:
  SOURCE: {from: source.url}
  OUT: {from: folder.outbox}
  NIGHT: {from: night.date}
"""
JOBS = """
jobs:
  send:
    run: [python, send.py]
    at: "02:01"
    max_run_time: 45m
    rules: [{when: failed, do: restart, after: 5m, times: 2}]
consumers:
"""
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [{faults}]
expect: {{outcome: unaffected}}
"""
BEGIN = """
import csv, io, json, os, pathlib, time, urllib.request

text = urllib.request.urlopen(f"{os.environ['SOURCE']}/files/forecast_20261123.csv", timeout=60).read().decode()
rows = list(csv.DictReader(io.StringIO(text)))
"""
TABLE = """
  warehouse: {kind: postgres, schema: schema.sql, table: plan, key: [key], business_date: for_date}
"""
SCHEMA = "create table plan (for_date date not null, key text not null, quantity int not null);\n"
DATABASE = "  DSN: {from: warehouse.url}\n"
LOAD = """
import psycopg
with psycopg.connect(os.environ["DSN"]) as connection, connection.cursor() as cursor:
    cursor.execute("delete from plan where for_date = %s", [os.environ["NIGHT"]])
    with cursor.copy("copy plan from stdin") as copy:
        for row in rows:
            copy.write_row((os.environ["NIGHT"], row["key"], int(row["quantity"])))
    cursor.execute("select pg_sleep(1800)")
"""
QUEUES = """
  events: {kind: queue, list: plans, key: [key]}
  entries: {kind: queue, stream: entries, key: [key]}
"""
QUEUE = "  QUEUE: {from: events.url}\n"
PUSH = """
import redis
queue = redis.from_url(os.environ["QUEUE"], socket_timeout=None)
queue.rpush("plans", *[json.dumps(row) for row in rows])
time.sleep(600)
for row in rows:
    queue.xadd("entries", row)
"""
FILES = """
  portal: {kind: folder, folder: outbox, name: "plan_{date:%Y%m%d}.csv", flag: "{name}.done", key: [key]}
  board: {kind: pull, at: "03:45", folder: outbox, name: "plan_{date:%Y%m%d}.csv", key: [key]}
"""
WRITE = """
plan = pathlib.Path(os.environ["OUT"], "plan_20261123.csv")
plan.with_suffix(".part").write_text(text)
plan.with_suffix(".part").rename(plan)
time.sleep(60)
pathlib.Path(f"{plan}.done").touch()
"""
DESK = """
  PAGERDUTY: {from: desk-tls.url}
  KEY: {from: desk.routing_key}
  SSL_CERT_FILE: {from: desk.authority}
  MAIL: {from: desk.mail}
  SMTP_HOST: {from: smtp.host}
  SMTP_PORT: {from: smtp.port}
"""
PAGE = """
import email.message, smtplib, ssl
event = {"routing_key": os.environ["KEY"], "event_action": "trigger", "dedup_key": "feed"}
event["payload"] = {"summary": "the source is slow", "source": "send", "severity": "error"}
url = os.environ["PAGERDUTY"] + "/v2/enqueue"
page = urllib.request.Request(url, json.dumps(event).encode(), {"Content-Type": "application/json"})
print(urllib.request.urlopen(page, timeout=60, context=ssl.create_default_context()).status)

mail = email.message.EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "send@night.example", os.environ["MAIL"], "the source is slow"
with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"]), timeout=60) as server:
    server.starttls(context=ssl.create_default_context())
    server.send_message(mail)
"""

KINDS: dict[str, tuple[str, str, str]] = {
    "postgres": (DATABASE, TABLE, LOAD),
    "queue": (QUEUE, QUEUES, PUSH),
    "files": ("", FILES, WRITE),
    "desk": (DESK, FILES, PAGE + WRITE),
}
"""Variables, consumers and the job, of each; the desk's job also feeds consumers."""

Nights = Callable[..., tuple[Result, Result]]


@pytest.fixture
def nights(tmp_path: Path, both: Both, request: pytest.FixtureRequest) -> Nights:
    """The same night on the local stack and on that of containers."""
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\nb,2\nc,3\n")
    (tmp_path / "schema.sql").write_text(SCHEMA)

    def run(kind: str, *, faults: str = "no_fault") -> tuple[Result, Result]:
        _skip_without_its_server(kind)
        if kind == "postgres":
            request.getfixturevalue("postgres_in_containers")
        variables, consumers, code = KINDS[kind]
        (tmp_path / "send.py").write_text(BEGIN + code)
        (tmp_path / "chain.yaml").write_text(CHAIN + variables + JOBS + consumers)
        (tmp_path / "night.yaml").write_text(SCENARIO.format(faults=faults))
        scenario = load_scenario(tmp_path / "night.yaml")
        local, docker = (runner.run(scenario) for runner in both)
        return local, docker

    return run


def _skip_without_its_server(kind: str) -> None:
    try:
        if kind == "postgres":
            find_postgres()
        elif kind == "queue":
            find_queue()
    except (PostgresUnavailable, QueueUnavailable) as why:
        pytest.skip(f"there is nothing to compare with: {why}")


def told(result: Result) -> list[tuple[Any, ...]]:
    """What became of what the consumers were sent, and what they hold."""
    events = [event for action in ("commit", "push", "taken") for event in result.history.of(action)]
    kept = ("from", "rows", "stored", "removed")
    return [(one.component, one.action, one.type, one.error, *map(one.value.get, kept)) for one in events] + [
        (event.component, *result.history.rows(event).contents()) for event in result.history.of("holds")
    ]


@pytest.mark.parametrize("kind", ["postgres", "queue", "files"])
def test_what_is_sent_is_held_as_on_the_local_stack(kind: str, nights: Nights) -> None:
    local, docker = nights(kind)
    assert told(docker) == told(local)
    assert docker.outcome is local.outcome is Outcome.UNAFFECTED, docker.judgement.because
    assert abs(docker.finished_at - local.finished_at).total_seconds() < 5


@pytest.mark.parametrize(
    ("kind", "fault"),
    sample(
        (kind, f"{fault}: {{consumer: {consumer}, times: 1}}")
        for fault in ("answer_lost", "consumer_read_only", "consumer_reset")
        for kind, consumer in (("postgres", "warehouse"), ("queue", "events"))
    ),
)
def test_a_fault_at_one_ends_as_on_the_local_stack(kind: str, fault: str, nights: Nights) -> None:
    local, docker = nights(kind, faults=f"{{{fault}}}")
    assert told(docker) == told(local)
    assert docker.outcome is local.outcome


def test_the_desk_is_reached_over_tls_by_who_trusts_its_authority(nights: Nights) -> None:
    local, docker = nights("desk")
    pages = [[(page.value["owner"], page.value["channel"]) for page in one.pages] for one in (local, docker)]
    assert pages[0] == pages[1]
    assert len(pages[0]) == 2
