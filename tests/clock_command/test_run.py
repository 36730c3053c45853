"""`harness clock run`: a command in virtual time, and beside it a harness that nobody notices."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.stack.cleanup.processes import descendants_of
from tests.calibration import patience_s
from tests.runs import HARNESS, User, until
from tests.sample import sample

RUN = (*HARNESS, "clock", "run")
STUCK, AUTHOR, CANNOT_START, NOT_FOUND = 3, 4, 126, 127


def python(code: str) -> tuple[str, ...]:
    return sys.executable, "-c", code


def test_a_command_sleeps_an_hour_in_no_time(user: User) -> None:
    run = user.runs(*RUN, "--at", "2026-11-24T02:00", "--", "sh", "-c", "date +%T; sleep 3600; date +%T")
    assert (run.code, run.out, run.err) == (0, "02:00:00\n03:00:00\n", "")
    assert run.wall_s < patience_s()


def test_without_a_time_it_begins_now(user: User) -> None:
    run = user.runs(*RUN, "date", "+%s")
    assert abs(int(run.out) - Path("/proc/self/stat").stat().st_ctime) < 600


@pytest.mark.parametrize(("how", "code"), [("exit 7", 7), ("kill -TERM $$", 128 + 15), ("kill -KILL $$", 128 + 9)])
def test_the_exit_code_is_the_commands(user: User, how: str, code: int) -> None:
    run = user.runs(*RUN, "--", "sh", "-c", how)
    assert (run.code, run.said) == (code, "")


def test_input_and_both_outputs_pass_through(user: User) -> None:
    program = "cat; echo to-stderr >&2"
    ended = subprocess.run([*RUN, "--", "sh", "-c", program], input=b"\0\xffbytes", capture_output=True, check=True)
    assert (ended.stdout, ended.stderr) == (b"\0\xffbytes", b"to-stderr\n")


def test_files_of_the_shell_pass_through(user: User) -> None:
    run = user.runs("bash", "-c", f"{' '.join(RUN)} -- cat <(echo from a process substitution)")
    assert run.out == "from a process substitution\n"


def test_a_wrapper_that_has_started_something_before_changes_nothing(user: User) -> None:
    """Its child is a stranger to the harness that it becomes, and ends while the command runs."""
    command = f"true & exec {' '.join(RUN)} -- sh -c 'sleep 3600; exit 7'"
    for _ in range(2):
        run = user.runs("bash", "-c", command)
        assert (run.code, run.said) == (7, "")


@pytest.mark.parametrize("closed", sample(["<&- >&- 2>&-", "<&-", ">&-", "2>&-"]))
def test_closed_standard_streams_do_not_keep_a_command_from_running(user: User, closed: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    run = user.runs("bash", "-c", f"{' '.join(RUN)} -- sh -c 'touch {ran}; exit 7' {closed}")
    assert (run.code, ran.exists()) == (7, True)


def test_the_arguments_after_the_command_are_its_own(user: User) -> None:
    assert user.runs(*RUN, "echo", "--summary", "--at").out == "--summary --at\n"


def test_the_summary_tells_virtual_and_wall_time_on_standard_error(user: User) -> None:
    at = ["--at", "2026-10-25T01:50", "--tz", "Europe/Paris"]
    run = user.runs(*RUN, *at, "--summary", "--", "sh", "-c", "sleep 3600; echo done")
    assert run.out == "done\n"
    assert re.search(r"virtual time  1:00:00\.\d+, 2026-10-25 01:50:00 CEST to 2026-10-25 02:50:00 CEST\n", run.err)
    assert re.search(r"wall time     0:00:\d\d\.\d+, [\d,.]+ times faster\n", run.err)
    assert "jumps         1\n" in run.err
    assert "ticks" not in run.err


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    sample(
        [
            (("no-such-program",), NOT_FOUND, "no-such-program: no such program is on the PATH"),
            (("./gone",), NOT_FOUND, "gone: there is no such file; check its path"),
            (("./plain",), CANNOT_START, "plain: it is not executable; chmod +x"),
            (("./empty",), CANNOT_START, "it is neither a program nor a script"),
            (("./static",), CANNOT_START, "is linked statically: it has no loader that could bring the clock in"),
        ],
        3,
    ),
)
def test_what_cannot_run_is_refused_as_a_shell_would(user: User, argv: tuple[str, ...], code: int, says: str) -> None:
    (user.folder / "plain").write_text("#!/bin/sh\n")
    (user.folder / "empty").touch(0o755)
    (user.folder / "static").write_bytes(_static_program())
    (user.folder / "static").chmod(0o755)
    run = user.runs(*RUN, "--", *argv)
    assert run.code == code
    assert run.err.startswith("harness clock run: ")
    assert says in run.err
    assert run.err.count("\n") == 1


def _static_program() -> bytes:
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    header[18:20] = {"x86_64": 62, "aarch64": 183}[os.uname().machine].to_bytes(2, "little")
    return bytes(header)


def test_what_does_not_start_after_all_says_why(user: User) -> None:
    program = user.folder / "cut"
    program.write_bytes(Path("/bin/true").resolve().read_bytes()[:2000])
    program.chmod(0o755)
    run = user.runs(*RUN, "./cut")
    assert run.code == CANNOT_START
    assert run.err.startswith("harness clock run: ")


def test_a_command_that_can_never_end_is_ended_and_said_why(user: User) -> None:
    run = user.runs(*RUN, *python("import os; os.read(os.pipe()[0], 1)"))
    assert run.code == STUCK
    assert "stuck: everybody waits, and nothing is due, so nothing can ever happen; the command was ended\n" in run.err
    assert re.search(r"python\S* \(pid \d+\) waits in read on a pipe since \d\d:\d\d:\d\d\n", run.err)
    assert "night-keeper" not in run.err


def test_sleeping_for_ever_is_stuck_too(user: User) -> None:
    assert user.runs(*RUN, "sleep", "infinity").code == STUCK
    assert "nothing is due for centuries" in user.runs(*RUN, "sleep", "10000000000").err


@pytest.mark.parametrize(
    "waits",
    sample(
        [
            "os.read(0, 1)",
            "select.select([quiet, 0], [], [])",
            "poll = select.poll(); poll.register(quiet); poll.register(0); poll.poll()",
            "epoll = select.epoll(); epoll.register(quiet); epoll.register(0); epoll.poll()",
        ]
    ),
)
def test_a_command_that_waits_for_input_from_outside_is_waited_for(user: User, waits: str) -> None:
    code = f"import os, select, time; quiet = os.pipe()[0]; {waits}; time.sleep(3600); print('over')"
    process = subprocess.Popen([*RUN, *python(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    until_it_waits_for_us(process)
    before, begun = _cpu_s(process.pid), time.monotonic()
    until_it_waits_for_us(process, looks=30)
    assert _cpu_s(process.pid) - before < (time.monotonic() - begun) / 3
    out, _ = process.communicate(b"x", timeout=patience_s())
    assert (process.returncode, out) == (0, b"over\n")


def _family(pid: int, count: int) -> list[int]:
    until(lambda: len(descendants_of(pid)) >= count)
    return descendants_of(pid)


def until_it_waits_for_us(process: subprocess.Popen[bytes], looks: int = 5) -> None:
    """The harness's main thread, seen several times in a row to sleep on a lock: it does not look for work then."""
    in_a_row = 0

    def waits() -> bool:
        nonlocal in_a_row
        assert process.poll() is None
        call = Path(f"/proc/{process.pid}/syscall").read_text().split()[0]
        in_a_row = in_a_row + 1 if call in {"202", "98"} else 0  # SYS_futex of either machine
        return in_a_row >= looks

    until(waits)


