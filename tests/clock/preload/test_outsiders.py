"""Whom the library cannot enter is named in the clock page: each program once, with its reason, when it is started."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from harness.clock.library import library_path
from harness.clock.page import ClockPage
from tests.clock.needed import missing, needs
from tests.clock.virtual_night import AT_NS, Night


def named(night: Night) -> list[tuple[str, str, str]]:
    """Who started what, and the beginning of the reason."""
    return [(one.by, one.program, one.reason.partition(",")[0]) for one in night.page.outsiders()]


def patched(program: Path, at: int, values: bytes) -> str:
    """A copy of a program of this machine, with other bytes in its head."""
    content = bytearray(Path(shutil.which("true") or "/bin/true").read_bytes())
    content[at : at + len(values)] = values
    program.write_bytes(content)
    program.chmod(0o755)
    return str(program)


def made(program: Path, *, loader: bytes | None, note: bytes | None = None) -> str:
    """A program's head as another linker would make it; it need not run to be named."""
    parts = [(3, loader)] if loader else []
    parts += [(4, note)] if note else []
    at = 64 + 56 * len(parts)
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    head += struct.pack("<HHI", 3, {"x86_64": 62, "aarch64": 183}[os.uname().machine], 1)
    head += struct.pack("<QQQIHHHHHH", 0, 64, 0, 0, 64, 56, len(parts), 0, 0, 0)
    table, body = b"", b""
    for kind, content in parts:
        table += struct.pack("<IIQQQQQQ", kind, 4, at + len(body), 0, 0, len(content), len(content), 1)
        body += content
    program.write_bytes(head + table + body)
    program.chmod(0o755)
    return str(program)


OUT_OF_SIGHT = "it cannot open the clock's library or page: it is in another root folder"
GO_NOTE = struct.pack("<III", 4, 4, 4) + b"Go\0\0" + b"id\0\0"
GLIBC, MUSL = b"/lib64/ld-linux-x86-64.so.2\0", b"/lib/ld-musl-x86_64.so.1\0"


def test_a_static_program_is_named_once_however_often_it_is_started(night: Night, static: str) -> None:
    night.run("sh", "-c", f"{static} none 0; {static} none 0; {static} none 0")
    assert named(night) == [("program", static, "it is linked statically")]
    [outsider] = night.page.outsiders()
    assert AT_NS <= outsider.at_ns < AT_NS + 10**9
    assert str(outsider).startswith(f"program started {static} outside of the night's time: it is linked statically")


def test_two_jobs_that_start_it_are_both_named_and_another_night_begins_with_none(night: Night, static: str) -> None:
    night.run("sh", "-c", f"{static} none 0; NIGHT_COMPONENT=load sh -c '{static} none 0; :'")
    assert [by for by, _, _ in named(night)] == ["program", "load"]
    night.page.forget_outsiders()
    assert named(night) == []


@pytest.mark.parametrize(
    ("loader", "note", "reason"),
    [
        (None, None, "it is linked statically"),
        (None, GO_NOTE, "it is written in Go"),
        (GLIBC, GO_NOTE, "it is written in Go"),
        (MUSL, None, "it is linked against musl"),
        (b"/lib/ld-uClibc.so.0\0", None, "its loader is not glibc's"),
    ],
)
def test_what_other_linkers_make_is_told_from_the_programs_head(
    night: Night, tmp_path: Path, loader: bytes | None, note: bytes | None, reason: str
) -> None:
    program = made(tmp_path / "program", loader=loader, note=note)
    night.run("sh", "-c", program)
    assert named(night) == [("program", program, reason)]


@pytest.mark.parametrize(("at", "value"), [(4, b"\x01"), (18, b"\x28\x00")])
def test_a_program_for_another_machine_or_with_32_bits_is_named(
    night: Night, tmp_path: Path, at: int, value: bytes
) -> None:
    program = patched(tmp_path / "program", at, value)
    night.run("sh", "-c", program)
    assert named(night) == [("program", program, "it is for another machine")]


def test_a_program_against_musl_runs_without_the_library_that_would_end_it(night: Night, tmp_path: Path) -> None:
    compiler = needs("musl-gcc")
    program = tmp_path / "program"
    source = '#include <stdio.h>\nint main(void) { return puts("ran") < 0; }\n'
    subprocess.run([compiler, "-x", "c", "-", "-o", program], input=source, text=True, check=True)
    ended = night.run("sh", "-c", str(program))
    assert (ended.out, ended.err, ended.code) == ("ran\n", "", 0)
    assert named(night) == [("program", str(program), "it is linked against musl")]


