"""Whether the clock can enter a program: what its file, its interpreter and its loader show before it is started.

A program is followed as the kernel follows it: through PATH, symbolic links, `#!` lines and `env`, and through the
last `exec` of a wrapper script. What only shows when it runs is said in `BLIND_SPOTS`.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.clock import library
from harness.clock.reach.elf import Elf

BLIND_SPOTS = (
    "not seen in a file: what it starts (static, Go and musl programs are named when it does, and so are libraries "
    "that dlmopen loads into a namespace of their own), and system calls made without the C library. What waits in "
    "real time that way holds the clock, and is named once time has stood still for some seconds"
)

_AROUND_IT = "run it outside of the night, and hold the clock while it works"
_HEAD = 65536
_SHELLS = {"sh", "bash", "dash", "ksh", "mksh", "zsh"}
_EXEC = re.compile(r"^[ \t]*exec[ \t]+([^\n;&|<>#`]+)", re.MULTILINE)
_MACHINES = {62: ("x86_64", "x86-64"), 183: ("aarch64", "AArch64")}


@dataclass(frozen=True)
class Obstacle:
    """What stands between the clock and a program: what was found, what it means, what to do."""

    found: str
    means: str
    todo: str

    def __str__(self) -> str:
        return f"{self.found}: {self.means}; {self.todo}"


class CannotStart(Obstacle):
    """It could not be started without a clock either; shells say so with exit code 126."""


class NotFound(CannotStart):
    """There is no such program: 127."""


class OtherRights(Obstacle):
    """Its loader takes no library from its starter, and hands none on to what it starts."""


@dataclass
class Reach:
    """The files on the way from a command to the program that runs, and what stands in it, if something does."""

    files: list[Path] = field(default_factory=list)
    obstacle: Obstacle | None = None


def reach_of(command: str, *, path: str | None = None, folder: Path | None = None) -> Reach:
    """How far the clock reaches into a command on this machine, where there is virtual time at all.

    ``path`` is the PATH to look on (default: this process's), ``folder`` where relative names begin.
    """
    reach = Reach()
    place = _Place(os.environ.get("PATH", os.defpath) if path is None else path, folder or Path())
    reach.obstacle = _obstacle_on_the_way(command, place, reach.files)
    return reach


def obstacle_in(program: Path) -> Obstacle | None:
    """What a program's own file shows, wherever it will run: nothing else of this machine is looked at."""
    elf = Elf.read(program) if os.access(program, os.R_OK) else None
    return _of_format(program, elf) if elf else None


# ---- from file to file --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where programs are looked for."""

    path: str
    folder: Path

    def find(self, name: str) -> Path | Obstacle:
        """The file that a shell there would start."""
        if "/" in name:
            return _unstartable(self.folder / name) or self.folder / name
        refused: Obstacle | None = None
        for entry in self.path.split(os.pathsep):
            candidate = self.folder / entry / name
            if _is_file(candidate):
                why_not = _unstartable(candidate)
                if why_not is None:
                    return candidate
                refused = refused or why_not
        return refused or NotFound(
            name, f"no such program is on the PATH ({self.path})", "install it, or check its name"
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:  # another user's folder of the PATH: a shell passes over it too
        return False


def _unstartable(program: Path) -> Obstacle | None:
    try:
        there = program.exists()
    except PermissionError as error:
        return NotFound(str(program), f"it may not be looked at: {error.strerror}", "check who may enter its folder")
    if not there:
        if program.is_symlink():
            return NotFound(str(program), f"it is a link to {program.readlink()}, which is not there", "mend the link")
        return NotFound(str(program), "there is no such file", "check its path")
    if program.is_dir():
        return CannotStart(str(program), "it is a folder", "name the program in it")
    if not os.access(program, os.X_OK):
        return CannotStart(str(program), "it is not executable", f"chmod +x {program}")
    return None


def _obstacle_on_the_way(command: str, place: _Place, files: list[Path]) -> Obstacle | None:
    found = place.find(command)
    if isinstance(found, Obstacle):
        return found
    program = found.resolve()
    if program in files:
        return None
    files.append(program)
    if not os.access(program, os.R_OK):
        return None
    elf = Elf.read(program)
    if elf is not None:
        return _of_privileges(program) or _of_format(program, elf) or _of_loader(program, elf)
    with program.open("rb") as file:
        script = file.read(_HEAD).decode(errors="replace")
    return _of_script(program, script, place, files)


def _of_script(program: Path, text: str, place: _Place, files: list[Path]) -> Obstacle | None:
    line = text.partition("\n")[0]
    interpreter, *argument = line[2:].strip().split(None, 1) if line.startswith("#!") else [""]
    if not interpreter:
        return CannotStart(
            str(program), "it is neither a program nor a script", "begin it with a line such as #!/bin/sh"
        )
    words = [interpreter, *argument]
    if Path(interpreter).name == "env":
        words = [interpreter, *_words(" ".join(argument))]
    for name in _started_by(words):
        obstacle = _obstacle_on_the_way(name, place, files)
        if isinstance(obstacle, NotFound):
            return CannotStart(str(program), f"its #! line names {name}: {obstacle.means}", obstacle.todo)
        if obstacle is not None:
            return obstacle
        interpreter = name
    if Path(interpreter).name in _SHELLS:
        return _of_last_exec(text, place, files)
    return None


def _of_last_exec(text: str, place: _Place, files: list[Path]) -> Obstacle | None:
    """A wrapper script ends by becoming the program; one whose name is made at run time cannot be told."""
    lines = [_words(line) for line in _EXEC.findall(text)]
    for name in _started_by(lines[-1]) if lines else ():
        if not isinstance(place.find(name), Obstacle):
            obstacle = _obstacle_on_the_way(name, place, files)
            if obstacle is not None:
                return obstacle
    return None


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return []


def _started_by(words: list[str]) -> Iterator[str]:
    """The program of a command line; if that is `env`, also the one that it starts."""
    if not words or words[0].startswith("-"):
        return
    yield words[0]
    rest = iter(words[1:] if Path(words[0]).name == "env" else ())
    for word in rest:
        if word in {"-u", "--unset", "-C", "--chdir"}:
            next(rest, None)
        elif not word.startswith("-") and "=" not in word:
            yield word
            return


# ---- what stands in the way ---------------------------------------------------------------------------


def _of_privileges(program: Path) -> Obstacle | None:
    """A loader ignores LD_PRELOAD for programs that run with more rights than their starter has (ld.so(8))."""
    status = program.stat()
    if os.statvfs(program).f_flag & os.ST_NOSUID:
        return None
    by_mode = (status.st_mode & stat.S_ISUID and status.st_uid != os.geteuid()) or (
        status.st_mode & stat.S_ISGID and status.st_mode & stat.S_IXGRP and status.st_gid != os.getegid()
    )
    if not by_mode and (os.geteuid() == 0 or "security.capability" not in os.listxattr(program)):
        return None
    what = "setuid or setgid" if by_mode else "given capabilities"
    means = "its loader takes no library from who starts it, so its clock is real, and that of all that it starts"
    of_another = (status.st_mode & stat.S_ISUID and status.st_uid) or (status.st_mode & stat.S_ISGID and status.st_gid)
    of_root = not of_another and os.geteuid() != 0  # root has these anyway
    todo = "run a copy of it without these rights (cp makes one)" + (", or start all of it as root" if of_root else "")
    return OtherRights(f"{program} is {what}", means, todo)


def _of_format(program: Path, elf: Elf) -> Obstacle | None:
    here = os.uname().machine
    name, spoken = _MACHINES.get(elf.machine, ("", f"machine {elf.machine}"))
    if elf.bits == 32 or name != here:
        what = f"{program} is for {spoken}, {elf.bits} bits"
        return Obstacle(what, f"the clock's library is for {here}, 64 bits", f"take a build of it for {here}")
    if elf.is_go:
        means = "Go makes its system calls itself, past the library: its clock and its waits are real"
        return Obstacle(f"{program} is written in Go", means, _AROUND_IT)
    if elf.loader is None:
        means = "it has no loader that could bring the clock in, and it would lose time"
        return Obstacle(f"{program} is linked statically", means, "link it dynamically (against glibc)")
    if "ld-musl" in elf.loader:
        means = "the clock's library needs glibc, and musl's loader cannot load it"
        return Obstacle(f"{program} is linked against musl", means, "take a build of it for glibc")
    return None


def _of_loader(program: Path, elf: Elf) -> Obstacle | None:
    """Ask the program's own loader whether it takes the library; it lists what it would load, and starts nothing."""
    built, loader = library.library_path(), elf.loader
    if built is None or loader is None:
        return None
    if not Path(loader).exists():
        return CannotStart(str(program), f"its loader {loader} is not there", "install the C library it was built for")
    if not Path(loader).name.startswith(("ld-linux", "ld64", "ld-2")):
        means = f"its loader {loader} is not glibc's, and may not take the library"
        return Obstacle(str(program), means, "take a build of it for glibc")
    listing = subprocess.run(
        [loader, "--list", str(program)],
        env={**os.environ, "LD_PRELOAD": str(built), "NIGHT_CLOCK": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in listing.stderr.splitlines() if built.name in line]
    if not said and built.name in listing.stdout:
        return None
    means = f"its loader does not take the library ({(said or [listing.stderr.strip() or 'it does not say why'])[0]})"
    return Obstacle(str(program), means, "take a build of it for this machine's glibc")
