"""Programs that wake again and again for nothing are woken late, by a bounded error, and only if it is for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.clock.virtual_night import Night
from tests.sample import sample


@pytest.mark.parametrize("error", sample([0.01, 0.1, 0], 2))
def test_a_loop_that_counts_seconds_takes_exactly_as_long_and_costs_less(night: Night, error: float) -> None:
    night.controller.tick_error = error
    counting = night.python("""
        import time
        began = time.monotonic()
        for tenth in range(36_000):
            before = time.monotonic()
            time.sleep(0.1)
            assert 0.1 <= time.monotonic() - before < 0.101
        print(time.monotonic() - began)
    """)
    stop = night.go(hours=2)
    assert 3600 <= float(counting.communicate(timeout=patience_s())[0]) < 3601
    if error:
        assert stop.jumps < 5000
        assert stop.bunched_ticks > 30_000
        assert 1.9 < stop.late_ns / 10**9 <= 2
    else:
        assert (stop.jumps, stop.bunched_ticks, stop.late_ns) == (36_000, 0, 0)


def test_a_thread_that_was_woken_late_is_in_the_present_once_it_does_something(night: Night) -> None:
    """Its clock is never behind where others can see it, and what it then waits for lasts as long as it asked."""
    night.controller.tick_error = 0.01
    ended = night.run_python("""
        import os, select, socket, time
        one, other = socket.socketpair()
        for turn in range(10_000):
            time.sleep(0.1)
        one.send(b"x")
        before = time.monotonic()
        assert select.select([one], [], [], 0.1) == ([], [], [])
        assert 0.1 <= time.monotonic() - before < 0.101
        print(time.clock_gettime(time.CLOCK_MONOTONIC))
    """)
    assert ended.code == 0, ended.err
    assert 101_000 <= float(ended.out) <= 101_003


def test_a_pause_after_a_long_wait_is_no_tick(night: Night) -> None:
    """A client that tries ten times, ten minutes each, and pauses in between gives up when it would."""
    ended = night.run_python("""
        import select, socket, time
        for attempt in range(10):
            client, server = socket.socketpair()
            client.send(b"request")
            assert select.select([client], [], [], 600) == ([], [], [])
            time.sleep(1)
        client.send(b"bye")
        print(time.clock_gettime(time.CLOCK_MONOTONIC))
    """)
    assert ended.code == 0, ended.err
    assert 106_010 <= float(ended.out) < 106_010.1


def test_an_error_that_is_no_share_is_refused(night: Night) -> None:
    with pytest.raises(ValueError, match="tick_error=2: expected a share"):
        type(night.controller)(night.page, root=0, tick_error=2)


def test_whoever_waits_for_something_is_on_time_beside_a_ticking_program(night: Night) -> None:
    night.python("import time\nwhile True: time.sleep(0.5)")
    night.go(hours=1)
    waiting = night.python("""
        import time
        for turn in range(20):
            began = time.monotonic()
            time.sleep(100.25)
            assert 100.25 <= time.monotonic() - began < 100.2501
    """)
    night.go(hours=1)
    assert waiting.wait(10) == 0


def test_a_loop_that_calls_others_is_woken_each_time(night: Night) -> None:
    """It is a poll of a server, not a tick: a thousand calls, on time, each of them made."""
    server = night.python("""
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        print(server.getsockname()[1], flush=True)
        for call in range(1000):
            server.accept()[0].close()
    """)
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    ended = night.run_python(f"""
        import socket, time
        began = time.monotonic()
        for call in range(1000):
            socket.create_connection(("127.0.0.1", {port})).close()
            time.sleep(5)
        print(time.monotonic() - began)
    """)
    assert server.wait(patience_s()) == 0
    assert 5000 <= float(ended.out) < 5000.1


def test_ticks_of_several_threads_do_not_keep_each_other_from_being_skipped(night: Night) -> None:
    night.python("""
        import threading, time
        def tick(every):
            while True:
                time.sleep(every)
        for every in (0.05, 0.07, 0.3, 0.5, 1, 1.1, 4):
            threading.Thread(target=tick, args=(every,)).start()
    """)
    stop = night.go(hours=1)
    assert stop.jumps < 6000  # and so it takes less than a second where nothing else runs
    assert stop.bunched_ticks > 100_000
    assert stop.late_ns <= 2 * 10**9


def test_processes_that_tick_side_by_side_are_each_as_exact_as_alone(night: Night) -> None:
    """One of them may be let sleep beyond a moment at which another must wake, and its lag is not forgotten then."""
    ticking = [
        night.python(f"""
            import time
            began = time.monotonic()
            for turn in range({turns}):
                before = time.monotonic()
                time.sleep({every})
                assert {every} <= time.monotonic() - before < {every} + 0.05, (turn, time.monotonic() - before)
            print(time.monotonic() - began)
        """)
        for every, turns in ((0.5, 3600), (0.7, 2500), (1.9, 1000))
    ]
    night.go(hours=1)
    for program, lasts_s in zip(ticking, (1800, 1750, 1900), strict=True):
        out, err = program.communicate(timeout=patience_s())
        assert lasts_s <= float(out or 0) < lasts_s + 1, err


def test_a_wait_that_something_ended_is_no_tick(night: Night) -> None:
    """A queue with a limit, fed just before it, a thousand times: never late."""
    ended = night.run_python("""
        import queue, threading, time
        work, late = queue.Queue(), 0
        def feed():
            for turn in range(1000):
                time.sleep(4)
                work.put(turn)
        threading.Thread(target=feed).start()
        began = time.monotonic()
        for turn in range(1000):
            assert work.get(timeout=5) == turn
        print(time.monotonic() - began)
    """)
    assert ended.code == 0, ended.err


def test_threads_that_tick_side_by_side_each_see_their_ticks_as_long_as_they_asked_for(night: Night) -> None:
    """On waking they contend for the interpreter's lock; what they wait for it is no tick."""
    ended = night.run_python("""
        import threading, time
        wrong = []
        def tick(every):
            for turn in range(800):
                before = time.monotonic()
                time.sleep(every)
                took = time.monotonic() - before
                if not every <= took < every + 0.01:
                    wrong.append((every, turn, took))
        threads = [threading.Thread(target=tick, args=(every,)) for every in (1, 1, 1, 0.7, 0.1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(len(wrong), wrong[:5])
    """)
    assert ended.out.split()[0] == "0", ended.out


