"""A local stack that runs: its nights, its resets, its door."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3

from harness.contract.effects.source import Misstate
from harness.contract.orders import Order
from harness.contract.plan import Plan, SeededFile
from harness.contract.points import SERVE
from harness.errors import HarnessBug, StackError
from harness.stack.door import Door
from harness.stack.local.stack import LocalStack
from tests.calibration import starts
from tests.stack.chain_views.stacks import OWN_MOUNTS, require_overlays
from tests.stack.plans import EVENING_NS, HOUR_NS, SECOND_NS, job, plan
from tests.stack.waiting import seen_to_end

SLEEP = "import time, sys; time.sleep(3600); print('slept', file=sys.stderr)"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack() as stack:
        if stack.clock != "virtual":
            pytest.skip(f"nights in real time would take hours: {stack.clock}")
        yield stack


def night(stack: LocalStack, the_plan: Plan) -> list[dict]:
    stack.reset(the_plan)
    stack.begin()
    assert stack.run(the_plan.closes_ns).reason == "asked"
    stack.settle()
    return stack.history()


def is_busy(stack: LocalStack) -> bool:
    try:
        stack.travel(EVENING_NS)
    except HarnessBug as busy:
        return "busy with run" in str(busy)
    return False


def an_hour_from(stack: LocalStack, begins_ns: int) -> int:
    """A night whose only job is far away, run for an hour."""
    job_later = replace(job(stack, "later", "true"), at_ns=begins_ns + 2 * HOUR_NS)
    stack.reset(plan(job_later, begins_ns=begins_ns))
    stack.begin()
    return stack.run(begins_ns + HOUR_NS).at_ns


def ended_at(events: list[dict], name: str) -> int:
    (at,) = [event["at"] for event in events if event["action"] == "job" and event["value"]["job"] == name]
    return at - EVENING_NS


def test_a_job_that_sleeps_an_hour_at_night_ends_at_once_and_on_time(stack: LocalStack) -> None:
    events = night(stack, plan(job(stack, "retrieve", "python", "-c", SLEEP, after_hours=4)))
    assert 5 * HOUR_NS <= ended_at(events, "retrieve") < 5 * HOUR_NS + SECOND_NS
    assert stack.output("retrieve", 1) == "slept\n"


def test_a_history_is_in_the_order_of_time_and_every_instant_is_unique(stack: LocalStack) -> None:
    events = night(stack, plan(job(stack, "a", "true"), job(stack, "b", "true")))
    instants = [event["at"] for event in events]
    assert instants == sorted(set(instants))


UNEQUAL = {"pid", "cpu_ms"}


def test_the_same_night_again_gives_the_same_history(stack: LocalStack) -> None:
    def told(events: list[dict]) -> list[tuple]:
        return [
            (event["component"], event["action"], {k: v for k, v in event["value"].items() if k not in UNEQUAL})
            for event in events
        ]

    the_plan = plan(job(stack, "retrieve", "python", "-c", SLEEP))
    assert told(night(stack, the_plan)) == told(night(stack, the_plan))


def test_a_job_gets_a_scrubbed_environment(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "production")
    night(stack, plan(job(stack, "show", "env", FORECAST="x")))
    names = {line.split("=")[0] for line in stack.output("show", 1, "out").splitlines()}
    assert names == {
        *("FORECAST", "HOME", "LANG", "LC_ALL", "PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR"),
        *("LD_PRELOAD", "NIGHT_CLOCK", "NIGHT_COMPONENT", "NIGHT_NETWORK", "NIGHT_STACK"),
    }


def test_a_jobs_python_is_the_one_that_runs_the_harness(stack: LocalStack) -> None:
    night(stack, plan(job(stack, "show", "python", "-c", "import sys; print(sys.prefix)")))
    assert stack.output("show", 1, "out") == f"{sys.prefix}\n"


def test_a_job_cannot_leave_the_machine(stack: LocalStack) -> None:
    connect = "import socket; socket.create_connection(('192.0.2.1', 443), 5)"
    night(stack, plan(job(stack, "leak", "python", "-c", connect)))
    assert "Network is unreachable" in stack.output("leak", 1)


def test_a_reset_kills_what_still_runs_and_empties_what_it_wrote(stack: LocalStack) -> None:
    the_plan = plan(job(stack, "long", "python", "-c", "import time; print(1, flush=True); time.sleep(36000)"))
    stack.reset(the_plan)
    stack.begin()
    assert stack.run(EVENING_NS + HOUR_NS).reason == "until"
    (pid,) = [event["value"]["pid"] for event in stack.history() if event["value"].get("pid")]
    with seen_to_end([pid]):
        stack.reset(plan())
    assert list(stack.directory.output.iterdir()) == []
    assert stack.history() == []


def test_a_reset_goes_back_in_time(stack: LocalStack) -> None:
    for begins_ns in (EVENING_NS, EVENING_NS - 1000 * 24 * HOUR_NS):
        assert an_hour_from(stack, begins_ns) == begins_ns + HOUR_NS


def test_a_reset_seeds_the_folders_from_the_store_and_keeps_the_store(stack: LocalStack) -> None:
    content = b"yesterday's forecast\n"
    sha256 = hashlib.sha256(content).hexdigest()
    stack.store(sha256, content)
    held = SeededFile(name="forecast_20261122.csv", sha256=sha256)
    stack.reset(plan(landing=[], archive=[held]))
    folders = {name: Path(stack.places(folders=[name])[f"folder.{name}"]) for name in ("landing", "archive")}
    (folders["landing"] / "left_over.part").write_text("x")
    (folders["archive"] / held.name).write_text("overwritten by a job")
    stack.reset(plan(landing=[], archive=[held]))
    assert list(folders["landing"].iterdir()) == []
    assert (folders["archive"] / held.name).read_bytes() == content
    stack.reset(plan())
    assert not folders["archive"].exists()
    assert stack.door.read("/history") == b""


def test_seeding_is_no_event(stack: LocalStack) -> None:
    content = b"yesterday's forecast\n"
    stack.store(hashlib.sha256(content).hexdigest(), content)
    held = SeededFile(name="forecast_20261122.csv", sha256=hashlib.sha256(content).hexdigest())
    the_plan = plan(archive=[held], watch=["forecast_20261122.csv"])
    for _ in range(3):
        stack.reset(the_plan)
        stack.run(EVENING_NS + HOUR_NS)
        assert [event for event in stack.history() if event["component"] == "folders"] == []


def test_a_content_is_stored_from_a_file_and_only_once(stack: LocalStack, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(os.urandom(3 << 20))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    stack.store(sha256, file)
    assert (stack.directory.contents / sha256).read_bytes() == file.read_bytes()
    stack.store(sha256, tmp_path / "not even looked at")


def test_a_content_that_is_not_what_its_name_says_is_refused(stack: LocalStack) -> None:
    with pytest.raises(HarnessBug, match="the content's checksum is"):
        stack.store("0" * 64, b"something else")
    assert not (stack.directory.contents / ("0" * 64)).exists()


def test_a_folder_that_leads_out_of_the_stack_is_refused(stack: LocalStack) -> None:
    with pytest.raises(HarnessBug, match="cannot be a file's name"):
        stack.reset(plan(**{"../elsewhere": []}))


def test_endpoints_of_a_reachable_stack_answer_and_consumers_have_their_own() -> None:
    with LocalStack(reachable=True) as stack, urllib3.PoolManager(timeout=10) as pool:
        stack.reset(plan())
        places = stack.places(folders=["landing"], consumers={"planning": "http"})
        assert places["planning.url"] == places["consumers.url"] + "/planning"
        assert stack.published({"planning": "http"})["planning.url"] == places["planning.url"]
        assert pool.request("GET", places["source.url"] + "/files/").json() == {"files": []}
        assert pool.request("GET", places["planning.url"] + "/plan?business_date=2026-11-24").status == 200
        assert pool.request("GET", places["desk.url"] + "/pages").json() == {"pages": []}
        assert pool.request("GET", places["scheduler.url"] + "/api/version").status == 200


def test_the_door_opens_to_its_token_only(stack: LocalStack) -> None:
    intruder = Door(stack.door.url, "guess")
    with pytest.raises(HarnessBug, match="the token is missing or is another stack's"):
        intruder.ask("GET", "/health")
    intruder.close()


def test_everything_of_a_stack_is_private_to_its_user(stack: LocalStack) -> None:
    assert stack.directory.root.stat().st_mode & 0o777 == 0o700


def test_a_mock_that_does_not_exist_is_named_with_those_that_do(stack: LocalStack) -> None:
    with pytest.raises(HarnessBug, match=r"no mock is called 'sauce'; known: .*source"):
        stack.control("sauce", "GET", "state")


def test_a_mocks_refusal_arrives_in_its_own_words(stack: LocalStack) -> None:
    with pytest.raises(HarnessBug, match=r"unknown point of this mock 'serve'\. Known: reach, deliver, tell"):
        stack.arm("desk", Order(id="0:x", fault="x", point=SERVE, where={}, effect=Misstate(by=1)))


def test_an_output_that_does_not_exist_is_an_error(stack: LocalStack) -> None:
    stack.reset(plan())
    with pytest.raises(HarnessBug, match=r"no output retrieve\.7\.err"):
        stack.output("retrieve", 7)


def test_a_run_whose_caller_goes_away_ends(stack: LocalStack) -> None:
    spin = job(stack, "spin", "python", "-c", "while True: pass")
    stack.reset(plan(spin))
    stack.begin()
    impatient = Door(stack.door.url, stack.door.token, answer_timeout_s=starts(3))
    with pytest.raises(StackError, match="no answer to POST /run"):
        impatient.run(EVENING_NS + HOUR_NS, runaway_s=600)
    impatient.close()
    while is_busy(stack):  # the end of the run is a moment away
        pass
    stack.reset(plan())


@pytest.mark.exhaustive
def test_a_run_longer_than_the_door_waits_shows_that_it_lives(stack: LocalStack) -> None:
    stack.reset(plan(job(stack, "busy", "python", "-c", "while True: pass")))
    stack.begin()
    wait_s = max(1.5, starts(15))  # it shows once a second that it lives
    patient = Door(stack.door.url, stack.door.token, answer_timeout_s=wait_s)
    stop = patient.run(EVENING_NS + HOUR_NS, runaway_s=wait_s + 1)
    patient.close()
    assert stop.reason == "runaway"
    assert any("busy" in line for line in stop.waits)


def test_time_can_flow_at_the_walls_speed_until_it_is_told_not_to(stack: LocalStack) -> None:
    stack.reset(plan(job(stack, "first", "true", after_hours=0)))
    stack.begin()
    stack.pace(EVENING_NS + 14 * HOUR_NS)
    while not any(event["action"] == "schedule" for event in stack.history()):
        pass
    stack.unpace()
    assert max(event["at"] for event in stack.history()) < EVENING_NS + HOUR_NS
    stack.reset(plan())


def test_two_stacks_side_by_side_have_each_their_own_time_and_history(stack: LocalStack) -> None:
    with LocalStack() as other:
        later_ns = EVENING_NS + 30 * 24 * HOUR_NS
        assert an_hour_from(other, later_ns) == later_ns + HOUR_NS
        assert an_hour_from(stack, EVENING_NS) == EVENING_NS + HOUR_NS
        assert stack.directory.root != other.directory.root


def test_the_supervisor_knows_its_mocks(stack: LocalStack) -> None:
    health = stack.door.ask("GET", "/health")
    assert sorted(health["mocks"]) == ["consumers", "desk", "folders", "scheduler", "source", "wire"]
    assert json.dumps(health)


@pytest.mark.exhaustive
def test_a_folder_that_holds_another_harness_does_not_take_over(tmp_path: Path) -> None:
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness/__init__.py").write_text(
        "raise ImportError('the harness of this folder, not the installed one')"
    )
    quiet = Path(__file__).parents[3] / "scenarios/calm/quiet_night.yaml"
    command = [Path(sys.executable).parent / "harness", "run", str(quiet)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's stacks have programs of other users")
def test_the_clock_of_roots_stack_lies_where_others_pass_to_it_and_goes_with_the_stack() -> None:
    with LocalStack() as stack:
        environment = stack.job_environment("load")
        page = Path(environment["NIGHT_CLOCK"])
        assert page.parent.joinpath("ports").is_dir()
        assert Path(environment["LD_PRELOAD"]).parent == page.parent
        assert stack.directory.root not in page.parents
        assert [stat.S_IMODE(path.stat().st_mode) for path in (page, page.parent, page.parent.parent)] == [
            *(0o666, 0o711, 0o711)
        ]
        assert stat.S_IMODE(stack.directory.root.stat().st_mode) == 0o700
    assert not page.parent.parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's stacks have programs of other users")
def test_it_also_goes_where_the_supervisor_was_killed() -> None:
    stack = LocalStack().start()
    page = Path(stack.job_environment("load")["NIGHT_CLOCK"])
    supervisor = stack.door.ask("GET", "/health")["pid"]
    os.kill(supervisor, signal.SIGKILL)
    stack.stop()
    assert not page.parent.parent.exists()


NOEXEC = f"""
import os, sys
from pathlib import Path
from harness.stack.cleanup import directories
shared, temporary = map(Path, sys.argv[1:])
{OWN_MOUNTS}
namespaces.mount("none", shared, "tmpfs", flags=int(sys.stdin.read()))
directories.homes = lambda: [shared, temporary]
print(directories.home().name)
"""


@pytest.mark.parametrize(("flags", "chosen"), [(0, "shared"), (os.ST_NOEXEC, "temporary")])
def test_a_stack_does_not_lie_where_nothing_may_be_started(flags: int, chosen: str, tmp_path: Path) -> None:
    require_overlays(tmp_path / "trial")
    for name in ("shared", "temporary"):
        (tmp_path / name).mkdir()
    argv = [sys.executable, "-c", NOEXEC, str(tmp_path / "shared"), str(tmp_path / "temporary")]
    done = subprocess.run(argv, input=str(flags), capture_output=True, text=True, check=False)
    assert done.stdout == f"{chosen}\n", done.stderr
