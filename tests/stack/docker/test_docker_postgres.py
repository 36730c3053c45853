"""The container of a consumer's PostgreSQL: when there is one, what its image must have, and that it goes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from docker import DockerClient

from harness.errors import StackError
from harness.stack.cleanup.containers import ROLE_LABEL, RUN_LABEL, sweep_docker
from harness.stack.docker.images import POSTGRES_VARIABLE, base_image
from harness.stack.docker.stack import DockerStack
from tests.sample import sample
from tests.stack.docker.test_docker_stack import ended, left_of
from tests.stack.plans import job, plan, with_postgres

pytestmark = pytest.mark.usefixtures("postgres_in_containers")

TOP = Path(__file__).parents[3]
ASK = """
import os, psycopg, time
began = time.time()
with psycopg.connect(os.environ["DSN"]) as connection:
    connection.execute("insert into plan values ('a', 1)")
    connection.execute("select pg_sleep(7200)")
    print(connection.execute("select count(*), now() - interval '2 hours' from plan").fetchone()[0])
print(round((time.time() - began) / 3600))
"""


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


@pytest.fixture(scope="module")
def stack(postgres_in_containers: None) -> Iterator[DockerStack]:
    with DockerStack(published=True) as stack:
        yield stack


def test_it_lives_in_virtual_time_and_each_night_begins_anew(stack):
    for _ in range(2):
        events = night(stack, "python", "-c", ASK)
        assert stack.output("load", 1, "err") == ""
        assert stack.output("load", 1, "out").split() == ["1", "2"]  # the last night's row is gone
        commits = [event for event in events if event["action"] == "commit"]
        assert [event["type"] for event in commits] == ["invoke", "ok"]
        stack.reset(plan())


def test_a_client_of_this_machine_reaches_one_that_is_published(stack):
    stack.reset(with_postgres(plan()))
    with psycopg.connect(stack.published({"planning": "postgres"})["planning.url"]) as connection:
        connection.execute("insert into plan values ('a', 1)")
    stack.begin()
    stack.run(plan().closes_ns)
    stack.settle()
    (held,) = [event for event in stack.history() if event["action"] == "holds"]
    assert held["value"]["rows"] == 1


def test_a_job_that_is_not_roots_cannot_look_into_its_files(stack):
    look = "import os; os.setuid(65534); print(os.path.exists('/night/pg'), os.access('/night/pg/data', os.F_OK))"
    night(stack, "python", "-c", look)
    assert stack.output("load", 1, "out") == "True False\n"


def test_one_is_there_from_the_first_night_on_that_needs_it(engine, monkeypatch):
    """And what is wrong with its image is told then, and is in the way of no other night."""
    with DockerStack() as stack:
        for image, says in ("localhost:1/no-such-postgres:1", "does not have it"), (base_image(), "says no user"):
            with monkeypatch.context() as its:
                its.setenv(POSTGRES_VARIABLE, image)
                with pytest.raises(StackError, match=says) as caught:
                    stack.reset(with_postgres(plan()))
            assert caught.value.where == f"image {image}"
            assert POSTGRES_VARIABLE in caught.value.todo
            stack.reset(plan())
            assert servers(engine, stack) == []
        for _ in range(2):
            stack.reset(with_postgres(plan()))
            assert servers(engine, stack) == [f"night-{stack.run_id}-server-postgres"]
        stack.require_sound()
        engine.containers.get(*servers(engine, stack)).kill()
        with pytest.raises(StackError, match="server-postgres"):
            stack.require_sound()
        with pytest.raises(StackError, match="it has ended in the night"):
            stack.settle()
        with pytest.raises(StackError):
            stack.reset(with_postgres(plan()))
    assert left_of(engine, stack.run_id) == []


@pytest.mark.exhaustive
def test_an_image_without_it_is_refused(engine, monkeypatch):
    image, _ = engine.images.build(fileobj=io.BytesIO(f"FROM {base_image()}\nUSER nobody\n".encode()), rm=True)
    monkeypatch.setenv(POSTGRES_VARIABLE, image.id)
    try:
        with DockerStack() as stack, pytest.raises(StackError, match="no postgres on the PATH") as caught:
            stack.reset(with_postgres(plan()))
        assert POSTGRES_VARIABLE in caught.value.todo
    finally:
        engine.images.remove(image.id)


OWNER = """
from tests.stack.docker.test_docker_postgres import DockerStack, plan, with_postgres
stack = DockerStack().start()
stack.reset(with_postgres(plan()))
print(stack.run_id, flush=True)
input()
"""


@pytest.mark.parametrize("ends_it", sample(["kill -9 of the owner", "Ctrl-C", "kill -9 of the supervisor"]))
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
