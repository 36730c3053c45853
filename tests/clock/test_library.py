"""The library as a file: how it is built, what it needs, and what it does to memory."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import setup
from harness.clock.library import library_path
from tests.clock.library_symbols import dynamic_symbols
from tests.clock.needed import missing, needs
from tests.clock.virtual_night import Night

OLDEST_GLIBC = (2, 17)


def built(target: Path, *options: str, artifact: setup.Artifact = setup.ARTIFACTS[0]) -> Path:
    """The library, or another artifact, built with more options."""
    sources = sorted(map(str, setup.HERE.glob(artifact.sources)))
    command = [needs("cc"), *setup.STRICT, *options, "-o", str(target), *sources, *artifact.ways[0]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return target


@pytest.mark.exhaustive
@pytest.mark.parametrize("artifact", setup.ARTIFACTS, ids=lambda artifact: Path(artifact.target).name)
def test_it_builds_without_a_warning(tmp_path: Path, artifact: setup.Artifact) -> None:
    built(tmp_path / "artifact", "-Werror", artifact=artifact)


def test_it_needs_no_symbol_newer_than_glibc_2_17() -> None:
    needed = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", dynamic_symbols())}
    assert needed
    assert max(needed) <= OLDEST_GLIBC


def test_it_needs_nothing_of_python() -> None:
    undefined = [line for line in dynamic_symbols().splitlines() if "*UND*" in line]
    assert undefined
    assert not [line for line in undefined if "Py" in line]


def test_of_two_libraries_in_one_process_the_second_stays_out(night: Night, tmp_path: Path) -> None:
    other = shutil.copy(str(library_path()), tmp_path / "other.so")
    ended = night.run(
        sys.executable,
        "-c",
        "import ctypes, select, time; ctypes.CDLL(None); select.select([], [], [], 1800); time.sleep(1800)",
        more={"LD_PRELOAD": f"{library_path()}:{other}"},
    )
    assert (ended.code, ended.err) == (0, "")
    assert 3600 <= ended.virtual_s < 3601


@pytest.fixture(scope="module")
def every_call(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that makes every call that the library wraps."""
    target = tmp_path_factory.mktemp("program") / "every_call"
    source = Path(__file__).with_name("every_call.c")
    subprocess.run([needs("cc"), "-g", "-O1", "-pthread", "-o", target, source], check=True)
    return str(target)


MINUTES = 1 + 2 * 9
"""What `every_call` waits for, but for a few seconds of timers."""


@pytest.fixture(params=["every_call", "bash", "python"])
def command(request: pytest.FixtureRequest, every_call: str) -> tuple[list[str], int]:
    """A command, and the virtual seconds that it takes at least."""
    threads = "threading.Timer(60, print).run(); subprocess.run(['sleep', '60'])"
    commands = {
        "every_call": ([every_call], 60 * MINUTES),
        "bash": (["bash", "-c", "for turn in 1 2; do sleep 60; done"], 120),
        "python": ([sys.executable, "-c", f"import subprocess, threading; {threads}"], 120),
    }
    return commands[request.param]


@pytest.fixture(scope="module")
def trapping(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The library with a trap wherever the language leaves undefined what happens."""
    target = tmp_path_factory.mktemp("trapping") / "library.so"
    return str(built(target, "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"))


@pytest.mark.exhaustive
def test_nothing_that_it_does_is_undefined(night: Night, trapping: str, command: tuple[list[str], int]) -> None:
    argv, seconds = command
    ended = night.run(*argv, more={"LD_PRELOAD": trapping})
    assert ended.code == 0, ended.err
    assert ended.virtual_s >= seconds


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The library, and before it the AddressSanitizer, which ends a program at the first address that is wrong."""
    target = built(tmp_path_factory.mktemp("watched") / "library.so", "-fsanitize=address")
    asked = subprocess.run([needs("cc"), "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    sanitizer = Path(asked.stdout.strip())
    if not sanitizer.is_absolute():
        missing("the compiler here has no AddressSanitizer: apt install gcc")
    return f"{sanitizer}:{target}"


@pytest.mark.exhaustive
def test_it_touches_no_memory_that_is_not_its_own(night: Night, watched: str, command: tuple[list[str], int]) -> None:
    """What a program leaks is its own affair."""
    argv, seconds = command
    ended = night.run(*argv, more={"LD_PRELOAD": watched, "ASAN_OPTIONS": "detect_leaks=0"})
    assert ended.code == 0, ended.err
    assert ended.virtual_s >= seconds


@pytest.mark.exhaustive
def test_valgrind_finds_no_use_of_memory_that_is_not_there(night: Night, every_call: str) -> None:
    ended = night.run(needs("valgrind"), "-q", "--error-exitcode=9", every_call)
    assert ended.code == 0, ended.err
    assert ended.virtual_s >= 60 * MINUTES
