"""A JVM across virtual hours, though a dozen of its own threads wake many times a second."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.calibration import starts
from tests.clock.needed import needs
from tests.clock.virtual_night import Ended, Night

SOURCE = Path(__file__).parent / "Waits.java"


@pytest.fixture(scope="session")
def job(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder that the job was compiled into."""
    folder = tmp_path_factory.mktemp("java")
    subprocess.run([needs("javac"), "-d", str(folder), str(SOURCE)], check=True)
    return str(folder)


def said(ended: Ended) -> dict[str, str]:
    assert ended.code == 0, ended.err
    return dict(line.split() for line in ended.out.splitlines())


@pytest.mark.exhaustive
def test_a_job_that_sleeps_an_hour_takes_seconds(night: Night, job: str) -> None:
    began = time.monotonic()
    took = said(night.run("java", "-cp", job, "Waits", "3600"))
    assert 3600 <= float(took["sleep"]) < 3600.1
    assert took["date"].startswith("2026-11-24T03:00:00")
    assert time.monotonic() - began < starts(300)  # about two dozen, on a machine that does nothing else


def test_every_wait_takes_its_virtual_time(night: Night, job: str) -> None:
    took = said(night.run("java", "-XX:+UseSerialGC", "-cp", job, "Waits", "600", "all"))
    assert took.pop("date").startswith("2026-11-24T03:10:0")
    assert {name: round(float(seconds)) for name, seconds in took.items()} == dict.fromkeys(
        ["sleep", "schedule", "read", "accept", "park", "poll", "wait"], 600
    )
