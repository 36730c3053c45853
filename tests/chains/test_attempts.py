"""Waiting: how often a job tries again, after how long, and when a silent neighbour is given up."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.calibration import patience_s
from tests.chains.bench import JOBS

TRIES = """
import json, time
waits, tries = [], []
time.sleep = waits.append
from attempts import until_it_works
from ending import {failure} as Kind
def attempt(works_at):
    tries.append(1)
    if len(tries) < works_at:
        raise Kind("no")
    return "yes"
try:
    answer = until_it_works(attempt, {works_at})
except Kind as failure:
    answer = str(failure)
print(json.dumps([answer, len(tries), waits]))
"""

HANGS = """
import client, ending
client.READ_S = 0.05
neighbour = client.Neighbour("source", "{url}")
ending.run(lambda: {call})
"""


def program(text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(JOBS), "PYTHONDONTWRITEBYTECODE": "1"} | variables
    return subprocess.run(
        [sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False, timeout=patience_s()
    )


def tried(works_at: int, failure: str = "TemporaryFailure", **variables: str) -> Any:
    done = program(TRIES.format(works_at=works_at, failure=failure), **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_what_works_at_once_waits_for_nothing() -> None:
    assert tried(works_at=1) == ["yes", 1, []]


def test_waits_double_from_half_a_minute_to_eight_minutes_and_then_it_gives_up() -> None:
    assert tried(works_at=99) == ["no", 6, [30, 60, 120, 240, 480]]


def test_the_last_attempt_counts() -> None:
    assert tried(works_at=6) == ["yes", 6, [30, 60, 120, 240, 480]]


@pytest.mark.parametrize("failure", ["Failure", "Refusal"])
def test_what_would_fail_again_is_not_tried_again(failure: str) -> None:
    assert tried(works_at=99, failure=failure) == ["no", 1, []]


def test_without_retry_there_is_one_attempt() -> None:
    assert tried(works_at=2, RETRY="off") == ["no", 1, []]


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Accepts, because the kernel does, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_neighbour_that_accepts_and_never_answers_is_given_up(silent: socket.socket) -> None:
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    done = program(HANGS.format(url=url, call='neighbour.get("/files/")'))
    assert (done.returncode, done.stderr) == (1, "CAUSE: source did not answer GET /files/ within 0.05 s\n")


def test_a_neighbour_that_falls_silent_in_the_middle_is_given_up(silent: socket.socket) -> None:
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    text = HANGS.format(url=url, call='list(neighbour.stream("/files/a.csv"))')
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(JOBS), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen([sys.executable, "-c", text], env=environment, stderr=subprocess.PIPE, text=True) as job:
        connection, _ = silent.accept()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + bytes(20_000))
        _, stderr = job.communicate(timeout=patience_s())
        connection.close()
    assert job.returncode == 1
    assert stderr == "CAUSE: source fell silent for 0.05 s after 16,384 bytes of a.csv\n"


def test_a_mistake_in_a_job_is_told_as_a_cause_as_well() -> None:
    done = program("import ending\nending.run(lambda: {}['FEED'])")
    assert (done.returncode, done.stderr) == (1, "CAUSE: KeyError: 'FEED'\n")


LATER = """
import json, time
waits = []
time.sleep = waits.append
from attempts import until_it_works
from ending import TemporaryFailure
def attempt():
    if not waits:
        raise TemporaryFailure("no", again_after_s={seconds})
until_it_works(attempt)
print(json.dumps(waits))
"""


@pytest.mark.parametrize(
    ("seconds", "heeds", "waits"),
    [(0, "on", 30), (10, "on", 30), (1200, "on", 1200), (9999, "on", 1800), (1200, "off", 30)],
)
def test_a_neighbour_that_says_when_to_come_again_is_not_asked_before(seconds: int, heeds: str, waits: int) -> None:
    done = program(LATER.format(seconds=seconds), RETRY_AFTER=heeds)
    assert json.loads(done.stdout.splitlines()[-1]) == [waits]
