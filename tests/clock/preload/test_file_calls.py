"""Each call that opens, closes, dates or looks at a file, in real processes across virtual hours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.clock.preload.night_files import done, inode_s
from tests.clock.virtual_night import AT_NS, SECOND, Night

pytestmark = pytest.mark.usefixtures("in_its_folder")

OPENED = {
    "open": 'libc.close(libc.open(b"a", WRITE, 0o600))',
    "open64": 'libc.close(libc.open64(b"a", WRITE, 0o600))',
    "openat": 'libc.close(libc.openat(folder, b"a", WRITE, 0o600))',
    "openat64": 'libc.close(libc.openat64(folder, b"a", WRITE, 0o600))',
    "creat": 'libc.close(libc.creat(b"a", 0o600))',
    "creat64": 'libc.close(libc.creat64(b"a", 0o600))',
    "__open_2": 'libc.close(libc.__open_2(b"a", os.O_WRONLY | os.O_TRUNC))',
    "__open64_2": 'libc.close(libc.__open64_2(b"a", os.O_WRONLY | os.O_TRUNC))',
    "__openat_2": 'libc.close(libc.__openat_2(folder, b"a", os.O_WRONLY | os.O_TRUNC))',
    "__openat64_2": 'libc.close(libc.__openat64_2(folder, b"a", os.O_WRONLY | os.O_TRUNC))',
    "fopen": """
        file = ctypes.c_void_p(libc.fopen(b"a", b"a"))
        libc.fputs(b"x", file)
        libc.fclose(file)""",
    "fopen64": """
        file = ctypes.c_void_p(libc.fopen64(b"a", b"r+"))
        libc.fputs(b"x", file)
        libc.fclose(file)""",
    "freopen": """
        file = ctypes.c_void_p(libc.fopen(b"a", b"w"))
        libc.fputs(b"x", file)
        libc.freopen(b"/dev/null", b"r", file)""",
    "freopen64": """
        file = ctypes.c_void_p(libc.fopen(b"/dev/null", b"r"))
        libc.freopen64(b"a", b"w", file)
        libc.fputs(b"x", file)
        libc.fclose(file)""",
    "dup": """
        one = os.open("a", os.O_WRONLY)
        two = libc.dup(one)
        libc.close(one)
        os.write(two, b"x")
        libc.close(two)""",
    "dup2": """
        one = os.open("a", os.O_WRONLY)
        os.write(one, b"x")
        libc.dup2(folder, one)""",
    "dup3": """
        one = os.open("a", os.O_WRONLY)
        os.write(one, b"x")
        libc.dup3(folder, one, os.O_CLOEXEC)""",
    "fcntl": """
        one = os.open("a", os.O_WRONLY)
        two = libc.fcntl(one, 0, 20)
        libc.close(one)
        os.write(two, b"x")
        libc.close(two)""",
    "fcntl64": """
        one = os.open("a", os.O_WRONLY)
        two = libc.fcntl64(one, 1030, 20)
        libc.close(one)
        os.write(two, b"x")
        libc.close(two)""",
    "_exit": 'os.write(os.open("a", os.O_WRONLY), b"x"); libc._exit(0)',
    "_Exit": 'os.write(os.open("a", os.O_WRONLY), b"x"); libc._Exit(0)',
    "the end": 'libc.puts(b"what the C library writes out at the end")',
}


@pytest.mark.parametrize("call", OPENED)
def test_what_was_written_is_stamped_when_it_is_closed(night: Night, call: str) -> None:
    Path("a").write_text("x")
    os.utime("a", (0, 0))
    output = 'os.dup2(os.open("a", WRITE), 1)\n' if call == "the end" else ""
    done(night, output + "time.sleep(3600)\n" + OPENED[call].replace("\n        ", "\n").strip())
    assert 3600 <= inode_s("a") - AT_NS / SECOND < 3601


@pytest.mark.parametrize("call", ["mkstemp", "mkostemp", "mkstemps", "mkostemps"])
@pytest.mark.parametrize("bits", ["", "64"])
def test_a_temporary_file_is_stamped_when_it_is_closed(night: Night, call: str, bits: str) -> None:
    more = {"mkstemp": "", "mkostemp": ", os.O_APPEND", "mkstemps": ", 2", "mkostemps": ", 2, os.O_APPEND"}[call]
    name = done(
        night,
        f"""
        path = ctypes.create_string_buffer(b"./XXXXXX{".d" if "2" in more else ""}")
        libc.close(libc.{call}{bits}(path{more}))
        print(path.value.decode())""",
    )
    assert 0 <= inode_s(name.strip()) - AT_NS / SECOND < 1


SET_TO_NOW = {
    "utimensat": 'libc.utimensat(HERE, b"a", None, 0)',
    "utimensat NOW": 'libc.utimensat(HERE, b"a", (ctypes.c_long * 4)(0, OMIT, 0, NOW), 0)',
    "futimens": 'libc.futimens(os.open("a", os.O_RDONLY), None)',
    "futimens NOW": 'libc.futimens(os.open("a", os.O_RDONLY), (ctypes.c_long * 4)(0, OMIT, 0, NOW))',
    "utimes": 'libc.utimes(b"a", None)',
    "lutimes": 'libc.lutimes(b"a", None)',
    "futimes": 'libc.futimes(os.open("a", os.O_RDONLY), None)',
    "futimesat": 'libc.futimesat(folder, b"a", None)',
    "utime": 'libc.utime(b"a", None)',
}


@pytest.mark.parametrize("call", SET_TO_NOW)
def test_now_is_the_nights_and_what_is_omitted_stays(night: Night, call: str) -> None:
    Path("a").write_text("x")
    os.utime("a", (1_700_000_000, 1_700_000_000))
    done(night, f"time.sleep(3600); assert {SET_TO_NOW[call]} == 0")
    assert 3600 <= inode_s("a") - AT_NS / SECOND < 3601
    assert (Path("a").stat().st_atime == 1_700_000_000) == ("NOW" in call)


SET = {
    "utimensat": 'libc.utimensat(HERE, b"a", (ctypes.c_long * 4)(5, 7, 6, 8), 0)',
    "futimens": 'libc.futimens(os.open("a", os.O_RDONLY), (ctypes.c_long * 4)(5, 7, 6, 8))',
    "utimes": 'libc.utimes(b"a", (ctypes.c_long * 4)(5, 7, 6, 8))',
    "lutimes": 'libc.lutimes(b"a", (ctypes.c_long * 4)(5, 7, 6, 8))',
    "futimes": 'libc.futimes(os.open("a", os.O_RDONLY), (ctypes.c_long * 4)(5, 7, 6, 8))',
    "futimesat": 'libc.futimesat(folder, b"a", (ctypes.c_long * 4)(5, 7, 6, 8))',
    "utime": 'libc.utime(b"a", (ctypes.c_long * 2)(5, 6))',
}


@pytest.mark.parametrize("call", SET)
def test_times_that_are_given_pass_through(night: Night, call: str) -> None:
    Path("a").write_text("x")
    done(night, f"assert {SET[call]} == 0")
    fraction = {"utime": 0, "utimensat": 8, "futimens": 8}.get(call, 8000)
    assert Path("a").stat().st_mtime_ns == 6 * SECOND + fraction


READ = {
    "stat": 'libc.stat(b"a", room)',
    "lstat": 'libc.lstat(b"a", room)',
    "fstat": 'libc.fstat(os.open("a", os.O_RDONLY), room)',
    "fstatat": 'libc.fstatat(folder, b"a", room, 0)',
    "__xstat": 'libc.__xstat(1, b"a", room)',
    "__lxstat": 'libc.__lxstat(1, b"a", room)',
    "__fxstat": 'libc.__fxstat(1, os.open("a", os.O_RDONLY), room)',
    "__fxstatat": 'libc.__fxstatat(1, folder, b"a", room, 0)',
}
MODIFIED_AT = 11  # the place of st_mtime's seconds in a struct stat, in words of 64 bits; 14 in a struct statx


@pytest.mark.parametrize("call", READ)
@pytest.mark.parametrize("bits", ["", "64"])
def test_a_stamp_of_the_kernels_is_read_as_the_nights_time(night: Night, call: str, bits: str) -> None:
    if os.uname().machine != "x86_64" and "x" in call:
        pytest.skip("this machine's version of struct stat has another number")
    done(
        night,
        f"""
        os.write(os.open("a", WRITE), b"x")
        time.sleep(3600)
        assert {READ[call].replace("(", bits + "(", 1)} == 0
        assert 3600 <= time.time() - room[{MODIFIED_AT}] < 3602""",
    )


def test_statx_reads_all_four_times_of_the_night(night: Night) -> None:
    done(
        night,
        """
        os.write(os.open("a", WRITE), b"x")
        time.sleep(3600)
        assert libc.statx(HERE, b"a", 0, 0xfff, room) == 0
        for place in 8, 10, 12, 14:
            assert room[place] == 0 or 3600 <= time.time() - room[place] < 3602, place""",
    )


def test_a_failing_call_says_why(night: Night) -> None:
    done(
        night,
        """
        for call in libc.stat, libc.lstat, libc.stat64, libc.utimes:
            ctypes.set_errno(0)
            assert call(b"missing", None) == -1 and ctypes.get_errno() == 2
        for call in libc.close, libc.dup:
            ctypes.set_errno(0)
            assert call(-1) == -1 and ctypes.get_errno() == 9""",
    )