def test_a_thread_that_ticks_is_never_behind_what_another_has_seen(night: Night) -> None:
    """Whoever wakes meanwhile finds it caught up: no age that it computes is negative."""
    night.controller.tick_error = 0.01
    ended = night.run_python("""
        import threading, time
        seen, ages = [time.monotonic()], []
        def watch():
            while seen:
                time.sleep(0.1)
                ages.extend(-(before - time.monotonic()) for before in seen)
        watching = threading.Thread(target=watch)
        watching.start()
        for turn in range(100):
            time.sleep(7.03)
            seen[0] = time.monotonic()
        seen.clear()
        watching.join()
        print(len(ages), min(ages), max(ages))
    """)
    count, youngest, oldest = map(float, ended.out.split())
    assert count == pytest.approx(7030, abs=10)
    assert 0 <= youngest < oldest < 7.15, ended.out


def test_whoever_looks_at_a_heartbeat_finds_it_as_young_as_it_should_be(night: Night, tmp_path: Path) -> None:
    night.controller.tick_error = 0.01
    night.python(
        """
        import sys, time
        while True:
            open(sys.argv[1], "w").close()
            time.sleep(0.5)
        """,
        str(tmp_path / "heartbeat"),
    )
    looking = night.python(
        """
        import os, sys, time
        time.sleep(100)
        for turn in range(100):
            time.sleep(7.03)
            assert time.time() - os.stat(sys.argv[1]).st_mtime < 0.51
        """,
        str(tmp_path / "heartbeat"),
    )
    night.go(hours=1)
    assert looking.wait(10) == 0


def test_whoever_stops_the_clock_finds_everybody_caught_up(night: Night, tmp_path: Path) -> None:
    night.controller.tick_error = 0.01
    beats = tmp_path / "beats"
    night.python(
        """
        import mmap, sys, time
        file = open(sys.argv[1], "wb+")
        file.write(b"00000000")
        file.flush()
        beats = mmap.mmap(file.fileno(), 8)
        for beat in range(10**8):
            beats[:] = b"%08d" % beat
            time.sleep(0.5)
        """,
        str(beats),
    )
    began = night.page.now_ns
    for _stop in range(20):
        night.go(hours=0.07)
        assert int(beats.read_bytes()) == pytest.approx((night.page.now_ns - began) / 10**9 * 2, abs=2)
