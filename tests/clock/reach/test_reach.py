"""What the clock cannot enter is told from its files: each kind of program, and what is said of it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.clock import library
from harness.clock.reach.elf import Elf
from harness.clock.reach.reach import CannotStart, NotFound, obstacle_in, reach_of
from harness.stack.agent import COMPILED
from tests.clock.needed import needs
from tests.sample import sample

HERE = {"x86_64": 62, "aarch64": 183}.get(os.uname().machine, 0)
ELSEWHERE = 183 if HERE == 62 else 62
TRUE = Path("/bin/true")

pytestmark = pytest.mark.skipif(library.unusable_because() is not None, reason=str(library.unusable_because()))

Write = Callable[[str, bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: bytes | str) -> Path:
        program = tmp_path / name
        program.write_bytes(content.encode() if isinstance(content, str) else content)
        program.chmod(0o755)
        return program

    return written


def elf(*, machine: int = HERE, bits: int = 64, loader: str = "", data: bytes = b"") -> bytes:
    """A head, a segment for the loader's name and one of writable data: elf(5)."""
    name = loader.encode() + b"\0"
    segments = [(3, 4, name)] * bool(loader) + [(1, 6, data)]
    table = bytearray()
    at = 64 + 56 * len(segments)
    for kind, flags, content in segments:
        line = [kind.to_bytes(4, "little"), flags.to_bytes(4, "little"), at.to_bytes(8, "little"), bytes(16)]
        table += b"".join(line) + len(content).to_bytes(8, "little") * 2 + bytes(8)
        at += len(content)
    head = bytearray(64)
    head[:6] = b"\x7fELF" + bytes([bits // 32, 1])
    head[18:20] = machine.to_bytes(2, "little")
    head[32:40] = (64).to_bytes(8, "little")
    head[54:58] = (56).to_bytes(2, "little") + len(segments).to_bytes(2, "little")
    return bytes(head + table + b"".join(content for _, _, content in segments))


def said(command: str | Path, **where: object) -> str:
    return str(reach_of(str(command), **where).obstacle)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "program", sample([sys.executable, "sh", "bash", "sleep", "curl", "perl", "node", "java", "psql"], 4)
)
def test_the_programs_of_a_batch_job_are_in_reach(program: str) -> None:
    needs(program)
    reach = reach_of(program)
    assert reach.obstacle is None, reach
    assert reach.files


def test_a_static_program_is_out_of_reach(write: Write) -> None:
    assert "is linked statically: it has no loader that could bring the clock in" in said(write("static", elf()))


def test_the_compiled_static_agent_is_out_of_reach() -> None:
    if not COMPILED.exists():
        pytest.skip("the agent was not compiled here")
    read = Elf.read(COMPILED)
    assert read is not None
    assert ("is linked statically" in said(COMPILED)) == (read.loader is None)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (elf(loader="/lib/ld-musl-x86_64.so.1"), "is linked against musl"),
        (elf(machine=ELSEWHERE, loader="/lib/x.so"), "64 bits: the clock's library is for"),
        (elf(machine=3, bits=32, loader="/lib/ld-linux.so.2"), "is for machine 3, 32 bits"),
        (elf(loader="/lib/no-loader.so.1"), "its loader /lib/no-loader.so.1 is not there"),
        (elf(loader="/bin/true"), "its loader /bin/true is not glibc's"),
        (elf(data=b"\xff Go buildinf:\x08\x02"), "is written in Go: Go makes its system calls itself"),
        (elf(loader="/lib64/ld-linux-x86-64.so.2", data=bytes(99) + b"\xff Go buildinf:"), "is written in Go"),
    ],
    ids=["musl", "another machine", "32 bits", "no loader", "another loader", "static Go", "dynamic Go"],
)
def test_a_program_of_another_kind_is_out_of_reach(write: Write, content: bytes, says: str) -> None:
    assert says in said(write("program", content))


def test_what_only_the_file_shows_is_told_for_another_machine_too(write: Write) -> None:
    assert obstacle_in(write("musl", elf(loader="/lib/ld-musl-x86_64.so.1"))) is not None
    assert obstacle_in(write("elsewhere", elf(loader="/lib/not-on-this-machine.so"))) is None
    assert obstacle_in(write("script", "#!/no/such/interpreter\n")) is None


