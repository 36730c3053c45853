"""A docker stack that runs: its nights, its seclusion, its resets, its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
import requests
import urllib3
from docker import DockerClient
from docker.errors import NotFound

from harness.contract.endpoints import PLACES
from harness.errors import HarnessBug, StackError
from harness.stack.chain_views.changes import Change
from harness.stack.cleanup.containers import MINE_LABEL, RUN_LABEL, sweep_docker
from harness.stack.docker.stack import DockerStack
from harness.stack.door import Door
from tests.calibration import patience_s
from tests.stack.plans import EVENING_NS, HOUR_NS, job, plan

pytestmark = pytest.mark.usefixtures("images")

ASKED_AGAIN_AFTER_S = 5


@pytest.fixture(scope="module")
def stack(engine: DockerClient) -> Iterator[DockerStack]:
    with DockerStack(published=True) as stack:
        yield stack


@pytest.fixture
def chain(tmp_path):
    (tmp_path / "job.py").write_text("print('the chain is here')\n")
    return tmp_path


def night(stack: DockerStack, *jobs: dict) -> list[dict]:
    the_plan = plan(*jobs)
    stack.reset(the_plan)
    stack.begin()
    assert stack.run(the_plan.closes_ns).reason == "asked"
    stack.settle()
    return stack.history()


def output(stack: DockerStack, *argv: str) -> str:
    """What a job prints that does only this."""
    night(stack, job(stack, "look", *argv))
    return stack.output("look", 1, "out") + stack.output("look", 1, "err")


def test_time_is_virtual_for_a_job_in_a_container(stack):
    assert stack.clock == "virtual"
    events = night(stack, job(stack, "slow", "sleep", "18000"))
    (end,) = [event for event in events if event["action"] == "job"]
    assert end["type"] == "ok"
    assert 5 * HOUR_NS <= end["at"] - EVENING_NS < 5 * HOUR_NS + 10**9


def test_a_job_reaches_the_mocks_by_their_names_and_nothing_else(stack):
    look = """
import os, urllib.request
def get(url):
    try:
        return urllib.request.urlopen(url, timeout=60).status
    except OSError as error:
        return getattr(error, "status", None) or error.reason
for url in ("http://source:8080/", "http://desk:8082/pages", "http://192.0.2.1/", "http://production.example/"):
    print(url, get(url))
"""
    said = output(stack, "python", "-c", look).splitlines()
    assert said[0].startswith("http://source:8080/ ")
    assert said[0].split()[-1].isdigit()
    assert said[1] == "http://desk:8082/pages 200"
    assert "Network is unreachable" in said[2]
    assert "name resolution" in said[3]


def test_a_job_starts_in_a_copy_of_its_chain_folder(stack, chain):
    night(stack, replace(job(stack, "here", "python", "job.py"), cwd=stack.job_cwd(chain)))
    assert stack.output("here", 1, "out") == "the chain is here\n"
    assert stack.job_cwd(chain) == stack.job_cwd(chain)


def test_a_job_sees_nothing_of_the_hosts_environment(stack, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-jobs")
    assert "not-for-jobs" not in output(stack, "env")


def test_a_reset_kills_what_a_job_left_behind(stack):
    left = "import subprocess; subprocess.Popen(['sleep', '1000000'], start_new_session=True); print('left')"
    night(stack, job(stack, "leaves", "python", "-c", left))
    count = "import glob; print(sum(b'1000000' in open(p, 'rb').read() for p in glob.glob('/proc/[0-9]*/cmdline')))"
    assert output(stack, "python", "-c", count).splitlines()[0] == "1"  # its own command line, and no sleep


def test_published_endpoints_answer_on_this_machine(stack):
    endpoints = stack.published({"planning": "http"})
    assert {place for place in endpoints if not place.startswith(("postgres.", "queue."))} == {
        *PLACES,
        "consumers.url",
        *(f"planning.{place}" for place in ("url", "token", "user", "password")),
    }
    with urllib3.PoolManager() as pool:
        assert pool.request("GET", f"{endpoints['desk.url']}/pages").json() == {"pages": []}


def test_every_port_is_published_on_loopback_alone(stack, engine):
    bound = [
        address["HostIp"]
        for container in engine.containers.list(filters={"label": f"{RUN_LABEL}={stack.run_id}"})
        for addresses in container.ports.values()
        for address in addresses or ()
    ]
    assert bound
    assert set(bound) == {"127.0.0.1"}


def test_the_door_stays_shut_without_the_token(stack):
    stranger = Door(stack.door.url, "a guess")
    with pytest.raises(HarnessBug, match="token"):
        stranger.ask("GET", "/health")
    stranger.close()


def test_a_job_image_that_is_missing_is_named_with_what_to_do(stack):
    with pytest.raises(StackError) as caught:
        stack.agent("night-harness/no-such-image")
    assert "night-harness/no-such-image" in caught.value.where
    assert "docker pull" in caught.value.todo


def test_a_missing_mocks_image_is_named_with_the_command_that_builds_it(monkeypatch):
    monkeypatch.setenv("NIGHT_HARNESS_MOCKS_IMAGE", "night-harness/not-built")
    with pytest.raises(StackError) as caught:
        DockerStack().start()
    assert caught.value.where == "image night-harness/not-built"
    assert "harness images build" in caught.value.todo


def test_an_image_with_another_harness_is_refused(monkeypatch):
    monkeypatch.setattr("harness.stack.docker.images.sources_digest", lambda: "of-another-time")
    with pytest.raises(StackError) as caught:
        DockerStack().start()
    assert "of-another-time" in caught.value.expected
    assert "again" in caught.value.todo


def test_a_container_that_dies_at_start_is_named_with_its_last_output_and_nothing_is_left(engine, monkeypatch):
    monkeypatch.setitem(sys.modules["harness.stack.docker.stack"].MOCKS, "desk", ["--no-such-option"])
    stack = DockerStack()
    with pytest.raises(StackError) as caught:
        stack.start()
    assert "-desk (desk, image" in caught.value.where
    assert "--no-such-option" in caught.value.found
    assert left_of(engine, stack.run_id) == []


def test_two_stacks_run_side_by_side(stack):
    with DockerStack() as other:
        both = [job(each, "one", "sh", "-c", f"echo {each.run_id}") for each in (stack, other)]
        for each, its_job in zip((stack, other), both, strict=True):
            night(each, its_job)
        assert other.output("one", 1, "out").strip() == other.run_id
    assert stack.output("one", 1, "out").strip() == stack.run_id


def test_stop_leaves_nothing_and_may_be_called_twice(engine):
    stack = DockerStack().start()
    assert len(left_of(engine, stack.run_id)) > 8
    stack.stop()
    stack.stop()
    assert left_of(engine, stack.run_id) == []


def test_kill_9_of_the_owner_ends_every_container_and_a_sweep_takes_the_rest(engine):
    program = """
