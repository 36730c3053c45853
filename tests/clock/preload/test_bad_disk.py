"""A disk on the landing side that is full or read-only, to all processes of one job and nobody else."""

from __future__ import annotations

import platform
import struct
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.clock.preload.landing import TO_WRITE, Landing
from tests.clock.virtual_night import Night


class Disk(Landing):
    """A folder, and the mark of a launch that spoils it."""

    def __init__(self, folder: Path, night: Night) -> None:
        self._mark = folder / "mark"
        super().__init__(folder, night, {"NIGHT_LANDING": f"{self._mark}:{folder / 'landing'}"})

    def spoil(self, *, room: int = 0, read_only: bool = False) -> None:
        self._mark.write_bytes(struct.pack("<4q", read_only, room, 0, 0))

    @property
    def refusals(self) -> int:
        return int(struct.unpack("<4q", self._mark.read_bytes())[3])


@pytest.fixture
def disk(night: Night, tmp_path: Path) -> Disk:
    return Disk(tmp_path, night)


TRY = """
import errno, os, shutil, sys, tempfile
folder = sys.argv[1]
os.chdir(folder)

def tried(*calls):
    for call in calls:
        try:
            print(call())
        except OSError as error:
            print(errno.errorcode[error.errno])
"""


def test_what_fits_is_written_and_the_next_call_is_refused(disk: Disk) -> None:
    disk.spoil(room=1000)
    ended = disk.python(
        TRY
        + """
file = open("a", "wb", buffering=0)
tried(lambda: file.write(b"x" * 600), lambda: file.write(b"x" * 600), lambda: file.write(b"x"))
"""
    )
    assert ended.out.split() == ["600", "400", "ENOSPC"]
    assert (disk.folder / "a").stat().st_size == 1000
    assert disk.refusals == 1


OPEN = """
full = os.open("../full", os.O_RDWR | os.O_CREAT)
os.write(full, b"x" * 100)
out = os.open("out", os.O_RDWR | os.O_CREAT)
"""


TEN = """
fd, of, at, data = out, full, 0, b"x" * 10
"""


@pytest.mark.parametrize("way", TO_WRITE)
def test_every_way_to_write_fills_the_disk(disk: Disk, way: str) -> None:
    disk.spoil(room=15)
    ended = disk.python(TRY + OPEN + TEN + f"tried(*[lambda: {TO_WRITE[way]}] * 3)")
    first, second, third = ended.out.split()
    assert (first, third) == ("10", "ENOSPC")
    assert second in ("5", "4"), "of several pieces, those that fit whole"
    assert disk.refusals >= 1


def test_pieces_of_which_none_fits_whole_are_written_in_part(disk: Disk) -> None:
    disk.spoil(room=3)
    ended = disk.python(TRY + OPEN + 'tried(lambda: os.writev(out, [b"abcdef", b"gh"]))')
    assert ended.out.split() == ["3"]
    assert (disk.folder / "out").read_bytes() == b"abc"


@pytest.mark.parametrize(("asked", "answer"), [(10, "None"), (11, "ENOSPC")])
def test_room_is_given_whole_or_not_at_all(disk: Disk, asked: int, answer: str) -> None:
    disk.spoil(room=10)
    ended = disk.python(TRY + OPEN + f"tried(lambda: os.posix_fallocate(out, 0, {asked}))")
    assert ended.out.split() == [answer]


def test_on_a_full_disk_no_new_file_is_made_and_an_old_one_is_read(disk: Disk) -> None:
    (disk.folder / "old").write_text("here")
    disk.spoil(room=0)
    ended = disk.python(
        TRY + 'tried(lambda: open("new", "w"), lambda: open("old").read(), lambda: os.rename("old", "b"))'
    )
    assert ended.out.split() == ["ENOSPC", "here", "None"]