def test_a_cut_or_made_up_file_is_read_as_far_as_it_goes(write: Write) -> None:
    for length in range(4, 200, 3):
        Elf.read(write("cut", elf(loader="/lib/x")[:length]))
    broken = bytearray(elf(loader="/lib/x"))
    broken[32:40] = b"\xff" * 8
    Elf.read(write("broken", bytes(broken)))


def test_a_privileged_program_is_out_of_reach_of_who_has_fewer_rights(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write("program", TRUE.read_bytes())
    program.chmod(0o755 | stat.S_ISUID)
    if os.statvfs(program).f_flag & os.ST_NOSUID:
        pytest.skip("setuid means nothing on this file system")
    assert said(program) == "None"
    monkeypatch.setattr(os, "geteuid", lambda: program.stat().st_uid + 1)
    assert "is setuid or setgid: its loader takes no library" in said(program)
    as_root = "run a copy of it without these rights (cp makes one), or start all of it as root"
    assert said(program).endswith(as_root if program.stat().st_uid == 0 else as_root.partition(",")[0])


def test_a_program_with_capabilities_is_out_of_reach_of_who_is_not_root(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write("program", TRUE.read_bytes())
    given = shutil.which("setcap") and subprocess.run(["setcap", "cap_net_raw+ep", str(program)], capture_output=True)
    if not given or given.returncode != 0:
        pytest.skip("no capabilities may be given here: apt install libcap2-bin, and be root")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "is given capabilities" in said(program)


def test_a_loader_that_does_not_take_the_library_says_why(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As that of an older C library, which lacks a version that the library needs."""
    monkeypatch.setattr(library, "_BUILT", write("libnightclock.so", "not a library"))
    assert "its loader does not take the library (ERROR: ld.so: object" in said(TRUE)


def test_a_script_is_followed_to_its_interpreter(write: Write, tmp_path: Path) -> None:
    static = write("static", elf())
    assert f"{static} is linked statically" in said(write("script", f"#!{static} -x\n"))
    assert f"{static} is linked statically" in said(
        write("with-env", "#!/usr/bin/env -S A=1 static\n"), path=str(tmp_path), folder=tmp_path
    )
    assert reach_of(str(write("shell", "#!/bin/sh\n"))).obstacle is None


def test_a_wrapper_is_followed_to_what_it_becomes(write: Write, tmp_path: Path) -> None:
    static = write("static", elf())
    for line in (f"exec {static} --option", f'  exec "{static}" "$@"', f"exec env A=1 {static}"):
        assert f"{static} is linked statically" in said(write("wrapper", f"#!/bin/sh\nset -e\n{line}\n"))
    for line in ("exec 2>log", 'exec "$(dirname "$0")/static"', "exec no-such-program", f"# exec {static}"):
        assert said(write("wrapper", f"#!/bin/sh\n{line}\n")) == "None"


def test_a_wrapper_of_itself_is_no_endless_way(write: Write, tmp_path: Path) -> None:
    wrapper = write("wrapper", f"#!/bin/sh\nexec {tmp_path}/wrapper\n")
    assert reach_of(str(wrapper)).obstacle is None


def test_links_are_followed(write: Write, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write("static", elf()))
    assert f"{tmp_path}/static is linked statically" in said(tmp_path / "link")


@pytest.mark.parametrize(
    ("command", "kind", "says"),
    [
        ("nowhere", NotFound, "nowhere: no such program is on the PATH"),
        ("./nowhere", NotFound, "there is no such file"),
        ("./dangling", NotFound, "it is a link to gone, which is not there"),
        ("./folder", CannotStart, "it is a folder"),
        ("./plain", CannotStart, "it is not executable; chmod +x"),
        ("plain", CannotStart, "it is not executable; chmod +x"),
        ("./text", CannotStart, "it is neither a program nor a script"),
        ("./lost", CannotStart, "its #! line names /no/such/sh: there is no such file"),
    ],
)
def test_what_cannot_be_started_is_told_as_such(
    write: Write, tmp_path: Path, command: str, kind: type, says: str
) -> None:
    write("plain", "#!/bin/sh\n").chmod(0o644)
    write("text", "echo hello\n")
    write("lost", "#!/no/such/sh\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("gone")
    obstacle = reach_of(command, path=".", folder=tmp_path).obstacle
    assert type(obstacle) is kind
    assert says in str(obstacle)


def test_the_first_program_on_the_path_that_can_be_started_counts(write: Write, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first/program").write_text("not executable")
    program = write("program", "#!/bin/sh\n")
    assert reach_of("program", path="first:.", folder=tmp_path).files[0] == program
