"""The stack's directory: merging histories, and names that become paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StackError
from harness.stack.directory import StackDirectory, plain


@pytest.fixture
def directory(tmp_path: Path) -> StackDirectory:
    made = StackDirectory(tmp_path)
    made.make()
    return made


def test_histories_are_merged_in_the_order_of_time(directory: StackDirectory) -> None:
    (directory.history / "a.jsonl").write_text('{"at": 1, "x": 0}\n{"at": 30, "x": 0}\n')
    (directory.history / "b.jsonl").write_text('{"at": 2, "x": 0}\n{"at": 10, "x": 0}\n')
    assert [line.split(b",")[0] for line in directory.merged_history(time_grows=True).splitlines()] == [
        b'{"at": 1',
        b'{"at": 2',
        b'{"at": 10',
        b'{"at": 30',
    ]


def test_a_line_that_is_being_written_is_left_for_later(directory: StackDirectory) -> None:
    (directory.history / "a.jsonl").write_text('{"at": 1}\n{"at": 2, "val')
    assert directory.merged_history(time_grows=True) == b'{"at": 1}\n'


def test_a_component_whose_time_goes_back_is_told_and_not_sorted(directory: StackDirectory) -> None:
    (directory.history / "source.jsonl").write_text('{"at": 9000000000}\n{"at": 7000000000}\n')
    with pytest.raises(StackError, match=r"the history of source: its time went back by 2\.000000 s, at event 2"):
        directory.merged_history(time_grows=True)
    assert directory.merged_history(time_grows=False).startswith(b'{"at": 7')  # the machine's own clock may be set


def test_an_agents_socket_is_found_whatever_its_number(directory: StackDirectory) -> None:
    import socket

    bound = socket.socket(socket.AF_UNIX)
    bound.bind(str(directory.socket("agent-2")))
    (directory.control / "agent.sock").write_text("no socket")
    assert [path.name for path in directory.agents()] == ["agent-2.sock"]
    bound.close()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc", "a\nb", "a\0b"])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a file's name"):
        plain(name)


@pytest.mark.parametrize("name", ["forecast_20261123.csv", "retrieve.1.err", "ab12", "a+b@c=d", "plan d'été.csv"])
def test_ordinary_names_pass(name: str) -> None:
    assert plain(name) == name


def test_the_end_of_a_log_is_quoted(directory: StackDirectory) -> None:
    directory.log("desk").write_text("\n".join(str(number) for number in range(20)))
    assert directory.last_lines("desk", 2) == "    | 18\n    | 19"
    assert directory.last_lines("wire") == "    | (it wrote nothing)"


def test_a_temporary_folder_that_a_job_has_removed_is_there_again(directory: StackDirectory) -> None:
    directory.temporary.rmdir()
    directory.empty()
    assert directory.temporary.stat().st_mode & 0o7777 == 0o1777
