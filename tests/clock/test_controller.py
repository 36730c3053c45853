"""Why the controller stops, what it says then, and who may keep it from moving time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness.clock import library
from harness.clock.census import census
from harness.clock.census.waits import describe_work
from harness.clock.library import preload_environment
from harness.clock.page import ClockPage
from tests.calibration import patience_s
from tests.clock.virtual_night import AT_NS, HOUR, SECOND, Night


def test_until_leaves_the_clock_exactly_there(night: Night) -> None:
    night.start("sleep", "7200")
    stop = night.controller.run(AT_NS + HOUR)
    assert (stop.reason, stop.at_ns, night.page.now_ns) == ("until", AT_NS + HOUR, AT_NS + HOUR)


def test_what_is_due_at_the_end_itself_is_left_for_the_next_run(night: Night) -> None:
    sleeper = night.start("sleep", "7200")
    assert night.go(hours=1).reason == "until"
    assert sleeper.poll() is None
    assert night.go(hours=2).reason == "stuck"
    assert sleeper.wait(patience_s()) == 0


def test_stuck_says_who_waits_on_what_and_since_when(night: Night) -> None:
    program = night.python(
        """
        import socket, time
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname())
        print(server.getsockname()[1], flush=True)
        time.sleep(3)
        client.recv(1)
        """,
        component="retrieve",
    )
    stop = night.go()
    assert program.stdout is not None
    port = program.stdout.readline().strip()
    assert stop.reason == "stuck"
    assert stop.waits == (f"retrieve (pid {program.pid}) waits in recv on 127.0.0.1:{port} since 02:00:03",)


def test_stuck_names_a_wait_for_a_child_and_a_pipe(night: Night) -> None:
    night.start("sh", "-c", "cat; true", component="validate").kill()
    night.python("import os; os.read(os.pipe()[0], 1)", component="publish")
    stop = night.go()
    assert stop.reason == "stuck"
    assert [line for line in stop.waits if re.match(r"publish \(pid \d+\) waits in read on a pipe since", line)]


def test_idle_servers_are_left_out_of_stuck(night: Night) -> None:
    night.python("import socket; socket.create_server(('127.0.0.1', 0)).accept()", component="source")
    waiting = night.python("import os; os.read(os.pipe()[0], 1)", component="retrieve")
    stop = night.go()
    assert len(stop.waits) == 1
    assert stop.waits[0].startswith(f"retrieve (pid {waiting.pid})")


def test_an_asyncio_wait_is_named_by_its_connection(night: Night) -> None:
    night.python(
        """
        import asyncio, socket
        server = socket.create_server(("127.0.0.1", 0))
        async def main():
            reader, writer = await asyncio.open_connection(*server.getsockname())
            await reader.read()
        asyncio.run(main())
        """,
        component="loader",
    )
    stop = night.go()
    assert re.match(r"loader \(pid \d+\) waits in epoll on 127\.0\.0\.1:\d+ since", stop.waits[0])


def test_a_runaway_is_named(night: Night) -> None:
    spinning = night.python("while True: pass", component="publish")
    stop = night.controller.run(night.page.now_ns + HOUR, runaway_s=0.5)
    assert stop.reason == "runaway"
    assert stop.waits == (f"publish (pid {spinning.pid}) has worked for 0.5 real seconds without waiting",)


def test_a_program_that_spins_on_the_clock_still_gets_on(night: Night) -> None:
    ended = night.run_python("import time\nend = time.monotonic() + 0.05\nwhile time.monotonic() < end: pass")
    assert ended.code == 0


def test_an_alarm_reaches_a_program_that_spins_on_the_clock(night: Night) -> None:
    ended = night.run_python("""
        import signal, time
        rang = []
        signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        while not rang:
            time.monotonic()
    """)
    assert ended.code == 0, ended.err


def test_any_process_may_ask_to_stop(night: Night) -> None:
    code = (
        "import sys; from pathlib import Path; from harness.clock.page import ClockPage; import time; time.sleep(600)"
    )
    asking = night.python(f"{code}; ClockPage.open(Path(sys.argv[1])).stop('the night is over')", str(night.path))
    stop = night.go()
    assert (stop.reason, stop.why) == ("asked", "the night is over")
    assert stop.at_ns - AT_NS < 601 * SECOND
    asking.wait(10)


def test_time_stands_where_somebody_has_asked_to_stop_also_if_it_sleeps_at_once(night: Night) -> None:
    asking = night.python(
        """
        import sys, time
        from pathlib import Path
        from harness.clock.page import ClockPage
        page = ClockPage.open(Path(sys.argv[1]))
        while True:
            time.sleep(60)
            page.stop()
            time.sleep(1800)
        """,
        str(night.path),
    )
    asked = [night.go() for _ in range(400)]
    asking.kill()
    assert {stop.reason for stop in asked} == {"asked"}
    assert all((stop.at_ns - AT_NS) % (1860 * SECOND) < 61 * SECOND for stop in asked)


def test_time_does_not_move_while_held(night: Night) -> None:
    sleeper = night.start("sleep", "60")
    with night.page.hold():
        stop = night.controller.run(AT_NS + HOUR, runaway_s=0.3)
        assert (stop.reason, stop.jumps) == ("runaway", 0)
        assert stop.waits[-1].endswith(f"(pid {os.getpid()}) holds the clock")
        assert night.page.held_by() == os.getpid()
    assert night.page.held_by() is None
    assert night.go().reason == "stuck"
    assert sleeper.wait(patience_s()) == 0


def test_a_hold_ends_with_the_process_that_has_it(night: Night) -> None:
    code = "import sys; from pathlib import Path; from harness.clock.page import ClockPage"
    code += "; ClockPage.open(Path(sys.argv[1])).hold().__enter__(); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(night.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert night.page.held_by() == holder.pid
        holder.kill()
    assert night.page.held_by() is None


def test_nobody_is_due_while_the_controller_does_not_run(night: Night) -> None:
    sleeper = night.start("sleep", "1")
    assert night.go(hours=0.0001).reason == "until"
    before = night.page.now_ns
    assert sleeper.poll() is None
    assert night.page.now_ns == before


def test_another_night_keeps_the_monotonic_clock_growing(night: Night) -> None:
    assert night.run("sleep", "60").code == 0
    monotonic = night.page.monotonic_ns
    night.page.travel(AT_NS - 240 * HOUR)
    assert night.page.now_ns == AT_NS - 240 * HOUR
    assert night.page.monotonic_ns == monotonic
    assert night.run("date", "+%s", more={}).out.strip() == str((AT_NS - 240 * HOUR) // SECOND)


def test_a_wait_begun_before_another_night_keeps_its_remaining_time(night: Night) -> None:
    sleeper = night.start("sleep", "3600")
    assert night.go(hours=0.5).reason == "until"
    night.page.travel(AT_NS + 24 * HOUR)
    assert night.go().reason == "stuck"
    assert sleeper.wait(patience_s()) == 0
    assert night.page.now_ns == pytest.approx(AT_NS + 24.5 * HOUR, abs=SECOND)


def test_paced_time_flows_and_wakes_whoever_is_due(night: Night) -> None:
    pacing = threading.Thread(target=night.controller.pace)
    pacing.start()
    try:
        assert night.start("sleep", "0.1").wait(10) == 0
    finally:
        night.page.stop()
        pacing.join(10)
    assert night.page.now_ns - AT_NS >= SECOND // 10


def test_a_kernel_that_tells_less_is_enough(night: Night) -> None:
    """Where `schedstat` and `syscall` are denied, the census makes do with states and switch counts."""
    census.library().night_page_plant(night.page.address, 4)
    ended = night.run("bash", "-c", "for i in 1 2 3; do timeout 60 sleep 600; sleep 60 & done; wait; echo over")
    assert ended.out == "over\n"
    assert 240 <= ended.virtual_s < 241


def test_a_thread_without_a_place_in_the_page_waits_for_real_and_says_so(night: Night) -> None:
    census.library().night_page_plant(night.page.address, 8)
    program = night.python("""
        import queue, threading, time
        time.sleep(0.01)
        filled = queue.Queue()
        threading.Thread(target=lambda: filled.put(time.sleep(0.05))).start()
        filled.get(timeout=3600)
        print("over")
    """)
    out, err = program.communicate(timeout=patience_s())
    assert out == "over\n"
    assert err == f"night: process {program.pid} finds no place in the page any more: its waits are real\n"


NAMESPACE = """
import os, subprocess, sys
from pathlib import Path
from harness.clock.controller import Controller
from harness.clock.library import preload_environment
from harness.clock.page import ClockPage
path = Path(sys.argv[1])
page = ClockPage.create(path, at_ns=0)
environment = {**os.environ, **preload_environment(path, "job")}
# A shell that has gone by the time its child sleeps: nobody's descendant, and of the namespace all the same.
subprocess.run(["sh", "-c", "env -u LD_PRELOAD sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done' & exit"])
job = subprocess.Popen(["sleep", "3600"], env=environment)
stop = Controller(page, root=None).run(10**15)
print(stop.reason, stop.jumps, job.wait())
"""


def test_a_whole_pid_namespace_can_be_the_night(night: Night, tmp_path: Path) -> None:
    """As in containers: whoever is in the controller's namespace, whoever started it."""
    apart = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], capture_output=True).returncode != 0:
        pytest.skip("no new PID namespace may be made here")
    command = [*apart, sys.executable, "-c", NAMESPACE, str(night.path.with_name("other"))]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=_with_harness(), timeout=patience_s()
    )
    assert ended.stdout.split() == ["stuck", "1", "0"], ended.stderr


