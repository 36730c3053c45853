"""`harness clock check`: one line each for what was found, what it means, and what to do."""

from __future__ import annotations

from pathlib import Path

from tests.runs import HARNESS, User

CHECK = (*HARNESS, "clock", "check")


def test_a_program_in_reach_is_said_to_be_with_what_cannot_be_seen(user: User) -> None:
    run = user.runs(*CHECK, "sleep")
    assert run.code == 0
    first, second = run.out.splitlines()
    assert first == f"sleep can run in virtual time: {Path('/usr/bin/sleep').resolve()}"
    for blind_spot in ("system calls made without the C library", "dlmopen", "holds the clock, and is named"):
        assert blind_spot in second


def test_a_script_is_shown_with_its_interpreter(user: User) -> None:
    (user.folder / "job").write_text("#!/bin/sh\n")
    (user.folder / "job").chmod(0o755)
    assert f"{user.folder}/job -> {Path('/bin/sh').resolve()}\n" in user.runs(*CHECK, "./job").out


def test_what_stands_in_the_way_is_one_line_and_exit_code_1(user: User) -> None:
    run = user.runs(*CHECK, "no-such-program")
    assert run.code == 1
    first, second = run.out.splitlines()
    assert first == "no-such-program cannot run in virtual time"
    assert second.startswith("  no-such-program: no such program is on the PATH")
