"""The table of calls in harness/clock/README.md says what the library wraps, and names tests that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.clock.library_symbols import wrapped_calls

TESTS = Path(__file__).parents[1]
README = (TESTS.parent / "harness" / "clock" / "README.md").read_text()
_, _, COVERED = README.partition("## Calls that are covered")
TABLE, _, PROGRAMS = COVERED.partition("Programs, unchanged")

OF_THE_KERNELS = {"fork", "vfork", "posix_spawn", "exec", "futex_waitv"}
"""In the table, and no functions that the library wraps: it follows the processes, and the call by its number."""


def words(cells: Iterator[str]) -> set[str]:
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def rows() -> Iterator[tuple[str, str]]:
    for line in TABLE.splitlines():
        if line.startswith("| ") and not line.startswith("| calls |"):
            calls, _, test = line.strip("| ").partition(" | ")
            yield calls, test


def told() -> set[str]:
    """The calls in the table. What is written in capitals, or with a value, is an option of one."""
    return {word for word in words(calls for calls, _ in rows()) if re.fullmatch(r"(?=.*[a-z])[a-z_]\w*", word)}


def in_its_forms(call: str) -> set[str]:
    """Its name, and that of the form without 64 bits, and without the underscores of the C library's own alias."""
    plain = {call, call.replace("64", "")}
    return plain | {name.removeprefix("__") for name in plain}


def test_every_call_that_is_wrapped_is_in_the_table() -> None:
    wrapped = wrapped_calls()
    assert len(wrapped) > 100
    assert not [call for call in sorted(wrapped) if not in_its_forms(call) & told()]


def test_every_call_in_the_table_is_wrapped() -> None:
    assert not told() - wrapped_calls() - OF_THE_KERNELS


def test_every_row_names_a_test_and_every_test_is_there() -> None:
    files = set((TESTS / "clock").rglob("test_*.py"))
    known = {path.name for path in files}
    known |= {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    unnamed = [calls for calls, test in rows() if not words(iter([test])) & known]
    assert unnamed == []
    named = {word for word in words(iter(README.splitlines())) if re.fullmatch(r"test_\w+(\.py)?", word)}
    assert len(named) > 40
    assert not named - known