from harness.stack.docker.stack import DockerStack
stack = DockerStack().start()
stack.agent()
print(stack.run_id, flush=True)
input()
"""
    environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as owner:
        run_id = owner.stdout.readline().strip()
        running = engine.containers.list(filters={"label": f"{RUN_LABEL}={run_id}"})
        assert len(running) == 9
        owner.kill()
    for container in running:
        ended(container)
    sweep_docker(engine)
    assert left_of(engine, run_id) == []


def test_a_sweep_leaves_what_a_living_owner_has(stack, engine):
    before = left_of(engine, stack.run_id)
    assert not [thing for thing in sweep_docker(engine) if stack.run_id in thing]
    assert left_of(engine, stack.run_id) == before


def ended(container) -> None:
    """Wait until a container is gone. An engine may miss the moment of it, so it is asked more than once."""
    given_up = time.monotonic() + patience_s()
    with suppress(NotFound):
        while True:
            try:
                container.wait(condition="removed", timeout=ASKED_AGAIN_AFTER_S)
            except requests.exceptions.ConnectionError:
                assert time.monotonic() < given_up, f"{container.name} is still there"
            else:
                return


def left_of(engine: DockerClient, run_id: str) -> list[str]:
    chosen = {"label": [MINE_LABEL, f"{RUN_LABEL}={run_id}"]}
    found = engine.containers.list(all=True, filters=chosen, ignore_removed=True)
    found += engine.networks.list(filters=chosen) + engine.volumes.list(filters=chosen)
    return sorted(thing.name for thing in found)


def test_what_a_chains_folder_was_before_an_edit_does_not_stay(stack, chain, tmp_path_factory):
    same = tmp_path_factory.mktemp("same")
    (same / "job.py").write_text((chain / "job.py").read_text())
    clock = stack._containers["clock"].wrapped

    def kept() -> int:
        return int(clock.exec_run(["sh", "-c", "ls -d /opt/night/chain/* /night/chains/* | wc -l"]).output)

    first = stack.job_cwd(chain)
    assert stack.job_cwd(same) == first
    there = kept()
    for edit in range(3):
        (chain / "job.py").write_text(f"print('edit {edit}')\n")
        night(stack, replace(job(stack, "here", "python", "job.py"), cwd=stack.job_cwd(chain)))
        assert stack.output("here", 1, "out") == f"edit {edit}\n"
        assert kept() == there + 2  # one copy and its view more: the first is another folder's, too
    assert stack.job_cwd(same) == first
    (chain / "job.py").write_text((same / "job.py").read_text())
    assert stack.job_cwd(chain) == first
    output(stack, "true")
    assert kept() == there


def test_what_a_job_does_in_its_chains_folder_is_told_and_gone_with_its_night(stack, chain):
    (chain / "jobs").mkdir()
    (chain / "jobs" / "validate.py").write_text("this is it\n")
    script = "cat jobs/validate.py; echo x >>jobs/validate.py; rm job.py; ls; echo x >cache.csv; mktemp -p $TMPDIR >&2"
    edit = replace(job(stack, "edit", "sh", "-c", script), cwd=stack.job_cwd(chain))
    for _ in range(2):
        the_plan = plan(edit)
        stack.reset(the_plan)
        stack.begin()
        assert stack.run(the_plan.closes_ns).reason == "asked"
        assert stack.settle() == [
            Change("cache.csv", "added"),
            Change("job.py", "removed", program=True),
            Change("jobs/validate.py", "changed", program=True),
        ]
        assert stack.output("edit", 1, "out") == "this is it\njobs\n"
    night(stack, replace(job(stack, "here", "python", "job.py"), cwd=stack.job_cwd(chain)))
    assert stack.output("here", 1, "out") == "the chain is here\n"
    assert output(stack, "sh", "-c", "ls -A $TMPDIR; test -e /opt/night; echo $?") == "1\n"