CHANGES = {
    "open": 'open("new", "w")',
    "append": 'open("old", "a")',
    "creat": 'os.open("new", os.O_CREAT)',
    "mkstemp": "tempfile.mkstemp(dir=folder)",
    "mkdir": 'os.mkdir("new")',
    "rename away": 'os.rename("old", "../stolen")',
    "rename in": 'os.rename("../outside", "new")',
    "replace": 'os.replace("old", "new")',
    "unlink": 'os.unlink("old")',
    "rmdir": 'os.rmdir("empty")',
    "truncate": 'os.truncate("old", 1)',
    "by another road": 'open("../landing/new", "w")',
    "by a link": 'open("../link/new", "w")',
    "beside a file": 'os.open("new", os.O_WRONLY | os.O_CREAT, dir_fd=os.open(folder, os.O_RDONLY))',
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_read_only_disk_refuses_every_change(disk: Disk, tmp_path: Path, change: str) -> None:
    (disk.folder / "old").write_text("here")
    (disk.folder / "empty").mkdir()
    (tmp_path / "outside").touch()
    (tmp_path / "link").symlink_to(disk.folder)
    disk.spoil(read_only=True)
    ended = disk.python(TRY + f"tried(lambda: {CHANGES[change]})")
    assert ended.out.split() == ["EROFS"]
    assert disk.refusals == 1
    assert {path.name for path in disk.folder.iterdir()} == {"old", "empty"}


def test_a_read_only_disk_is_read_and_the_world_beside_it_written(disk: Disk, tmp_path: Path) -> None:
    (disk.folder / "old").write_text("here")
    (tmp_path / "landing2").mkdir()
    disk.spoil(read_only=True)
    ended = disk.python(
        TRY + 'tried(lambda: open("old").read(), lambda: open("../landing2/a", "w").write("x"), '
        'lambda: os.listdir("."), lambda: os.unlink("../landing2/a"))'
    )
    assert ended.out.splitlines() == ["here", "1", "['old']", "None"]
    assert disk.refusals == 0


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("cp ../source {to}", "No space left on device"),
        ("cat ../source > {to}", "No space left on device"),
        ("dd if=../source of={to} bs=64 status=none", "No space left on device"),
    ],
)
def test_programs_of_the_machine_find_the_disk_full(disk: Disk, tmp_path: Path, command: str, says: str) -> None:
    (tmp_path / "source").write_bytes(b"x" * 500)
    disk.spoil(room=200)
    ended = disk.run(needs("sh"), "-c", f"cd {disk.folder} && {command.format(to='copy')}")
    assert says in ended.err
    assert (disk.folder / "copy").stat().st_size == 200


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_shells_redirection_meets_a_read_only_disk(disk: Disk, shell: str) -> None:
    disk.spoil(read_only=True)
    ended = disk.run(needs(shell), "-c", f"echo x > {disk.folder}/new")
    assert "Read-only file system" in ended.err
    assert list(disk.folder.iterdir()) == []


def test_the_room_is_that_of_all_processes_of_a_job(disk: Disk) -> None:
    disk.spoil(room=100)
    ended = disk.python(
        TRY
        + """
for name in "ab":
    if (child := os.fork()) == 0:
        os.write(os.open(name, os.O_WRONLY | os.O_CREAT), b"x" * 60)
        os._exit(0)
    os.waitpid(child, 0)
print(os.stat("a").st_size, os.stat("b").st_size)
"""
    )
    assert ended.out.split() == ["60", "40"]


NUMBERS = {"x86_64": {"openat": 257, "unlinkat": 263}, "aarch64": {"openat": 56, "unlinkat": 35}}


def test_a_call_by_number_meets_the_same_disk(disk: Disk) -> None:
    numbers = NUMBERS[platform.machine()]
    (disk.folder / "old").write_text("here")
    disk.spoil(read_only=True)
    ended = disk.python(
        TRY
        + f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
number = ctypes.c_long
new = number({numbers["openat"]}), b"new", number(os.O_RDWR | os.O_CREAT)
old = number({numbers["unlinkat"]}), b"old"
for call, name, *more in (new, old):
    print(libc.syscall(call, number(-100), name, *more, number(0)), errno.errorcode[ctypes.get_errno()])
"""
    )
    assert ended.out.splitlines() == ["-1 EROFS", "-1 EROFS"]


def test_without_a_mark_nothing_is_refused(night: Night, disk: Disk) -> None:
    ended = night.run_python(
        TRY + 'tried(lambda: open("a", "w").write("x"))',
        more={"NIGHT_LANDING": f"/nowhere/at/all:{disk.folder}"},
        arguments=[str(disk.folder)],
    )
    assert ended.out.split() == ["1"]
