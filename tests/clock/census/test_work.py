"""What programs make while time stands still, as the kernel counts it: who makes progress, and who only spins."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from harness.clock.census.work import Made, Work
from tests.clock.virtual_night import Night

PURE = "while True: pass"
LOGS = """
import time
log = open("/dev/null", "w", buffering=1)
while True:
    for reading in range(100): time.time()
    log.write(f"{time.time()} working\\n")
"""
PROGRESS = {
    "system calls": "import os\nwhile True: os.path.exists('/none')",
    "bytes read": "while True: open('/dev/zero', 'rb').read(1 << 20)",
    "bytes written": "file = open('/dev/null', 'wb')\nwhile True: file.write(bytes(1 << 20))",
    "memory": "while True: [0] * (1 << 23)",
    "children that work": f"""
import os, subprocess, sys
reads = "import os, sys\\nwhile os.getppid() == int(sys.argv[1]): open('/dev/zero', 'rb').read(1 << 20)"
subprocess.Popen([sys.executable, "-c", reads, str(os.getpid())])
{PURE}""",
    "a log with the time in each line": LOGS,
}
SPINS = {
    "in one thread": PURE,
    "in two threads": f"import threading\ndef spin():\n    {PURE}\nthreading.Thread(target=spin).start()\nspin()",
    "on the clock": "import time\nwhile True: time.time()",
}


def begun(night: Night, program: str) -> None:
    """The program, when its start is over."""
    process = night.python(f"print('begins', flush=True)\n{program}", component="load")
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"


def looks(night: Night, count: int) -> list[Work]:
    stops = [night.go(runaway_s=0.4) for _ in range(count)]
    assert {stop.reason for stop in stops} == {"runaway"}
    return [stop.work for stop in stops]


@pytest.mark.parametrize("program", PROGRESS.values(), ids=PROGRESS)
def test_what_is_more_than_cpu_time_is_progress(night: Night, program: str) -> None:
    begun(night, program)
    assert any(looks(night, 1)[0].progress for _ in range(20))


@pytest.mark.parametrize("program", SPINS.values(), ids=SPINS)
def test_a_spin_makes_none(night: Night, program: str) -> None:
    begun(night, program)
    _, work = looks(night, 2)
    assert not work.progress, work
    assert not work.moves_bytes
    assert work.by_name["load"].cpu_s > 0


def test_bytes_are_counted_by_the_name_of_their_component(night: Night) -> None:
    begun(night, PROGRESS["bytes read"])
    _, work = looks(night, 2)
    assert set(work.by_name) == {"load"}
    assert work.by_name["load"].read > 1 << 20
    assert "load" in str(work)
    assert "B read" in str(work)


def test_work_goes_through_the_door_and_adds_up() -> None:
    one = Work({"load": Made(1.5, 0.5, read=2_000_000), "source": Made(0.5)}, served=3, progress=True)
    assert Work.of(json.loads(json.dumps(asdict(one)))) == one
    both = one.and_then(Work({"load": Made(0.5, written=10)}, served=1))
    assert str(both) == "load 2.0 s of CPU, 2.0 MB read, 10 B written; source 0.5 s of CPU; 4 requests served"
    assert not both.progress


def test_what_a_process_took_with_it_when_it_ended_is_never_less_than_nothing() -> None:
    assert Made(1.0, read=5).since(Made(3.0, read=1)) == Made(0.0, read=4)
