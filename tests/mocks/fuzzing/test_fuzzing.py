"""Whatever is sent to a mock, it goes on, writes no bug, and stays small: every front end, from a seed a request."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from random import Random

import paramiko
import pytest

from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks
from tests.mocks.fuzzing import sftp, smtp
from tests.mocks.fuzzing.front_ends import FRONT_ENDS
from tests.mocks.fuzzing.requests import Request
from tests.mocks.fuzzing.scheduler import file_in_msgin, scheduler
from tests.mocks.fuzzing.target import Target
from tests.mocks.scheduler.scheduler_stage import Stage

MOST_MEMORY_MB = 320
"""Of a mock that was sent bombs of 64 MB and documents that nest: Python and its libraries take 50 to 70."""

SAMPLE = range(60)
ALL = range(int(os.environ.get("NIGHT_HARNESS_FUZZ_SEEDS", "2000")))
AMOUNTS = [pytest.param(SAMPLE, id="sample"), pytest.param(ALL, marks=pytest.mark.exhaustive, id="all")]


@pytest.fixture(autouse=True)
def client_is_quiet() -> None:
    """paramiko logs what it thinks of a server that hangs up."""
    paramiko.util.logging.getLogger("paramiko").setLevel("CRITICAL")


def fuzz(target: Target, seeds: range) -> None:
    """Send what the seeds make; the first that the mock does not survive fails, with the bytes that did it."""
    try:
        for seed in seeds:
            raw = target.made(seed)
            if (wrong := target.complaint(raw)) is not None:
                pytest.fail(f"seed {seed}: after {raw[:600]!r}\n{wrong}")
        refused = sum(400 <= status < 500 for status in target.statuses)
        assert refused > len(seeds) / 5, f"of {len(seeds)} requests only {refused} were refused: this checks too little"
        assert target.memory_mb() < MOST_MEMORY_MB
    finally:
        target.close()


@pytest.mark.parametrize("seeds", AMOUNTS)
@pytest.mark.parametrize("name", FRONT_ENDS)
def test_no_request_is_a_bug(night: NightOfMocks, name: str, seeds: range) -> None:
    fuzz(FRONT_ENDS[name](night), seeds)


@pytest.mark.parametrize("seeds", AMOUNTS)
def test_no_request_is_a_bug_of_the_scheduler(running_stage: Stage, seeds: range) -> None:
    fuzz(scheduler(running_stage), seeds)


@pytest.mark.parametrize("seeds", AMOUNTS)
def test_no_file_in_msgin_is_a_bug(running_stage: Stage, seeds: range) -> None:
    target, folder = scheduler(running_stage), running_stage.folder / "msgin"
    try:
        for seed in seeds[:600]:  # many of them add a job, and a night of thousands is another test
            (folder / f".{seed}").write_bytes(content := file_in_msgin(seed))
            (folder / f".{seed}").rename(folder / f"event-{seed}")
            while (folder / f"event-{seed}").exists():
                assert target.complaint(b"") is None, content[:600]
            assert target.complaint(b"") is None, content[:600]
        assert target.memory_mb() < MOST_MEMORY_MB
    finally:
        target.close()


@pytest.mark.parametrize("seeds", AMOUNTS)
def test_nothing_that_is_said_before_a_login_is_a_bug_of_sftp(night: NightOfMocks, seeds: range) -> None:
    target = of_sftp(night)
    for seed in seeds:
        with socket.create_connection(("127.0.0.1", target.port), timeout=patience_s()) as line:
            line.recv(1)
            with suppress(OSError):  # it may hang up
                line.sendall(raw := sftp.greeting(seed))
        with socket.create_connection(("127.0.0.1", target.port), timeout=patience_s()) as line:
            assert line.recv(8) == b"SSH-2.0-"
        assert target.bugs() is None, raw[:600]
    sftp.Session(target.port).close()
    assert target.memory_mb() < MOST_MEMORY_MB


@pytest.mark.parametrize("seeds", AMOUNTS)
def test_no_packet_is_a_bug_of_sftp(night: NightOfMocks, seeds: range) -> None:
    target = of_sftp(night)
    session = sftp.Session(target.port)
    try:
        for seed in seeds:
            raw = sftp.packet(Random(seed), session.handles)
            if not session.goes_on_after(raw):
                session.close()
                session = sftp.Session(target.port)
            assert target.bugs() is None, f"seed {seed}: {raw[:600]!r}"
    finally:
        session.close()
    assert target.memory_mb() < MOST_MEMORY_MB


@pytest.mark.parametrize("seeds", AMOUNTS)
def test_nothing_that_is_said_to_it_is_a_bug_of_mail(night: NightOfMocks, seeds: range) -> None:
    desk = night.start("desk")
    target = Target(desk.endpoints["smtp"], desk.process.pid, night.dir / "history" / "desk.jsonl", (), Request("", ""))
    for seed in seeds:
        raw = smtp.dialogue(seed)
        with smtp.saying(target.port, raw):  # twice, so that the mock has had the turn for the bad one
            assert smtp.is_sound(target.port), f"seed {seed}: {raw[:600]!r}"
            assert smtp.is_sound(target.port), f"seed {seed}: {raw[:600]!r}"
        assert target.bugs() is None, f"seed {seed}: {raw[:600]!r}"
    history = night.history("desk")
    assert len(history.of("page", type="ok")) > 2 * len(seeds), "the sound mails, and some of the bad ones"
    assert len(history.of("page", type="fail")) > len(seeds) / 3, "too little of it was bad"
    assert target.memory_mb() < MOST_MEMORY_MB


def of_sftp(night: NightOfMocks) -> Target:
    night.publish("forecast.csv", source="sftp")
    source = night.start("source")
    history = night.dir / "history" / "source.jsonl"
    return Target(source.endpoints["sftp"], source.process.pid, history, (), Request("GET", "/"))


def test_a_handler_that_raises_is_found(night: NightOfMocks) -> None:
    """The planted defect: a desk that falls over a page without a job."""
    target = FRONT_ENDS["desk"](night, "tests.mocks.fuzzing.desk_with_a_defect")
    with pytest.raises(pytest.fail.Exception, match="KeyError"):
        fuzz(target, SAMPLE)
    night.begin()  # it was the point, and the next night has none
