"""A Rust program across virtual hours: its standard library waits on futexes, by the number of the system call."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clock.needed import needs
from tests.clock.virtual_night import AT_NS, SECOND, Night

SOURCE = Path(__file__).parent / "hours.rs"


def test_every_wait_of_the_standard_library_takes_its_virtual_time(night: Night, tmp_path: Path) -> None:
    program = tmp_path / "hours"
    subprocess.run([needs("rustc"), "--edition=2021", "-o", str(program), str(SOURCE)], check=True)
    ended = night.run(str(program))
    assert ended.code == 0, ended.err
    took = {name: round(float(seconds), 2) for name, seconds in (line.split() for line in ended.out.splitlines())}
    assert took.pop("date") == AT_NS // SECOND + 4 * 3600 + 600
    assert took.pop("sent") == 600
    assert took == dict.fromkeys(["sleep", "park_timeout", "recv_timeout", "wait_timeout"], 3600)
