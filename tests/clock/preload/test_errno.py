"""Every wrapped call leaves errno as it would without the clock: alone where it succeeds, and right where it fails."""

from __future__ import annotations

import errno
import functools
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.clock.library import SHORT_SLEEPS_END
from tests.calibration import patience_s
from tests.clock.library_symbols import wrapped_calls
from tests.clock.needed import needs
from tests.clock.preload.errno_cases import CASES, NEVER_RETURN, NOT_FOR_OTHERS
from tests.clock.preload.errno_program import PROGRAM
from tests.clock.preload.errno_starts import NEVER_RETURN_WELL, SINCE_GLIBC_2_39
from tests.clock.virtual_night import Night

MARK = 77


def lines(out: str) -> dict[str, tuple[str, object]]:
    """Of each case: whether it was done, and errno afterwards."""
    return {name: (how, error) for name, how, error in map(json.loads, out.splitlines())}


def outside(cases: Mapping[str, str], seconds: str) -> dict[str, tuple[str, object]]:
    """The same calls on the machine's own clock, each of whose waits is that short."""
    command = [sys.executable, "-c", PROGRAM, seconds, json.dumps(cases)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=patience_s(), check=False)
    assert ended.returncode == 0, ended.stderr
    return lines(ended.stdout)


@functools.cache
def at_an_instant() -> dict[str, tuple[str, object]]:
    return outside(CASES, "0.02")


def inside(
    night: Night, cases: dict[str, str] = CASES, more: Mapping[str, str] | None = None
) -> dict[str, tuple[str, object]]:
    ended = night.run_python(PROGRAM, arguments=["3600", json.dumps(cases)], more=more)
    assert ended.code == 0, (ended.out[-200:], ended.err)
    return lines(ended.out)


INTERRUPTED = "sleep: a handler interrupts it"
"""The one call that says by its result how much was left, and by errno, with no error, why."""


def dirty(seen: dict[str, tuple[str, object]]) -> set[str]:
    """The cases that succeeded, and changed errno."""
    return {name for name, (how, error) in seen.items() if how == "done" and error != MARK} - {INTERRUPTED}


def test_every_wrapped_call_has_a_case() -> None:
    assert {name.partition(":")[0] for name in CASES} == wrapped_calls() - NEVER_RETURN


def test_every_call_leaves_errno_as_without_the_clock(night: Night) -> None:
    """What succeeds leaves the mark, waited or not; what fails says what it says on the machine's own clock."""
    seen = inside(night)
    assert seen.keys() == CASES.keys()
    assert dirty(seen) == set()
    of_the_night = {f"{name}: refused" for name in NOT_FOR_OTHERS}
    assert {seen[name] for name in of_the_night} == {("failed", errno.EPERM)}
    others = {name: each for name, each in at_an_instant().items() if each[0] != "absent" and name not in of_the_night}
    assert len(others) > 250
    differ = {name: CASES[name] for name, each in others.items() if seen[name] != each}
    # An instant may be too short for another thread to end the wait before its limit, on a busy machine.
    assert {name: each for name, each in outside(differ, "2").items() if seen[name] != each} == {}


def test_so_does_a_short_sleep_that_ends_by_itself(night: Night) -> None:
    cases = {name: code for name, code in CASES.items() if name.endswith((": its time passes", ": for no file"))}
    process = night.start(sys.executable, "-c", PROGRAM, "0.02", json.dumps(cases), more=SHORT_SLEEPS_END)
    out, err = process.communicate(timeout=patience_s())
    assert process.returncode == 0, err
    assert lines(out) == dict.fromkeys(cases, ("done", MARK))


LEAVES_EINTR = """
#include <errno.h>
#include <time.h>
int nanosleep(const struct timespec *span, struct timespec *left) {
    int result = clock_nanosleep(CLOCK_MONOTONIC, 0, span, left);
    errno = EINTR;
    return result;
}
"""


def test_a_wrapper_that_changes_errno_on_success_is_noticed(night: Night, tmp_path: Path) -> None:
    """As ours did: `busybox sleep` looks at errno alone, and slept for ever."""
    (tmp_path / "leaves.c").write_text(LEAVES_EINTR)
    built = tmp_path / "leaves.so"
    subprocess.run([needs("cc"), "-shared", "-fPIC", "-o", built, tmp_path / "leaves.c"], check=True)
    preloaded = f"{built}:{night.environment()['LD_PRELOAD']}"
    cases = {name: code for name, code in CASES.items() if "its time passes" in name}
    assert dirty(inside(night, cases, {"LD_PRELOAD": preloaded})) == {
        "nanosleep: its time passes",
        "usleep: its time passes",  # which calls it
    }


def test_a_program_that_looks_at_errno_alone_ends_its_sleep(night: Night, tmp_path: Path) -> None:
    (tmp_path / "sleeps.c").write_text(
        "#include <errno.h>\n#include <time.h>\n"
        "int main(void) { struct timespec left = {100, 0};\n"
        "do { errno = 0; nanosleep(&left, &left); } while (errno == EINTR);\nreturn 0; }\n"
    )
    built = tmp_path / "sleeps"
    subprocess.run([needs("cc"), "-o", built, tmp_path / "sleeps.c"], check=True)
    ended = night.run(str(built))
    assert ended.code == 0
    assert 100 <= ended.virtual_s < 100.1


def test_most_calls_succeed_and_many_fail() -> None:
    """A table of calls that all fail would prove nothing of success."""
    done = {name.partition(":")[0] for name, (how, _) in at_an_instant().items() if how == "done"}
    failed = {name.partition(":")[0] for name, (how, _) in at_an_instant().items() if how == "failed"}
    not_done = wrapped_calls() - NEVER_RETURN - NOT_FOR_OTHERS.keys() - done
    assert (failed & not_done).issuperset(NEVER_RETURN_WELL)
    assert not_done - NEVER_RETURN_WELL <= {"__xstat", "__lxstat"} | SINCE_GLIBC_2_39
    assert len(failed) > 90