def _cpu_s(pid: int) -> float:
    """To the nanosecond: the time between two looks may be less than a tick."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def test_a_reader_that_takes_its_time_does_not_make_the_command_stuck(user: User) -> None:
    """More than a pipe holds: the command waits for the reader, and nothing is due."""
    process = subprocess.Popen([*RUN, "head", "-c", "300000", "/dev/zero"], stdout=subprocess.PIPE)
    until_it_waits_for_us(process)
    assert process.stdout is not None
    assert len(process.stdout.read()) == 300_000
    assert process.wait(20) == 0
    process.stdout.close()


def test_a_command_stopped_from_outside_is_waited_for(user: User) -> None:
    process = user.begin(*RUN, "--", "sh", "-c", "echo begun; kill -STOP $$; echo went on")
    until(lambda: "begun" in user.said(process))
    _, command = _family(process.pid, 2)
    until_it_waits_for_us(process)
    os.kill(command, signal.SIGCONT)
    assert user.ended(process).out == "begun\nwent on\n"


def test_a_terminal_is_waited_for(user: User) -> None:
    ours, theirs = pty.openpty()
    argv = [*RUN, "sh", "-c", "read line; sleep 3600; echo got $line"]
    process = subprocess.Popen(argv, stdin=theirs, stdout=subprocess.PIPE, start_new_session=True)
    until_it_waits_for_us(process)
    os.write(ours, b"words\n")
    out, _ = process.communicate(timeout=patience_s())
    assert (process.returncode, out) == (0, b"got words\n")
    os.close(ours)
    os.close(theirs)


def test_who_works_without_end_is_named_and_not_ended(user: User) -> None:
    code = """if True:
        import sys
        from harness.clock_command import command
        command._TOLD_AFTER_S = 0.3
        sys.exit(command.run(sys.argv[1:], command.Settings(at_ns=10**18)))"""
    spin = "i=0; while [ ! -e enough ]; do i=$((i+1)); done; exit 5"
    process = user.begin(*python(code), "sh", "-c", spin, PYTHONPATH=str(Path(__file__).parents[2]))
    until(lambda: "time stands still: sh (pid " in user.said(process, "err"))
    (user.folder / "enough").touch()
    assert user.ended(process).code == 5


def test_what_the_command_leaves_behind_is_named_and_ended(user: User) -> None:
    run = user.runs(*RUN, "--summary", "--", "sh", "-c", "setsid sleep 36000 & sleep 60")
    assert run.code == 0
    assert re.search(r"what it left behind was ended too: sleep \(pid \d+\)\n", run.err)
    assert "virtual time  0:01:00.0" in run.err


def test_a_clock_inside_a_clock_is_refused(user: User) -> None:
    run = user.runs(*RUN, "--", *RUN, "true")
    assert run.code == AUTHOR
    assert run.err.startswith("this process is in virtual time already (NIGHT_CLOCK=")


def test_many_clocks_at_once_do_not_disturb_each_other(user: User) -> None:
    begun = [
        (
            hour,
            user.begin(*RUN, "--at", f"2026-11-24T{hour:02d}:00", "--", "sh", "-c", "sleep 1800; sleep 1800; date +%H"),
        )
        for hour in range(4)
    ]
    assert [process.wait(patience_s()) for _, process in begun] == [0] * 4
    assert [user.said(process) for _, process in begun] == [f"{hour + 1:02d}\n" for hour, _ in begun]


@pytest.mark.parametrize(
    ("arguments", "says"),
    sample(
        [
            (
                ("--at", "2026-03-29T02:30", "--tz", "Europe/Paris", "date"),
                "2026-03-29T02:30:00 does not exist in Europe/",
            ),
            (("--at", "tomorrow", "date"), "--at: found 'tomorrow', expected a local time such as 2026-10-25T01:50"),
            (("--at", "1969-12-31", "date"), "expected a year from 1971 to 2199"),
            (
                ("--tz", "Europe/Pari", "date"),
                "--tz: found 'Europe/Pari', expected a time zone's name, such as Europe/",
            ),
            (("--tick-error", "90%", "date"), "--tick-error: found '90%', expected a share of the time from 0% to 50%"),
            (
                ("--skew", "1x", "date"),
                "--skew: found '1x', expected a span such as -90s or 1h30m, drift=200ppm, or step=",
            ),
            ((), "found no command, expected one: harness clock run -- sleep 3600"),
        ],
        2,
    ),
)
def test_what_cannot_be_meant_is_refused(user: User, arguments: tuple[str, ...], says: str) -> None:
    run = user.runs(*RUN, *arguments)
    assert run.code == AUTHOR
    assert says in run.err
    assert run.err.count("\n") == 1


def test_a_skew_makes_the_commands_clock_wrong(user: User) -> None:
    at = ["--at", "2026-10-25T01:50", "--tz", "Europe/Paris"]
    skew = ["--skew", "1m", "--skew=-90s", "--skew", "step=-10m@2026-10-25T02:00", "--skew", "drift=100000ppm"]
    run = user.runs(*RUN, *at, *skew, "--summary", "--", "sh", "-c", "date +%T; sleep 1000; date +%T")
    assert run.out == "01:49:30\n01:57:50\n"
    assert "01:50:00 CEST to 2026-10-25 02:06:40 CEST" in run.err


def test_another_library_that_is_preloaded_stays(user: User) -> None:
    [other] = [line.split()[2] for line in _libraries("/bin/cat") if "libc.so.6" in line]
    run = user.runs(*RUN, "--", "sh", "-c", "echo $LD_PRELOAD", LD_PRELOAD=other)
    assert run.out.strip().endswith(f"libnightclock.so:{other}")


def _libraries(program: str) -> list[str]:
    return subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines()