def test_whoever_is_in_another_pid_namespace_stays_out_and_says_so(night: Night) -> None:
    """Its numbers of processes are others' here, whom a timer's signal would hit."""
    apart = ["unshare", "--pid", "--fork", "--kill-child"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], capture_output=True).returncode != 0:
        pytest.skip("no new PID namespace may be made here")
    # /proc tells of the new namespace only where it is mounted anew.
    ended = night.run(*apart, "--mount-proc", "date", "+%Y")
    assert "is in a PID namespace of its own" in ended.err
    assert not ended.out.startswith("2026-11-24T02")


def test_whoever_is_forked_into_one_is_not_taken_for_the_first_process_of_the_machine(night: Night) -> None:
    """Whose children are everybody's, and never stand still."""
    ended = night.run_python("""
        import ctypes, os, time
        libc = ctypes.CDLL(None, use_errno=True)
        NEW_PID = 0x20000000
        if libc.unshare(NEW_PID) != 0:
            print("may not")
            raise SystemExit
        child = os.fork()
        if child == 0:
            os._exit(0 if os.getpid() == 1 and os.fork() >= 0 else 1)
        os.waitpid(child, 0)
        time.sleep(3600)
        print("slept")
    """)
    if ended.out == "may not\n":
        pytest.skip("no new PID namespace may be made here")
    assert (ended.out, round(ended.virtual_s)) == ("slept\n", 3600)


