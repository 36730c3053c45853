"""A sound chain and scenario, every mistake that they may have, and what the message about each must say."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.calibration import starts
from tests.runs import Run, User

AUTHOR, ENVIRONMENT, PYTEST_INTERRUPTED, PYTEST_USAGE, PYTEST_NOTHING = 4, 3, 2, 4, 5

CHAIN = """\
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
jobs:
  retrieve: {run: [./retrieve.sh], at: "02:00", max_run_time: 45m}
  publish: {run: [sh, publish.sh], after: [retrieve]}
consumers:
  planning: {}
"""

SCENARIO = """\
scenario: a launch failure at 02:00
chain: chain.yaml
night: 2026-11-23
faults:
  - launch_failure: {job: retrieve, times: 2}
expect:
  outcome: damaged
"""


class Bad(NamedTuple):
    """One mistake in one of the two files, and what its message must say beside the line it is on."""

    id: str
    file: str
    right: str
    wrong: str
    says: tuple[str, ...]
    line_of: str = ""


BAD = (
    Bad("a misspelled key", "chain.yaml", "deadline:", "dedline:", ("unknown key 'dedline'", "mean 'deadline'?")),
    Bad("a misspelled key of a scenario", "night.yaml", "expect:", "expects:", ("unknown key", "mean 'expect'?")),
    Bad("a misspelled parameter", "night.yaml", "times: 2", "tims: 2", ("unknown key 'tims'", "mean 'times'?")),
    Bad(
        "a misspelled fault",
        "night.yaml",
        "launch_failure:",
        "lanch_failure:",
        ("unknown fault 'lanch_failure'", "mean 'launch_failure'?", "Known: ", "truncate_file"),
    ),
    Bad(
        "a duplicate key",
        "chain.yaml",
        "owner: data-ops\n",
        "owner: data-ops\nowner: planning\n",
        ("duplicate key 'owner': it stands on line 3 already; keep one",),
        "owner: planning",
    ),
    Bad("a time without quotes", "chain.yaml", '"06:00"', "10:05", ('found 10:05 without quotes, expected "10:05"',)),
    Bad("a fault on no job", "night.yaml", "job: retrieve", "job: retreive", ("unknown job", "mean 'retrieve'?")),
    Bad("a job after no job", "chain.yaml", "[retrieve]}", "[retreive]}", ("unknown job", "mean 'retrieve'?")),
    Bad(
        "a cycle",
        "chain.yaml",
        'at: "02:00"',
        "after: [publish]",
        ("the jobs wait for each other in a cycle: retrieve -> publish -> retrieve",),
    ),
    Bad(
        "a missing owner",
        "chain.yaml",
        "owner: data-ops\n",
        "",
        ("job 'retrieve' has no owner: name one here or for the whole chain ('owner: TEAM')",),
        "retrieve:",
    ),
    Bad(
        "a fault that cannot apply",
        "night.yaml",
        "launch_failure: {job: retrieve, times: 2}",
        "job_overrun: {job: publish, lasts: 2h}",
        ("max_run_time",),
    ),
    Bad(
        "a fault that needs a file",
        "night.yaml",
        "launch_failure: {job: retrieve, times: 2}",
        "source_hang: {}",
        ("source_hang needs a file to retrieve or to send, and feed has none",),
    ),
    Bad("no chain file", "night.yaml", "chain.yaml", "chian.yaml", ("there is no chain file 'chian.yaml'", "relative")),
    Bad("a folder for a chain", "night.yaml", "chain.yaml", ".", ("'.' is a folder, expected a chain file",)),
    Bad(
        "an unknown time zone",
        "chain.yaml",
        "Europe/Paris",
        "Europe/Pari",
        ("found 'Europe/Pari', expected a time zone's name", "Did you mean 'Europe/Paris'?"),
    ),
    Bad("no night", "night.yaml", "2026-11-23", "2026-11-31", ("found '2026-11-31', expected a date",)),
    Bad("no outcome", "night.yaml", "damaged", "damagd", ("found 'damagd', expected", "or damaged")),
    Bad(
        "inconclusive expected",
        "night.yaml",
        "damaged",
        "inconclusive",
        ("found 'inconclusive', expected unaffected,", "a night that proves nothing is never what is expected"),
    ),
    Bad("not YAML", "night.yaml", "damaged", "[damaged}", ("not YAML: while parsing a flow sequence",)),
    Bad(
        "a program that is not there",
        "chain.yaml",
        "./retrieve.sh",
        "./retreive.sh",
        ("the program './retreive.sh' does not exist", "check its path"),
    ),
    Bad("a program on no PATH", "chain.yaml", "[sh,", "[shh,", ("the program 'shh' of job 'publish'", "install it")),
    Bad("a script that is not there", "chain.yaml", "publish.sh", "publsh.sh", ("'publsh.sh' does not exist",)),
)


def write(folder: Path, bad: Bad | None = None) -> str:
    """A sound chain and scenario, with one mistake; where that mistake is, as the message must say it."""
    place = ""
    for name, text in (("chain.yaml", CHAIN), ("night.yaml", SCENARIO)):
        if bad is not None and name == bad.file:
            assert bad.right in text
            text = text.replace(bad.right, bad.wrong, 1)
            lines = text.splitlines()
            number = next(number for number, line in enumerate(lines, 1) if (bad.line_of or bad.wrong) in line)
            place = f"{name}:{number}: "
        (folder / name).write_text(text)
    (folder / "runbook.md").write_text("call data-ops\n")
    for script in ("retrieve.sh", "publish.sh"):
        (folder / script).write_text("#!/bin/sh\nexit 0\n")
        (folder / script).chmod(0o755)
    return place


SOON = 25
"""Starts of Python in which a command that starts no stack is to be done; it takes about six."""


def is_one_clear_error(run: Run, code: int, *says: str, soon: float = 4 * SOON) -> None:
    print(f"{run.cpu_s:.2f} s of CPU, {run.wall_s:.2f} s of wall time, said:\n{run.said}")
    assert run.code == code
    assert "Traceback" not in run.said
    assert [text for text in says if text not in run.said] == []
    # The two are the same on a quiet machine.
    assert min(run.cpu_s, run.wall_s) < starts(soon)


def in_numbered_folders(user: User, bad: Sequence[Bad]) -> list[str]:
    """Write each mistake into a folder of its own; where it is."""
    places = []
    for number, one in enumerate(bad):
        (user.folder / f"n{number}").mkdir()
        places.append(f"n{number}/{write(user.folder / f'n{number}', one)}")
    return places


LOAD = "night.load('chain.yaml')"


def python_test(user: User, body: str, *, load: str = LOAD, name: str = "night") -> str:
    """A test that loads the chain, says ``body``, and runs the night."""
    (user.folder / f"test_{name}.py").write_text(
        "from harness import Expect, LaunchFailure, On, Outcome\n\n\n"
        f"def test_{name}(night):\n    {load}\n{textwrap.indent(body, '    ')}\n    night.run()\n"
    )
    return f"test_{name}.py"
