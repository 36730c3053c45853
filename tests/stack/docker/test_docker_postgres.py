"""The container of a consumer's PostgreSQL: when there is one, what its image must have, and that it goes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker import DockerClient

from harness.contract.consumers import PlannedPostgres
from harness.contract.plan import Plan
from harness.errors import StackError
from harness.stack.cleanup.containers import ROLE_LABEL, RUN_LABEL, sweep_docker
from harness.stack.docker.images import POSTGRES_VARIABLE, base_image, jobs_image
from harness.stack.docker.stack import DockerStack
from tests.stack.docker.test_docker_stack import ended, left_of
from tests.stack.plans import HOUR_NS, job, plan

pytestmark = pytest.mark.usefixtures("images")

TOP = Path(__file__).parents[3]
SCHEMA = "create table plan (key text primary key, quantity int not null);"
ASK = """
import os, psycopg, time
began = time.time()
with psycopg.connect(os.environ["DSN"]) as connection:
    connection.execute("insert into plan values ('a', 1)")
    connection.execute("select pg_sleep(7200)")
    print(connection.execute("select count(*), now() - interval '2 hours' from plan").fetchone()[0])
print(round((time.time() - began) / 3600))
"""


def with_postgres(the_plan: Plan) -> Plan:
    planned = PlannedPostgres(database="planning", schema_sql=SCHEMA, schema_file="schema.sql", table="plan")
    return replace(the_plan, consumers={"warehouse": planned})


def night(stack: DockerStack, *argv: str) -> list[dict]:
    places = stack.places(consumers={"warehouse": "postgres"})
    dsn = places["warehouse.url"].replace("/warehouse", "/planning")
    the_plan = with_postgres(plan(job(stack, "load", *argv, DSN=dsn)))
    stack.reset(the_plan)
    stack.begin()
    assert stack.run(the_plan.closes_ns).reason == "asked"
    stack.settle()
    return stack.history()


def servers(engine: DockerClient, stack: DockerStack) -> list[str]:
    running = engine.containers.list(filters={"label": f"{RUN_LABEL}={stack.run_id}"})
    return [one.name for one in running if one.labels[ROLE_LABEL].startswith("server")]


@pytest.fixture
def stack() -> Iterator[DockerStack]:
    with DockerStack() as stack:
        yield stack


def test_it_is_started_for_the_first_night_that_needs_it_and_lives_in_virtual_time(stack, engine):
    stack.reset(plan())
    assert servers(engine, stack) == []
    for _ in range(2):
        events = night(stack, "python", "-c", ASK)
        assert stack.output("load", 1, "err") == ""
        assert stack.output("load", 1, "out").split() == ["1", "2"]  # the last night's row is gone
        commits = [event for event in events if event["action"] == "commit"]
        assert [event["type"] for event in commits] == ["invoke", "ok"]
        assert len(servers(engine, stack)) == 1
        stack.reset(plan())


def test_a_job_that_is_not_roots_cannot_look_into_its_files(stack):
    look = "import os; os.setuid(65534); print(os.path.exists('/night/pg'), os.access('/night/pg/data', os.F_OK))"
    night(stack, "python", "-c", look)
    assert stack.output("load", 1, "out") == "True False\n"


def test_an_image_that_is_missing_is_named_with_the_variable_that_names_another(stack, monkeypatch):
    monkeypatch.setenv(POSTGRES_VARIABLE, "localhost:1/no-such-postgres:1")
    with pytest.raises(StackError) as caught:
        stack.reset(with_postgres(plan()))
    assert "no-such-postgres" in caught.value.where
    assert "docker pull" in caught.value.todo
    assert POSTGRES_VARIABLE in caught.value.todo


@pytest.mark.parametrize(
    ("lines", "says"), [("", "says no user, and has none"), ("USER nobody", "no postgres on the PATH")]
)
def test_an_image_that_will_not_do_is_refused(stack, engine, monkeypatch, lines, says):
    image, _ = engine.images.build(fileobj=io.BytesIO(f"FROM {base_image()}\n{lines}\n".encode()), rm=True)
    monkeypatch.setenv(POSTGRES_VARIABLE, image.id)
    try:
        with pytest.raises(StackError) as caught:
            stack.reset(with_postgres(plan()))
        assert says in caught.value.found
        assert POSTGRES_VARIABLE in caught.value.todo
    finally:
        stack.stop()
        engine.images.remove(image.id) if lines else None


def test_one_that_was_killed_makes_the_stack_unsound(stack, engine):
    stack.reset(with_postgres(plan()))
    stack.require_sound()
    (name,) = servers(engine, stack)
    engine.containers.get(name).kill()
    with pytest.raises(StackError, match="server-postgres"):
        stack.require_sound()
    with pytest.raises(StackError):
        stack.reset(with_postgres(plan()))


def test_stop_takes_it_along(engine):
    stack = DockerStack().start()
    stack.reset(with_postgres(plan()))
    assert len(servers(engine, stack)) == 1
    stack.stop()
    assert left_of(engine, stack.run_id) == []


OWNER = """
from tests.stack.docker.test_docker_postgres import DockerStack, plan, with_postgres
stack = DockerStack().start()
stack.reset(with_postgres(plan()))
print(stack.run_id, flush=True)
input()
"""


@pytest.mark.parametrize("ends_it", ["kill -9 of the owner", "Ctrl-C", "kill -9 of the supervisor"])
def test_however_its_stack_ends_nothing_of_it_is_left(engine, ends_it):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=TOP,
        env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as owner:
        run_id = owner.stdout.readline().strip()
        running = engine.containers.list(filters={"label": f"{RUN_LABEL}={run_id}"})
        assert [one.labels[ROLE_LABEL] for one in running if "server" in one.labels[ROLE_LABEL]] == ["server-postgres"]
        if ends_it == "kill -9 of the supervisor":
            (clock,) = [one for one in running if one.labels[ROLE_LABEL] == "clock"]
            clock.kill()
            for container in running:
                ended(container)
        owner.send_signal(2 if ends_it == "Ctrl-C" else 9)
    for container in running:
        ended(container)
    sweep_docker(engine)
    assert left_of(engine, run_id) == []