def _with_harness() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_a_page_that_is_none_is_refused_in_one_line(night: Night, tmp_path: Path) -> None:
    (tmp_path / "page").write_text("no page")
    with pytest.raises(OSError, match="Invalid argument"):
        ClockPage.open(tmp_path / "page")
    environment = {**night.environment(), "NIGHT_CLOCK": str(tmp_path / "page")}
    ended = subprocess.run(["date", "+%Y"], env=environment, capture_output=True, text=True, check=True)
    assert ended.stderr.startswith("night: no virtual time in process ")
    assert ended.stdout.strip() == time.strftime("%Y")


def test_the_library_does_nothing_without_a_page(night: Night) -> None:
    environment = {key: value for key, value in night.environment().items() if not key.startswith("NIGHT_")}
    ended = subprocess.run(["date", "+%s"], env=environment, capture_output=True, text=True, check=True)
    assert abs(int(ended.stdout) - time.time()) < 60
    assert ended.stderr == ""


def test_a_missing_library_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(library, "_BUILT", tmp_path / "libnightclock.so")
    monkeypatch.setattr(library, "_PROBED", {})
    because = library.unusable_because()
    assert because is not None
    assert "was not built" in because
    assert "\n" not in because
    assert library.library_path() is None
    with pytest.raises(RuntimeError, match="was not built"):
        preload_environment(tmp_path / "page", "job")


def test_a_page_knows_what_it_cannot_do(night: Night) -> None:
    with pytest.raises(FileExistsError):
        ClockPage.create(night.path, at_ns=0)
    page = ClockPage.open(night.path)
    page.close()
    with pytest.raises(ValueError, match="is closed"):
        _ = page.now_ns


def test_reading_the_clock_costs_little_more_than_the_bare_call(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    code = """if True:
        import timeit, time
        print(min(timeit.repeat("now()", timer=time.process_time,
                                globals={"now": time.time_ns}, number=100_000, repeat=5)))"""
    bare = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    process = night.python(code)
    ratio = float(process.communicate(timeout=patience_s())[0]) / float(bare.stdout)
    with capsys.disabled():
        print(f"\n  a clock read under the library: {ratio:.2f} x the bare one")
    assert ratio < 6


def test_where_nobody_was_seen_at_work_what_is_known_is_said_instead() -> None:
    sleeper = census.Sight(pid=os.getpid(), tid=os.getpid(), asleep=1)
    [line] = describe_work([sleeper], None, 10.0, 0.0)
    assert line.startswith("nobody was seen at work; the clock knows 1 threads, of ")
    [line] = describe_work([], None, 10.0, 0.0)
    assert line == "nobody was seen at work; the clock knows 0 threads, of none"
