"""What lint says of programs that a job's scripts start and the clock cannot enter."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.chain.lint import lint, program_findings
from harness.chain.loading import load_chain
from harness.clock.library import unusable_because

CHAIN = """chain: feed
owner: data-ops
runbook: runbook.md
deadline: "06:00"
environment: {{PATH: "{folder}/bin:/usr/bin:/bin"}}
jobs:
  load:
    run: {run}
    at: "02:00"
    rules: [{{when: failed, do: page}}, {{when: exceeded_max_run_time, do: kill}}]
    max_run_time: 30m
{more}"""

Lint = Callable[..., list[str]]


@pytest.fixture
def lint_of(tmp_path: Path) -> Lint:
    """A chain's findings, with a static program, `tool`, on the PATH of its jobs."""
    if unusable_because() is not None:
        pytest.skip(str(unusable_because()))
    machine = {"x86_64": 62, "aarch64": 183}[os.uname().machine]
    fields = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, 0, 0, 0, 0)
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + fields
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").write_bytes(head + bytes(64))
    (tmp_path / "bin" / "tool").chmod(0o755)
    (tmp_path / "runbook.md").write_text("call data-ops\n")

    def linted(run: str, more: str = "", **files: str) -> list[str]:
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text)
        (tmp_path / "chain.yaml").write_text(CHAIN.format(folder=tmp_path, run=run, more=more))
        return [str(finding).replace(f"{tmp_path}/", "") for finding in lint(tmp_path / "chain.yaml")]

    return linted


SAID = (
    "warning: job 'load' starts 'tool', which is out of the clock's reach: bin/tool is linked statically: it has no "
    "loader that could bring the clock in, and it would lose time; link it dynamically (against glibc); or, if it "
    "neither tells the time nor waits, write its name under outside_clock"
)


def test_a_static_program_in_a_shell_script_is_a_warning_at_its_line(lint_of: Lint) -> None:
    assert lint_of("[bash, job.sh]", job_sh="set -e\ncat x | tool >y\ntool\n") == [f"job.sh:2: {SAID}"]


def test_one_in_a_text_for_a_shell_is_said_at_the_job(lint_of: Lint) -> None:
    assert lint_of("[sh, -c, 'date; tool']") == [f"chain.yaml:8: {SAID}"]


def test_one_that_python_starts_is_said_at_its_line(lint_of: Lint) -> None:
    script = "import subprocess\n\nsubprocess.run(['tool', '-x'])\n"
    assert lint_of("[python, job.py]", job_py=script) == [f"job.py:3: {SAID}"]


def test_a_chain_that_excepts_it_is_not_warned(lint_of: Lint) -> None:
    assert lint_of("[sh, -c, 'date; tool']", more="outside_clock: [tool]\n") == []


def test_programs_that_the_clock_enters_and_words_that_are_none_are_no_findings(lint_of: Lint) -> None:
    assert lint_of("[bash, job.sh]", job_sh="date; nowhere; echo tool; /no/where\ncase x in tool) ;; esac\n") == []


def test_a_warning_does_not_keep_a_night_from_beginning(lint_of: Lint, tmp_path: Path) -> None:
    assert lint_of("[sh, -c, 'tool']")
    assert program_findings(load_chain(tmp_path / "chain.yaml"), path="/usr/bin:/bin") == []


def test_a_job_that_is_such_a_program_itself_is_an_error_unless_its_chain_excepts_it(lint_of: Lint) -> None:
    [said] = lint_of("[./bin/tool]")
    assert said.startswith("chain.yaml:8: error: the program './bin/tool' is out of the clock's reach")
    assert lint_of("[./bin/tool]", more="outside_clock: [tool]\n") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a program another group's rights")
def test_one_with_other_rights_is_not_excepted_for_what_it_starts_is_outside_as_well(
    lint_of: Lint, tmp_path: Path
) -> None:
    if os.statvfs(tmp_path).f_flag & os.ST_NOSUID:
        pytest.skip("other rights were NOT tested: setgid means nothing on this file system")
    lint_of("[date]")
    program = tmp_path / "bin" / "agent"
    shutil.copy(shutil.which("env") or "/usr/bin/env", program)
    shutil.chown(program, group=1)
    program.chmod(0o2755)
    for run in ("[bin/agent, date]", "[sh, -c, 'agent date']"):
        [said] = lint_of(run, more="outside_clock: [agent, bin/agent]\n")
        assert "bin/agent is setuid or setgid: its loader takes no library from who starts it" in said
        assert said.endswith("and that of all that it starts; run a copy of it without these rights (cp makes one)")
