"""The library in an older Debian: a root folder that NIGHT_HARNESS_OLDER_ROOT names, entered by chroot(8).

    mmdebstrap --variant=minbase --include=python3-minimal bullseye FOLDER

Without one these tests are skipped, everywhere: no machine promises that an old release can still be had.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock.controller import Controller
from harness.clock.library import library_path
from harness.clock.page import ClockPage
from tests.clock.virtual_night import AT_NS, Ended, Night

ROOT = Path(os.environ.get("NIGHT_HARNESS_OLDER_ROOT") or os.devnull)

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.skipif(not ROOT.is_dir(), reason="no older Debian in NIGHT_HARNESS_OLDER_ROOT: mmdebstrap makes one"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may chroot"),
]


@pytest.fixture
def inside() -> Iterator[tuple[Night, Path]]:
    """A night whose page lies in that root, with the library beside it, and where that is."""
    folder = Path(tempfile.mkdtemp(dir=ROOT / "tmp"))
    shutil.copy(str(library_path()), folder / "library.so")
    page = ClockPage.create(folder / "page", at_ns=AT_NS)
    night = Night(page, folder / "page", Controller(page, root=os.getpid()))
    night.controller.exclude_children()
    yield night, Path("/tmp") / folder.name
    night.close()
    shutil.rmtree(folder)


def run(inside: tuple[Night, Path], *command: str) -> Ended:
    night, folder = inside
    variables = (f"LD_PRELOAD={folder}/library.so", f"NIGHT_CLOCK={folder}/page", f"NIGHT_COMPONENT={command[0]}")
    return night.run(
        "chroot", str(ROOT), "env", *variables, *command, more={"LD_PRELOAD": "", "LC_ALL": "C", "TZ": "UTC"}
    )


def test_its_glibc_is_older_than_the_one_here() -> None:
    command = ["chroot", str(ROOT), "getconf", "GNU_LIBC_VERSION"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[1]
    assert tuple(map(int, found.split("."))) < tuple(map(int, platform.libc_ver()[1].split(".")))


@pytest.mark.parametrize(
    "command",
    [
        ("sh", "-c", "sleep 3600; date -u +%T"),
        ("bash", "-c", "timeout 3600 sleep 7200; date -u +%T"),
        ("perl", "-e", "select(undef, undef, undef, 3600); printf '%02d:%02d:%02d', (gmtime)[2, 1, 0]"),
        ("python3", "-c", "import threading, time; threading.Event().wait(3600); print(time.strftime('%T'))"),
    ],
    ids=lambda command: command[0],
)
def test_a_program_of_it_sleeps_an_hour_and_reads_the_date(
    inside: tuple[Night, Path], command: tuple[str, ...]
) -> None:
    ended = run(inside, *command)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip() == "03:00:00"
    assert 3600 <= ended.virtual_s < 3601