def test_an_interpreter_is_looked_at_in_the_place_of_its_script(night: Night, static: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(f"#!{static} none\n")
    script.chmod(0o755)
    night.run("sh", "-c", str(script))
    assert named(night) == [("program", str(script), "it is linked statically")]


def test_what_a_program_outside_starts_is_inside_again(night: Night, tmp_path: Path) -> None:
    starter = tmp_path / "starter"
    source = '#include <unistd.h>\nint main(void) { return execl("/bin/date", "date", "-u", "+%F", (char *)0); }\n'
    command = [needs("cc"), "-static", "-x", "c", "-", "-o", str(starter)]
    linked = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    if linked.returncode != 0:
        missing(f"nothing can be linked statically here: {linked.stderr}")
    ended = night.run("sh", "-c", str(starter))
    assert (ended.out, [program for _, program, _ in named(night)]) == ("2026-11-24\n", [str(starter)])


def test_the_loader_itself_is_no_static_program(night: Night) -> None:
    loader = next(iter(Path("/lib64").glob("ld-linux*")), None) or missing("the loader is not where it usually is")
    assert night.run("sh", "-c", f"{loader} /bin/date -u +%Y-%m-%d").out == "2026-11-24\n"
    assert named(night) == []


def test_a_program_that_asks_for_the_machines_clock_gets_it_and_is_named(night: Night) -> None:
    night.run("sh", "-c", "NIGHT_CLOCK=real /bin/true")
    assert named(night) == [("program", "/bin/true", "it was started with NIGHT_CLOCK=real")]


def test_programs_that_do_not_exist_are_not_named(night: Night, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("\x7fELF")
    night.run("sh", "-c", f"nowhere; /no/where; {tmp_path}/text; {tmp_path}")
    assert named(night) == []


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the root folder, users and rights")


@as_root
def test_another_root_folder_without_the_library_is_out_of_sight(night: Night, tmp_path: Path, static: str) -> None:
    inside = tmp_path / "true"
    made(inside, loader=GLIBC)
    night.run("chroot", str(tmp_path), "/true")
    assert named(night) == [("program", "/true", OUT_OF_SIGHT)]


@as_root
def test_a_namespace_of_processes_is_named(night: Night) -> None:
    night.run(needs("unshare"), "--pid", "--fork", "true")
    assert [reason for _, _, reason in named(night)] == ["it is in a PID namespace of its own"]


@as_root
def test_a_program_with_more_rights_than_its_starter_is_named_and_for_root_it_is_inside(night: Night) -> None:
    program = "/usr/bin/su"
    if not Path(program).exists() or not Path(program).stat().st_mode & 0o4000:
        missing("su is not setuid here")
    night.path.parent.chmod(0o711)
    night.run("sh", "-c", f"{program} --help")
    assert named(night) == []
    nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    if subprocess.run([*nobody, "test", "-r", str(library_path())], check=False).returncode:
        pytest.skip("another user's programs were NOT tested: the clock's library lies where that user may not look")
    night.run(*nobody, "sh", "-c", f"{program} --help")
    assert named(night) == [("program", program, "it runs with other rights than its starter")]


@as_root
def test_a_user_who_may_not_pass_to_the_page_is_named(night: Night) -> None:
    night.run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "true")
    assert [reason for _, _, reason in named(night)] == [OUT_OF_SIGHT]


def test_pythons_question_to_the_loaders_cache_is_none_of_it(night: Night) -> None:
    """A static program that neither tells the time nor waits, and that any program may start unasked."""
    ended = night.run_python("import ctypes.util; print(ctypes.util.find_library('c'))")
    assert ended.out == "libc.so.6\n"
    assert named(night) == []


def test_more_kinds_of_them_than_there_are_places_are_counted(night: Night, static: str, tmp_path: Path) -> None:
    for number in range(70):
        (tmp_path / f"p{number}").symlink_to(static)
    night.run("sh", "-c", f"for p in {tmp_path}/p*; do $p none 0; done")
    assert len(night.page.outsiders()) == 65
    assert night.page.outsiders()[-1].program == "6 more programs"


def test_a_page_by_itself_has_none(tmp_path: Path) -> None:
    page = ClockPage.create(tmp_path / "page", at_ns=AT_NS)
    assert page.outsiders() == ()
    page.close()
