"""File times: what a job that looks at a file's age sees, in real processes across virtual hours."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.clock.preload.night_files import done, inode_s
from tests.clock.virtual_night import AT_NS, HOUR, SECOND, Night

NIGHTS = {
    "another year": lambda: AT_NS - 400 * 24 * HOUR,
    "from now on": time.time_ns,
    "an hour before now": lambda: time.time_ns() - HOUR,
}
"""When a night begins: the kernel's stamps have to be told from the night's, most of all where the two overlap."""

pytestmark = pytest.mark.usefixtures("in_its_folder")

# ---- the night's time ----------------------------------------------------------------------------


@pytest.mark.parametrize("begins", NIGHTS)
def test_a_file_written_an_hour_ago_is_an_hour_old(night: Night, begins: str) -> None:
    night.page.travel(NIGHTS[begins]())
    done(
        night,
        """
        time.sleep(3600)
        with open("a", "w") as file:
            file.write("x")
        time.sleep(3600)
        status = os.stat("a")
        for at in status.st_mtime, status.st_ctime, status.st_atime:
            assert 3600 <= time.time() - at < 3601, time.time() - at""",
    )


@pytest.mark.parametrize("begins", NIGHTS)
def test_the_inode_itself_carries_the_nights_time(night: Night, begins: str) -> None:
    night.page.travel(NIGHTS[begins]())
    began = night.page.now_ns / SECOND
    done(night, 'time.sleep(3600); open("a", "w").write("x")')
    assert 3600 <= Path("a").stat().st_mtime - began < 3601
    assert 3600 <= Path("a").stat().st_atime - began < 3601


@pytest.mark.usefixtures("to_the_nanosecond")
@pytest.mark.parametrize("begins", NIGHTS)
def test_a_file_still_open_is_as_old_as_its_last_write(night: Night, begins: str) -> None:
    night.page.travel(NIGHTS[begins]())
    done(
        night,
        """
        file = os.open("log", WRITE)
        for turn in range(5):
            os.write(file, b"x")
            time.sleep(1800)
            age = time.time() - os.stat("log").st_mtime
            assert 1800 <= age < 1801, (turn, age)""",
    )


@pytest.mark.parametrize("begins", NIGHTS)
def test_the_file_of_a_killed_process_is_as_old_as_its_last_write(night: Night, begins: str) -> None:
    night.page.travel(NIGHTS[begins]())
    done(
        night,
        """
        if not (child := os.fork()):
            open("a", "w", buffering=1).write("x\\n")
            os.kill(os.getpid(), 9)
        os.waitpid(child, 0)
        time.sleep(3600)
        assert 3600 <= time.time() - os.stat("a").st_mtime < 3601""",
    )


def test_of_two_files_with_an_hour_between_the_first_is_older_two_hundred_times_in_a_row(night: Night) -> None:
    done(
        night,
        """
        for turn in range(200):
            open("a", "w").write("x")
            time.sleep(3600)
            open("b", "w").write("x")
            apart = os.stat("b").st_mtime - os.stat("a").st_mtime
            assert 3600 <= apart < 3601, (turn, apart)""",
    )


def test_of_two_files_written_in_a_row_the_first_is_older(night: Night) -> None:
    done(
        night,
        """
        for turn in range(200):
            open("a", "w").close()
            open("b", "w").close()
            assert os.stat("a").st_mtime_ns < os.stat("b").st_mtime_ns <= time.time_ns()""",
    )


@pytest.mark.usefixtures("to_the_nanosecond")
def test_a_folder_is_as_old_as_what_was_last_put_into_it(night: Night) -> None:
    done(
        night,
        """
        os.mkdir("inbox")
        time.sleep(3600)
        os.mkdir("inbox/a")
        time.sleep(1800)
        assert 1800 <= time.time() - os.stat("inbox").st_mtime < 1801
        assert 1800 <= time.time() - os.stat("inbox/a").st_ctime < 1801""",
    )


def test_a_file_from_before_the_night_keeps_its_own_time(night: Night) -> None:
    Path("old").write_text("x")
    os.utime("old", (1_700_000_000, 1_700_000_000.25))
    assert done(night, 'print(os.stat("old").st_mtime)') == "1700000000.25\n"


def test_files_of_the_night_before_on_the_same_page_keep_that_nights_time(night: Night) -> None:
    written = 'file = os.open("{0}", WRITE); os.write(file, b"x"); os.close(file) if {1} else os.kill(os.getpid(), 9)'
    done(night, f"if os.fork() == 0: {written.format('left', False)}\nos.wait(); time.sleep(60)")
    done(night, f"{written.format('closed', True)}; time.sleep(7200)")
    night.page.travel(AT_NS + 100 * 24 * HOUR)
    done(
        night,
        f"""
        for path in "left", "closed":
            assert {AT_NS // SECOND} <= os.stat(path).st_mtime < {AT_NS // SECOND} + 61
        open("new", "w").write("x")
        assert 0 <= time.time() - os.stat("new").st_mtime < 1""",
    )


@pytest.mark.usefixtures("to_the_nanosecond")
def test_two_thousand_jumps_later_a_file_left_open_is_as_old_as_it_was(night: Night) -> None:
    """The time map has room for 1,024 entries: older ones are thinned, so that an age is off by some percent."""
    done(
        night,
        """
        file = os.open("a", WRITE)
        os.write(file, b"x")
        for turn in range(2500):
            if turn == 400:
                os.write(file, b"x")
                written = time.time()
            time.sleep(60)
        age = time.time() - os.stat("a").st_mtime
        assert 0 <= age - (time.time() - written) < age / 50, age""",
    )


# ---- what is not stamped -------------------------------------------------------------------------


def test_a_file_that_was_only_opened_keeps_its_time(night: Night) -> None:
    Path("old").write_text("x")
    os.utime("old", (1_700_000_000, 1_700_000_000))
    done(night, 'open("old", "a").close(); open("old", "r+").close(); os.close(os.open("old", os.O_RDWR | os.O_CREAT))')
    assert inode_s("old") == 1_700_000_000


LEFT_OPEN = """
        file = os.open("left", WRITE)
        os.write(file, b"x")
        time.sleep(3600)"""


def test_a_file_that_was_only_opened_keeps_the_time_that_the_kernel_gave_it(night: Night) -> None:
    done(
        night,
        LEFT_OPEN
        + """
        open("left", "a").close()
        assert 3600 <= time.time() - os.stat("left").st_mtime < 3601""",
    )


def test_a_number_that_is_another_files_by_now_does_not_stamp_that(night: Night) -> None:
    done(
        night,
        LEFT_OPEN
        + """
        gone = os.open("a", WRITE)
        os.closerange(gone, gone + 1)
        assert os.open("left", os.O_RDONLY) == gone
        os.close(gone)
        assert 3600 <= time.time() - os.stat("left").st_mtime < 3601""",
    )


@pytest.mark.usefixtures("to_the_nanosecond")
def test_a_stamp_of_the_kernels_in_whole_microseconds_is_not_taken_for_the_nights(night: Night) -> None:
    night.page.travel(time.time_ns())
    done(night, "time.sleep(3600)")
    while Path("a").stat().st_mtime_ns % 1000 if Path("a").exists() else True:
        Path("a").write_text("x")
    assert done(night, 'print(0 <= time.time() - os.stat("a").st_mtime < 1)') == "True\n"


@pytest.mark.parametrize("begins", NIGHTS)
@pytest.mark.parametrize("ago", [0, 1800.25, 10**8])
def test_a_time_that_a_program_has_set_is_what_it_reads_again(night: Night, begins: str, ago: float) -> None:
    night.page.travel(NIGHTS[begins]())
    done(
        night,
        f"""
        time.sleep(3600)
        at = time.time() - {ago}
        with open("a", "w") as file:
            file.write("x")
            file.flush()
            os.utime("a", (at, at))
        assert abs(os.stat("a").st_mtime - at) < 1e-6
        os.chmod("a", 0o600)
        assert abs(os.stat("a").st_mtime - at) < 1e-6
        time.sleep(3600)
        os.rename("a", "b")
        assert abs(os.stat("b").st_mtime - at) < 1e-6""",
    )


def test_what_a_child_closes_is_not_stamped_for_its_parent(night: Night) -> None:
    done(
        night,
        """
        file = os.open("a", WRITE)
        os.write(file, b"x")
        time.sleep(3600)
        if os.fork() == 0:
            os.close(file)
            os._exit(0)
        os.wait()
        assert 3600 <= time.time() - os.stat("a").st_mtime < 3601""",
    )


def test_a_child_of_vfork_does_not_take_its_parents_output_for_its_own(night: Night) -> None:
    began = night.page.now_ns / SECOND
    code = """
        import subprocess
        file = os.open("out", WRITE)
        os.dup2(file, 1)
        os.close(file)
        os.write(1, b"x")
        subprocess.run(["true"], stdout=subprocess.PIPE, check=True)
        time.sleep(3600)
        os.write(1, b"x")"""
    done(night, code)
    assert 3600 <= inode_s("out") - began < 3601
